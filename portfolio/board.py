"""The rows of every list of bets: a bet with what the latest night says of it, in three queries for any number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from bets.models import Bet, BetQuerySet, Decision, Flag, Reading, Verdict
from bets.rules import BROKEN, HEALTHY, STALE, WAITING
from org.models import Run
from portfolio.standing import Standing, spoken_of, standing_of

WORST_FIRST = [BROKEN, STALE, WAITING, HEALTHY]
UNJUDGED, UNREAD = "unjudged", "unread"  # words for what the latest night says nothing of


@dataclass(frozen=True)
class Row:
    """One bet in a list; its health stands apart from its verdict."""

    bet: Bet
    verdict: Verdict | None
    flags: Sequence[Flag]
    readings: Sequence[Reading]
    decided: Decision | None = None  # the latest

    @property
    def ailing(self) -> Reading | None:
        """The reading whose signals are in the worst health."""
        return min(self.readings, key=lambda reading: WORST_FIRST.index(reading.health), default=None)

    @property
    def standing(self) -> Standing | None:
        """The picture of the outcome that the verdict speaks of."""
        return standing_of(spoken_of(self.verdict.kind if self.verdict else "", self.readings))


def rows_of(bets: Iterable[Bet], run: Run | None) -> list[Row]:
    """Rows in the order of `bets`, which come with lead, domain and goal. Four queries."""
    listed = list(bets)
    ids = [bet.pk for bet in listed]
    verdicts = {verdict.bet_id: verdict for verdict in Verdict.objects.filter(run=run, bet__in=ids)}
    readings = _by_bet(
        Reading.objects.filter(run=run, outcome__bet__in=ids, outcome__successor=None)
        .select_related("outcome__series__metric").order_by("outcome__number"),
        lambda reading: reading.outcome.bet_id,
    )  # fmt: skip
    raised = Flag.objects.filter(cleared_on=None, bet__in=ids).select_related("reader").order_by("raised_on", "pk")
    flags = _by_bet(raised, lambda flag: flag.bet_id)
    latest = Decision.objects.filter(bet__in=ids).order_by("bet_id", "-number").distinct("bet_id")
    decided = {decision.bet_id: decision for decision in latest}
    return [Row(bet, verdicts.get(bet.pk), flags[bet.pk], readings[bet.pk], decided.get(bet.pk)) for bet in listed]


def _by_bet(things: Iterable[Any], bet_of: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for thing in things:
        grouped[bet_of(thing)].append(thing)
    return grouped


def listed(bets: BetQuerySet) -> BetQuerySet:
    """Bets as lists show them: by horizon (now, next, later, retiring), then key; one query for all a row needs."""
    return bets.with_plan().select_related("lead", "domain", "goal").order_by((F("horizon") + 3) % 4, "key")


def with_verdict(bets: BetQuerySet, run: Run | None) -> BetQuerySet:
    """Adds `verdict_kind`: what `run` concluded, or “unjudged”. A subquery in the same query."""
    kind = Verdict.objects.filter(run=run, bet=OuterRef("pk")).values("kind")[:1]
    return bets.annotate(verdict_kind=Coalesce(Subquery(kind), Value(UNJUDGED)))


def with_health(bets: BetQuerySet, run: Run | None) -> BetQuerySet:
    """Adds `worst_health`: that of the ailing reading of `run`, or “unread”. A subquery in the same query."""
    current = Reading.objects.filter(run=run, outcome__bet=OuterRef("pk"), outcome__successor=None)
    readings = current.order_by(rank_in("health", WORST_FIRST))
    return bets.annotate(worst_health=Coalesce(Subquery(readings.values("health")[:1]), Value(UNREAD)))


def with_waiting(bets: BetQuerySet) -> BetQuerySet:
    """Adds `flagged_since`: the day of the oldest open flag, or None. A subquery in the same query."""
    return bets.annotate(flagged_since=Subquery(open_flags().order_by("raised_on").values("raised_on")[:1]))


def rank_in(field: str, values: Sequence[str]) -> Case:
    """The place of a field's value in `values`, for sorting; anything else comes last."""
    places = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*places, default=Value(len(values)), output_field=IntegerField())


def open_flags() -> Any:
    """Open flags of the bet of an outer query."""
    return Flag.objects.filter(bet=OuterRef("pk"), cleared_on=None)

"""The rows of every list of bets: a bet with what the latest night says of it, in three queries for any number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Subquery

from bets.models import Bet, BetQuerySet, Flag, Reading, Verdict
from bets.rules import BROKEN, HEALTHY, STALE, WAITING
from org.models import Run
from portfolio.standing import Standing, standing_of

WORST_FIRST = [BROKEN, STALE, WAITING, HEALTHY]
SPOKEN_OF = {"pivot": "log_e_miss", "persist": "log_e_scale"}


@dataclass(frozen=True)
class Row:
    """One bet in a list; its health stands apart from its verdict."""

    bet: Bet
    verdict: Verdict | None
    flags: Sequence[Flag]
    readings: Sequence[Reading]

    @property
    def ailing(self) -> Reading | None:
        """The reading whose signals are in the worst health."""
        return min(self.readings, key=lambda reading: WORST_FIRST.index(reading.health), default=None)

    @property
    def standing(self) -> Standing | None:
        """The picture of the outcome that the verdict speaks of."""
        family = SPOKEN_OF.get(self.verdict.kind if self.verdict else "", "log_e_cease")
        return standing_of(max(self.readings, key=lambda reading: float(getattr(reading, family)), default=None))

    @property
    def find(self) -> str:
        """What a search looks at, the same as BetQuerySet.matching."""
        bet = self.bet
        return f"{bet.key} {bet.name} {bet.lead} {bet.domain} {bet.goal or ''}".lower()


def rows_of(bets: Iterable[Bet], run: Run | None) -> list[Row]:
    """Rows in the order of `bets`, which come with lead, domain and goal. Three queries."""
    listed = list(bets)
    ids = [bet.pk for bet in listed]
    verdicts = {verdict.bet_id: verdict for verdict in Verdict.objects.filter(run=run, bet__in=ids)}
    readings = _by_bet(
        Reading.objects.filter(run=run, outcome__bet__in=ids)
        .select_related("outcome__series__metric").order_by("outcome__number"),
        lambda reading: reading.outcome.bet_id,
    )  # fmt: skip
    flags = _by_bet(Flag.objects.filter(cleared_on=None, bet__in=ids).order_by("raised_on", "pk"), lambda f: f.bet_id)
    return [Row(bet, verdicts.get(bet.pk), flags[bet.pk], readings[bet.pk]) for bet in listed]


def _by_bet(things: Iterable[Any], bet_of: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for thing in things:
        grouped[bet_of(thing)].append(thing)
    return grouped


def listed(bets: BetQuerySet) -> BetQuerySet:
    """Bets as lists show them: by horizon (now, next, later, retiring), then key; one query for all a row needs."""
    return bets.with_plan().select_related("lead", "domain", "goal").order_by((F("horizon") + 3) % 4, "key")


def needing_decision(bets: BetQuerySet) -> BetQuerySet:
    """Bets with an open flag: evidence first, longest waiting first; then those that only lack signals. One query."""
    evidence = _open_flags().exclude(kind=Flag.Kind.STALE).order_by("raised_on").values("raised_on")[:1]
    any_kind = _open_flags().order_by("raised_on").values("raised_on")[:1]
    flagged = listed(bets).annotate(waiting_since=Subquery(evidence), flagged_since=Subquery(any_kind))
    return flagged.exclude(flagged_since=None).order_by(F("waiting_since").asc(nulls_last=True), "flagged_since", "key")


def _open_flags() -> Any:
    return Flag.objects.filter(bet=OuterRef("pk"), cleared_on=None)

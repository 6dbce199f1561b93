"""What the scoreboard of decisions reads: decisions, their flags, the money that moved because of them, and what was
spent meanwhile. Rows as plain tuples: there are thousands of them. One query each."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncQuarter
from django.utils.timezone import localdate

from bets.models import BetQuerySet, Evidence, Flag, LearningReview, Outcome
from funding.models import Transfer
from portfolio.decision_filters import Found
from portfolio.rules_scoreboard import basis_of
from portfolio.scoreboard_filters import Scope

Kind = Transfer.Kind
MOVES = (Kind.COMMIT, Kind.RELEASE, Kind.RETURN)  # what counts as capital that moved
ON_EVIDENCE = (Flag.Kind.CEASE, Flag.Kind.PIVOT, Flag.Kind.SCALE, Flag.Kind.NEAR_MISS)
RULE_KINDS = (Flag.Kind.CEASE, Flag.Kind.PIVOT, Flag.Kind.SCALE)  # flags that say what an outcome will come to


class Made(NamedTuple):
    """One decision. `reversed_by` is the number of the one that reversed it, `reverses_*` tell which it reverses."""

    pk: int
    bet: int
    key: str
    name: str
    domain: int
    number: int
    kind: str
    verdict: str
    decided_at: datetime
    reversed_by: int | None
    reverses_kind: str | None
    reverses_number: int | None
    reverses_at: datetime | None
    rescore_on: date | None
    finding: str | None
    is_sample: bool

    @property
    def day(self) -> date:
        return localdate(self.decided_at)

    @property
    def basis(self) -> str:
        return basis_of(self.verdict, self.kind)


MADE = (
    "pk", "bet", "bet__key", "bet__name", "bet__domain", "number", "kind", "verdict", "decided_at",
    "reversal__number", "reverses__kind", "reverses__number", "reverses__decided_at", "rescore_on",
    "rescoring__finding", "bet__is_sample",
)  # fmt: skip


def made_of(decisions: Found) -> list[Made]:
    """The latest first."""
    return [Made(*row) for row in decisions.order_by("-decided_at", "-pk").values_list(*MADE)]


def flagged_of(decisions: Found) -> dict[int, tuple[str, date | None, date]]:
    """By decision the flag that it answered, of several the one raised first: kind, since when it was so, and the day
    on which it was raised. Where the night could not say since when, it is the day of the latest evidence that somebody
    had logged of the bet; flags that say nothing about the result, such as missing signals, rest on no evidence."""
    logged = Evidence.objects.filter(bet=OuterRef("bet"), happened_on__lte=OuterRef("raised_on"))
    since = Coalesce("since", Subquery(logged.order_by("-happened_on").values("happened_on")[:1]))
    flags = Flag.objects.filter(decision__in=decisions.values("pk")).annotate(evidence=since)
    found: dict[int, tuple[str, date | None, date]] = {}
    rows = flags.order_by("raised_on", "pk").values_list("decision", "kind", "evidence", "raised_on")
    for decision, kind, evidence, raised in rows:
        found.setdefault(decision, (kind, evidence if kind in ON_EVIDENCE else None, raised))
    return found


class Moved(NamedTuple):
    """Money that moved because of a decision: one kind of transfer in one currency, and when the first was posted."""

    kind: str
    currency: str
    amount: int
    first: date


def standing_transfers() -> QuerySet[Transfer]:
    """Neither reversed nor a reversal."""
    return Transfer.objects.filter(reversal=None, reverses=None).order_by()


def moved_of(decisions: Found, bets: BetQuerySet) -> dict[int, list[Moved]]:
    """By decision, of the bets of which money is seen."""
    posted = standing_transfers().filter(
        line__request__decision__in=decisions.values("pk"), line__request__bet__in=bets.values("pk")
    )
    rows = posted.values_list("line__request__decision", "kind", "ledger__currency")
    found: dict[int, list[Moved]] = defaultdict(list)
    for decision, kind, currency, amount, first in rows.annotate(Sum("amount"), Min("posted_at")):
        found[decision].append(Moved(kind, currency, amount, localdate(first)))
    return found


class Capital(NamedTuple):
    """Money that moved in a quarter, by what it rested on."""

    quarter: date
    kind: str
    currency: str
    basis: str
    amount: int
    transfers: int


def moves_in(scope: Scope) -> QuerySet[Transfer]:
    """Transfers to commit, release or return money of the bets in sight, within the time asked for; with a forum only
    those that its decisions moved."""
    bets = scope.bets_with_money.values("pk")
    moves = standing_transfers().filter(kind__in=MOVES, line__request__bet__in=bets, **scope.within("effective_date"))
    return moves.filter(line__request__decision__in=scope.decisions_ever.values("pk")) if scope.has_forum else moves


def capital_of(scope: Scope) -> list[Capital]:
    rows = moves_in(scope).annotate(quarter=TruncQuarter("effective_date")).values_list(
        "quarter", "kind", "ledger__currency", "line__request__decision__verdict", "line__request__decision__kind"
    )  # fmt: skip
    return [
        Capital(quarter, kind, currency, basis_of(verdict or "", decided or ""), amount, count)
        for quarter, kind, currency, verdict, decided, amount, count in rows.annotate(Sum("amount"), Count("pk"))
    ]


def last_days_of(bets: Iterable[int]) -> dict[int, date]:
    """The last day to decide of each bet: the latest decide-by date of its outcomes."""
    rows = Outcome.objects.current().filter(bet__in=list(bets)).order_by().values_list("bet")
    return dict(rows.annotate(Max("decide_by")))


class Waited(NamedTuple):
    """A flag to cease, until it was decided on; still open without a day."""

    bet: int
    key: str
    name: str
    raised: date
    decided: date | None
    number: int | None
    kind: str
    is_sample: bool


def cease_flags_of(scope: Scope) -> list[Waited]:
    """The latest first. Flags that signals or a correction have cleared were never decided on and are not here; with a
    forum only those that it has decided on."""
    flags = Flag.objects.filter(bet__in=scope.bets_with_money.values("pk"), kind=Flag.Kind.CEASE)
    if scope.has_forum:
        flags = flags.filter(decision__in=scope.decisions_ever.values("pk"))
    rows = flags.filter(Q(cleared_on=None) | Q(decision__isnull=False)).order_by("-raised_on", "-pk").values_list(
        "bet", "bet__key", "bet__name", "raised_on", "decision__decided_at", "decision__number", "decision__kind",
        "bet__is_sample",
    )  # fmt: skip
    return [
        Waited(bet, key, name, raised, localdate(at) if at else None, number, kind or "", sample)
        for bet, key, name, raised, at, number, kind, sample in rows
    ]


def spends_of(bets: Collection[int], scope: Scope) -> dict[int, dict[str, list[tuple[date, int]]]]:
    """What was spent on these bets by bet and currency, day by day, within the time asked for; credit notes are
    negative."""
    spent = Q(kind=Kind.SPEND, debit_account__tranche__bet__in=bets)
    refunded = Q(kind=Kind.REFUND, credit_account__tranche__bet__in=bets)
    rows = standing_transfers().filter(spent | refunded, **scope.within("effective_date"))
    bet = Coalesce("debit_account__tranche__bet", "credit_account__tranche__bet")
    found: dict[int, dict[str, list[tuple[date, int]]]] = defaultdict(lambda: defaultdict(list))
    named = rows.annotate(of=bet).values_list("of", "ledger__currency", "effective_date", "kind")
    for of, currency, day, kind, amount in named.annotate(Sum("amount")):
        found[of][currency].append((day, -amount if kind == Kind.REFUND else amount))
    return found


class Flagged(NamedTuple):
    """A flag of the rule with what its outcome came to; nothing while that has not been measured."""

    key: str
    name: str
    metric: str
    kind: str
    raised: date
    how: str
    measured_from: date | None
    ends_on: date | None
    reached: bool | None
    is_sample: bool


def rule_flags_of(scope: Scope) -> list[Flagged]:
    """The latest first, those withdrawn by a correction too. Of a time: those that were measured in it, and those not
    measured yet that were raised in it."""
    flags = Flag.objects.filter(bet__in=scope.bets.values("pk"), kind__in=RULE_KINDS)
    if scope.days:
        measured = Q(**scope.within("outcome__resolution__ends_on"))
        flags = flags.filter(measured | Q(outcome__resolution=None, **scope.within("raised_on")))
    rows = flags.order_by("-raised_on", "-pk").values_list(
        "bet__key", "bet__name", "outcome__series__metric__name", "kind", "raised_on", "cleared_how",
        "outcome__resolution__starts_on", "outcome__resolution__ends_on", "outcome__resolution__reached",
        "bet__is_sample",
    )  # fmt: skip
    return [Flagged(*row) for row in rows]


def learning_of(decisions: Found) -> list[LearningReview]:
    """Of ceased bets, the latest decision first."""
    kept = LearningReview.objects.filter(decision__in=decisions.values("pk"), decision__reversal=None)
    return list(kept.select_related("decision__bet__domain", "credited").order_by("-decision__decided_at", "-pk"))

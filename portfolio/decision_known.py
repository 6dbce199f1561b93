"""What was known of a bet at one moment: hypothesis, outcomes as they were stated, readings, flags, evidence, money.

Most of it is never changed once it is written, so that the rows of that time are still there. What can be changed later
(a tranche) is followed back through its events, and money through the transfers that had been posted by then.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from bets.models import Bet, Decision, Evidence, Flag, GateResult, Hypothesis, Outcome, Tranche, Verdict
from funding.models import Account, Transfer
from funding.rules_asking import Stood
from org.models import Event, Run
from portfolio.flagged import HEADLINES
from portfolio.said import Said, readings_in, said_of

RESTATED = re.compile(r"Outcome (\d+) restated as version (\d+)\.")
HELD = ("committed", "released", "spent", "winddown")


@dataclass(frozen=True)
class FlagThen:
    flag: Flag

    @property
    def headline(self) -> str:
        metric = self.flag.outcome.series.metric.name
        return str(HEADLINES[Flag.Kind(self.flag.kind)]) % {"metric": metric}


@dataclass(frozen=True)
class Known:
    """`evidence` was confirmed by then; `unconfirmed` counts what had been logged besides. `planned` is in minor units,
    `stood` None for those who do not see the money of the bet."""

    night: Run | None
    verdict: Verdict | None
    hypothesis: Hypothesis | None
    outcomes: list[Said]
    flags: list[FlagThen]
    evidence: list[Evidence]
    unconfirmed: int
    planned: int
    stood: Stood | None
    gates: list[GateResult]

    @property
    def is_read(self) -> bool:
        return any(said.reading for said in self.outcomes)


def known_at(decision: Decision, versions: Sequence[Outcome], *, sees_money: bool) -> Known:
    """What was known when a decision was made; `versions` are those of every outcome of its bet. At most eight queries,
    and one for money."""
    bet, at, night = decision.bet, decision.decided_at, decision.run
    events = list(Event.objects.filter(subject_type="bets.bet", subject_id=bet.pk, at__gt=at).order_by("-at", "-pk"))
    outcomes = stated_then(versions, events)
    readings = readings_in([night] if night else [], outcomes)
    evidence = list(_evidence(bet, at))
    planned = planned_then(bet, events)
    return Known(
        night=night,
        verdict=Verdict.objects.filter(bet=bet, run=night).first() if night else None,
        hypothesis=bet.hypotheses.filter(written_at__lte=at).select_related("written_by").order_by("-version").first(),
        outcomes=said_of(outcomes, readings.get(night.pk, {}) if night else {}),
        flags=[FlagThen(one) for one in decision.flags.select_related("outcome__series__metric").order_by("pk")],
        evidence=[one for one in evidence if one.confirmed_at and one.confirmed_at <= at],
        unconfirmed=sum(one.confirmed_at is None or one.confirmed_at > at for one in evidence),
        planned=planned,
        stood=stood_then(bet, planned, at) if sees_money else None,
        gates=list(_gates(bet, at)),
    )


def stated_then(outcomes: Iterable[Outcome], later: Iterable[Event]) -> list[Outcome]:
    """The versions of outcomes that there were, given the events that came later. No query."""
    newer = {found.groups() for one in later if (found := RESTATED.match(one.sentence))}
    return [one for one in outcomes if (str(one.number), str(one.version)) not in newer]


def planned_then(bet: Bet, later: Iterable[Event]) -> int:
    """The plan, minor units, with the tranches that were planned or revised later as they were before. One query.

    `later` are the events that came later, the latest first."""
    amounts = dict(Tranche.objects.filter(bet=bet).values_list("pk", "amount"))
    for one in later:
        tranche = one.payload.get("tranche")
        if one.kind == "tranche planned":
            amounts.pop(tranche, None)
        elif one.kind == "tranche revised" and tranche in amounts:
            amounts[tranche] = one.payload["former"]["amount"]
    return sum(amounts.values())


def stood_then(bet: Bet, planned: int, at: datetime) -> Stood:
    """What stood in the accounts of a bet just before a moment. What the decision itself moved came at that moment, and
    does not count. One query."""
    there, here = "debit_account__tranche__bet", "credit_account__tranche__bet"
    posted = Transfer.objects.filter(Q(**{there: bet}) | Q(**{here: bet}), posted_at__lt=at).order_by()
    rows = posted.values_list(there, "debit_account__kind", here, "credit_account__kind")
    held: dict[str, int] = defaultdict(int)
    for to, reaches, out_of, leaves, amount in rows.annotate(sum=Sum("amount")):
        held[reaches] += amount if to == bet.pk else 0
        held[leaves] -= amount if out_of == bet.pk else 0
    return Stood(str(bet), planned, **{kind: held[Account.Kind(kind)] for kind in HELD})


def _evidence(bet: Bet, at: datetime) -> "Iterable[Evidence]":
    """What had been logged and not superseded, the strongest first."""
    logged = Evidence.objects.filter(bet=bet, logged_at__lte=at).exclude(successor__logged_at__lte=at)
    return logged.select_related("kind").order_by("-strength", "-happened_on", "-number")


def _gates(bet: Bet, at: datetime) -> "Iterable[GateResult]":
    said = GateResult.objects.filter(tranche__bet=bet, said_at__lte=at)
    return said.select_related("tranche", "said_by").order_by("tranche__sequence")

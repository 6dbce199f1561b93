"""What people state: goals, bets, hypotheses, outcomes, tranches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from bets import rules
from bets.models import Bet, Goal, Hypothesis, Outcome, Segment, Tranche
from bets.signals import noise_history
from lib.refusals import Refused, refuse_if
from metrics.definition import definition_of, zone_of
from metrics.models import Series
from org.actions import record_event
from org.models import Domain, Person, Team
from org.rules import refusals
from org.visibility import powers_of

Part = tuple[str, Series, float]  # a segment: name, series, weight


@dataclass(frozen=True)
class Claim:
    """The parts of “We believe that *change* for *whom* will result in *result*, because *reason*.”"""

    change: str
    whom: str
    result: str
    reason: str


@transaction.atomic
def add_goal(key: str, name: str, measure: str, due_on: date, *, at: datetime, by: Person | None = None) -> Goal:
    goal = Goal.objects.create(key=key, name=name, measure=measure, due_on=due_on)
    record_event(goal, "goal added", f"Goal {name} added.", at=at, by=by)
    return goal


@transaction.atomic
def state_bet(
    key: str, name: str, domain: Domain, claim: Claim, *, lead: Person, by: Person, at: datetime,
    teams: Sequence[Team] = (), **fields: Any,
) -> Bet:  # fmt: skip
    """States a bet with the first version of its hypothesis; it stays a draft until it goes live."""
    refuse_if(refusals(powers_of(by), "state_bet", domain.pk))
    refuse_if(rules.key_refusals(key))
    if Bet.objects.filter(key=key).exists():
        raise Refused(f"There is a bet with the key {key} already.")
    bet = Bet.objects.create(key=key, name=name, domain=domain, lead=lead, **fields)
    bet.teams.set(teams)
    record_event(bet, "bet stated", f"{bet} stated.", at=at, by=by)
    write_hypothesis(bet, claim, by=by, at=at)
    return bet


@transaction.atomic
def write_hypothesis(bet: Bet, claim: Claim, *, by: Person, at: datetime) -> Hypothesis:
    """Writes the next version; the old ones stay readable."""
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    last = bet.hypotheses.aggregate(last=Max("version"))["last"] or 0
    written = Hypothesis.objects.create(
        bet=bet, version=last + 1, change=claim.change, whom=claim.whom, result=claim.result, reason=claim.reason,
        written_at=at, written_by=by,
    )  # fmt: skip
    record_event(bet, "hypothesis written", f"Version {written.version}: {written}", at=at, by=by)
    return written


@transaction.atomic
def add_outcome(
    bet: Bet, series: Series, *, target: float, kill_line: float, decide_by: date, planned_exposures: float,
    by: Person, at: datetime, today: date, baseline: float | None = None, contrast: str = "",
    starts_on: date | None = None, role: str = "primary", weight: float = 1.0, grace_days: int = 0,
    glide: str = "flat", share: float = 0.5, segments: Sequence[Part] = (),
) -> Outcome:  # fmt: skip
    """States an outcome of a draft or live bet; what is stated is frozen once it has been read.

    `segments` are (name, series, weight); their weights add up to 1.
    """
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    fields: dict[str, Any] = {
        "contrast": contrast, "higher_is_better": series.metric.direction == "higher", "baseline": baseline,
        "target": target, "kill_line": kill_line, "starts_on": starts_on or bet.starts_on, "decide_by": decide_by,
        "planned_exposures": planned_exposures, "role": role, "weight": weight, "grace_days": grace_days,
        "glide": glide, "share": share,
    }  # fmt: skip
    stated = rules.Statement(
        kind=series.metric.kind, has_control=series.has_control, parts=_parts(series, segments),
        zones=_zones([series, *(part for _, part, _ in segments)]), **fields,
    )  # fmt: skip
    refuse_if(rules.outcome_refusals(stated, today=today))
    Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    number = (bet.outcomes.aggregate(last=Max("number"))["last"] or 0) + 1
    outcome = Outcome.objects.create(bet=bet, number=number, series=series, definition=definition_of(series), **fields)
    Segment.objects.bulk_create(
        Segment(outcome=outcome, name=name, series=part, weight=share_of_it) for name, part, share_of_it in segments
    )
    sentence = f"Outcome {number}: {series.metric}. {noise_history(outcome, today)}"
    record_event(bet, "outcome stated", sentence.strip(), at=at, by=by, target=target, kill=kill_line)
    return outcome


def _parts(whole: Series, segments: Sequence[Part]) -> tuple[rules.Part, ...]:
    return tuple(
        rules.Part(
            name,
            str(series.pk),
            weight,
            series.pk != whole.pk and (series.metric_id, series.grain) == (whole.metric_id, whole.grain),
        )
        for name, series, weight in segments
    )


def _zones(series: Sequence[Series]) -> frozenset[str]:
    return frozenset(zone_of(one.source) for one in series)


@transaction.atomic
def plan_tranche(
    bet: Bet, amount: int, purpose: str, gate: str, planned_on: date, *, by: Person, at: datetime
) -> Tranche:
    """Plans the next stage of money, in minor units of the bet's currency."""
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    if amount <= 0:
        raise Refused("A tranche must be more than nothing.")
    Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    tranche = Tranche.objects.create(
        bet=bet, sequence=bet.tranches.count() + 1, amount=amount, purpose=purpose, gate=gate, planned_on=planned_on
    )
    record_event(bet, "tranche planned", f"Tranche {tranche.sequence}: {purpose}.", at=at, by=by, amount=amount)
    return tranche


@transaction.atomic
def go_live(bet: Bet, *, by: Person, at: datetime) -> Bet:
    """A draft with at least one outcome goes live: from now on the night reads it."""
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    if bet.state != Bet.State.DRAFT:
        raise Refused(f"{bet} is not a draft: it is {bet.get_state_display().lower()} already.")
    if not bet.outcomes.exists():
        raise Refused(f"{bet} has no outcome yet: without one nobody could tell whether it works.")
    bet.state = Bet.State.LIVE
    bet.save(update_fields=["state"])
    record_event(bet, "bet went live", f"{bet} went live.", at=at, by=by)
    return bet

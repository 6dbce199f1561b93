"""State changes of bets: goals, bets, hypotheses, outcomes, tranches; readings, verdicts and flags of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from bets.models import Bet, Flag, Goal, Hypothesis, Outcome, Reading, Tranche, Verdict
from bets.rules import Statement, key_refusals, outcome_refusals
from lib.refusals import Refused, refuse_if
from metrics.models import Series
from org.actions import record_event
from org.models import Domain, Person, Run, Team
from org.rules import refusals
from org.visibility import powers_of


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
    refuse_if(key_refusals(key))
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
    starts_on: date | None = None,
) -> Outcome:  # fmt: skip
    """States an outcome of a draft or live bet; what is stated is frozen once it has been read."""
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    higher, start = series.metric.direction == "higher", starts_on or bet.starts_on
    stated = Statement(
        kind=series.metric.kind, contrast=contrast, has_control=series.has_control, higher_is_better=higher,
        kill_line=kill_line, target=target, baseline=baseline, starts_on=start, decide_by=decide_by,
        planned_exposures=planned_exposures,
    )  # fmt: skip
    refuse_if(outcome_refusals(stated, today=today))
    Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    outcome = Outcome.objects.create(
        bet=bet, number=bet.outcomes.count() + 1, series=series, contrast=contrast, higher_is_better=higher,
        baseline=baseline, target=target, kill_line=kill_line, starts_on=start, decide_by=decide_by,
        planned_exposures=planned_exposures,
    )  # fmt: skip
    record_event(
        bet,
        "outcome stated",
        f"Outcome {outcome.number}: {series.metric}.",
        at=at,
        by=by,
        target=target,
        kill=kill_line,
    )
    return outcome


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


@transaction.atomic
def record_readings(run: Run, readings: Iterable[Reading], *, at: datetime) -> int:
    """Writes the readings of a chunk, with one event; one that this run has already is left as it is."""
    made = list(readings)
    Reading.objects.bulk_create(made, ignore_conflicts=True, batch_size=1_000)
    record_event(run, "outcomes read", f"Outcomes read: {len(made)}.", at=at, by=run.started_by)
    return len(made)


@dataclass(frozen=True)
class Judgement:
    """What a run concludes: verdicts of all bets, flags to raise, and open stale flags whose feed has come back."""

    verdicts: list[Verdict]
    raised: list[Flag]
    fresh_again: list[int]


@transaction.atomic
def record_judgement(run: Run, judgement: Judgement, *, at: datetime) -> None:
    """Writes verdicts and flags of a run. An evidence flag is never cleared here: only a decision does that."""
    Verdict.objects.bulk_create(judgement.verdicts, ignore_conflicts=True, batch_size=1_000)
    record_event(run, "portfolio judged", f"Bets judged: {len(judgement.verdicts)}.", at=at, by=run.started_by)
    for flag in judgement.raised:
        flag.save(force_insert=True)
        record_event(
            flag.bet,
            "flag raised",
            f"{flag.get_kind_display()}: {flag.sentence}",
            at=at,
            flag=flag.pk,
            flag_kind=flag.kind,
        )
    for flag in Flag.objects.filter(pk__in=judgement.fresh_again, cleared_on=None).select_related("bet"):
        flag.cleared_on, flag.cleared_because = run.as_of, "Signals arrive again."
        flag.save(update_fields=["cleared_on", "cleared_because"])
        record_event(flag.bet, "flag cleared", "Stale: signals arrive again.", at=at, flag=flag.pk, flag_kind=flag.kind)

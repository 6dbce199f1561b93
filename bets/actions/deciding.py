"""What people decide: on bets, and on near misses."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from bets.models import Bet, Decision, Flag, SecondReading, Verdict
from bets.rules import (
    NIGHTS,
    Proposal,
    decider_refusals,
    decision_refusals,
    reader_refusals,
    second_reading_refusals,
)
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person, Run
from org.visibility import powers_of

STATES = {
    Decision.Kind.CEASE: Bet.State.CEASED,
    Decision.Kind.PIVOT: Bet.State.HELD,
    Decision.Kind.FUND: Bet.State.LIVE,
    Decision.Kind.PERSIST: Bet.State.LIVE,
}


@transaction.atomic
def record_decision(
    bet: Bet, kind: str, *, rationale: str, would_change: str, look_again_on: date | None, by: Person, at: datetime,
    today: date, reverses: Decision | None = None,
) -> Decision:  # fmt: skip
    """Writes the next decision on a bet with the verdict as it stood, and clears the bet's open flags.

    Until `look_again_on` the night raises none of them anew; a cease has no such day, and one that is given is dropped.
    A reversal points back at the latest decision; of a ceased bet it is the only one.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(decider_refusals(powers_of(by), by.pk, bet))
    latest = bet.decisions.order_by("-number").first()
    if reverses is not None and reverses.bet_id != bet.pk:
        raise Refused("A reversal points back at a decision on the same bet.")
    wanted = Proposal(
        kind, rationale.strip(), would_change.strip(), None if kind == Decision.Kind.CEASE else look_again_on,
        bet.state, reverses.kind if reverses else "", reverses == latest, _repeats(latest, kind, rationale, by, today),
    )  # fmt: skip
    refuse_if(decision_refusals(wanted, today=today))
    decision = _write(bet, wanted, latest.number + 1 if latest else 1, reverses, by=by, at=at, today=today)
    _follow(decision, at=at, today=today)
    return decision


def _repeats(latest: Decision | None, kind: str, rationale: str, by: Person, today: date) -> bool:
    """A form that was sent twice."""
    return (
        latest is not None
        and (latest.kind, latest.rationale, latest.decided_by_id) == (kind, rationale.strip(), by.pk)
        and timezone.localdate(latest.decided_at) == today
    )


def _write(
    bet: Bet, wanted: Proposal, number: int, reverses: Decision | None, *, by: Person, at: datetime, today: date
) -> Decision:
    stood = Verdict.objects.filter(
        bet=bet, as_of__lte=today, run__kind__in=NIGHTS, run__state=Run.State.DONE
    )  # fmt: skip
    verdict = stood.order_by("-as_of", "-run_id").first()
    return Decision.objects.create(
        bet=bet, number=number, kind=wanted.kind, rationale=wanted.rationale, would_change=wanted.would_change,
        look_again_on=wanted.look_again_on, reverses=reverses, run_id=verdict.run_id if verdict else None,
        verdict=verdict.kind if verdict else "", decided_at=at, decided_by=by,
    )  # fmt: skip


def _follow(decision: Decision, *, at: datetime, today: date) -> None:
    """What follows from a decision: the state of the bet, and that its open flags have been decided on."""
    bet, by = decision.bet, decision.decided_by
    bet.state = STATES.get(Decision.Kind(decision.kind), bet.state)
    bet.save(update_fields=["state"])
    flags = list(bet.flags.filter(cleared_on=None))
    said = f"Decided: {decision.kind}. {decision.rationale}"
    record_event(
        bet, "decision recorded", said, at=at, by=by, decision=decision.pk, decision_kind=decision.kind,
        flags=[flag.pk for flag in flags], reverses=decision.reverses_id,
    )  # fmt: skip
    for flag in flags:
        clear_flag(flag, Flag.Cleared.DECISION, f"Decided: {decision.kind}.", on=today, at=at, decision=decision)


def clear_flag(flag: Flag, how: str, because: str, *, on: date, at: datetime, decision: Decision | None = None) -> None:
    """Clears an open flag with its event, in the caller's transaction."""
    flag.cleared_on, flag.cleared_how, flag.cleared_because, flag.decision = on, how, because, decision
    flag.save(update_fields=["cleared_on", "cleared_how", "cleared_because", "decision"])
    said = f"{flag.kind.replace('_', ' ').capitalize()}: {because[0].lower()}{because[1:]}"
    by = decision.decided_by if decision else None
    record_event(flag.bet, "flag cleared", said, at=at, by=by, flag=flag.pk, flag_kind=flag.kind)


@transaction.atomic
def record_second_reading(flag: Flag, finding: str, *, note: str, by: Person, at: datetime) -> SecondReading:
    """Writes what the independent reader of a near miss found, once. The flag stays until the bet is decided on."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=flag.bet_id)
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag.pk)
    is_read = SecondReading.objects.filter(flag=flag).exists()
    refuse_if(reader_refusals(powers_of(by), by.pk, flag, is_read=is_read))
    refuse_if(second_reading_refusals(finding, note))
    reading = SecondReading.objects.create(flag=flag, finding=finding, note=note.strip(), read_at=at, read_by=by)
    said = f"Second reading: {SecondReading.Finding(finding).name.replace('_', ' ').lower()}. {reading.note}"
    record_event(bet, "near miss read", said, at=at, by=by, flag=flag.pk, finding=finding)
    return reading

"""What people decide: on bets, and on near misses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from bets.actions.following import open_what_follows
from bets.models import Bet, Decision, Dissent, Flag, SecondReading
from bets.rules import (
    Proposal,
    aside_refusals,
    decider_refusals,
    decision_refusals,
    reader_refusals,
    second_reading_refusals,
)
from bets.verdicts import standing_verdict
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

STATES = {
    Decision.Kind.CEASE: Bet.State.CEASED,
    Decision.Kind.PIVOT: Bet.State.HELD,
    Decision.Kind.FUND: Bet.State.LIVE,
    Decision.Kind.PERSIST: Bet.State.LIVE,
}


@dataclass(frozen=True)
class Aside:
    """What a review records beside a decision: what the bet has taught, who looks again at a decision against the
    recommendation and when, and who dissented, in their words."""

    learned: str = ""
    second_reader: Person | None = None
    rescore_on: date | None = None
    dissent: Mapping[Person, str] = field(default_factory=dict)


@transaction.atomic
def record_decision(
    bet: Bet, kind: str, *, rationale: str, would_change: str, look_again_on: date | None, by: Person, at: datetime,
    today: date, reverses: Decision | None = None, aside: Aside | None = None,
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
    aside = aside or Aside()
    refuse_if(decision_refusals(wanted, today=today))
    refuse_if(aside_refusals(aside.learned, list(aside.dissent.values())))
    number = latest.number + 1 if latest else 1
    decision = _write(bet, wanted, number, reverses, aside, by=by, at=at, today=today)
    Dissent.objects.bulk_create(
        Dissent(decision=decision, person=person, words=words.strip()) for person, words in aside.dissent.items()
    )
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
    bet: Bet, wanted: Proposal, number: int, reverses: Decision | None, aside: Aside, *, by: Person, at: datetime,
    today: date,
) -> Decision:  # fmt: skip
    verdict = standing_verdict(bet, today)
    return Decision.objects.create(
        bet=bet, number=number, kind=wanted.kind, rationale=wanted.rationale, would_change=wanted.would_change,
        look_again_on=wanted.look_again_on, reverses=reverses, run_id=verdict.run_id if verdict else None,
        verdict=verdict.kind if verdict else "", decided_at=at, decided_by=by, learned=aside.learned.strip(),
        second_reader=aside.second_reader, rescore_on=aside.rescore_on,
    )  # fmt: skip


def _follow(decision: Decision, *, at: datetime, today: date) -> None:
    """What follows from a decision: the state of the bet, that its open flags have been decided on, and what is asked
    for later."""
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
    open_what_follows(decision, at=at, today=today)


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

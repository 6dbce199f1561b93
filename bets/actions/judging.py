"""State changes by a run: readings, verdicts, flags, what the rule for the portfolio did, outcomes that resolved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bets.actions.deciding import clear_flag
from bets.models import Bet, FamilyRule, Flag, Reading, Resolution, Verdict
from bets.resting import resting_flags
from bets.words import first_sentence
from lib.bulk import copy_in
from org.actions import record_event
from org.models import Run

ACTIVE = [Bet.State.LIVE, Bet.State.HELD]


@transaction.atomic
def record_readings(run: Run, readings: Iterable[Reading], *, at: datetime) -> int:
    """Writes the readings of a chunk, with one event; one that this run has already is left as it is."""
    made = list(readings)
    there = set(Reading.objects.filter(run=run, outcome__in=[one.outcome_id for one in made]).values_list("outcome"))
    copy_in([reading for reading in made if (reading.outcome_id,) not in there])
    record_event(run, "outcomes read", f"Outcomes read: {len(made)}.", at=at, by=run.started_by)
    return len(made)


@dataclass(frozen=True)
class Clearing:
    """An open flag that the signals themselves answer, how and why."""

    flag: Flag
    how: Flag.Cleared
    because: str


@dataclass(frozen=True)
class Judgement:
    """What a run concludes: verdicts of all bets, flags to raise and to clear, what the rule for the portfolio did by
    family, and outcomes whose day to be measured has come."""

    verdicts: Sequence[Verdict]
    raised: Sequence[Flag]
    cleared: Sequence[Clearing] = ()
    rules: Sequence[FamilyRule] = ()
    resolutions: Sequence[Resolution] = ()


@transaction.atomic
def record_judgement(run: Run, judgement: Judgement, *, at: datetime) -> None:
    """Writes what a run concludes. Evidence that fades clears no flag: a decision does, or a correction of its data.

    Bets are locked first, so that a flag is not raised on a bet that somebody has just decided on.
    """
    there = set(Verdict.objects.filter(run=run).values_list("bet_id", flat=True))
    copy_in([verdict for verdict in judgement.verdicts if verdict.bet_id not in there])
    FamilyRule.objects.bulk_create(judgement.rules, ignore_conflicts=True)
    record_event(run, "portfolio judged", f"Bets judged: {len(judgement.verdicts)}.", at=at, by=run.started_by)
    touched = [flag.bet_id for flag in judgement.raised] + [clearing.flag.bet_id for clearing in judgement.cleared]
    live = _locked(touched)
    _clear(judgement.cleared, run, at)
    _raise([flag for flag in judgement.raised if flag.bet_id in live], run, at)
    _resolve(judgement.resolutions, at)


def _locked(bets: Sequence[int]) -> set[int]:
    """Locks these bets in one order; those of them that are live or held."""
    locked = Bet.objects.select_for_update(no_key=True).filter(pk__in=bets).order_by("pk") if bets else []
    return {bet.pk for bet in locked if bet.state in ACTIVE}


def _clear(clearings: Sequence[Clearing], run: Run, at: datetime) -> None:
    still = Flag.objects.filter(pk__in=[clearing.flag.pk for clearing in clearings], cleared_on=None)
    flags = {flag.pk: flag for flag in still.select_related("bet")} if clearings else {}
    for clearing in clearings:
        if flag := flags.get(clearing.flag.pk):
            clear_flag(flag, clearing.how, clearing.because, on=run.as_of, at=at)


def _raise(flags: Sequence[Flag], run: Run, at: datetime) -> None:
    resting = resting_flags(run.as_of, [flag.bet_id for flag in flags]) if flags else {}
    wanted = [flag for flag in flags if (flag.bet_id, flag.kind) not in resting]
    for flag in Flag.objects.bulk_create(wanted, batch_size=1_000):
        # The whole paragraph is the flag's; the history tells its first sentence.
        said = f"{flag.kind.replace('_', ' ').capitalize()}: {first_sentence(flag.sentence)}"
        record_event(flag.bet, "flag raised", said, at=at, flag=flag.pk, flag_kind=flag.kind)


def _resolve(resolutions: Sequence[Resolution], at: datetime) -> None:
    """Writes each outcome's resolution once."""
    wanted = [resolution.outcome_id for resolution in resolutions]
    known = set(Resolution.objects.filter(outcome__in=wanted).values_list("outcome", flat=True)) if wanted else set()
    for resolution in resolutions:
        if resolution.outcome_id not in known:
            resolution.save(force_insert=True)
            outcome = resolution.outcome
            said = f"Outcome {outcome.number} resolved: target {'reached' if resolution.reached else 'missed'}."
            record_event(outcome.bet, "outcome resolved", said, at=at, outcome=outcome.pk, reached=resolution.reached)

"""Moving the lines of an outcome: a new version with a reason, and never by those who lead the bet."""

from datetime import date, datetime

from django.db import transaction

from bets.models import Bet, Outcome, Segment
from bets.rules import Statement, outcome_refusals, restate_refusals
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

COPIED = (
    "bet", "number", "series", "contrast", "higher_is_better", "baseline", "starts_on", "planned_exposures", "role",
    "weight", "grace_days", "glide", "share", "definition",
)  # fmt: skip


@transaction.atomic
def restate_outcome(
    outcome: Outcome, *, target: float, kill_line: float, decide_by: date, reason: str, by: Person, at: datetime,
    today: date,
) -> Outcome:  # fmt: skip
    """Writes the next version of an outcome; the one before goes on being read, and its verdict is shown beside.

    All signals since the start count for the new lines too: evidence against a lower line is never stronger than
    against the higher one, so moving it cannot make up evidence, only hide some.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=outcome.bet_id)
    outcome = Outcome.objects.select_related("series__metric").get(pk=outcome.pk)
    is_current = not Outcome.objects.filter(replaces=outcome).exists()
    refuse_if(restate_refusals(powers_of(by), by.pk, bet, is_current=is_current, reason=reason))
    refuse_if(outcome_refusals(_stated(outcome, target, kill_line, decide_by), today=today))
    if (target, kill_line, decide_by) == (outcome.target, outcome.kill_line, outcome.decide_by):
        raise Refused("Nothing would change: target, kill line and decide-by date are what they were.")
    stated = Outcome.objects.create(
        **{name: getattr(outcome, name) for name in COPIED}, target=target, kill_line=kill_line, decide_by=decide_by,
        version=outcome.version + 1, replaces=outcome, reason=reason.strip(),
    )  # fmt: skip
    parts = outcome.segments.all()
    Segment.objects.bulk_create(
        Segment(outcome=stated, name=part.name, series_id=part.series_id, weight=part.weight) for part in parts
    )
    _record(outcome, stated, by=by, at=at)
    return stated


def _stated(outcome: Outcome, target: float, kill_line: float, decide_by: date) -> Statement:
    """Series and segments are not asked about again: they stay."""
    kept = {name: getattr(outcome, name) for name in COPIED if name not in ("bet", "number", "series", "definition")}
    series = outcome.series
    return Statement(
        kind=series.metric.kind, has_control=series.has_control, target=target, kill_line=kill_line,
        decide_by=decide_by, **kept,
    )  # fmt: skip


def _record(before: Outcome, stated: Outcome, *, by: Person, at: datetime) -> None:
    """The event keeps the old lines beside the new ones."""
    said = f"Outcome {stated.number} restated as version {stated.version}. {stated.reason}"
    record_event(
        stated.bet, "outcome restated", said, at=at, by=by, target=[before.target, stated.target],
        kill=[before.kill_line, stated.kill_line],
        decide_by=[before.decide_by.isoformat(), stated.decide_by.isoformat()],
    )  # fmt: skip

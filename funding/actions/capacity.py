"""State changes of the capacity of teams."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from funding.models import Capacity
from funding.rules_capacity import Span, capacity_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person, Team
from org.rules import refusals
from org.visibility import powers_of

FIELDS = ("starts_on", "ends_on", "weeks")


def weeks_planned(capacity: Capacity) -> dict[str, Any]:
    """What stands there now, by field: what a form is filled with."""
    return {name: getattr(capacity, name) for name in FIELDS}


@transaction.atomic
def set_capacity(
    team: Team, starts_on: date, ends_on: date, weeks: Decimal, *, by: Person, at: datetime,
    capacity: Capacity | None = None, seen: str | None = None,
) -> Capacity:  # fmt: skip
    """Plans the weeks that a team has between two days, or changes those of `capacity`."""
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    refuse_if(refusals(powers_of(by), "plan_capacity", team.domain_id))
    kept = Capacity.objects.get(pk=capacity.pk) if capacity else Capacity(team=team)
    was, wanted = weeks_planned(kept), {"starts_on": starts_on, "ends_on": ends_on, "weeks": weeks}
    if capacity and was == wanted:
        return kept
    refuse_if(stale_refusals(seen if capacity else None, was))
    others = Capacity.objects.filter(team=team).exclude(pk=kept.pk).values_list("starts_on", "ends_on")
    refuse_if(capacity_refusals(Span(starts_on, ends_on), weeks, [Span(*days) for days in others]))
    kept.starts_on, kept.ends_on, kept.weeks = starts_on, ends_on, weeks
    kept.changed_at, kept.changed_by = at, by
    kept.save()
    said = f"Capacity of {team} from {starts_on} to {ends_on}: {weeks} weeks."
    changes = _plain(wanted) | {"before": _plain(was) if capacity else None}
    record_event(team, "capacity planned", said, at=at, by=by, **changes)
    return kept


@transaction.atomic
def drop_capacity(capacity: Capacity, *, by: Person, at: datetime) -> None:
    """Takes a planned capacity back."""
    team = Team.objects.select_for_update(no_key=True).get(pk=capacity.team_id)
    refuse_if(refusals(powers_of(by), "plan_capacity", team.domain_id))
    said = f"Capacity of {team} from {capacity.starts_on} to {capacity.ends_on} taken back."
    record_event(team, "capacity taken back", said, at=at, by=by, before=_plain(weeks_planned(capacity)))
    capacity.delete()


def _plain(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}

"""State changes of guardrails."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from funding.guardrails import keeper_refusals
from funding.models import Guardrail
from funding.rules_guardrails import Limits, Wanted, guardrail_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

KEPT = ("kind", "name", "domain", "horizon", "funding_class", "team", "at_least", "at_most", "buffer", "currency",
        "is_active")  # fmt: skip


def standing_of(rail: Guardrail) -> dict[str, Any]:
    """What stands there now, by field: what a form is filled with; domain and team by key."""
    values = {name: getattr(rail, name) for name in KEPT}
    return values | {name: getattr(values[name], "pk", None) for name in ("domain", "team")}


@transaction.atomic
def keep_guardrail(
    rail: Guardrail | None, *, by: Person, at: datetime, seen: str | None = None, **fields: Any
) -> Guardrail:  # fmt: skip
    """Adds a guardrail, or changes one. Money that was given before stays where it is: it binds what is asked next."""
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # a form that is sent twice adds one guardrail
    powers = powers_of(by)
    refuse_if(refusals(powers, "keep_guardrails"))
    if rail is not None:
        rail = Guardrail.objects.select_for_update(no_key=True, of=("self",)).get(pk=rail.pk)
        refuse_if(keeper_refusals(powers, rail))
        if all(getattr(rail, name) == value for name, value in fields.items()):
            return rail
        refuse_if(stale_refusals(seen, standing_of(rail)))
    kept = rail or Guardrail()
    was = standing_of(kept)
    for name, value in fields.items():
        setattr(kept, name, value)
    refuse_if(guardrail_refusals(_wanted(kept)))
    refuse_if(keeper_refusals(powers, kept))
    refuse_if(_name_refusals(kept))
    kept.changed_at, kept.changed_by = at, by
    with refused_when_taken(_taken(kept)):
        kept.save()
    said = f"Guardrail {kept} {'changed' if rail else 'added'}."
    changes = {name: [was[name], value] for name, value in standing_of(kept).items() if was[name] != value}
    record_event(kept, f"guardrail {'changed' if rail else 'added'}", said, at=at, by=by, changes=changes)
    return kept


def _name_refusals(rail: Guardrail) -> Iterator[str]:
    """Names tell guardrails apart where they stop somebody."""
    others = Guardrail.objects.filter(name__iexact=rail.name.strip(), currency=rail.currency).exclude(pk=rail.pk)
    if others.exists():
        yield _taken(rail)


def _taken(rail: Guardrail) -> str:
    return f"There is a guardrail “{rail.name.strip()}” already: change that one, or choose another name."


def _wanted(rail: Guardrail) -> Wanted:
    return Wanted(
        rail.kind, rail.name, rail.horizon, rail.funding_class, rail.domain_id is not None, rail.team_id is not None,
        Limits(rail.at_least, rail.at_most, rail.buffer), rail.currency,
    )  # fmt: skip

"""State changes of the standards that product operations keep: kinds, templates, allowances and goals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from bets import rules_standards as rules
from bets.models import Allowance, EvidenceKind, Goal, Template
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

KIND = ("name", "what", "cap", "is_active")
TEMPLATE = (
    "name", "guidance", "stage", "horizon", "change", "whom", "result", "reason", "premortem", "assumptions",
    "tranches", "is_active",
)  # fmt: skip
ALLOWANCE = ("amount", "days", "cap")
GOAL = ("name", "measure", "due_on")
Standard = TypeVar("Standard", bound=models.Model)


def standing_of(thing: models.Model, fields: Sequence[str]) -> dict[str, Any]:
    """What stands there now, by field: what a form is filled with."""
    return {name: getattr(thing, name) for name in fields}


@transaction.atomic
def keep_kind(
    kind: EvidenceKind | None, *, by: Person, at: datetime, key: str = "", seen: str | None = None, **fields: Any
) -> EvidenceKind:
    """Adds a kind of evidence under `key`, or changes one. Evidence that was logged keeps its kind and strength."""
    refuse_if(refusals(powers_of(by), "keep_standards"))
    kind = _locked(kind)
    fields = _tidied(fields)
    if kind is not None and _stands(kind, fields):
        return kind
    refuse_if(_stale(kind, KIND, seen))
    refuse_if(rules.kind_refusals(rules.Kind(**_all(kind, KIND, fields))))
    return _keep(EvidenceKind, kind, key, fields, "kind of evidence", by=by, at=at)


@transaction.atomic
def keep_template(
    template: Template | None, *, by: Person, at: datetime, key: str = "", seen: str | None = None, **fields: Any
) -> Template:
    """Adds a template under `key`, or changes one. Bets that started from it stay as they are."""
    refuse_if(refusals(powers_of(by), "keep_standards"))
    template = _locked(template)
    fields = _tidied(fields)
    if template is not None and _stands(template, fields):
        return template
    refuse_if(_stale(template, TEMPLATE, seen))
    refuse_if(rules.template_refusals(rules.Template(**_all(template, TEMPLATE, fields))))
    return _keep(Template, template, key, fields, "template", by=by, at=at)


@transaction.atomic
def keep_allowance(
    allowance: Allowance | None, *, by: Person, at: datetime, currency: str = "", seen: str | None = None, **fields: Any
) -> Allowance:
    """Sets what a discovery bet may cost and last in one currency. Bets that went live by the old one stay live."""
    refuse_if(refusals(powers_of(by), "keep_standards"))
    allowance = _locked(allowance)
    currency = allowance.currency if allowance else currency
    if allowance is not None and _stands(allowance, fields):
        return allowance
    refuse_if(_stale(allowance, ALLOWANCE, seen))
    refuse_if(rules.allowance_refusals(currency, rules.Allowance(**_all(allowance, ALLOWANCE, fields))))
    if allowance is not None:
        return _changed(allowance, fields | _stamp(by, at), "discovery allowance", by=by, at=at)
    with refused_when_taken(f"There is an allowance in {currency} already."):
        allowance = Allowance.objects.create(currency=currency, **fields, **_stamp(by, at))
    record_event(allowance, "discovery allowance added", f"Discovery allowance {currency} added.", at=at, by=by)
    return allowance


@transaction.atomic
def drop_allowance(allowance: Allowance, *, by: Person, at: datetime) -> None:
    """Takes an allowance back: no further bet in its currency goes live on learning outcomes alone."""
    refuse_if(refusals(powers_of(by), "keep_standards"))
    locked = Allowance.objects.select_for_update().filter(pk=allowance.pk).first()
    if locked is not None:
        said = f"Discovery allowance {locked} taken back."
        was = standing_of(locked, ALLOWANCE)
        record_event(locked, "discovery allowance dropped", said, at=at, by=by, was=was)
        locked.delete()


@transaction.atomic
def add_goal(key: str, name: str, measure: str, due_on: date, *, at: datetime, by: Person | None = None) -> Goal:
    """Adds a goal. Without `by` nobody is asked for a role: a program of the operator adds it."""
    if by is not None:
        refuse_if(refusals(powers_of(by), "keep_standards"))
    fields = _tidied({"name": name, "measure": measure, "due_on": due_on})
    refuse_if(rules.standard_key_refusals("a goal", key))
    refuse_if(rules.goal_refusals(rules.Goal(**fields), today=timezone.localdate(at)))
    with refused_when_taken(f"There is a goal with the key {key} already."):
        goal = Goal.objects.create(key=key, **fields)
    record_event(goal, "goal added", f"Goal {goal.name} added.", at=at, by=by)
    return goal


@transaction.atomic
def change_goal(goal: Goal, *, by: Person, at: datetime, seen: str | None = None, **fields: Any) -> Goal:
    """Changes name, measure or due date of a goal; a day that has passed ends it."""
    refuse_if(refusals(powers_of(by), "keep_standards"))
    goal = Goal.objects.select_for_update(no_key=True).get(pk=goal.pk)
    fields = _tidied(fields)
    if _stands(goal, fields):
        return goal
    refuse_if(_stale(goal, GOAL, seen))
    wanted = rules.Goal(**_all(goal, GOAL, fields))
    refuse_if(rules.goal_refusals(wanted, today=timezone.localdate(at), kept=goal.due_on))
    return _changed(goal, fields, "goal", by=by, at=at)


def _keep(
    model: type[Standard], kept: Standard | None, key: str, fields: dict[str, Any], what: str, *, by: Person,
    at: datetime,
) -> Standard:  # fmt: skip
    """Adds or changes a standard that has a key."""
    if kept is not None:
        return _changed(kept, fields | _stamp(by, at), what, by=by, at=at)
    refuse_if(rules.standard_key_refusals(f"a {what}", key))
    with refused_when_taken(f"There is a {what} with the key {key} already."):
        added = model._default_manager.create(key=key, **fields, **_stamp(by, at))
    record_event(added, f"{what} added", f"{what.capitalize()} {added} added.", at=at, by=by)
    return added


def _changed(kept: Standard, fields: Mapping[str, Any], what: str, *, by: Person, at: datetime) -> Standard:
    """Writes what changed, with the old and the new in the event."""
    changes = {
        name: [_plain(getattr(kept, name)), _plain(value)]
        for name, value in fields.items()
        if not name.startswith("changed_") and getattr(kept, name) != value
    }
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(fields))
    record_event(kept, f"{what} changed", f"{what.capitalize()} {kept} changed.", at=at, by=by, changes=changes)
    return kept


def _locked(kept: Standard | None) -> Standard | None:
    return kept and type(kept)._default_manager.select_for_update(no_key=True).get(pk=kept.pk)


def _stale(kept: models.Model | None, fields: Sequence[str], seen: str | None) -> Iterator[str]:
    if kept is not None:
        yield from stale_refusals(seen, standing_of(kept, fields))


def _stands(kept: models.Model, fields: Mapping[str, Any]) -> bool:
    """Would nothing change? A form that was sent twice writes once."""
    return all(getattr(kept, name) == value for name, value in fields.items())


def _all(kept: models.Model | None, names: Sequence[str], fields: dict[str, Any]) -> dict[str, Any]:
    """What would stand there: what is kept, with the given fields over it."""
    return {**(standing_of(kept, names) if kept else {}), **fields}


def _stamp(by: Person, at: datetime) -> dict[str, Any]:
    return {"changed_at": at, "changed_by": by}


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without blanks around them and with plain line ends, also those in lists."""
    return {name: _tidy(value) for name, value in fields.items()}


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().replace("\r\n", "\n")
    return [_tidy(part) for part in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

"""Which drafts of an import somebody has worked on since: these stay when it is undone."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import F, Model, Q

from bets.models import Bet, Effort, Hypothesis, Import, ImportRow, Sketch, Tranche
from org.models import Event

IMPORTED = "bet imported"
# What the import writes itself; whoever changes one of these writes an event about the bet.
OURS: tuple[Any, ...] = (Hypothesis, Tranche, Effort, Sketch, ImportRow, Bet.teams.through)


def touched(file: Import, bets: Collection[int]) -> set[int]:
    """Ids of those bets with anything that the import did not write: an event, a sketch, a row of any other table."""
    found = set(Bet.objects.filter(pk__in=bets).exclude(state=Bet.State.DRAFT).values_list("pk", flat=True))
    events = Event.objects.filter(subject_type=Bet._meta.label_lower, subject_id__in=bets).exclude(kind=IMPORTED)
    found |= set(events.values_list("subject_id", flat=True))
    sketches = Sketch.objects.filter(bet__in=bets).exclude(Q(left_at=file.done_at) & Q(person=F("bet__lead")))
    found |= {pk for pk in sketches.values_list("bet_id", flat=True) if pk is not None}
    for model, name in _relations(Bet):
        if model not in OURS:
            found |= set(model._default_manager.filter(**{f"{name}__in": bets}).values_list(f"{name}_id", flat=True))
    for model, name in _relations(Tranche):
        related = model._default_manager.filter(**{f"{name}__bet__in": bets})
        found |= set(related.values_list(f"{name}__bet_id", flat=True))
    return found


def _relations(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Every foreign key that points at a model, also those without a name on its side."""
    for field in model._meta.get_fields(include_hidden=True):
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one):
            yield field.related_model, field.field.name  # type: ignore[misc, union-attr]

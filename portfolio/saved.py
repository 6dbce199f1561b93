"""Saved views for the side bar."""

from org.models import Person
from portfolio.models import SavedView


def views_for(person: Person) -> list[SavedView]:
    """One's own views, then those that others share. One query."""
    return list(SavedView.objects.visible_to(person))

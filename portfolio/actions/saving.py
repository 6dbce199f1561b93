"""State changes of saved views of the list of bets."""

from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from bets.models import Bet
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of
from portfolio.asked import ask
from portfolio.models import SavedView
from portfolio.rules import Wanted, tidy_refusals, view_refusals


@transaction.atomic
def save_view(name: str, query: str, shared: bool, *, by: Person, at: datetime) -> SavedView:
    """Keeps what is asked of the list of bets under a name; of `query` only what means something to its owner."""
    asked = ask(Bet.objects.visible_to(powers_of(by)), QueryDict(query), by, None)
    wanted = Wanted(name.strip(), asked.query)
    refuse_if(view_refusals(powers_of(by), wanted, _names_of(by)))
    view = SavedView.objects.create(owner=by, name=wanted.name, query=wanted.query, shared=shared, saved_at=at)
    record_event(view, "view saved", f"View “{view.name}” saved.", at=at, by=by, query=view.query, shared=shared)
    return view


@transaction.atomic
def change_view(view: SavedView, name: str, shared: bool, *, by: Person, at: datetime) -> SavedView:
    """Gives a view another name, or shares it or no longer; what it shows stays."""
    view = _locked(view)
    refuse_if(tidy_refusals(powers_of(by), is_owner=view.owner == by, shared=view.shared))
    wanted = Wanted(name.strip(), view.query)
    refuse_if(view_refusals(powers_of(by), wanted, _names_of(view.owner, but=view)))
    former = view.name
    view.name, view.shared = wanted.name, shared
    view.save(update_fields=["name", "shared"])
    record_event(view, "view changed", f"View “{former}” is now “{view.name}”.", at=at, by=by, shared=shared)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: Person, at: datetime) -> None:
    view = _locked(view)
    refuse_if(tidy_refusals(powers_of(by), is_owner=view.owner == by, shared=view.shared))
    record_event(view, "view deleted", f"View “{view.name}” deleted.", at=at, by=by, query=view.query)
    view.delete()


def _locked(view: SavedView) -> SavedView:
    found = SavedView.objects.select_for_update(of=["self"]).select_related("owner").filter(pk=view.pk).first()
    if found is None:
        raise Refused(f"The view “{view.name}” has been deleted meanwhile.")
    return found


def _names_of(owner: Person, but: SavedView | None = None) -> list[str]:
    """Names of a person's views; the person's row is locked, so that none is added meanwhile."""
    Person.objects.select_for_update().get(pk=owner.pk)
    return list(SavedView.objects.filter(owner=owner).exclude(pk=but.pk if but else 0).values_list("name", flat=True))

"""State changes of decisions half written: kept for whoever writes them, on any device, until they are made."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from lib.refusals import Refused, refuse_if
from lib.storable import storable
from org.models import Person
from portfolio.actions.meeting import locked_item
from portfolio.models import AgendaItem, Draft
from portfolio.rules_reviews import chair_refusals, draft_refusals


@transaction.atomic
def keep_draft(item: AgendaItem, typed: Mapping[str, str], *, by: Person, at: datetime) -> Draft:
    """Keeps what the chair has typed so far, sound or not, until the item is decided; the latest one counts. No event
    tells of it, and nobody else sees it."""
    item = locked_item(item)
    refuse_if(chair_refusals(item.review.state, is_chair=by.pk == item.review.forum.chair_id))
    if item.decision_id is not None:
        raise Refused("This item is decided: there is nothing left to write.")
    kept = {name: storable(text) for name, text in typed.items()}
    refuse_if(draft_refusals(kept))
    draft, _created = Draft.objects.update_or_create(item=item, person=by, defaults={"typed": kept, "kept_at": at})
    return draft


@transaction.atomic
def drop_draft(item: AgendaItem, *, by: Person) -> None:
    """Forgets what somebody has typed."""
    Draft.objects.filter(item=item, person=by).delete()


def drop_drafts(item: AgendaItem) -> None:
    """What was typed of an item that is decided now, by whomever; in the caller's transaction."""
    Draft.objects.filter(item=item).delete()

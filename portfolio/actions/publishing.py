"""What votes become once everybody sees them: what their members hold likely of each outcome is their forecast."""

from datetime import datetime

from django.utils import timezone

from bets.actions import Foretelling, foretell_by_vote
from org.models import Person
from portfolio.models import AgendaItem, Chance


def keep_as_forecasts(item: AgendaItem, number: int, *, by: Person, at: datetime) -> None:
    """Keeps the chances of one round of votes as forecasts, in the transaction that makes the round public. `item` with
    its review and bet."""
    cast = Chance.objects.filter(vote__item=item, vote__round=number).select_related("vote", "outcome__series__metric")
    votes = [
        Foretelling(one.vote.person_id, one.outcome, one.probability, one.vote.voted_at)
        for one in cast.order_by("vote", "outcome")
    ]
    note, today = f"Vote at {item.review}", timezone.localdate(at)
    foretell_by_vote(item.bet, votes, note=note, by=by, at=at, today=today)

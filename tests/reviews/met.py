"""A review that is under way in the world of tests/world.py: one item open with its votes, one still private."""

from bets.models import Bet
from lib import clock
from org.models import Person
from portfolio.models import Review
from tests import factories as f


def met_of(person: Person) -> None:
    """`person` chairs the forum `growth`, which holds its first review; B-cease is on the table, B-pivot waits."""
    forum = f.ForumFactory(key="growth", name="‹Growth board›", chair=person)
    members = [person, *f.PersonFactory.create_batch(2)]
    for member in members:
        f.ForumMemberFactory(forum=forum, person=member)
    f.DecisionRightFactory(forum=forum)
    today = {"held_on": clock.today()}
    review = f.ReviewFactory(forum=forum, number=1, state="open", opened_at=f.AT, agenda_at=f.AT, **today)
    f.ReviewFactory(forum=forum, number=2, state="cancelled", because="‹Nobody comes.›", **today)
    f.AttendanceFactory(review=review, person=members[1])
    items = [
        f.AgendaItemFactory(review=review, bet=Bet.objects.get(key=key), position=place)
        for place, key in enumerate(("B-cease", "B-pivot", "B-measure"), start=1)
    ]
    for member, kind in zip(members, ("cease", "persist", "cease"), strict=True):
        vote = f.VoteFactory(item=items[0], person=member, kind=kind, because="‹Twelve weeks are enough.›")
        for outcome in items[0].bet.outcomes.filter(version=2):
            f.ChanceFactory(vote=vote, outcome=outcome)
    items[0].opened_at = f.AT
    items[0].save()
    Review.objects.filter(pk=review.pk).update(at_item=items[0])

"""The forums of the sample, with the agenda of their next reviews and a few votes that are still private."""

from datetime import date, datetime, time, timedelta

from bets.models import Bet
from org.models import Domain, Person
from portfolio import actions
from portfolio.actions.voting import asked_of, why_not
from portfolio.models import Forum, Review
from portfolio.rules_reviews import KINDS
from portfolio.sample.people import email_of

# Key, name, domain, members with the chair first, days from one to the next, days ago that it began, quorum.
FORUMS = (
    ("growth-board", "Growth board", None, ("helena.brandt", "pieter.vandenberg", "ingrid.solberg"), 90, 270, 2),
    ("direct-review", "Direct sales review", "direct", ("pieter.vandenberg", "helena.brandt", "marta.kowalczyk"),
     42, 112, 2),
)  # fmt: skip
MOST = {"growth-board": None, "direct-review": 150_000_000}  # minor units of planned money that it decides on
# Who has voted on which bet: the kind, and how likely each outcome.
VOTES = {
    "pieter.vandenberg": {"SV-05": ("cease", 0.1), "CL-05": ("pivot", 0.3), "SV-04": ("fund", 0.9)},
    "ingrid.solberg": {"SV-05": ("pivot", 0.25), "SV-04": ("fund", 0.8), "NB-05": ("defer", 0.4)},
}


def open_forums(today: date, at: datetime) -> None:
    """Opens them, makes the agenda of each next review, and casts the votes of those who have looked at it."""
    people = {person.email: person for person in Person.objects.all()}
    for key, name, domain, members, every, ago, quorum in FORUMS:
        held = [people[email_of(member)] for member in members]
        setting = actions.Setting(
            name, held[0], held, every, quorum, time(10), 90,
            {(kind, "EUR"): MOST[key] for kind in KINDS},
        )  # fmt: skip
        forum = actions.open_forum(
            key, "product" if domain else "portfolio", Domain.objects.get(key=domain) if domain else None,
            today - timedelta(days=ago), setting, by=people[email_of("daniel.hoffmann")], at=at, today=today,
        )  # fmt: skip
        review = _next(forum)
        actions.make_agenda(review, by=held[0], at=at, today=today)
    _vote(_next(Forum.objects.get(key="growth-board")), people, at)


def _next(forum: Forum) -> Review:
    return forum.reviews.filter(state=Review.State.PLANNED).order_by("held_on")[0]


def _vote(review: Review, people: dict[str, Person], at: datetime) -> None:
    items = {item.bet.key: item for item in review.items.select_related("bet", "review__forum")}
    for name, votes in VOTES.items():
        for key, (kind, chance) in votes.items():
            item, who = items.get(key), people[email_of(name)]
            if item is None and (bet := Bet.objects.filter(key=key, state=Bet.State.LIVE).first()):
                item = actions.put_on_agenda(review, bet, by=review.forum.chair, at=at)
            if item is not None and not why_not(item, who):
                chances = {outcome.number: chance for outcome in asked_of(item)}
                actions.cast_vote(item, kind, chances, by=who, at=at)

"""Factories of forums, reviews and votes."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from bets import models as bets
from portfolio import models as portfolio
from tests.factories.base import AT, TODAY, PersonFactory
from tests.factories.bets import BetFactory, DecisionFactory, OutcomeFactory
from tests.factories.funding import BudgetFactory


class DissentFactory(DjangoModelFactory):
    class Meta:
        model = bets.Dissent

    decision = factory.SubFactory(DecisionFactory)
    person = factory.SubFactory(PersonFactory)
    words = "Half a year more would settle it."


class ForumFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Forum

    key = factory.Sequence(lambda n: f"board-{n}")
    name = "Growth board"
    level = "portfolio"
    chair = factory.SubFactory(PersonFactory)
    every_days = 90
    quorum = 2
    starts_on = TODAY
    starts_at = dt.time(10)


class ForumMemberFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.ForumMember

    forum = factory.SubFactory(ForumFactory)
    person = factory.SubFactory(PersonFactory)
    joined_at = AT


class DecisionRightFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.DecisionRight

    forum = factory.SubFactory(ForumFactory)
    kind = "cease"
    currency = "EUR"


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Review

    forum = factory.SubFactory(ForumFactory)
    number = factory.Sequence(lambda n: n + 1)
    held_on = factory.Sequence(lambda n: TODAY + dt.timedelta(days=n))
    starts_at = dt.time(10)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Attendance

    review = factory.SubFactory(ReviewFactory)
    person = factory.SubFactory(PersonFactory)
    at = AT


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.AgendaItem

    review = factory.SubFactory(ReviewFactory)
    bet = factory.SubFactory(BetFactory)
    position = factory.Sequence(lambda n: n % 30_000 + 1)
    reason = "flag"


class VoteFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Vote

    item = factory.SubFactory(AgendaItemFactory)
    person = factory.SubFactory(PersonFactory)
    kind = "persist"
    voted_at = AT


class ChanceFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Chance

    vote = factory.SubFactory(VoteFactory)
    outcome = factory.SubFactory(OutcomeFactory)
    probability = 0.4


class CalendarLinkFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.CalendarLink

    person = factory.SubFactory(PersonFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    made_at = AT


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Assignment

    review = factory.SubFactory(ReviewFactory)
    bet = factory.SubFactory(BetFactory)
    budget = factory.SubFactory(BudgetFactory)
    amount = 10_000_000
    assigned_at = AT
    assigned_by = factory.SubFactory(PersonFactory)


class DraftFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.Draft

    item = factory.SubFactory(AgendaItemFactory)
    person = factory.SubFactory(PersonFactory)
    typed = factory.LazyFunction(lambda: {"rationale": "It works, and"})
    kept_at = AT


class RescoringFactory(DjangoModelFactory):
    """By the second reader of its decision."""

    class Meta:
        model = bets.Rescoring

    decision = factory.SubFactory(
        DecisionFactory, second_reader=factory.SubFactory(PersonFactory), rescore_on=TODAY + dt.timedelta(days=60)
    )
    finding = "right"
    verdict = "persist"
    note = "Conversion rose after all."
    scored_at = AT
    scored_by = factory.LazyAttribute(lambda made: made.decision.second_reader)


class LearningReviewFactory(DjangoModelFactory):
    class Meta:
        model = bets.LearningReview

    decision = factory.SubFactory(DecisionFactory, kind="cease", look_again_on=None)
    credited = factory.SubFactory(PersonFactory)
    due_on = TODAY + dt.timedelta(days=30)


class NextHypothesisFactory(DjangoModelFactory):
    class Meta:
        model = bets.NextHypothesis

    decision = factory.SubFactory(DecisionFactory, kind="pivot")
    bet = factory.LazyAttribute(lambda made: made.decision.bet)
    version = 2
    due_on = TODAY + dt.timedelta(days=14)

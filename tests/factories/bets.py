"""What we bet on, what the signals say of it, and what people decide."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from bets import models as bets
from portfolio import models as portfolio
from tests.factories.base import AT, TODAY, DomainFactory, PersonFactory, RunFactory, SeriesFactory


class GoalFactory(DjangoModelFactory):
    class Meta:
        model = bets.Goal

    key = factory.Sequence(lambda n: f"goal-{n}")
    name = factory.Sequence(lambda n: f"Goal {n}")
    measure = "Renewal rate of 90 %"
    due_on = TODAY + dt.timedelta(days=365)


class BetFactory(DjangoModelFactory):
    class Meta:
        model = bets.Bet

    key = factory.Sequence(lambda n: f"B-{n}")
    name = factory.Sequence(lambda n: f"Faster claims {n}")
    domain = factory.SubFactory(DomainFactory)
    lead = factory.SubFactory(PersonFactory)
    state = bets.Bet.State.LIVE
    starts_on = TODAY - dt.timedelta(days=120)


class HypothesisFactory(DjangoModelFactory):
    class Meta:
        model = bets.Hypothesis

    bet = factory.SubFactory(BetFactory)
    version = 1
    change = "a one-page claim form"
    whom = "motor customers"
    result = "more claims settled within a day"
    reason = "most of them give up on page three"
    written_at = AT
    written_by = factory.SubFactory(PersonFactory)


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = bets.Outcome

    bet = factory.SubFactory(BetFactory)
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    series = factory.SubFactory(SeriesFactory)
    target = 0.45
    kill_line = 0.40
    starts_on = TODAY - dt.timedelta(days=120)
    decide_by = TODAY + dt.timedelta(days=60)
    planned_exposures = 18_000.0


class TrancheFactory(DjangoModelFactory):
    class Meta:
        model = bets.Tranche

    bet = factory.SubFactory(BetFactory)
    sequence = factory.Sequence(lambda n: n % 30_000 + 1)
    amount = 25_000_000
    purpose = "Build the first version"
    gate = "Conversion above the kill line"
    planned_on = TODAY


class ReadingFactory(DjangoModelFactory):
    class Meta:
        model = bets.Reading

    outcome = factory.SubFactory(OutcomeFactory)
    run = factory.SubFactory(RunFactory)
    as_of = TODAY
    engine = "1"
    snapshot = "0" * 64
    last_period = TODAY - dt.timedelta(days=1)
    log_e_cease = 0.5
    log_e_miss = 0.4
    log_e_scale = -1.0
    log_e_alive = -2.0
    estimate = 0.41
    lower = 0.38
    upper = 0.44
    exposures = 12_000.0
    phi = 1.2
    nu = 20.0
    autocorrelation = 0.1
    blocks = 17
    grade = "B"
    health = "healthy"


class VerdictFactory(DjangoModelFactory):
    class Meta:
        model = bets.Verdict

    bet = factory.SubFactory(BetFactory)
    run = factory.SubFactory(RunFactory)
    as_of = TODAY
    kind = bets.Verdict.Kind.MEASURE
    sentence = "Not settled yet. Conversion: between 38 % and 44 %."
    log_e_cease = 0.5
    log_e_miss = 0.4
    log_e_scale = -1.0


class FlagFactory(DjangoModelFactory):
    class Meta:
        model = bets.Flag

    bet = factory.SubFactory(BetFactory)
    outcome = factory.SubFactory(OutcomeFactory)
    kind = bets.Flag.Kind.CEASE
    run = factory.SubFactory(RunFactory)
    raised_on = TODAY
    cycle = "2026-Q1"
    log_e = 6.0
    cut = 5.0
    sentence = "Conversion: between 30 % and 36 %; the kill line is 40 %."


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = bets.Segment

    outcome = factory.SubFactory(OutcomeFactory)
    name = factory.Sequence(lambda n: f"Part {n}")
    series = factory.SubFactory(SeriesFactory)
    weight = 0.5


class FamilyRuleFactory(DjangoModelFactory):
    class Meta:
        model = bets.FamilyRule

    run = factory.SubFactory(RunFactory)
    family = "cease"
    alpha = 0.10
    bets = 33
    issued = 3
    cut = 4.7
    bound = 0.08


class ResolutionFactory(DjangoModelFactory):
    class Meta:
        model = bets.Resolution

    outcome = factory.SubFactory(OutcomeFactory)
    run = factory.SubFactory(RunFactory)
    starts_on = TODAY - dt.timedelta(days=28)
    ends_on = TODAY
    value = 0.46
    reached = True


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = bets.Decision

    bet = factory.SubFactory(BetFactory)
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    kind = bets.Decision.Kind.PERSIST
    rationale = "The new form went live three weeks ago only."
    would_change = "Conversion below 40 % at the end of the quarter."
    look_again_on = TODAY + dt.timedelta(days=90)
    verdict = "cease"
    decided_at = AT
    decided_by = factory.SubFactory(PersonFactory)


class SecondReadingFactory(DjangoModelFactory):
    class Meta:
        model = bets.SecondReading

    flag = factory.SubFactory(FlagFactory, kind="near_miss")
    finding = bets.SecondReading.Finding.OPEN
    note = "Two of the twelve weeks were a strike."
    read_at = AT
    read_by = factory.SubFactory(PersonFactory)


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.SavedView

    owner = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"View {n}")
    query = "verdict=cease"
    saved_at = AT

"""One factory for every model, with values that satisfy its constraints. Rules are tested through actions, not here."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from bets import models as bets
from metrics import models as metrics
from org import models as org
from portfolio import models as portfolio

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TODAY = AT.date()


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = org.Person

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    toured_at = AT  # the tour of a first visit has tests of its own


class DomainFactory(DjangoModelFactory):
    class Meta:
        model = org.Domain

    key = factory.Sequence(lambda n: f"domain-{n}")
    name = factory.Sequence(lambda n: f"Domain {n}")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = org.Team

    domain = factory.SubFactory(DomainFactory)
    key = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")


class RoleGrantFactory(DjangoModelFactory):
    class Meta:
        model = org.RoleGrant

    person = factory.SubFactory(PersonFactory)
    role = org.Role.VIEWER


class TokenFactory(DjangoModelFactory):
    class Meta:
        model = org.Token

    user = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"Report {n}")
    digest = factory.Sequence(lambda n: f"{n:0128x}")
    token_key = "0" * 15
    created = AT
    expiry = AT + dt.timedelta(days=90)

    @classmethod
    def _create(cls, model_class: type[org.Token], *args: Any, **fields: Any) -> org.Token:
        token = model_class(*args, **fields)  # the manager of knox would make up a digest and an expiry
        token.save()
        return token


class EventFactory(DjangoModelFactory):
    class Meta:
        model = org.Event

    at = AT
    kind = "something happened"
    subject_type = "org.person"
    subject_id = 1
    sentence = "Something happened."


class RunFactory(DjangoModelFactory):
    class Meta:
        model = org.Run

    kind = "night"
    key = factory.Sequence(lambda n: f"night {n}")
    as_of = TODAY
    state = org.Run.State.DONE
    started_at = AT
    finished_at = AT


class JobFactory(DjangoModelFactory):
    class Meta:
        model = org.Job

    run = factory.SubFactory(RunFactory)
    kind = "read"
    key = factory.Sequence(lambda n: f"job {n}")
    available_at = AT


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Metric

    key = factory.Sequence(lambda n: f"metric-{n}")
    name = factory.Sequence(lambda n: f"Conversion {n}")
    kind = metrics.Metric.Kind.PROPORTION


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Source

    key = factory.Sequence(lambda n: f"source-{n}")
    name = factory.Sequence(lambda n: f"Source {n}")
    kind = metrics.Source.Kind.TYPED
    domain = factory.SubFactory(DomainFactory)


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Series

    metric = factory.SubFactory(MetricFactory)
    source = factory.SubFactory(SourceFactory)
    key = factory.Sequence(lambda n: f"series-{n}")


class SignalFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Signal

    series = factory.SubFactory(SeriesFactory)
    arm = "treatment"
    period = factory.Sequence(lambda n: TODAY - dt.timedelta(days=n % 300 + 1))
    n = 100
    total = 40.0
    recorded_at = AT


class SignalRevisionFactory(DjangoModelFactory):
    class Meta:
        model = metrics.SignalRevision

    series = factory.SubFactory(SeriesFactory)
    arm = "treatment"
    period = TODAY - dt.timedelta(days=1)
    n = 100
    total = 41.0
    recorded_at = AT
    replaced_at = AT


class PullFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Pull

    source = factory.SubFactory(SourceFactory)
    at = AT
    state = metrics.Pull.State.OK


class QuarantinedRowFactory(DjangoModelFactory):
    class Meta:
        model = metrics.QuarantinedRow

    source = factory.SubFactory(SourceFactory)
    fingerprint = factory.Sequence(lambda n: f"{n:064x}")
    row = factory.Sequence(lambda n: n + 2)
    reason = "There are more successes (9) than trials (3)."
    raw = "2026-03-01,3,9"
    first_seen_at = AT


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


class TemplateFactory(DjangoModelFactory):
    class Meta:
        model = bets.Template

    key = factory.Sequence(lambda n: f"template-{n}")
    name = factory.Sequence(lambda n: f"New offer {n}")
    guidance = "For offers that nobody has bought yet."
    assumptions = ["Customers have the problem."]
    tranches = [["Talk to twenty customers", "Ten of them name the problem unasked"]]
    changed_at = AT


class AllowanceFactory(DjangoModelFactory):
    class Meta:
        model = bets.Allowance

    currency = "EUR"
    amount = 5_000_000
    days = 90
    changed_at = AT


class AssumptionFactory(DjangoModelFactory):
    class Meta:
        model = bets.Assumption

    bet = factory.SubFactory(BetFactory)
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    statement = factory.Sequence(lambda n: f"Customers give up because of length {n}.")
    next_test = "Show five customers a one-page form."


class EffortFactory(DjangoModelFactory):
    class Meta:
        model = bets.Effort

    bet = factory.SubFactory(BetFactory)
    team = factory.SubFactory(TeamFactory)
    weeks = Decimal("12.5")


class LearningOutcomeFactory(DjangoModelFactory):
    class Meta:
        model = bets.LearningOutcome

    bet = factory.SubFactory(BetFactory)
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    kind = "question"
    question = "Do brokers pay for a faster answer?"
    reader = factory.SubFactory(PersonFactory)
    due_on = TODAY + dt.timedelta(days=60)
    cap = 2


class SketchFactory(DjangoModelFactory):
    class Meta:
        model = bets.Sketch

    person = factory.SubFactory(PersonFactory)
    bet = factory.SubFactory(BetFactory)
    step = "hypothesis"
    typed = {"change": ["a one-page form"]}
    left_at = AT


class EvidenceKindFactory(DjangoModelFactory):
    """A kind of its own: those of the standard may be there or not."""

    class Meta:
        model = bets.EvidenceKind

    key = factory.Sequence(lambda n: f"kind-{n}")
    name = factory.Sequence(lambda n: f"Test with customers {n}")
    what = "What customers do with it."
    cap = 4
    changed_at = AT


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = bets.Evidence

    bet = factory.SubFactory(BetFactory)
    number = factory.Sequence(lambda n: n + 1)
    kind = factory.SubFactory(EvidenceKindFactory)
    did = "Showed the form to twelve customers."
    observed = "Nine filled it in within two minutes."
    learned = "Length was the reason."
    strength = 3
    happened_on = TODAY - dt.timedelta(days=3)
    logged_at = AT
    logged_by = factory.SubFactory(PersonFactory)


class EvidenceLinkFactory(DjangoModelFactory):
    class Meta:
        model = bets.EvidenceLink

    evidence = factory.SubFactory(EvidenceFactory)
    assumption = factory.SubFactory(AssumptionFactory)
    supports = True


class EvidenceFileFactory(DjangoModelFactory):
    class Meta:
        model = bets.EvidenceFile

    evidence = factory.SubFactory(EvidenceFactory)
    name = "interviews.pdf"
    content_type = "application/pdf"
    size = 12_345
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    stored_as = factory.Sequence(lambda n: f"{n:032x}")
    attached_at = AT
    attached_by = factory.SubFactory(PersonFactory)


class ForecastFactory(DjangoModelFactory):
    class Meta:
        model = bets.Forecast

    outcome = factory.SubFactory(OutcomeFactory)
    person = factory.SubFactory(PersonFactory)
    probability = 0.7
    note = "The pilot went well."
    stated_at = AT


class GateResultFactory(DjangoModelFactory):
    class Meta:
        model = bets.GateResult

    tranche = factory.SubFactory(TrancheFactory)
    met = True
    note = "Conversion is above the kill line."
    said_at = AT
    said_by = factory.SubFactory(PersonFactory)


class ReleaseFactory(DjangoModelFactory):
    class Meta:
        model = bets.Release

    bet = factory.SubFactory(BetFactory)
    shipped_on = TODAY - dt.timedelta(days=10)
    name = factory.Sequence(lambda n: f"One-page form {n}")
    note = "For half of the customers."
    marked_at = AT
    marked_by = factory.SubFactory(PersonFactory)


class RealisedValueFactory(DjangoModelFactory):
    class Meta:
        model = bets.RealisedValue

    bet = factory.SubFactory(BetFactory)
    month = TODAY.replace(day=1)
    amount = 3_000_000
    note = "Fewer calls, at the rate agreed."
    said_at = AT
    said_by = factory.SubFactory(PersonFactory)


class CommentFactory(DjangoModelFactory):
    class Meta:
        model = bets.Comment

    bet = factory.SubFactory(BetFactory)
    text = "What about customers who come through brokers?"
    written_at = AT
    written_by = factory.SubFactory(PersonFactory)


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = bets.Import

    file_name = "projects.xlsx"
    sha256 = "0" * 64
    state = "checked"
    uploaded_at = AT
    uploaded_by = factory.SubFactory(PersonFactory)


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = bets.ImportRow

    file = factory.SubFactory(ImportFactory)
    number = factory.Sequence(lambda n: n + 2)
    cells = {"name": "New claims system"}


class MetricVersionFactory(DjangoModelFactory):
    class Meta:
        model = metrics.MetricVersion

    metric = factory.SubFactory(MetricFactory)
    version = 1
    definition = {"counts": "Claims settled by a machine."}
    reason = "Cancelled claims were counted."
    changed_at = AT
    changed_by = factory.SubFactory(PersonFactory)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = org.Notice

    person = factory.SubFactory(PersonFactory)
    event = factory.SubFactory(EventFactory)
    kind = "mention"
    sentence = "Paul mentioned you on Faster claims."
    path = "/bets/B-1/"
    at = AT


class NoticeSettingsFactory(DjangoModelFactory):
    class Meta:
        model = org.NoticeSettings

    person = factory.SubFactory(PersonFactory)


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = portfolio.SavedView

    owner = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"View {n}")
    query = "verdict=cease"
    saved_at = AT


ALL: list[Any] = [
    PersonFactory, DomainFactory, TeamFactory, RoleGrantFactory, TokenFactory, EventFactory, RunFactory, JobFactory,
    MetricFactory,
    SourceFactory, SeriesFactory, SignalFactory, SignalRevisionFactory, PullFactory, QuarantinedRowFactory, GoalFactory,
    BetFactory, HypothesisFactory, OutcomeFactory, TrancheFactory, ReadingFactory, VerdictFactory, FlagFactory,
    SegmentFactory, FamilyRuleFactory, ResolutionFactory, DecisionFactory, SecondReadingFactory, SavedViewFactory,
    TemplateFactory, AllowanceFactory, AssumptionFactory, EffortFactory, LearningOutcomeFactory, SketchFactory,
    EvidenceKindFactory, EvidenceFactory, EvidenceLinkFactory, EvidenceFileFactory, ForecastFactory, GateResultFactory,
    ReleaseFactory, RealisedValueFactory, CommentFactory, ImportFactory, ImportRowFactory, MetricVersionFactory,
    NoticeFactory, NoticeSettingsFactory,
]  # fmt: skip

"""What people plan, find out, foretell, say and import."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from bets import models as bets
from tests.factories.base import AT, TODAY, PersonFactory, TeamFactory
from tests.factories.bets import BetFactory, OutcomeFactory, TrancheFactory


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


class GateCriterionFactory(DjangoModelFactory):
    class Meta:
        model = bets.GateCriterion

    tranche = factory.SubFactory(TrancheFactory)
    number = 1
    kind = "decision"
    wanted = "fund"


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

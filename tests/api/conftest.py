"""A domain whose every name says “xylo”, so that a leak shows; and the address of each endpoint about it."""

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from bets.models import Outcome
from metrics.models import Series
from org.models import Domain, Person, Role
from tests.api.writers import World
from tests.cast import person
from tests.factories import (
    AT,
    TODAY,
    AccountFactory,
    ActualFactory,
    AllowanceFactory,
    AppropriationFactory,
    ApprovalFactory,
    ApprovalRuleFactory,
    AssumptionFactory,
    AuthorityLimitFactory,
    BetFactory,
    BudgetFactory,
    CapacityFactory,
    CommentFactory,
    DecisionFactory,
    DelegationFactory,
    DomainFactory,
    EffortFactory,
    EventFactory,
    EvidenceFactory,
    EvidenceFileFactory,
    EvidenceKindFactory,
    EvidenceLinkFactory,
    ExportBatchFactory,
    FamilyRuleFactory,
    FiscalPeriodFactory,
    FlagFactory,
    ForecastFactory,
    FundingRequestFactory,
    GateCriterionFactory,
    GateResultFactory,
    GoalFactory,
    GuardrailFactory,
    HypothesisFactory,
    ImportFactory,
    ImportRowFactory,
    JobFactory,
    LearningOutcomeFactory,
    LedgerFactory,
    MetricFactory,
    MoneyFileFactory,
    MoneyRowFactory,
    OutcomeFactory,
    PersonFactory,
    PullFactory,
    QuarantinedRowFactory,
    ReadingFactory,
    RealisedValueFactory,
    ReconciliationFactory,
    ReconciliationLineFactory,
    ReleaseFactory,
    RequestFileFactory,
    RequestLineFactory,
    RequestNoteFactory,
    ResolutionFactory,
    RoleGrantFactory,
    RunFactory,
    SavedViewFactory,
    SecondReadingFactory,
    SegmentFactory,
    SeriesFactory,
    SignalFactory,
    SignOffRuleFactory,
    SourceFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
    TransferFactory,
    ValueAgreementFactory,
    VerdictFactory,
)
from tests.reviews.addresses import OF_API, boards_of
from tests.rows import Kept

SECRET = "xylo"
WRITTEN = ("assumptions", "evidence", "forecasts", "releases", "comments", "value")


class Shop:
    """Everything there is, `size` times, in a domain of its own; goals and metrics are the enterprise's."""

    def __init__(self, size: int = 2) -> None:
        self.domain: Domain = DomainFactory(key="xylo-domain", name="Xylo domain")
        self.nights = [RunFactory(as_of=TODAY - dt.timedelta(days=back)) for back in reversed(range(size))]
        self.goal, self.metric = GoalFactory(key="shop"), MetricFactory(owner=PersonFactory(name="Mina Metric"))
        for family in ("cease", "miss", "scale"):
            FamilyRuleFactory(run=self.nights[-1], family=family, bound=None if family == "miss" else 0.08)
        for number in range(size):
            self._source(number, size)
            self._bet(number, size)
            TemplateFactory()
        self._written(size)
        AllowanceFactory()
        self._imported(size)
        self._budgeted(size)
        self._asked_for(size)
        self._booked(size)
        self._brought(size)
        self._bounded(size)
        self._authorised(size)
        boards_of(self.domain, size)
        for number in range(size):
            DomainFactory(key=f"xylo-below-{number}", name="Xylo below", parent=self.domain)
            colleague = PersonFactory(name=f"Xylo colleague {number}")
            RoleGrantFactory(person=colleague, role=Role.VIEWER, domain=self.domain)
            SavedViewFactory(owner=colleague, name=f"View {number}", shared=True)
            FlagFactory(bet=self.bet, outcome=self.outcome, run=self.nights[-1], **_cleared(number))
        self.done = RunFactory(state="open", finished_at=None)
        JobFactory(run=self.done, state="dead", finished_at=AT, message="It fell over.", kind="read")

    def _source(self, number: int, size: int) -> None:
        self.source = SourceFactory(domain=self.domain, key=f"xylo-source-{number}", name="Xylo source", kind="csv")
        self.series: Series = SeriesFactory(source=self.source, metric=self.metric, key=f"xylo-{number}")
        for back in range(1, size + 2):
            SignalFactory(series=self.series, period=TODAY - dt.timedelta(days=back))
        PullFactory.create_batch(size, source=self.source, by=PersonFactory(name="Xylo puller"))
        QuarantinedRowFactory.create_batch(size, source=self.source, key="xylo-row")

    def _bet(self, number: int, size: int) -> None:
        lead = PersonFactory(name="Xylo lead", email=f"xylo{number}@example.org")
        self.bet = BetFactory(
            key=f"XYLO-{number}", name="Xylo bet", domain=self.domain, goal=self.goal, lead=lead, is_sample=True
        )
        self.bet.teams.add(TeamFactory(domain=self.domain, key=f"xylo-team-{number}", name="Xylo team"))
        for _ in range(size):
            EffortFactory(bet=self.bet, team=TeamFactory(domain=self.domain, name="Xylo team"))
        for version in range(1, size + 1):
            HypothesisFactory(bet=self.bet, version=version)
            TrancheFactory(bet=self.bet, planned_on=TODAY, purpose="Xylo purpose")
            EventFactory(subject_type="bets.bet", subject_id=self.bet.pk, sentence="Xylo happened.", by=lead)
            self.outcome = OutcomeFactory(bet=self.bet, number=version, series=self.series)
            for night in self.nights:
                ReadingFactory(outcome=self.outcome, run=night, as_of=night.as_of, health_note="Xylo note.")
        self._decided(size)
        for night in self.nights:
            VerdictFactory(bet=self.bet, run=night, as_of=night.as_of, sentence="Xylo verdict.")
        FlagFactory(bet=self.bet, outcome=self.outcome, run=self.nights[-1], kind="pivot", sentence="Xylo flag.")

    def _written(self, size: int) -> None:
        """What people wrote of the last bet, each with what it refers to."""
        of, kind = {"bet": self.bet}, EvidenceKindFactory()
        lead = self.bet.lead
        for _ in range(size):
            assumption = AssumptionFactory(**of, statement="Xylo assumption.")
            LearningOutcomeFactory(**of, question="Xylo question?", reader=lead)
            self.evidence = EvidenceFactory(**of, kind=kind, learned="Xylo learned.", logged_by=lead)
            EvidenceFileFactory(evidence=self.evidence, name="xylo.pdf", attached_by=lead)
            for target in ({"assumption": assumption}, {"assumption": None, "outcome": self.outcome}):
                EvidenceLinkFactory(evidence=self.evidence, **target)
            ReleaseFactory(**of, name=f"Xylo release {self.evidence.number}", marked_by=lead)
            comment = CommentFactory(**of, text="Xylo comment.", asks=lead, answer_by=TODAY, written_by=lead)
            comment.mentions.add(lead)
            RealisedValueFactory(**of, note="Xylo note.", said_by=lead)
            tranche = TrancheFactory(**of)
            GateResultFactory(tranche=tranche, said_by=lead)
            ForecastFactory(outcome=None, tranche=tranche, note="Xylo note.", person=lead)

    def _imported(self, size: int) -> None:
        """Files of projects, the last with what is wrong in it and the bet that came of it."""
        for _ in range(size):
            self.file = ImportFactory(file_name="xylo.csv", uploaded_by=self.bet.lead)
        reason = {"column": "Name", "means": "name", "said": "Xylo is no name.", "of": "row"}
        for number in range(2, size + 2):
            ImportRowFactory(file=self.file, number=number, cells={"Name": "Xylo"}, reasons=[reason])
        ImportRowFactory(file=self.file, number=size + 2, bet=self.bet)

    def _budgeted(self, size: int) -> None:
        """Budgets of one ledger; the money that opened each, and durable funding of a team."""
        ledger = LedgerFactory(legal_entity="Xylo AG")
        for _ in range(size):
            self.budget = BudgetFactory(ledger=ledger, domain=self.domain, name="Xylo budget")
        account = AccountFactory(ledger=ledger, budget=self.budget)
        TransferFactory(book=ledger, debit_account=account, credit_account=AppropriationFactory(ledger=ledger))

    def _asked_for(self, size: int) -> None:
        """Requests for money of the last bet; the last with what was said of it."""
        asks = {"bet": self.bet, "ledger": LedgerFactory(legal_entity="Xylo Asks AG"), "proposer": self.bet.lead}
        for _ in range(size):
            self.asked = FundingRequestFactory(justification="Xylo justification.", **asks)
        for number in range(1, size + 1):
            RequestLineFactory(request=self.asked, number=number, memo="Xylo memo.", amount=50_000 // size)
        for _ in range(size):
            ApprovalFactory(request=self.asked, comment="Xylo comment.", approver=PersonFactory(name="Xyla"))
            RequestNoteFactory(request=self.asked, text="Xylo note.", written_by=self.bet.lead)
        for number in range(size):
            RequestFileFactory(
                request=self.asked, name="xylo.pdf", sha256=f"{number:064}", attached_by=self.bet.lead
            )  # fmt: skip
            GateCriterionFactory(
                tranche=self.bet.tranches.latest("sequence"), number=number + 1, kind="outcome", wanted="read",
                outcome=self.bet.outcomes.filter(number=number + 1).earliest("version"),
            )  # fmt: skip

    def _booked(self, size: int) -> None:
        """A ledger with transfers of one account, a fiscal period beside theirs for each, and journals."""
        ledger = LedgerFactory(code="xylo-books", legal_entity="Xylo Books AG")
        budget = BudgetFactory(ledger=ledger, domain=self.domain)
        paid = {"credit_account": AppropriationFactory(ledger=ledger), "book": ledger}
        account = AccountFactory(ledger=ledger, budget=budget)
        for number in range(1, size + 1):
            day = TODAY + dt.timedelta(days=400 + number)
            FiscalPeriodFactory(ledger=ledger, code=f"xylo-{number}", starts_on=day, ends_on=day)
            moved = TransferFactory(debit_account=account, document="Xylo document", **paid)
            handed = {"first_seq": number, "last_seq": number, "made_by": self.bet.lead}
            ExportBatchFactory(transfer=moved, number=number, **handed)

    def _brought(self, size: int) -> None:
        """Files of money, the last with what is wrong in it and what came of it; and books set side by side."""
        ledger = LedgerFactory(legal_entity="Xylo Files AG")
        for _ in range(size):
            by = {"ledger": ledger, "uploaded_by": self.bet.lead}
            self.money_file = MoneyFileFactory(file_name="xylo.csv", kind="budgets", source="", **by)
            self.made = ReconciliationFactory(ledger=ledger, source="Xylo", made_by=self.bet.lead)
        for number in range(2, size + 2):
            wrong = {"column": "Name", "means": "name", "said": "Xylo is no name.", "of": "row"}
            MoneyRowFactory(file=self.money_file, number=number, cells={"Name": "Xylo"}, reasons=[wrong])
            ActualFactory(ledger=ledger, file=self.money_file, source="Xylo", memo="Xylo memo")
            ReconciliationLineFactory(reconciliation=self.made, note="Xylo note")

    def _bounded(self, size: int) -> None:
        """Guardrails and capacity of teams of the domain, and what finance agreed."""
        for number in range(size):
            self.rail = GuardrailFactory(kind="count", name=f"Xylo rail {number}", horizon=None, domain=self.domain)
            self.capacity = CapacityFactory(team=self.bet.efforts.latest("pk").team)
            EffortFactory(bet=self.bet, team=TeamFactory(domain=self.domain, name="Xylo team"))
            ValueAgreementFactory(bet=self.bet, comment="Xylo comment", agreed_by=self.bet.lead)

    def _authorised(self, size: int) -> None:
        """Limits, rules and delegations of the domain; sign-offs are the enterprise's."""
        giver = PersonFactory(name="Xylo giver")
        RoleGrantFactory(person=giver, role=Role.FINANCE, domain=self.domain)
        for number in range(size):
            taker = PersonFactory(name=f"Xylo taker {number}")
            RoleGrantFactory(person=taker, role=Role.FINANCE, domain=self.domain)
            AuthorityLimitFactory(domain=self.domain)
            ApprovalRuleFactory(domain=self.domain)
            SignOffRuleFactory()
            DelegationFactory(giver=giver, taker=taker, note="Xylo note", ends_on=TODAY + dt.timedelta(days=9000))

    def _decided(self, size: int) -> None:
        """Segments, versions, resolutions, near misses and decisions of the last outcome."""
        for part in range(size):
            SegmentFactory(
                outcome=self.outcome,
                name=f"Xylo part {part}",
                series=SeriesFactory(source=self.source, metric=self.metric),
            )
        ResolutionFactory(outcome=self.outcome, run=self.nights[-1])
        for version in range(2, size + 2):
            self.outcome = _moved(self.outcome, version)
            ReadingFactory(outcome=self.outcome, run=self.nights[-1], evpi=5, evsi=3, health_note="Xylo note.")
        earlier = None
        for number in range(1, size + 1):
            earlier = DecisionFactory(
                bet=self.bet,
                number=number,
                reverses=earlier,
                run=self.nights[-1],
                rationale="Xylo rationale.",
                decided_by=self.bet.lead,
            )
            miss = FlagFactory(
                bet=self.bet, outcome=self.outcome, run=self.nights[-1], kind="near_miss", reader=self.bet.lead,
                read_by=TODAY, decision=earlier, **_cleared(number) | {"cleared_how": "decision"},
            )  # fmt: skip
            SecondReadingFactory(flag=miss, note="Xylo note.", read_by=self.bet.lead)

    def _bounds(self) -> dict[str, str]:
        """What bounds the money: guardrails, capacity, and who may approve how much."""
        may, lists = "/api/money/authority/", ("limits", "thresholds", "sign-offs", "delegations")
        return {
            "api_show_guardrail": f"/api/money/guardrails/{self.rail.pk}/",
            "api_show_capacity": f"/api/money/capacity/{self.capacity.pk}/",
            **{f"api_list_{name.replace('-', '_')}": f"{may}{name}/" for name in lists},
            "api_show_who_may_approve": f"{may}who/?domain=xylo-domain&kind=commit&currency=EUR&amount=1",
        }

    def addresses(self) -> dict[str, str]:
        """By name of the route: where it is in this shop."""
        bet, source, series = f"/api/bets/{self.bet.key}/", f"/api/sources/{self.source.key}/", self.series.pk
        books = "/api/money/ledgers/xylo-books/"
        lists = ("bets", "flags", "goals", "domains", "teams", "people", "metrics", "sources", "series", "runs",
                 "templates", "imports", "allowances", "forums", "reviews")  # fmt: skip
        money = ("requests", "ledgers", "budgets", "actuals", "reconciliations", "guardrails", "capacity")
        return {
            "api_root": "/api/",
            **OF_API,
            "api_show_portfolio": "/api/portfolio/",
            **{f"api_list_{name}": f"/api/{name}/" for name in lists},
            **{f"api_list_{name}": f"/api/money/{name}/" for name in money},
            **self._bounds(),
            "api_show_bet": bet,
            "api_show_decision": f"{bet}decisions/1/",
            "api_show_outcome": f"{bet}outcomes/1/",
            "api_list_outcome_signals": f"{bet}outcomes/1/signals/",
            **{f"api_list_{name}": f"{bet}{name}/" for name in ("readings", "verdicts", "decisions", "events")},
            **{f"api_list_{name}": f"{bet}{name}/" for name in WRITTEN},
            "api_list_learning": f"{bet}learning-outcomes/",
            "api_show_evidence": f"{bet}evidence/{self.evidence.number}/",
            "api_list_kinds": "/api/evidence/kinds/",
            "api_show_calibration": "/api/calibration/",
            "api_show_promises": "/api/promises/",
            "api_show_import": f"/api/imports/{self.file.pk}/",
            "api_show_request": f"/api/money/requests/{self.asked.pk}/",
            "api_show_gate": f"{bet}tranches/{self.bet.tranches.latest('sequence').sequence}/gate/",
            "api_show_ledger": books,
            **{f"api_list_{name}": f"{books}{name}/" for name in ("accounts", "transfers", "periods", "journals")},
            "api_show_transfer": f"{books}transfers/1/",
            "api_show_period": f"{books}periods/open/",
            "api_show_journal": f"{books}journals/1/",
            "api_agree_value": f"{bet}value/agreed/",
            "api_show_budget": f"/api/money/budgets/{self.budget.pk}/",
            "api_show_funding_map": "/api/money/map/",
            "api_list_money_files": "/api/money/files/",
            "api_show_money_file": f"/api/money/files/{self.money_file.pk}/",
            "api_show_reconciliation": f"/api/money/reconciliations/{self.made.pk}/",
            "api_list_reconciliation_lines": f"/api/money/reconciliations/{self.made.pk}/lines/",
            "api_show_metric": f"/api/metrics/{self.metric.key}/",
            "api_show_source": source,
            "api_list_pulls": f"{source}pulls/",
            "api_list_quarantine": f"{source}quarantine/",
            "api_show_series": f"/api/series/{series}/",
            "api_list_signals": f"/api/series/{series}/signals/",
            "api_show_run": f"/api/runs/{self.done.pk}/",
            "api_list_saved_views": "/api/saved-views/",
            "api_search": "/api/search/?q=o",
        }


def _moved(outcome: Outcome, version: int) -> Outcome:
    """The next version of an outcome, with another target."""
    same = {name: getattr(outcome, name) for name in ("bet", "number", "series", "starts_on", "decide_by")}
    moved: Outcome = OutcomeFactory(version=version, replaces=outcome, reason="Xylo reason.", target=0.5, **same)
    return moved


def _cleared(number: int) -> dict[str, Any]:
    because = f"Signals arrive again {number}."
    return {
        "cleared_on": TODAY, "cleared_because": because, "cleared_how": "signals", "sentence": "Xylo flag of old.",
    }  # fmt: skip


@pytest.fixture(scope="session")
def kept_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Kept:
    with django_db_blocker.unblock():
        return Kept(Shop)


@pytest.fixture
def shop(kept_shop: Kept, db: None) -> Shop:
    made: Shop = copy.deepcopy(kept_shop.again())  # what a test does to it ends with the test
    return made


@pytest.fixture
def executive_client(executive: Person, client_of: Callable[[Person], Client]) -> Client:
    """Somebody who may read everything there is: an executive who also keeps the standards and the imports."""
    RoleGrantFactory(person=executive, role=Role.PRODUCT_OPERATIONS)
    return client_of(executive)


@pytest.fixture
def nobody(db: None) -> Person:
    """Somebody who has signed in, but holds no role."""
    return PersonFactory(name="Nora Nobody")


@pytest.fixture
def shopkeeper(shop: Shop) -> Person:
    """A product lead of the shop, and of nothing else."""
    return person("Sam Shopkeeper", Role.PRODUCT_LEAD, shop.domain)


@pytest.fixture
def world(product_lead: Person, retail: Domain) -> World:
    return World(product_lead, retail)


@pytest.fixture
def lead(world: World, client_of: Callable[[Person], Client]) -> Client:
    return client_of(world.lead)

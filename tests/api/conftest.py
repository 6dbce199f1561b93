"""A domain whose every name says “xylo”, so that a leak shows; and the address of each endpoint about it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Outcome
from metrics.models import Series
from org.models import Domain, Person, Role
from tests.api.writers import World
from tests.cast import person
from tests.factories import (
    AT,
    TODAY,
    AllowanceFactory,
    AssumptionFactory,
    BetFactory,
    CommentFactory,
    DecisionFactory,
    DomainFactory,
    EffortFactory,
    EventFactory,
    EvidenceFactory,
    EvidenceFileFactory,
    EvidenceKindFactory,
    EvidenceLinkFactory,
    FamilyRuleFactory,
    FlagFactory,
    ForecastFactory,
    GateResultFactory,
    GoalFactory,
    HypothesisFactory,
    ImportFactory,
    ImportRowFactory,
    JobFactory,
    LearningOutcomeFactory,
    MetricFactory,
    OutcomeFactory,
    PersonFactory,
    PullFactory,
    QuarantinedRowFactory,
    ReadingFactory,
    RealisedValueFactory,
    ReleaseFactory,
    ResolutionFactory,
    RoleGrantFactory,
    RunFactory,
    SavedViewFactory,
    SecondReadingFactory,
    SegmentFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
    VerdictFactory,
)

SECRET = "xylo"
WRITTEN = ("assumptions", "evidence", "forecasts", "releases", "comments", "value")


class Shop:
    """Everything there is, `size` times, in a domain of its own; goals and metrics are the enterprise's."""

    def __init__(self, size: int = 2) -> None:
        self.domain: Domain = DomainFactory(key="xylo-domain", name="Xylo domain")
        self.nights = [RunFactory(as_of=TODAY - dt.timedelta(days=back)) for back in reversed(range(size))]
        self.goal, self.metric = GoalFactory(), MetricFactory(owner=PersonFactory(name="Mina Metric"))
        for family in ("cease", "miss", "scale"):
            FamilyRuleFactory(run=self.nights[-1], family=family, bound=None if family == "miss" else 0.08)
        for number in range(size):
            self._source(number, size)
            self._bet(number, size)
            TemplateFactory()
        self._written(size)
        AllowanceFactory()
        self._imported(size)
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

    def addresses(self) -> dict[str, str]:
        """By name of the route: where it is in this shop."""
        bet, source, series = f"/api/bets/{self.bet.key}/", f"/api/sources/{self.source.key}/", self.series.pk
        lists = ("bets", "flags", "goals", "domains", "teams", "people", "metrics", "sources", "series", "runs")
        return {
            "api_root": "/api/",
            "api_show_portfolio": "/api/portfolio/",
            "api_list_rules": "/api/evidence/rules/",
            **{f"api_list_{name}": f"/api/{name}/" for name in lists},
            "api_show_bet": bet,
            "api_show_outcome": f"{bet}outcomes/1/",
            "api_list_outcome_signals": f"{bet}outcomes/1/signals/",
            **{f"api_list_{name}": f"{bet}{name}/" for name in ("readings", "verdicts", "decisions", "events")},
            **{f"api_list_{name}": f"{bet}{name}/" for name in WRITTEN},
            "api_list_learning": f"{bet}learning-outcomes/",
            "api_show_evidence": f"{bet}evidence/{self.evidence.number}/",
            "api_list_kinds": "/api/evidence/kinds/",
            "api_list_templates": "/api/templates/",
            "api_list_imports": "/api/imports/",
            "api_show_calibration": "/api/calibration/",
            "api_show_promises": "/api/promises/",
            "api_show_import": f"/api/imports/{self.file.pk}/",
            "api_list_allowances": "/api/allowances/",
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


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


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

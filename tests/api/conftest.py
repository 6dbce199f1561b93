"""A domain whose every name says “xylo”, so that a leak shows; and the address of each endpoint about it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from metrics.models import Series
from org.models import Domain, Person, Role
from tests.cast import person
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    DomainFactory,
    EventFactory,
    FlagFactory,
    GoalFactory,
    HypothesisFactory,
    JobFactory,
    MetricFactory,
    OutcomeFactory,
    PersonFactory,
    PullFactory,
    QuarantinedRowFactory,
    ReadingFactory,
    RoleGrantFactory,
    RunFactory,
    SavedViewFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)

SECRET = "xylo"


class Shop:
    """Everything there is, `size` times, in a domain of its own; goals and metrics are the enterprise's."""

    def __init__(self, size: int = 2) -> None:
        self.domain: Domain = DomainFactory(key="xylo-domain", name="Xylo domain")
        self.nights = [RunFactory(as_of=TODAY - dt.timedelta(days=back)) for back in reversed(range(size))]
        self.goal, self.metric = GoalFactory(), MetricFactory(owner=PersonFactory(name="Mina Metric"))
        for number in range(size):
            self._source(number, size)
            self._bet(number, size)
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
        for version in range(1, size + 1):
            HypothesisFactory(bet=self.bet, version=version)
            TrancheFactory(bet=self.bet, planned_on=TODAY, purpose="Xylo purpose")
            EventFactory(subject_type="bets.bet", subject_id=self.bet.pk, sentence="Xylo happened.", by=lead)
            self.outcome = OutcomeFactory(bet=self.bet, number=version, series=self.series)
            for night in self.nights:
                ReadingFactory(outcome=self.outcome, run=night, as_of=night.as_of, health_note="Xylo note.")
        for night in self.nights:
            VerdictFactory(bet=self.bet, run=night, as_of=night.as_of, sentence="Xylo verdict.")
        FlagFactory(bet=self.bet, outcome=self.outcome, run=self.nights[-1], kind="pivot", sentence="Xylo flag.")

    def addresses(self) -> dict[str, str]:
        """By name of the route: where it is in this shop."""
        bet, source, series = f"/api/bets/{self.bet.key}/", f"/api/sources/{self.source.key}/", self.series.pk
        lists = ("bets", "flags", "goals", "domains", "teams", "people", "metrics", "sources", "series", "runs")
        return {
            "api_root": "/api/",
            "api_show_portfolio": "/api/portfolio/",
            **{f"api_list_{name}": f"/api/{name}/" for name in lists},
            "api_show_bet": bet,
            "api_show_outcome": f"{bet}outcomes/1/",
            "api_list_outcome_signals": f"{bet}outcomes/1/signals/",
            **{f"api_list_{name}": f"{bet}{name}/" for name in ("readings", "verdicts", "events")},
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


def _cleared(number: int) -> dict[str, Any]:
    return {"cleared_on": TODAY, "cleared_because": f"Decided {number}.", "sentence": "Xylo flag of old."}


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def executive_client(executive: Person, client_of: Callable[[Person], Client]) -> Client:
    return client_of(executive)


@pytest.fixture
def nobody(db: None) -> Person:
    """Somebody who has signed in, but holds no role."""
    return PersonFactory(name="Nora Nobody")


@pytest.fixture
def shopkeeper(shop: Shop) -> Person:
    """A product lead of the shop, and of nothing else."""
    return person("Sam Shopkeeper", Role.PRODUCT_LEAD, shop.domain)

"""What the page of a bet and its charts show of forecasts, gates, releases and value."""

import datetime as dt
from html import unescape

import pytest

from bets.models import Bet
from portfolio.charts import outcome_figure
from portfolio.moments import Way
from tests.factories import (
    TODAY,
    BetFactory,
    ForecastFactory,
    GateResultFactory,
    OutcomeFactory,
    RealisedValueFactory,
    ReleaseFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bet(retail, product_lead) -> Bet:
    made = BetFactory(key="B-1", name="Faster claims", domain=retail, lead=product_lead)
    OutcomeFactory(bet=made, number=1, decide_by=dt.date(2100, 1, 1))
    TrancheFactory(bet=made, sequence=1)
    return made


def page_of(client) -> str:
    return unescape(client.get("/bets/B-1/").content.decode())


def test_a_bet_of_which_nothing_was_foretold_only_asks_who_may(client_of, product_lead, viewer, bet) -> None:
    assert "Nobody has said how sure they are." in page_of(client_of(product_lead))
    page = page_of(client_of(viewer))
    for words in ("Nobody has said how sure", "Mark a release", 'id="value"', "say whether it was met"):
        assert words not in page


def test_forecasts_of_others_are_hidden_until_one_has_stated_ones_own(client_of, product_lead, executive, bet) -> None:
    ForecastFactory(outcome=bet.outcomes.get(), person=executive, probability=0.335)
    hidden = page_of(client_of(product_lead))
    assert "1, shown once you have stated yours" in hidden
    assert "33.5 %" not in hidden
    ForecastFactory(outcome=bet.outcomes.get(), person=product_lead, probability=0.6)
    shown = page_of(client_of(product_lead))
    assert "33.5 %" in shown
    assert "60 %" in shown


def test_gates_releases_and_value_stand_where_one_looks_for_them(client_of, finance, bet) -> None:
    GateResultFactory(tranche=bet.tranches.get(), met=False)
    TrancheFactory(bet=bet, sequence=2)
    RealisedValueFactory(bet=bet, amount=3_000_000)
    Bet.objects.filter(pk=bet.pk).update(value_low=1_000_000, value_likely=6_000_000, value_high=9_000_000)
    page = page_of(client_of(finance))
    for words in ("not met", "say whether it was met", "€30k", "So far 50 % of what was most likely."):
        assert words in page


def test_releases_are_lines_on_the_chart_with_a_legend_and_names(product_lead, client_of, bet) -> None:
    outcome = bet.outcomes.get()
    inside = ReleaseFactory(bet=bet, name="<b>Form</b>", shipped_on=TODAY)
    early = ReleaseFactory(bet=bet, shipped_on=outcome.starts_on - dt.timedelta(days=1))
    plain = outcome_figure(outcome, Way([], 1), [])
    figure = outcome_figure(outcome, Way([], 1), [], [inside, early])
    assert len(figure["layout"]["shapes"]) == len(plain["layout"]["shapes"]) + 1
    assert figure["layout"]["shapes"][-1]["x0"] == figure["layout"]["shapes"][-1]["x1"] == TODAY.isoformat()
    marks = figure["data"][-1]
    assert (marks["name"], marks["x"]) == ("Released", [TODAY.isoformat()])
    assert marks["text"] == ["Released: &lt;b&gt;Form&lt;/b&gt;, on 2 Mar 2026"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < marks["y"][0] < high
    drawn = client_of(product_lead).get("/bets/B-1/outcomes/1/chart.json").json()
    assert drawn["data"][-1]["name"] == "Released"


def test_a_withdrawn_release_is_off_the_charts(client_of, product_lead, bet) -> None:
    ReleaseFactory(bet=bet, withdrawn_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), withdrawn_by=product_lead)
    drawn = client_of(product_lead).get("/bets/B-1/outcomes/1/chart.json").json()
    assert "Released" not in [one.get("name") for one in drawn["data"]]

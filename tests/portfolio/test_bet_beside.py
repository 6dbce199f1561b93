"""From one bet to the next, its numbers as a file, and what no text and no address may do to its page."""

import csv
import datetime as dt
from io import StringIO
from urllib.parse import quote

import pytest
from django.utils import translation
from django.utils.html import escape

from bets.models import Bet
from lib.clock import now
from org.actions import record_event
from tests.factories import (
    TODAY,
    BetFactory,
    FlagFactory,
    GoalFactory,
    HypothesisFactory,
    MetricFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)
from tests.portfolio.test_bet_page import flagged_bet

pytestmark = pytest.mark.django_db

# ---- the bets beside it


@pytest.fixture
def three(retail) -> list[Bet]:
    return [BetFactory(key=f"B-{n}", name=name, domain=retail) for n, name in ((1, "Alpha"), (2, "Beta"), (3, "Gamma"))]


def beside(client, address: str) -> tuple[str, str, str]:
    place = client.get(address).context["place"]
    return place.previous, place.next, f"{place.number} of {place.of}"


def test_the_bets_beside_it_are_those_of_the_list_of_all_when_nothing_is_asked(client_of, executive, three) -> None:
    assert beside(client_of(executive), "/bets/B-2/") == ("B-1", "B-3", "2 of 3")


def test_the_bets_beside_it_follow_filter_and_sort_of_the_list(client_of, executive, three) -> None:
    client = client_of(executive)
    assert beside(client, "/bets/B-2/?sort=-name") == ("B-3", "B-1", "2 of 3")
    assert beside(client, "/bets/B-3/?q=gamma") == ("", "", "1 of 1")


def test_neighbours_and_the_way_back_carry_the_query_of_the_list(client_of, executive, three) -> None:
    page = client_of(executive).get("/bets/B-2/?sort=-name&page=7&nonsense=1").content.decode()
    assert '<link rel="prev" href="/bets/B-3/?sort=-name">' in page
    assert '<link rel="next" href="/bets/B-1/?sort=-name">' in page
    assert 'href="/?sort=-name#bets"' in page
    assert 'data-key="j" href="/bets/B-1/?sort=-name"' in page


def test_a_list_that_does_not_hold_the_bet_gives_way_to_all(client_of, executive, three) -> None:
    assert beside(client_of(executive), "/bets/B-2/?q=gamma") == ("B-1", "B-3", "2 of 3")


def test_bets_out_of_reach_are_not_beside_it(client_of, product_lead, three) -> None:
    BetFactory(key="B-25", name="Elsewhere")
    assert beside(client_of(product_lead), "/bets/B-2/") == ("B-1", "B-3", "2 of 3")


# ---- the numbers as a file


def numbers(client, key: str = "B-1") -> list[dict[str, str]]:
    answer = client.get(f"/bets/{key}/outcomes/1/numbers.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_the_file_has_every_period_unrounded_and_carries_the_key(client_of, executive, retail) -> None:
    outcome = OutcomeFactory(
        bet=BetFactory(key="B-1", domain=retail), number=1, starts_on=TODAY - dt.timedelta(days=200)
    )
    for day in range(200):
        SignalFactory(series=outcome.series, period=TODAY - dt.timedelta(days=day + 1), n=300, total=100 + day % 2)
    RunFactory()
    client = client_of(executive)
    rows = numbers(client)
    assert len(rows) == 200
    assert rows[0]["period"] == str(outcome.starts_on)
    assert rows[0]["value"] == repr(101 / 300)
    assert rows[-1]["exposures so far"] == "60000"
    assert float(rows[-1]["lower"]) < float(rows[-1]["estimate so far"]) < float(rows[-1]["upper"])
    disposition = client.get("/bets/B-1/outcomes/1/numbers.csv")["Content-Disposition"]
    assert disposition == 'attachment; filename="b-1-outcome-1.csv"'


def test_numbers_in_the_file_keep_their_decimal_point_in_every_language(client_of, executive, retail) -> None:
    flagged_bet(retail)
    with translation.override("de"):
        assert {row["value"] for row in numbers(client_of(executive))} == {"0.4"}


def test_the_file_is_as_private_as_the_bet(client, client_of, outsider, executive, retail) -> None:
    flagged_bet(retail)
    assert client.get("/bets/B-1/outcomes/1/numbers.csv").status_code == 302
    assert client_of(outsider).get("/bets/B-1/outcomes/1/numbers.csv").status_code == 404
    assert client_of(executive).get("/bets/B-1/outcomes/9/numbers.csv").status_code == 404


def test_an_outcome_without_signals_has_a_file_with_a_head_only(client_of, executive, retail) -> None:
    OutcomeFactory(bet=BetFactory(key="B-1", domain=retail), number=1)
    assert numbers(client_of(executive)) == []


# ---- bad input

HOSTILE = "<script>alert(1)</script>=1+1\u202eevil\U0001f4a3" + "x" * 80


def test_hostile_texts_in_every_field_stay_texts(client_of, executive, retail) -> None:
    bet = BetFactory(key='<b>"&?#%', name=HOSTILE, domain=retail, goal=GoalFactory(name=HOSTILE, measure=HOSTILE))
    bet.teams.add(TeamFactory(domain=retail, name=HOSTILE))
    HypothesisFactory(bet=bet, change=HOSTILE, whom=HOSTILE, result=HOSTILE, reason=HOSTILE)
    TrancheFactory(bet=bet, purpose=HOSTILE, gate=HOSTILE)
    metric = MetricFactory(name=HOSTILE, unit="<i>{%x%}", kind="mean", counts=HOSTILE)
    series = SeriesFactory(metric=metric, source=SourceFactory(domain=retail, name=HOSTILE))
    outcome = OutcomeFactory(bet=bet, number=1, series=series, starts_on=TODAY - dt.timedelta(days=20))
    for day in range(20):
        SignalFactory(series=series, period=TODAY - dt.timedelta(days=day + 1), squares=50.0 + day % 2)
    run = RunFactory()
    ReadingFactory(outcome=outcome, run=run, health_note=HOSTILE)
    VerdictFactory(bet=bet, run=run, sentence=HOSTILE)
    FlagFactory(bet=bet, outcome=outcome, run=run, sentence=HOSTILE)
    record_event(bet, HOSTILE[:60], HOSTILE, at=now())
    client, address = client_of(executive), f"/bets/{quote(bet.key, safe='')}/"
    page = client.get(address).content.decode()
    assert "<script>alert" not in page
    assert page.count(escape(HOSTILE)) >= 12
    chart = client.get(f"{address}outcomes/1/chart.json")
    assert b"<i>" not in chart.content
    assert b"<script>" not in chart.content
    assert 'filename="b-outcome-1.csv"' in client.get(f"{address}outcomes/1/numbers.csv")["Content-Disposition"]


@pytest.mark.parametrize("query", ["page=10**9", "page=-1", "sort=nonsense", "q=%F0%9F%92%A3", "horizon=7&group=x"])
def test_a_strange_query_shows_the_bet_all_the_same(client_of, executive, retail, query) -> None:
    flagged_bet(retail)
    assert client_of(executive).get(f"/bets/B-1/?{query}").status_code == 200


@pytest.mark.parametrize("key", ["B-2", "..", "B-1%20", "%F0%9F%92%A3", "x" * 300])
def test_a_key_that_no_bet_has_is_not_found(client_of, executive, retail, key) -> None:
    flagged_bet(retail)
    for rest in ("", "outcomes/1/chart.json", "outcomes/1/numbers.csv"):
        assert client_of(executive).get(f"/bets/{key}/{rest}").status_code == 404


def test_the_page_is_whole_in_another_language(client_of, executive, retail, settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    flagged_bet(retail)
    page = client_of(executive).get("/bets/B-1/", headers={"accept-language": "de"}).content.decode()
    assert "2. März 2026" in page
    assert "45,0" in page
    chart = client_of(executive).get("/bets/B-1/outcomes/1/chart.json", headers={"accept-language": "de"}).json()
    assert chart["data"][2]["text"][-1].startswith("40,0 %")
    assert isinstance(chart["data"][2]["y"][-1], float)

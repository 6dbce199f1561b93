"""The picture of evidence against stakes: its places, marks, words, who sees what, and what it costs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bets.models import Bet
from org.models import Domain, Person, Run
from portfolio.browse import chosen
from portfolio.labels import HIGH, WIDE, Spot, placed
from portfolio.picture import Axis, Picture, picture_figure, picture_of
from tests.factories import (
    TODAY,
    BetFactory,
    FlagFactory,
    OutcomeFactory,
    PersonFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)

SignIn = Callable[[Person], Client]
AHEAD, PAST = TODAY.replace(year=2030), TODAY.replace(year=2020)


def bet(
    run: Run, low: float | None, high: float | None, kind: str = "measure", *, ahead: int = 0, **fields: Any
) -> Bet:
    """A bet with an outcome between kill line 0.40 and target 0.45, planned money of 1,000.00 and `ahead` on top."""
    made = BetFactory(**fields)
    middle = None if low is None or high is None else (low + high) / 2
    ReadingFactory(outcome=OutcomeFactory(bet=made), run=run, lower=low, upper=high, estimate=middle)
    VerdictFactory(bet=made, run=run, kind=kind)
    TrancheFactory(bet=made, amount=1_000_00, planned_on=PAST)
    if ahead:
        TrancheFactory(bet=made, amount=ahead, planned_on=AHEAD)
    return made


def drawn(run: Run | None, query: str = "") -> Picture:
    asked = chosen(Bet.objects.all(), QueryDict(query), PersonFactory(), run, TODAY)
    return picture_of(asked, run)


def traces(picture: Picture, query: str = "") -> dict[str, Any]:
    figure = json.loads(json.dumps(picture_figure(picture, query), allow_nan=False))
    return {trace["name"]: trace for trace in figure["data"]}


@pytest.mark.django_db
def test_a_bet_stands_by_its_interval_and_its_money_ahead() -> None:
    run = RunFactory()
    bet(run, 0.40, 0.45, key="MID", ahead=500_00)
    bet(run, 0.30, 0.36, "cease", key="BAD", ahead=2_000_00)
    found = traces(drawn(run))
    middle, bad = found["Keep measuring"], found["Cease"]
    assert middle["x"] == [50.0]
    assert (middle["error_x"]["arrayminus"], middle["error_x"]["array"]) == ([14.0], [14.0])
    assert bad["x"][0] < 36
    assert (middle["y"], bad["y"]) == ([0.25], [1.0])
    assert bad["marker"]["size"][0] > middle["marker"]["size"][0]


@pytest.mark.django_db
def test_each_verdict_has_its_own_word_shape_and_colour() -> None:
    run = RunFactory()
    for kind in ("cease", "pivot", "persist", "measure", "contradiction", "none"):
        bet(run, 0.39, 0.46, kind)
    marks = [(trace["marker"]["symbol"], trace["marker"]["color"]) for trace in traces(drawn(run)).values()]
    assert len({symbol for symbol, _ in marks}) == len({colour for _, colour in marks}) == 6


@pytest.mark.django_db
def test_a_click_leads_to_the_bet_and_takes_the_filters_along() -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46, key="A B&2?")
    (trace,) = traces(drawn(run), "q=x&sort=-planned").values()
    assert trace["customdata"] == ["/bets/A%20B&2%3F/?q=x&sort=-planned"]


@pytest.mark.django_db
def test_the_sentence_counts_those_whose_whole_interval_is_beyond_the_kill_line() -> None:
    run = RunFactory()
    bet(run, 0.30, 0.36, "cease", name="Small", ahead=500_000_00)
    bet(run, 0.30, 0.36, "cease", name="Large", ahead=1_500_000_00)
    bet(run, 0.30, 0.41, name="Perhaps", ahead=9_000_000_00)
    bet(run, None, None, "none", name="Unknown")
    assert drawn(run).sentences == [
        "2 of 3 bets stand clearly beyond their kill line, with €2M still at stake; the largest is Large.",
        "1 bet has no interval yet and is not drawn.",
    ]


@pytest.mark.django_db
def test_without_a_bad_bet_the_sentence_speaks_of_the_good_or_says_that_nothing_is_settled() -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46)
    assert drawn(run).sentences == [
        "None of 1 bets is clearly beyond its kill line or clearly better than its target: nothing is settled."
    ]
    bet(run, 0.46, 0.48, "persist", name="Winner", ahead=300_000_00)
    assert drawn(run).sentences == [
        "None of 2 bets stands clearly beyond its kill line;"
        " 1 is better than its target, with €300k still ahead: Winner."
    ]


@pytest.mark.django_db
def test_currencies_are_never_drawn_together() -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46, key="E1")
    bet(run, 0.39, 0.46, key="E2")
    bet(run, 0.39, 0.46, key="D1", currency="USD", ahead=900_000_000_00)
    picture = drawn(run)
    assert (picture.currency, [point.key for point in picture.all], picture.elsewhere) == (
        "EUR",
        ["E1", "E2"],
        {"USD": 1},
    )
    assert "amounts in USD cannot be compared" in picture.sentences[-1]
    assert [point.key for point in drawn(run, "q=D1").drawn] == ["D1"]


@pytest.mark.django_db
def test_nothing_is_drawn_of_broken_feeds_drafts_or_before_the_first_night() -> None:
    run = RunFactory()
    broken = BetFactory(key="BROKEN")
    ReadingFactory(outcome=OutcomeFactory(bet=broken), run=run, health="broken")
    BetFactory(key="EMPTY")
    bet(run, 0.39, 0.46, key="DRAFT", state="draft")
    picture = drawn(run)
    assert (picture.drawn, [point.key for point in picture.unbounded]) == ([], ["BROKEN", "EMPTY"])
    assert drawn(None).drawn == []
    assert picture_figure(picture, "")["data"] == []


@pytest.mark.django_db
def test_where_no_money_is_ahead_the_planned_money_is_drawn_and_named() -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46)
    figure = picture_figure(drawn(run), "")
    assert figure["data"][0]["y"] == [1.0]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Money planned"


@pytest.mark.django_db
def test_hostile_names_stay_text() -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46, name='<a href="javascript:alert(1)">=1+1</a>' + "long " * 24, key="<b>K<b>")
    (trace,) = traces(drawn(run)).values()
    for text in (*trace["text"], *trace["hovertext"]):
        assert "<a" not in text
        assert "<b>K" not in text
    assert "…" in trace["hovertext"][0]


# ---- axis and labels: plain Python


def test_an_axis_is_even_until_one_bet_dwarfs_the_rest() -> None:
    even, bent = Axis.of([0, 100, 250, 1000]), Axis.of([0, 100, 100, 100, 1_000_000])
    assert [even.at(amount) for amount in (0, 250, 1000)] == [0.0, 0.25, 1.0]
    assert even.ticks == [0, 500, 1000]
    assert (bent.at(0), bent.at(1_000_000)) == (0.0, 1.0)
    assert bent.at(100) > 0.05
    assert bent.ticks == [0, 100, 1_000, 10_000, 100_000, 1_000_000]


@given(st.lists(st.integers(0, 10**15), max_size=30))
def test_any_amounts_find_their_place_in_order(amounts: list[int]) -> None:
    axis = Axis.of(amounts)
    places = [axis.at(amount) for amount in sorted(amounts)]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    assert 2 <= len(axis.ticks) <= 18
    assert axis.ticks[0] == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(7, 34)), max_size=40))
def test_at_most_so_many_labels_and_none_leaves_the_picture(spots: list[tuple[float, float, float]]) -> None:
    ranked = [(f"K-{place:02}", Spot(x, y, size, 4)) for place, (x, y, size) in enumerate(spots)]
    assert len(placed(ranked, 12)) <= 12


def test_a_label_moves_aside_and_goes_where_there_is_no_room() -> None:
    free, beside = Spot(20, 50, 10, 4), Spot(20 + 2_000 / WIDE, 50, 10, 4)
    sides = placed([("one", free), ("two", beside)], 12)
    assert sides == {"one": "top center", "two": "middle right"}
    crowd = [(str(n), Spot(50, 50 + n * 400 / HIGH / 10, 34, 8)) for n in range(9)]
    assert len(placed(crowd, 12)) < 9


# ---- the addresses


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/picture.json", "/picture/"])
def test_somebody_who_has_not_signed_in_gets_nothing(address: str) -> None:
    assert Client().get(address).status_code in (302, 401)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/picture.json", "/picture/", "/"])
def test_bets_of_other_domains_are_not_in_it(address: str, client_of: SignIn, outsider: Person, retail: Domain) -> None:
    bet(RunFactory(), 0.39, 0.46, domain=retail, key="HIDDEN-1", name="Hidden from others")
    page = client_of(outsider).get(address).content.decode()
    assert "HIDDEN-1" not in page
    assert "Hidden from others" not in page


@pytest.mark.django_db
def test_it_knows_the_filters_of_the_list_and_ignores_what_it_does_not_know(
    client_of: SignIn, executive: Person
) -> None:
    run = RunFactory()
    bet(run, 0.39, 0.46, "cease", key="ONE")
    bet(run, 0.39, 0.46, "pivot", key="TWO")
    client = client_of(executive)
    (trace,) = client.get("/picture.json?verdict=cease").json()["data"]
    assert trace["customdata"] == ["/bets/ONE/?verdict=cease"]
    assert len(client.get("/picture.json?verdict=nonsense&page=1000000000&sort=x").json()["data"]) == 2


@pytest.mark.django_db
def test_the_table_has_the_same_numbers_and_also_those_not_drawn(client_of: SignIn, executive: Person) -> None:
    run = RunFactory()
    bet(run, 0.30, 0.36, "cease", name="Claim form", ahead=1_234_567_00)
    bet(run, None, None, "none", name="Unknown yet")
    client = client_of(executive)
    whole, alone = (client.get("/picture/", headers=headers) for headers in ({}, {"HX-Request": "true"}))
    for answer in (whole, alone):
        page = answer.content.decode()
        for words in ("Claim form", "33.0 %", "30.0 % to 36.0 %", "40.0 %", "45.0 %", "€1,234,567.00", "No interval"):
            assert words in page
    assert b"<h1>" in whole.content
    assert b"<h1>" not in alone.content


@pytest.mark.django_db
@pytest.mark.parametrize("bets", [1, 80])
@pytest.mark.parametrize("address", ["/picture.json", "/picture/"])
def test_it_takes_the_same_queries_for_one_bet_and_for_many(
    address: str, bets: int, client_of: SignIn, viewer: Person, retail: Domain,
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    run = RunFactory()
    for number in range(bets):
        made = bet(run, 0.39, 0.46, domain=retail, ahead=number * 1_000_00)
        FlagFactory(bet=made, outcome=made.outcomes.get(), run=run)
    client = client_of(viewer)
    frame = 0 if address.endswith("json") else 3  # decisions due, sources needing attention, saved views
    with django_assert_max_num_queries(4 + frame + 3):
        client.get(address)

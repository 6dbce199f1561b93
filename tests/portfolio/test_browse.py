"""The list of all bets: what its URL means, what it shows, and what it costs."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from bets.models import Bet
from org.models import Domain, Person, Run
from portfolio.asked import SORTS, ask
from portfolio.browse import browse, chosen
from portfolio.filters import BetFilter
from tests.factories import (
    TODAY,
    BetFactory,
    DomainFactory,
    GoalFactory,
    OutcomeFactory,
    PersonFactory,
    TrancheFactory,
)
from tests.portfolio.judged import DAY, flag, judged, keys, page_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


# ---- the URL


def test_what_means_nothing_is_ignored_and_said(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory(domain=retail, name="Still here")
    query = "horizon=7&colour=red&sort=mood&group=size&view=film&decide_by_after=31.12.2026&page=abc"
    page = page_of(client_of(executive), query)
    assert "Still here" in page
    for words in (
        "“horizon=7” is not something bets can be filtered by; it was ignored.",
        "“colour=red” is not something bets can be filtered by; it was ignored.",
        "“decide_by_after=31.12.2026” is not something bets can be filtered by; it was ignored.",
        "“sort=mood” is not something bets can be sorted by; it was ignored.",
        "“group=size” is not something bets can be grouped by; it was ignored.",
        "“view=film” is not a way to show bets; it was ignored.",
    ):
        assert words in page


def test_hostile_words_are_shown_as_words_and_kept_short(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory(domain=retail)
    raw = client_of(executive).get("/", {"stage": "<script>alert(1)</script>", "q": "x" * 3000}).content.decode()
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert(1)" in raw
    assert "x" * 100 not in raw


def test_one_view_has_one_short_url(executive: Person, retail: Domain) -> None:
    BetFactory(domain=retail)
    query = "page=1&sort=key&view=table&stage=run&q=&verdict=pivot&verdict=cease&verdict=cease&show=all&group=goal"
    asked = ask(Bet.objects.all(), QueryDict(query), executive, None)
    assert asked.query == "verdict=cease&verdict=pivot&stage=run&group=goal"
    assert ask(Bet.objects.all(), QueryDict(asked.query), executive, None).query == asked.query


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*BetFilter.base_filters, "sort", "group", "view", "columns", "page", "x"]),
            st.one_of(st.text(max_size=12), st.sampled_from(["cease", "1", "none", "-planned", "board", "2026-01-01"])),
        ),
        max_size=8,
    )
)
def test_the_canonical_url_asks_for_the_same_bets_as_any_other(pairs: list[tuple[str, str]]) -> None:
    lead = Person.objects.first() or PersonFactory()
    if not Bet.objects.exists():
        BetFactory.create_batch(3, lead=lead)
    data = QueryDict(urlencode(pairs, errors="replace"))
    asked = ask(Bet.objects.all(), data, lead, None)
    again = ask(Bet.objects.all(), QueryDict(asked.query), lead, None)
    assert (again.query, again.ignored) == (asked.query, [])
    assert list(browse(Bet.objects.all(), data, lead, None, TODAY).asked.filters.qs) == list(again.filters.qs)


def test_a_form_without_javascript_ends_at_the_short_url(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory(domain=retail)
    answer = client_of(executive).get("/?q=&group=horizon&sort=-planned&decide_by_after=&sample=&stage=run")
    assert (answer.status_code, answer["Location"]) == (302, "/?stage=run&sort=-planned")


def test_a_page_beyond_the_last_is_the_last_and_no_number_is_the_first(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory.create_batch(103, domain=retail)
    client = client_of(executive)
    assert page_of(client, f"page={10**9}").count("data-row") == 3
    assert page_of(client, "page=abc").count("data-row") == 100
    assert page_of(client, "page=-1").count("data-row") in (3, 100)


# ---- order, groups, counts


def test_every_sort_orders_both_ways_and_knows_nothing_last(executive: Person, night: Run, retail: Domain) -> None:
    low, high = PersonFactory(name="Ada"), PersonFactory(name="zoe")
    grave = judged(night, retail, "B", "cease", "broken", name="alpha", lead=low, days=5)
    mild = judged(night, retail, "A", "measure", "healthy", name="Beta", lead=high, days=50)
    for bet, amount in ((grave, 1_00), (mild, 9_00)):
        TrancheFactory(bet=bet, amount=amount, planned_on=TODAY + DAY)
    flag(grave, night, days_ago=9)
    flag(mild, night, days_ago=2)
    BetFactory(key="N", name="zzz", domain=retail, lead=PersonFactory(name="zzz"))
    up = {"key": ["A", "B", "N"], "planned": ["N", "B", "A"], "at_stake": ["N", "B", "A"]}
    for sort in SORTS:
        rising = up.get(sort, ["B", "A", "N"])
        assert keys(executive, night, f"group=none&sort={sort}") == rising, sort
        falls = ["A", "B", "N"] if sort in ("decide_by", "flagged") else rising[::-1]
        assert keys(executive, night, f"group=none&sort=-{sort}") == falls, sort


def test_bets_that_sort_alike_keep_the_order_of_their_keys(executive: Person, retail: Domain) -> None:
    for key in ("C", "A", "B"):
        BetFactory(key=key, domain=retail)
    assert keys(executive, None, "sort=-planned") == keys(executive, None, "sort=planned") == ["A", "B", "C"]


def test_only_tranches_still_ahead_are_at_stake(executive: Person, retail: Domain) -> None:
    bet = BetFactory(domain=retail)
    for amount, day in ((1_00, TODAY - DAY), (2_00, TODAY), (4_00, TODAY + DAY)):
        TrancheFactory(bet=bet, amount=amount, planned_on=day)
    found = chosen(Bet.objects.all(), QueryDict(), executive, None, TODAY).get()
    assert (found.planned, found.at_stake) == (7_00, 4_00)  # type: ignore[attr-defined]


def test_groups_come_in_their_own_order_with_counts_and_sums_of_the_whole_group(
    executive: Person, retail: Domain
) -> None:
    grow, keep = GoalFactory(key="a-grow", name="Grow"), GoalFactory(key="b-keep", name="Keep")
    bank = DomainFactory(key="bank", name="Bank")
    for key, goal, horizon, domain, currency in (
        ("A", None, 3, retail, "EUR"), ("B", keep, 1, bank, "EUR"),
        ("C", grow, 0, bank, "USD"), ("D", keep, 1, bank, "USD"),
    ):  # fmt: skip
        TrancheFactory(
            bet=BetFactory(key=key, goal=goal, horizon=horizon, domain=domain, currency=currency), amount=5_00
        )

    def groups(by: str) -> list[tuple[str, int, list[str]]]:
        found = browse(Bet.objects.all(), QueryDict(f"group={by}"), executive, None, TODAY).groups
        return [(group.label, group.count, [f"{t.planned} {t.currency}" for t in group.totals]) for group in found]

    assert groups("horizon") == [
        ("Now", 2, ["500 EUR", "500 USD"]), ("Later", 1, ["500 EUR"]), ("Retiring", 1, ["500 USD"]),
    ]  # fmt: skip
    assert [(label, count) for label, count, _ in groups("goal")] == [("Grow", 1), ("Keep", 2), ("Serves no goal", 1)]
    assert [(label, count) for label, count, _ in groups("domain")] == [("Bank", 3), ("Retail", 1)]
    assert groups("none") == [("All bets", 4, ["1000 EUR", "1000 USD"])]


def test_a_group_that_goes_over_the_page_counts_all_its_bets(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory.create_batch(103, domain=retail)
    assert "103 bets" in page_of(client_of(executive), "page=2&group=domain")


def test_tabs_count_what_the_other_filters_leave(executive: Person, night: Run, retail: Domain) -> None:
    flag(judged(night, retail, "A", stage="run"), night)
    flag(judged(night, retail, "B", stage="discovery"), night)
    judged(night, retail, "C", stage="run", lead=executive)
    found = browse(Bet.objects.all(), QueryDict("stage=run&show=flagged"), executive, night, TODAY)
    assert [(tab.key, tab.count) for tab in found.tabs] == [("all", 2), ("flagged", 1), ("mine", 1)]
    assert found.count == 1


# ---- the page


def test_active_filters_can_be_taken_away_one_by_one_or_all(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory(domain=retail)
    page = page_of(client_of(executive), "stage=run&stage=discovery&horizon=1&sort=name&show=mine")
    for url in (
        'href="?show=mine&stage=run&horizon=1&sort=name#bets"',
        'href="?show=mine&stage=discovery&horizon=1&sort=name#bets"',
        'href="?show=mine&stage=discovery&stage=run&sort=name#bets"',
        'href="?show=mine&sort=name#bets">Clear all',
    ):
        assert url in page


def test_the_sorted_column_says_so_and_a_second_click_turns_it_round(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory(domain=retail)
    client = client_of(executive)
    assert "aria-sort" not in page_of(client)
    assert 'id="sort-planned" href="?sort=-planned#bets"' in page_of(client)
    page = page_of(client, "sort=-planned")
    assert 'aria-sort="descending"><a id="sort-planned" href="?sort=planned#bets"' in page


def test_rows_carry_the_list_they_stand_in(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory(key="A", domain=retail)
    client = client_of(executive)
    assert 'href="/bets/A/"' in page_of(client)
    assert 'href="/bets/A/?stage=discovery&sort=-planned"' in page_of(client, "sort=-planned&stage=discovery&page=1")


def test_a_date_that_has_passed_says_by_how_many_days(client_of: SignIn, executive: Person, retail: Domain) -> None:
    OutcomeFactory(bet=BetFactory(domain=retail), decide_by=dt.date(2026, 1, 5), starts_on=dt.date(2025, 6, 1))
    assert "days overdue" in page_of(client_of(executive))


def test_nothing_found_says_why_and_offers_one_way_out(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory(domain=retail)
    client = client_of(executive)
    assert "No bet matches “no such thing”" in page_of(client, "q=no+such+thing")
    assert 'href="?#bets">Clear all filters' in page_of(client, "stage=run")
    assert "No bet is in this view." in page_of(client, "show=mine")


def test_what_changes_under_the_hands_is_sent_alone_with_the_short_url(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory(domain=retail)
    headers = {"HX-Request": "true", "HX-Target": "bets-rows"}
    answer = client_of(executive).get("/?q=&stage=discovery&decide_by_after=", headers=headers)
    page = answer.content.decode()
    assert answer["HX-Push-Url"] == "/?stage=discovery"
    assert 'id="bets-rows"' in page
    assert "hx-swap-oob" in page
    assert "<form" not in page
    headers["HX-Target"] = "bets"
    assert "<form" in client_of(executive).get("/?stage=discovery", headers=headers).content.decode()


# ---- what it costs


@pytest.mark.parametrize("view", ["table", "board"])
def test_the_list_takes_the_same_queries_for_one_bet_and_for_many(
    view: str, client_of: SignIn, viewer: Person, night: Run, retail: Domain,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:  # fmt: skip
    client, headers = client_of(viewer), {"HX-Request": "true", "HX-Target": "bets-rows"}
    counts = []
    for many in (1, 30):
        for number in range(many):
            flag(judged(night, retail, f"{many}-{number}", horizon=number % 4, goal=GoalFactory()), night)
        with django_assert_max_num_queries(14) as queries:
            client.get(f"/?view={view}&stage=discovery", headers=headers)
        counts.append(len(queries))
    assert counts[0] == counts[1]

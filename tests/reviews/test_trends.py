"""Trends: the mix today against the guardrails, money, verdicts and flags over time, what changed since a review."""

import csv
import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Callable
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bets.models import Bet
from funding import actions
from funding.models import Transfer
from org.models import Domain, Person, Run
from org.visibility import powers_of
from portfolio.nights import latest_night
from portfolio.trends import stretches, sums_in
from portfolio.trends_asked import TrendsAsked, ask_trends
from portfolio.trends_evidence import against
from portfolio.trends_page import TrendsPage, trends_page
from tests import factories as f
from tests.funding.books import Books, books_of_today, open_books
from tests.pages import text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
JUNE = dt.date(2026, 6, 15)
DAY = dt.timedelta(days=1)


def asked_by(who: Person, query: str = "") -> TrendsAsked:
    return ask_trends(QueryDict(query), who, latest_night())


def shown_to(who: Person, query: str = "", today: dt.date = f.TODAY) -> TrendsPage:
    return trends_page(asked_by(who, query), powers_of(who), latest_night(), today)


def of(page: TrendsPage, key: str) -> Any:
    return next(one for one in page.trends if one.key == key)


def numbers(page: TrendsPage, key: str) -> dict[str, list[int]]:
    """What is not all zero."""
    return {one.key: list(one.values) for one in of(page, key).series if any(one.values)}


# ---- stretches of time


@pytest.mark.parametrize(
    ("by", "count", "first", "last", "after"),
    [
        ("month", 12, "Jul 2025", "Jun 2026", dt.date(2026, 7, 1)),
        ("quarter", 8, "Q3 2024", "Q2 2026", dt.date(2026, 7, 1)),
    ],
)
def test_stretches_end_with_the_one_that_runs_today(by: str, count: int, first: str, last: str, after: dt.date) -> None:
    parts = stretches(by, JUNE)
    assert (len(parts), parts[0].label, parts[-1].label, parts[-1].after) == (count, first, last, after)
    assert all(one.after == other.first for one, other in pairwise(parts))


def test_days_outside_of_the_stretches_are_left_out_and_edges_belong_to_their_own() -> None:
    parts = stretches("month", JUNE)
    days = [parts[0].first - DAY, parts[0].first, parts[1].first - DAY, parts[1].first, parts[-1].after]
    sums = sums_in(parts, [(day, "x", 1) for day in days])
    assert sums["x"][:3] == [2, 1, 0]
    assert sum(sums["x"]) == 3


# ---- the mix today


def test_the_mix_counts_live_and_held_bets_and_what_they_hold(executive: Person) -> None:
    books = open_books()
    Bet.objects.filter(pk=books.bet.pk).update(horizon=2, stage="validation")
    books.given(books.first, "released")
    books.given(books.second)
    f.BetFactory(domain=books.domain, state="held", horizon=1, currency="GBP")
    f.BetFactory(domain=books.domain, state="ceased", horizon=3)
    f.BetFactory(domain=books.domain, state="draft", horizon=3)
    horizon, domain, stage, classes = shown_to(executive).mixes
    assert [(one.label, one.bets, one.share, one.money, one.money_share) for one in horizon.slices] == [
        ("Now", 1, 50.0, 0, 0.0), ("Next", 1, 50.0, 20_000_000, 100.0), ("Later", 0, 0.0, 0, 0.0),
        ("Retiring", 0, 0.0, 0, 0.0),
    ]  # fmt: skip
    assert [(one.key, one.bets, one.money) for one in domain.slices] == [(books.domain.key, 2, 20_000_000)]
    assert [(one.key, one.bets, one.money) for one in stage.slices][:2] == [
        ("discovery", 1, 0), ("validation", 1, 20_000_000),
    ]  # fmt: skip
    assert {one.key: (one.bets, one.money, one.width) for one in classes.slices if one.money} == {
        "bet": (None, 100_000_000, "100.00%")
    }


def test_each_part_has_the_guardrails_that_bound_its_share_in_that_currency(executive: Person) -> None:
    books = open_books()
    books.given(books.first)
    f.GuardrailFactory(name="Now", horizon=1, at_most=5)
    f.GuardrailFactory(name="Pounds", horizon=1, currency="GBP")
    f.GuardrailFactory(name="Bets", horizon=None, funding_class="bet", at_most=None, at_least=20)
    f.GuardrailFactory(name="There", horizon=None, domain=books.domain, at_most=40)
    f.GuardrailFactory(name="Count", kind="count", horizon=None, at_most=1)
    page = shown_to(executive)
    found = {row.rail.name: one.key for mix in page.mixes for one in mix.slices for row in one.rails}
    assert found == {"Now": "1", "There": books.domain.key, "Bets": "bet"}
    assert [row.rail.name for row in page.pressing] == ["Now", "There", "Count"]


def test_each_part_leads_to_its_bets_in_the_list(retail: Domain, executive: Person, client_of: ClientOf) -> None:
    f.BetFactory(domain=retail, horizon=2, name="Found")
    f.BetFactory(domain=retail, horizon=1, name="Other")
    f.BetFactory(domain=retail, horizon=2, state="ceased", name="Over")
    (horizon, *_others) = shown_to(executive, "domain=retail").mixes
    seen = text(client_of(executive).get(f"/?{horizon.query}&horizon=2"))
    assert [name in seen for name in ("Found", "Other", "Over")] == [True, False, False]


# ---- over time


def posted(books: Books, kind: str, leaves: Any, reaches: Any, amount: int, day: dt.date) -> Transfer:
    move = actions.Move(uuid.uuid4(), kind, leaves, reaches, amount, day, "plan", document="Plan")
    (made,) = actions.post_all(books.ledger, [move], at=f.AT, by=None)
    return made


def test_money_counts_in_the_month_in_which_it_moved_and_what_was_taken_back_counts_against_it(
    executive: Person, finance: Person
) -> None:
    books = open_books()
    books.given(books.first, "released")
    released, spent = books.account("released", books.first), books.account("spent", books.first)
    posted(books, "spend", released, spent, 3_000, f.TODAY - 40 * DAY)
    posted(books, "refund", spent, released, 1_000, f.TODAY)
    wrong = posted(books, "spend", released, spent, 500, f.TODAY)
    said = {"key": uuid.uuid4(), "document": "Note 1", "memo": "Wrong bet.", "effective_date": f.TODAY}
    actions.reverse_transfer(wrong, **said, by=finance, at=f.AT)
    page = shown_to(executive)
    parts = stretches("month", f.TODAY)
    before = next(place for place, part in enumerate(parts) if part.first <= f.TODAY - 40 * DAY < part.after)
    found = {
        key: {place: value for place, value in enumerate(row) if value} for key, row in numbers(page, "money").items()
    }
    assert found == {"committed": {11: 10_000_000}, "released": {11: 10_000_000}, "spent": {before: 3_000, 11: -1_000}}
    assert of(page, "money").sentence.startswith(f"Since {parts[0].label}, €100k was committed, €100k released and €20")


def test_what_comes_back_is_returned_and_a_reversal_of_it_counts_against_it(executive: Person, finance: Person) -> None:
    books = open_books()
    books.given(books.first)
    committed, available = books.account("committed", books.first), books.account("available")
    line = actions.Ask("return", committed, available, 10_000_000, tranche=books.first)
    books.approve(books.submit("return", [line]))
    page = shown_to(executive)
    assert {key: row[-1] for key, row in numbers(page, "money").items()} == {
        "committed": 10_000_000, "returned": 10_000_000,
    }  # fmt: skip
    assert "€100k came back, free for better bets." in of(page, "money").sentence
    back = Transfer.objects.get(kind="return")
    said = {"key": uuid.uuid4(), "document": "Note 1", "memo": "Not over.", "effective_date": f.TODAY}
    actions.reverse_transfer(back, **said, by=finance, at=f.AT)
    assert numbers(shown_to(executive), "money").keys() == {"committed"}


def test_money_of_other_currencies_and_of_bets_out_of_sight_is_left_out(executive: Person, viewer: Person) -> None:
    books = open_books()
    books.given(books.first)
    assert numbers(shown_to(executive, "goal=none"), "money").keys() == {"committed"}
    f.BetFactory.create_batch(2, currency="GBP")
    page = shown_to(executive)
    assert (page.asked.currency, of(page, "money").is_known) == ("GBP", False)
    assert of(page, "money").sentence.startswith("No money of these bets has moved since")
    assert numbers(shown_to(executive, "currency=EUR"), "money").keys() == {"committed"}
    seen = shown_to(viewer)
    assert ([one.key for one in seen.trends], seen.rails, seen.funding) == (["verdicts", "flags"], None, None)
    assert all(one.money is None for mix in seen.mixes for one in mix.slices)


def night(day: dt.date, bets: list[Bet], *kinds: str, **fields: Any) -> Run:
    made: Run = f.RunFactory(as_of=day, **fields)
    for bet, kind in zip(bets, kinds, strict=False):
        f.VerdictFactory(bet=bet, run=made, kind=kind)
    return made


def test_verdicts_are_those_of_the_last_night_of_each_month(retail: Domain, executive: Person) -> None:
    bets = f.BetFactory.create_batch(2, domain=retail)
    first = f.TODAY.replace(day=1)
    night(first - 45 * DAY, bets, "cease", "cease")
    night(first - 3 * DAY, bets, "cease", "cease")
    night(first - 2 * DAY, bets, "persist", "measure", kind="replay")
    night(first - DAY, bets, "cease", "cease", state="open", finished_at=None)
    night(first, bets, "pivot", "measure")
    page = shown_to(executive, today=first)
    assert numbers(page, "verdicts") == {
        "persist": [0, 1, 0],
        "measure": [0, 1, 1],
        "pivot": [0, 0, 1],
        "cease": [2, 0, 0],
    }
    said = of(page, "verdicts").sentence
    assert "the evidence spoke against 1 of 2 bets;" in said
    assert said.endswith("against 2 of 2 bets.")
    (_month, parts, whole) = of(page, "verdicts").rows[1]
    assert ([(number, percent) for _one, number, percent in parts], whole) == (
        [(1, 50.0), (1, 50.0), (0, 0.0), (0, 0.0)],
        2,
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"measure": 1}, "0 of 1 bet"),
        ({"cease": 3, "measure": 16}, "3 of 19 bets"),
        ({"cease": 3, "pivot": 2, "measure": 15}, "5 of 20 bets (25 %)"),
    ],
)
def test_a_share_is_told_only_of_more_than_a_few(counts: dict[str, int], said: str) -> None:
    assert against(Counter(counts)) == said


def test_one_night_is_not_enough_for_a_trend(retail: Domain, executive: Person) -> None:
    night(f.TODAY, [f.BetFactory(domain=retail)], "cease")
    trend = of(shown_to(executive), "verdicts")
    assert (trend.is_known, trend.sentence[:22]) == (False, "Not enough nights yet:")


def test_flags_are_raised_decided_on_and_open_at_the_end_of_each_month(retail: Domain, executive: Person) -> None:
    bet = f.BetFactory(domain=retail)
    outcome, today = f.OutcomeFactory(bet=bet), f.TODAY
    long_ago = stretches("month", today)[0].first - DAY
    decision = f.DecisionFactory(bet=bet)

    def flag(raised: dt.date, cleared: dt.date | None = None, how: str = "signals") -> None:
        ended = {"cleared_on": cleared, "cleared_how": how, "cleared_because": "So."} if cleared else {}
        by = {"decision": decision} if how == "decision" else {}
        f.FlagFactory(bet=bet, outcome=outcome, raised_on=raised, **ended, **by)

    flag(long_ago, long_ago)
    flag(long_ago, today, "decision")
    flag(today - 70 * DAY, today)
    flag(today)
    page = shown_to(executive)
    found = numbers(page, "flags")
    assert (found["raised"][-1], found["decided"][-1], found["otherwise"][-1]) == (1, 1, 1)
    assert (found["open"][0], found["open"][-2:]) == (1, [2, 1])
    assert of(page, "flags").sentence.endswith(
        "2 flags were raised and 1 decided on; 1 is open now; when it began it was 1."
    )


# ---- since a review


def reviewed(domain: Domain | None, day: dt.date, **forum: Any) -> None:
    level = "product" if domain else "portfolio"
    f.ReviewFactory(
        forum=f.ForumFactory(domain=domain, level=level, **forum), number=1, state="closed", held_on=day,
        opened_at=f.AT, closed_at=f.AT,
    )  # fmt: skip


def test_it_says_what_changed_since_the_chosen_forum_last_met_for_the_bets_it_looks_at(
    retail: Domain, executive: Person
) -> None:
    bets = [f.BetFactory(domain=domain) for domain in (retail, f.DomainFactory(parent=retail), f.DomainFactory())]
    night(f.TODAY - 90 * DAY, bets, *["measure"] * 3)
    night(f.TODAY - 20 * DAY, bets, *["pivot"] * 3)
    night(f.TODAY, bets, *["cease"] * 3)
    reviewed(None, f.TODAY - 10 * DAY, key="all")
    reviewed(retail, f.TODAY - 60 * DAY, key="shop")
    found = {}
    for key in ("all", "shop"):
        since = shown_to(executive, f"forum={key}").since
        assert since is not None and since.changes is not None
        found[key] = (since.changes.since, sorted((one.key, one.before) for one in since.listed))
    assert found == {
        "all": (f.TODAY - 20 * DAY, sorted((bet.key, "pivot") for bet in bets)),
        "shop": (f.TODAY - 90 * DAY, sorted((bet.key, "measure") for bet in bets[:2])),
    }
    default = shown_to(executive).since
    assert default is not None and default.forum.key == "all"


def test_without_a_review_or_without_a_night_until_then_it_says_so(
    retail: Domain, executive: Person, viewer: Person, client_of: ClientOf
) -> None:
    assert "No forum that you see has held a review yet." in text(client_of(executive).get("/trends/"))
    reviewed(f.DomainFactory(), f.TODAY - 10 * DAY)
    assert "No night was run until that review" in text(client_of(executive).get("/trends/"))
    assert "No forum that you see has held a review yet." in text(client_of(viewer).get("/trends/"))


# ---- pages, drawings and files


def test_it_takes_the_same_queries_for_few_bets_and_for_many(executive: Person) -> None:
    books, taken = open_books(), []
    books.given(books.first)
    powers_of(executive)
    reviewed(None, f.TODAY - 10 * DAY)
    f.GuardrailFactory()
    for size in (1, 6):
        bets = [f.BetFactory(domain=books.domain, horizon=number % 4) for number in range(size)]
        f.FlagFactory(bet=bets[0], outcome=f.OutcomeFactory(bet=bets[0]), raised_on=f.TODAY)
        for ago in (0, 40, 80):
            night(f.TODAY - ago * DAY, bets, *["cease"] * size)
        with CaptureQueriesContext(connection) as queries:
            shown_to(executive)
        taken.append(len(queries))
    assert taken == [34, 34]


def test_what_means_nothing_is_said_and_ignored(executive: Person, client_of: ClientOf) -> None:
    f.BetFactory()
    query = "by=week&currency=XYZ&forum=none&domain=nowhere&colour=red"
    asked = asked_by(executive, query)
    assert asked.ignored == ["colour=red", "domain=nowhere", "by=week", "currency=XYZ", "forum=none"]
    assert (asked.query, asked.settings["by"]) == ("", "month")
    seen = text(client_of(executive).get(f"/trends/?{query}"))
    assert "“by=week” is not something trends can be narrowed by; it was ignored." in seen


def test_a_form_with_empty_fields_becomes_a_short_address_and_filters_are_carried_along(
    retail: Domain, executive: Person, client_of: ClientOf
) -> None:
    f.BetFactory(domain=retail)
    answer = client_of(executive).get("/trends/?by=quarter&domain=&goal=&stage=discovery")
    assert (answer.status_code, answer["Location"]) == (302, "/trends/?stage=discovery&by=quarter")
    seen = text(client_of(executive).get(answer["Location"]))
    assert '<input type="hidden" name="stage" value="discovery">' in seen


def test_drawings_and_files_are_for_those_who_see_what_is_in_them(
    viewer: Person, executive: Person, client_of: ClientOf
) -> None:
    for what in ("money.json", "money.csv", "classes.json", "luck.json", "luck.csv"):
        assert client_of(viewer).get(f"/trends/{what}").status_code == 404
    assert client_of(executive).get("/trends/money.json").status_code == 200
    assert client_of(viewer).get("/trends/flags.json").status_code == 200
    assert Client().get("/trends/").status_code == Client().get("/trends/mix.csv").status_code == 302


def rows_of(client: Client, what: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(f"/trends/{what}.csv").content.decode("utf-8-sig"))))


def test_drawing_table_and_file_have_the_same_numbers(executive: Person, client_of: ClientOf) -> None:
    books, client = books_of_today(), client_of(executive)
    books.given(books.first)
    page = text(client.get("/trends/?by=quarter"))
    drawn = json.loads(client.get("/trends/money.json?by=quarter").content)["data"]
    rows = list(csv.DictReader(StringIO(client.get("/trends/money.csv?by=quarter").content.decode("utf-8-sig"))))
    assert [sum(trace["y"]) for trace in drawn] == [10_000_000, 0, 0, 0]
    assert sum(float(row["Committed"]) for row in rows) == 100_000.0
    assert {row["Currency"] for row in rows} == {"EUR"}
    assert 'title="€100,000.00"' in page
    assert client.get("/trends/classes.json").status_code == 200


def test_the_files_of_the_mix_and_of_what_changed(retail: Domain, executive: Person, client_of: ClientOf) -> None:
    bet = f.BetFactory(domain=retail, name="=1+1")
    for ago, kind in ((40, "measure"), (0, "cease")):
        night(f.TODAY - ago * DAY, [bet], kind)
    reviewed(None, f.TODAY - 10 * DAY)
    client = client_of(executive)
    mix, changes = rows_of(client, "mix"), rows_of(client, "changes")
    assert [(row["Part"], row["Bets"]) for row in mix if row["Mix"] == "Domain"] == [("Retail", "1")]
    assert [(row["What"], row["Name"], row["Before"], row["After"]) for row in changes] == [
        ("Verdict", "'=1+1", "Keep measuring", "Cease")
    ]


def test_by_api_trends_are_what_their_page_says(executive: Person, viewer: Person, client_of: ClientOf) -> None:
    books = books_of_today()
    books.given(books.first)
    f.GuardrailFactory(name="Now", horizon=1, at_most=5)
    found = client_of(executive).get("/api/trends/?by=quarter").json()
    sums = {series["key"]: sum(series["values"]) for series in found["trends"][0]["series"]}
    assert sums == {"committed": 10_000_000, "released": 0, "spent": 0, "returned": 0}
    first = found["mixes"][0]["slices"][0]
    assert (first["key"], first["bets"], first["money"]) == ("1", 1, 10_000_000)
    assert [(rail["name"], rail["state"]) for rail in first["guardrails"]] == [("Now", "beyond")]
    assert (found["by"], found["since"]) == ("quarter", None)
    seen = client_of(viewer).get("/api/trends/").json()
    assert [trend["key"] for trend in seen["trends"]] == ["verdicts", "flags"]
    refused = client_of(executive).get("/api/trends/?by=week")
    assert (refused.status_code, "by=week" in refused.json()["detail"]) == (400, True)

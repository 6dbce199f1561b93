"""The funding map: money by funding class and domain, and how the mix moves."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funding import actions
from funding.map import Mix, map_figure, map_of
from funding.models import Budget
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.pages import text

pytestmark = pytest.mark.django_db
YEAR = f.TODAY.year


@pytest.fixture
def books() -> Books:
    """1,000,000.00 for bets this year; and of last year 100,000.00 for bets, 300,000.00 for a project."""
    books = open_books()
    f.FiscalPeriodFactory(
        ledger=books.ledger, code="before", starts_on=dt.date(YEAR - 3, 1, 1), ends_on=f.TODAY - dt.timedelta(days=401)
    )
    given(books, "B", "bet", YEAR - 1, 10_000_000)
    given(books, "P", "project", YEAR - 1, 30_000_000)
    return books


def given(books: Books, code: str, funding_class: str, year: int, amount: int, **fields: Any) -> Budget:
    domain = fields.pop("domain", books.domain)
    budget = actions.open_budget(
        books.ledger, f"{code}-{year}", f"{code} of {year}", domain, funding_class, dt.date(year, 1, 1),
        dt.date(year, 12, 31), at=f.AT, **fields,
    )  # fmt: skip
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(books.ledger), actions.account_of(budget, "available"), amount,
        f.TODAY, "opening", document="Opening balance",
    )  # fmt: skip
    actions.post(move, at=f.AT, by=None)
    return budget


def drawn(**asked: str) -> Any:
    return map_of(Budget.objects.all(), asked, f.TODAY)


def test_the_map_says_how_far_the_money_has_moved(books: Books) -> None:
    given(books, "P", "project", YEAR, 25_000_000)
    page = drawn()
    assert [(mix.label, mix.by_class) for mix in page.mixes] == [
        (str(YEAR - 1), {"bet": 10_000_000, "project": 30_000_000}),
        (str(YEAR), {"bet": 100_000_000, "project": 25_000_000}),
    ]
    assert page.sentence == (
        f"In {YEAR}, 80 % of €1.2M goes to durable teams and to bets. That is more than the 25 % of {YEAR - 1}:"
        " the money moves. Projects, the old way, still take 20 %."
    )
    assert drawn(period=f"{YEAR - 1}-01-01_{YEAR - 1}-12-31").sentence.startswith(f"In {YEAR - 1}, 25 % of €400k")


def test_what_was_moved_within_a_period_is_told_apart_from_what_was_first_given(books: Books) -> None:
    project = given(books, "P", "project", YEAR, 100_000_000)
    ask = actions.Ask("reallocate", actions.account_of(project, "available"), books.account("available"), 50_000_000)
    books.approve(books.submit("reallocate", [ask], bet=None))
    page = drawn()
    assert (page.began.percent("bet"), page.now.percent("bet")) == (50, 75)
    assert "When its budgets were first given it was 50 %" in page.sentence


def test_domains_have_their_money_by_class_most_first(books: Books) -> None:
    other = f.DomainFactory(name="Claims")
    given(books, "R", "run", YEAR, 200_000_000, domain=other)
    given(books, "T", "team", YEAR, 1_000_000, team=f.TeamFactory(domain=books.domain))
    assert [(place.domain, place.amounts) for place in drawn().places] == [
        (other, [0, 0, 0, 200_000_000, 0]), (books.domain, [1_000_000, 100_000_000, 0, 0, 0]),
    ]  # fmt: skip


def test_amounts_of_different_currencies_are_never_added_up(books: Books) -> None:
    ledger = actions.open_ledger("ch", "Northwind CH", "CHF", at=f.AT)
    f.BudgetFactory(ledger=ledger, domain=books.domain)
    assert drawn().currencies == ["EUR", "CHF"]
    assert (drawn().currency, drawn(currency="CHF").currency, drawn(currency="<b>").currency) == ("EUR", "CHF", "EUR")
    assert drawn(currency="CHF").sentence == "There is no money in the budgets of this period yet."


def test_the_picture_has_the_shares_of_the_table(books: Books) -> None:
    shares = {one["name"]: one["x"] for one in map_figure(drawn())["data"]}
    assert shares == {"Bet": [25.0, 100.0], "Project, the old way": [75.0, 0.0]}
    assert Mix("", {}).percent("bet") == 0


def test_the_map_takes_the_same_queries_for_few_budgets_and_for_many(books: Books) -> None:
    counted = []
    for more in "XY":
        with CaptureQueriesContext(connection) as queries:
            assert drawn().places
        counted.append(len(queries))
        for number in range(4):
            f.BudgetFactory(ledger=books.ledger, domain=f.DomainFactory(), code=f"{more}-{number}")
    assert counted == [4, 4]


def test_the_map_is_seen_by_whoever_sees_money(client: Client, client_of: Any, books: Books, viewer: Any) -> None:
    for address in ("/money/map/", "/money/map/chart.json"):
        assert client.get(address).status_code == 302
        assert client_of(viewer).get(address).status_code == 404
        assert client_of(books.lead).get(address).status_code == 200


def test_every_amount_leads_to_its_budgets(client_of: Any, books: Books) -> None:
    client = client_of(books.checker)
    page = text(client.get(f"/money/map/?period={YEAR - 1}-01-01_{YEAR - 1}-12-31"))
    address = (
        f"/money/budgets/?period={YEAR - 1}-01-01_{YEAR - 1}-12-31&domain={books.domain.key}&funding_class=project"
    )
    assert f'href="{address}"' in page
    budgets = text(client.get(address))
    assert f"P of {YEAR - 1}" in budgets and f"B of {YEAR - 1}" not in budgets


def test_nothing_to_draw_is_said(client_of: Any, finance: Any) -> None:
    assert "No budget of a domain that you reach is open yet." in text(client_of(finance).get("/money/map/"))
    assert client_of(finance).get("/money/map/chart.json").json()["data"] == []
    assert "No budget of a domain that you reach runs now or later." in text(client_of(finance).get("/money/budgets/"))


def test_a_running_period_without_money_is_not_chosen_and_all_that_run_make_the_mix_of_today(books: Books) -> None:
    longer = {"starts_on": f.TODAY, "ends_on": f.TODAY + dt.timedelta(days=399)}
    empty = actions.open_budget(books.ledger, "E", "Empty", books.domain, "run", **longer, at=f.AT)
    page = drawn()
    assert page.period == str(YEAR)
    assert page.running(f.TODAY).by_class == {"bet": 100_000_000, "run": 0}
    assert drawn(period=f"{empty.starts_on}_{empty.ends_on}").now.whole == 0

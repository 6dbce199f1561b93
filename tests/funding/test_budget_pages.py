"""Pages of budgets: who sees them, what they say, and what finance keeps there."""

import csv
import datetime as dt
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from funding import actions
from funding.budget_months import burn_of, months_of
from funding.budgets import figures_of
from funding.models import Budget
from lib.clock import today
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.funding.test_budgets import another, spend
from tests.pages import text

pytestmark = pytest.mark.django_db
ADDRESSES = ["", "new/", "{pk}/", "{pk}/waterfall.json", "{pk}/burn-up.json", "{pk}/transfers/", "{pk}/change/"]


@pytest.fixture
def books() -> Books:
    books = open_books()
    # The pages tell the time by the clock, the stories of the tests by TODAY.
    Budget.objects.filter(pk=books.budget.pk).update(ends_on=today() + dt.timedelta(days=200))
    books.budget.refresh_from_db()
    return books


def of(books: Books, address: str) -> str:
    return f"/money/budgets/{address.format(pk=books.budget.pk)}"


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_has_not_signed_in_is_sent_to_the_login(client: Client, books: Books, address: str) -> None:
    assert client.get(of(books, address)).status_code == 302


@pytest.mark.parametrize("address", ADDRESSES[2:])
def test_a_budget_of_another_domain_does_not_exist(client_of: Any, outsider: Any, books: Books, address: str) -> None:
    assert client_of(outsider).get(of(books, address)).status_code == 404


def test_who_may_not_see_money_in_a_domain_sees_no_budget_of_it(client_of: Any, outsider: Any, books: Books) -> None:
    f.RoleGrantFactory(person=outsider, role="viewer", domain=books.domain)
    assert client_of(outsider).get(of(books, "{pk}/")).status_code == 404
    assert books.budget.name not in text(client_of(outsider).get("/money/budgets/?period=all"))
    viewer = f.RoleGrantFactory(role="viewer").person
    assert client_of(viewer).get("/money/budgets/").status_code == 404


def test_the_list_begins_with_durable_team_funding_and_sums_domains_with_those_below(
    client_of: Any, books: Books
) -> None:
    below = f.DomainFactory(parent=books.domain, name="Motor")
    days = {"starts_on": books.budget.starts_on, "ends_on": books.budget.ends_on, "at": f.AT}
    lower = actions.open_budget(books.ledger, "M-1", "Bets of motor", below, "bet", **days)
    team = f.TeamFactory(domain=books.domain, name="Quotes")
    actions.open_budget(books.ledger, "T-1", "Team of quotes", books.domain, "team", team=team, **days)
    leaves, reaches = (actions.account_of(one, "available") for one in (books.budget, lower))
    ask = actions.Ask("reallocate", leaves, reaches, 25_000_000)
    books.approve(books.submit("reallocate", [ask], bet=None))
    page = text(client_of(books.checker).get("/money/budgets/"))
    places = [page.index(words) for words in ("Team of quotes", books.budget.name, "Bets of motor")]
    assert places == sorted(places)
    assert page.index("Durable team funding", page.index("All budgets")) < places[0]
    header = page[page.index("with the domains below it") :]
    assert header[: header.index("</tr>")].count("€1M") == 2  # current and available
    assert 'title="€250,000.00"' in page


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("?period=all", True), ("?period=2001-01-01_2001-12-31", True), ("?q=direct", True), ("?q=nothing", False),
        ("?funding_class=team", False), ("?state=short", False), ("?state=withdrawn", False), ("?domain=x", True),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_and_says_what_it_ignored(client_of: Any, books: Books, asked: str, there: bool) -> None:
    page = text(client_of(books.checker).get(f"/money/budgets/{asked}"))
    assert (f'/money/budgets/{books.budget.pk}/"' in page) is there
    ignored = asked in ("?period=2001-01-01_2001-12-31", "?domain=x")
    assert ("is not something this list can be narrowed by" in page) is ignored


def test_the_list_takes_the_same_queries_for_one_budget_and_for_many(client_of: Any, books: Books) -> None:
    client, counted = client_of(books.checker), []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/money/budgets/")
        counted.append(len(queries))
        for made in range(4):
            another(books, f"X-{number}{made}")
    assert counted[0] == counted[1]


def test_budgets_are_taken_away_as_csv_and_for_excel_with_exact_money(client_of: Any, books: Books) -> None:
    actions.change_budget(books.budget, name="=1+1", by=books.checker, at=f.AT)
    client = client_of(books.checker)
    header, row = csv.reader(StringIO(client.get("/money/budgets.csv").content.decode().lstrip("\ufeff")))
    told = dict(zip(header, row, strict=True))
    assert (told["Budget"], told["Original"], told["Available"], told["Used, percent"]) == (
        "'=1+1", "1000000.00", "1000000.00", "0.00",
    )  # fmt: skip
    sheet = load_workbook(BytesIO(client.get("/money/budgets.xlsx").content)).active
    assert [sheet[2][place].value for place in (1, header.index("Current"))] == ["=1+1", 1_000_000]
    assert len(header) == sheet.max_column


def test_a_budget_says_where_it_stands_and_who_holds_its_money(client_of: Any, books: Books) -> None:
    books.given(books.first, "released")
    spend(books, 2_500_000)
    books.commit(books.second, 95_000_000)
    page = text(client_of(books.checker).get(of(books, "{pk}/")))
    for words in (
        "Of €1M, €25k is spent, €75k is promised to bets and €900k is available.",
        "Requests that wait ask for €950k, which is €50k more than is left.",
        "Asked for more than is left", "Bets that hold its money", books.bet.name, "€1,000,000.00", "Request ",
    ):  # fmt: skip
        assert words in page, words


def test_what_somebody_may_not_see_is_counted_and_not_named(client_of: Any, books: Books) -> None:
    hidden = f.BetFactory(name="‹Secret bet›", state="live")
    other = actions.open_budget(
        books.ledger, "O-1", "‹Secret budget›", hidden.domain, "bet", f.TODAY, books.budget.ends_on, at=f.AT
    )
    tranche = f.TrancheFactory(bet=hidden)
    move = actions.Move(
        f.FundingRequestFactory.build().key, "open", actions.appropriation_of(books.ledger),
        books.account("committed", tranche), 700_000, f.TODAY, "opening", document="Opening balance",
    )  # fmt: skip
    actions.post(move, at=f.AT, by=None)
    leaves, reaches = books.account("available"), actions.account_of(other, "available")
    books.approve(books.submit("reallocate", [actions.Ask("reallocate", leaves, reaches, 1)], bet=None))
    lead = f.RoleGrantFactory(role="product_lead", domain=books.domain).person
    page = text(client_of(lead).get(of(books, "{pk}/")))
    assert "Secret" not in page
    assert "1 bet that you do not see" in page and "€7k" in page and "Another budget" in page


def test_the_pictures_have_the_numbers_of_the_page(client_of: Any, books: Books) -> None:
    books.given(books.first, "released")
    spend(books, 2_500_000)
    client = client_of(books.checker)
    waterfall = client.get(of(books, "{pk}/waterfall.json")).json()["data"][0]
    assert dict(zip(waterfall["y"], waterfall["x"], strict=True)) == {
        "Original": 100_000_000, "Current budget": 100_000_000, "Released": -7_500_000, "Spent": -2_500_000,
        "Available": 90_000_000,
    }  # fmt: skip
    lines = {one["name"]: one["y"] for one in client.get(of(books, "{pk}/burn-up.json")).json()["data"]}
    assert (max(lines["Released"]), max(lines["Spent"])) == (10_000_000, 2_500_000)
    assert lines["Planned for tranches"][-1] == 10_000_000


def test_a_budget_takes_the_same_queries_whatever_happened(client_of: Any, books: Books) -> None:
    client, counted = client_of(books.checker), []
    books.given(books.first, "released")
    for tranche in (None, books.second):
        if tranche:
            books.approve(books.commit(tranche))
        with CaptureQueriesContext(connection) as queries:
            client.get(of(books, "{pk}/"))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 18


def posted(books: Books, day: dt.date, amount: int, kind: str = "spend") -> None:
    ways = [books.account("released", books.first), books.account("spent", books.first)]
    leaves, reaches = ways if kind == "spend" else ways[::-1]
    key = f.FundingRequestFactory.build().key
    move = actions.Move(key, kind, leaves, reaches, amount, day, "actual", document=f"{day} {amount}")
    actions.post(move, at=f.AT, by=None)


def test_burn_is_the_average_of_the_last_three_full_months_and_tells_when_the_money_is_gone(books: Books) -> None:
    books.given(books.first, "released")
    first = f.TODAY.replace(day=1)
    for back, amount in ((1, 300_000), (32, 200_000), (63, 160_000), (94, 9_000_000), (-1, 50_000)):
        posted(books, first - dt.timedelta(days=back), amount)
    posted(books, first - dt.timedelta(days=1), 60_000, "refund")
    left = figures_of([books.budget])[books.budget.pk].unspent
    months = months_of(books.budget, f.TODAY)
    burn = burn_of(books.budget, months, left, f.TODAY)
    assert burn is not None
    assert (burn.a_month, burn.months, burn.left) == (200_000, 3, 90_350_000)
    assert not burn.is_early
    pressed = burn_of(books.budget, months, 600_000, f.TODAY)
    assert pressed is not None and pressed.gone_on is not None
    assert 85 <= (pressed.gone_on - f.TODAY).days <= 95
    assert pressed.is_early
    spent = {month.first: month.spent_within for month in months}
    assert spent[(first - dt.timedelta(days=1)).replace(day=1)] == 240_000


def test_before_a_full_month_has_passed_nobody_speaks_of_burn(books: Books) -> None:
    books.given(books.first, "released")
    posted(books, f.TODAY, 100)
    assert burn_of(books.budget, months_of(books.budget, f.TODAY), 100, f.TODAY) is None


def opening(books: Books, **changes: str) -> dict[str, str]:
    day = today()
    return {
        "ledger": books.ledger.code, "code": "N-1", "name": "New", "domain": books.domain.key, "team": "",
        "funding_class": "bet", "starts_on": f"{day.year}-01-01", "ends_on": f"{day.year}-12-31", "warn_percent": "75",
        "year_end": "lapse",
        "treatment": "capex", "cost_centre": "", "erp_account": "", **changes,
    }  # fmt: skip


def test_finance_opens_a_budget(client_of: Any, books: Books) -> None:
    answer = client_of(books.checker).post("/money/budgets/new/", opening(books), follow=True)
    budget = Budget.objects.get(code="N-1")
    assert (budget.warn_percent, budget.treatment, budget.opened_by) == (75, "capex", books.checker)
    assert budget.year_end == "lapse"
    assert "There is no money in this budget yet" in text(answer)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"code": "DS-2026"}, 409, "There is a budget DS-2026 in this ledger already."),
        ({"funding_class": "team"}, 409, "Durable team funding names its team."),
        ({"ends_on": "2026-13-01"}, 422, "Enter a valid date."),
        ({"ends_on": "0001-01-01"}, 409, "ends on or after the day"),
        ({"name": "\x00"}, 422, "Null characters are not allowed."),
        ({"name": "x" * 100_000}, 422, "at most 120 characters"),
        ({"warn_percent": "nan"}, 422, "Enter a whole number."),
        ({"warn_percent": "9" * 30}, 422, "less than or equal to 100"),
        ({"domain": "elsewhere"}, 422, "Select a valid choice."),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_typed_is_lost(
    client_of: Any, books: Books, changes: dict[str, str], status: int, said: str
) -> None:
    answer = client_of(books.checker).post("/money/budgets/new/", opening(books, cost_centre="‹4711›", **changes))
    assert answer.status_code == status
    assert said in text(answer) and "‹4711›" in text(answer)
    assert Budget.objects.count() == 1


def test_who_may_not_keep_budgets_reads_why_before_typing(client_of: Any, books: Books) -> None:
    for address in ("new/", "{pk}/change/"):
        page = text(client_of(books.lead).get(of(books, address)))
        assert "You may not open or change a budget here" in page and "disabled" in page
    assert client_of(books.lead).post(of(books, "new/"), opening(books)).status_code in (409, 422)


def kept(books: Books, **changes: str) -> dict[str, str]:
    given = {"name": "Motor", "warn_percent": "80", "year_end": "roll", "treatment": "opex", "cost_centre": "4100"}
    given["erp_account"] = ""
    return given | changes


def test_two_who_change_a_budget_at_once_see_both_versions(client_of: Any, books: Books) -> None:
    client = client_of(books.checker)
    page = text(client.get(of(books, "{pk}/change/")))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    actions.change_budget(books.budget, name="Theirs", by=books.other, at=f.AT)
    answer = client.post(of(books, "{pk}/change/"), kept(books, seen=seen))
    assert answer.status_code == 409
    assert "Both versions" in text(answer) and "Theirs" in text(answer) and "Motor" in text(answer)
    fresh = text(answer).split('name="seen" value="')[1].split('"')[0]
    assert client.post(of(books, "{pk}/change/"), kept(books, seen=fresh)).status_code == 302
    assert Budget.objects.get(pk=books.budget.pk).name == "Motor"


def test_a_budget_is_withdrawn_where_it_is_changed_once_it_is_empty(client_of: Any, books: Books) -> None:
    client, empty = client_of(books.checker), another(books)
    assert "There is money in this budget" in text(client.get(of(books, "{pk}/change/")))
    assert client.post(f"/money/budgets/{empty.pk}/withdraw/").status_code == 302
    assert "Withdrawn" in text(client.get(f"/money/budgets/{empty.pk}/"))
    assert "This budget was withdrawn." in text(client.get(f"/money/budgets/{empty.pk}/change/"))
    assert f'/money/budgets/{empty.pk}/"' in text(client.get("/money/budgets/?state=withdrawn&period=all"))

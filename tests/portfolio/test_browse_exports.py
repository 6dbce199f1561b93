"""The chosen bets as files: exact, complete, and harmless in a spreadsheet."""

import csv
import datetime as dt
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from org.models import Domain, Person
from tests.factories import (
    TODAY,
    BetFactory,
    FlagFactory,
    GoalFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/bets.csv?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_somebody_who_has_not_signed_in_is_asked_to(kind: str) -> None:
    assert Client().get(f"/bets.{kind}").status_code == 302


def test_bets_of_other_domains_are_not_in_the_file(client_of: SignIn, outsider: Person, retail: Domain) -> None:
    BetFactory(domain=retail, name="Hidden from others")
    assert rows_of_csv(client_of(outsider)) == []


def test_a_row_has_all_of_the_bet_with_exact_money_and_iso_dates(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    night = RunFactory()
    bet = BetFactory(
        key="A", name="Lockers", domain=retail, goal=GoalFactory(name="Grow"), is_sample=True, currency="USD"
    )
    outcome = OutcomeFactory(bet=bet, decide_by=dt.date(2026, 4, 1))
    ReadingFactory(outcome=outcome, run=night, health="stale")
    VerdictFactory(bet=bet, run=night, kind="cease")
    FlagFactory(bet=bet, outcome=outcome, run=night, raised_on=dt.date(2026, 2, 1))
    TrancheFactory(bet=bet, amount=123_456_789, planned_on=dt.date(2020, 1, 1))
    TrancheFactory(bet=bet, amount=11, planned_on=dt.date(2999, 1, 1))
    assert rows_of_csv(client_of(executive)) == [{
        "Key": "A", "Name": "Lockers", "Product lead": bet.lead.name, "Domain": "Retail", "Goal": "Grow",
        "Stage": "Discovery", "State": "Live", "Horizon": "Now", "Verdict": "Cease", "Open flags": "Cease",
        "Flagged since": "2026-02-01", "Health of signals": "Stale", "Planned": "1234568.00", "At stake": "0.11",
        "Currency": "USD", "Decide by": "2026-04-01", "Sample": "yes",
    }]  # fmt: skip


def test_the_file_has_what_the_list_was_asked_for_in_its_order_and_all_pages_of_it(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    for number in range(103):
        BetFactory(domain=retail, key=f"B-{number:03}", stage="run")
    BetFactory(domain=retail, key="Z", stage="discovery")
    found = [row["Key"] for row in rows_of_csv(client_of(executive), "stage=run&sort=-key&page=2&horizon=9")]
    assert found == [f"B-{number:03}" for number in reversed(range(103))]


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_that_looks_like_a_formula_runs_nothing(
    name: str, client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory(domain=retail, name=name)
    client = client_of(executive)
    assert rows_of_csv(client)[0]["Name"] == f"'{name}"
    sheet = sheet_of(client)
    assert not list(sheet.iter(f"{SHEET}f"))


def test_the_excel_file_has_numbers_dates_and_text_as_such(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    bet = BetFactory(key="007", domain=retail, name="https://example.org <b>😀", goal=None)
    TrancheFactory(bet=bet, amount=1_050, planned_on=TODAY)
    OutcomeFactory(bet=bet, decide_by=dt.date(2026, 4, 1))
    client = client_of(executive)
    kinds = {cell.get("r"): (cell.get("t"), cell.findtext(f"{SHEET}v")) for cell in sheet_of(client).iter(f"{SHEET}c")}
    assert kinds["A2"][0] == kinds["B2"][0] == "s"
    assert kinds["M2"] == (None, "10.5")
    assert kinds["P2"] == (None, str((dt.date(2026, 4, 1) - dt.date(1899, 12, 30)).days))


def sheet_of(client: Client) -> ElementTree.Element:
    answer = client.get("/bets.xlsx")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        return ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))


@pytest.mark.parametrize("bets", [1, 30])
def test_a_file_takes_the_same_queries_for_one_bet_and_for_many(
    bets: int, client_of: SignIn, viewer: Person, retail: Domain, django_assert_num_queries: Callable[..., Any]
) -> None:
    BetFactory.create_batch(bets, domain=retail)
    client = client_of(viewer)
    with django_assert_num_queries(10):
        client.get("/bets.csv")

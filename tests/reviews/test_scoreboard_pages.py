"""The pages, files, pictures and API of the scoreboard: for whom, what they show, and what each number is made of."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from bets.models import Bet
from org.models import Domain, Person
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.reviews.scored import DAY, HERE, board_of, came, ceased, decided, flagged

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]


@pytest.fixture
def books() -> Books:
    return open_books()


def test_a_cease_credits_its_owner_with_the_money_and_the_lesson(
    books: Books, executive: Person, client_of: ClientOf
) -> None:
    books.given(books.first, "released")
    decision = ceased(books)
    (credit,) = board_of(executive).credited
    assert (credit.review.decision, credit.review.credited) == (decision, books.bet.lead)
    assert credit.credit is not None
    assert credit.credit.money == [("EUR", 10_000_000)]
    page = client_of(executive).get(HERE).content.decode()
    assert "Ceased well" in page
    assert str(books.bet.lead) in page


# ---- what is counted, and for whom


def test_time_domain_and_forum_narrow_what_is_counted(retail: Domain, executive: Person) -> None:
    below = f.DomainFactory(key="stores", parent=retail)
    now, before = decided(below, "A", decided_at=f.AT), decided(f.DomainFactory(), "B", decided_at=f.AT - 400 * DAY)
    forum = f.ForumFactory(key="growth")
    f.AgendaItemFactory(review=f.ReviewFactory(forum=forum), bet=now.bet, opened_at=f.AT, decision=now)

    def keys(query: str) -> list[str]:
        return [one.key for one in board_of(executive, query).made]

    year = before.decided_at.year
    asked = ["", f"period={year}", f"period={year}-Q9", "domain=retail", "forum=growth", "forum=none", "stands=against"]
    assert [keys(query) for query in asked] == [["A", "B"], ["B"], ["A", "B"], ["A"], ["A"], ["B"], ["A", "B"]]
    assert board_of(executive, "stands=against&period=%00").asked.filters.complaints == [
        "“stands=against” is not something the scoreboard can be narrowed by.",
        "“period=�” is not something the scoreboard can be narrowed by.",
    ]


def test_nobody_counts_decisions_or_money_that_they_do_not_see(
    books: Books, retail: Domain, viewer: Person, outsider: Person, client_of: ClientOf
) -> None:
    books.given(books.first, "released")
    decided(retail, "A")
    assert [one.key for one in board_of(viewer).made] == ["A"]
    assert board_of(outsider).made == []
    page = client_of(viewer).get(HERE)
    assert "What moved the money" not in page.content.decode()
    assert [client_of(viewer).get(f"{HERE}{what}/").status_code for what in ("capital", "late", "latency")] == [
        404,
        404,
        200,
    ]
    assert client_of(viewer).get("/api/decisions/scoreboard/").json()["capital"] is None


@pytest.mark.parametrize("address", [HERE, f"{HERE}latency/", "/decisions/scoreboard.csv", f"{HERE}latency.json"])
def test_the_scoreboard_is_for_those_who_have_signed_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_the_page_says_each_finding_and_leads_to_what_it_is_made_of(
    retail: Domain, executive: Person, client_of: ClientOf
) -> None:
    flagged(decided(retail, "A"), 12, since=30)
    page = client_of(executive).get(HERE).content.decode()
    for words in (
        "1 decision answered a flag, after 12 days.", "/decisions/scoreboard/latency/", "?decided_after=",
        "No decision against the evidence has come",
    ):  # fmt: skip
        assert words in page


def test_an_empty_scoreboard_says_why(executive: Person, client_of: ClientOf) -> None:
    assert "Nothing has been decided yet" in client_of(executive).get(HERE).content.decode()


def test_a_list_or_a_picture_that_is_not_there_is_not_found(executive: Person, client_of: ClientOf) -> None:
    client = client_of(executive)
    found = [client.get(f"{HERE}{what}").status_code for what in ("luck/", "luck.json", "luck.csv", "freed.json")]
    assert found == [404] * 4


def test_files_hold_every_row_and_no_formula(retail: Domain, executive: Person, client_of: ClientOf) -> None:
    decision = decided(retail, "A")
    Bet.objects.filter(pk=decision.bet_id).update(name="=1+1")
    flagged(decision, 12, since=30)
    client = client_of(executive)
    lines = list(csv.DictReader(StringIO(client.get(f"{HERE}latency.csv").content.decode("utf-8-sig"))))
    assert [(line["Bet"], line["Name"], line["Flag to decision"]) for line in lines] == [("A", "'=1+1", "12")]
    whole = list(csv.DictReader(StringIO(client.get("/decisions/scoreboard.csv").content.decode("utf-8-sig"))))
    assert [line["Median days"] for line in whole if line["Measure"] == "Days"] == ["30", "12"]
    sheet = openpyxl.load_workbook(BytesIO(client.get("/decisions/scoreboard.xlsx").content)).active
    assert sheet is not None
    assert sheet.max_row == len(whole) + 1


def test_pictures_have_the_numbers_of_the_tables(books: Books, executive: Person, client_of: ClientOf) -> None:
    books.given(books.first, "released")
    flagged(ceased(books, verdict="cease"), 12, since=30)
    client = client_of(executive)
    days, capital = (client.get(f"{HERE}{what}.json").json()["data"] for what in ("latency", "capital"))
    assert {trace["name"]: trace["y"] for trace in days} == {
        "Evidence to flag": [30], "Flag to decision": [12], "Decision to money": [0],
    }  # fmt: skip
    assert {trace["name"]: trace["y"] for trace in capital} == {
        "As the evidence recommended": [10_000_000], "Against the evidence": [10_000_000],
        "Without a decision": [10_000_000],
    }  # fmt: skip
    assert client.get(f"{HERE}calibration.json").json()["layout"]["xaxis"]["ticksuffix"] == " %"


def test_the_api_has_the_same_numbers_and_refuses_what_it_does_not_know(
    books: Books, executive: Person, client_of: ClientOf
) -> None:
    books.given(books.first, "released")
    f.OutcomeFactory(bet=books.bet, decide_by=f.TODAY + 60 * DAY)
    flagged(ceased(books), 12, since=30)
    client = client_of(executive)
    told = client.get("/api/decisions/scoreboard/").json()
    assert told["freed_early"] == [{"amount": 10_000_000, "currency": "EUR"}]
    assert told["latency"][1] == {"step": "decision", "count": 1, "median": 12.0, "worst": 12}
    assert client.get("/api/decisions/scoreboard/?period=never").status_code == 400
    assert client.get("/api/decisions/scoreboard/?luck=1").status_code == 400


def test_it_takes_the_same_number_of_queries_for_one_decision_and_for_ten(
    retail: Domain, executive: Person, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(executive)
    for number in range(10):
        decision = decided(retail, f"S-{number}", second_reader=executive, rescore_on=f.TODAY)
        flagged(decision, number + 1, since=3)
        outcome = came(retail, reached=bool(number % 2))
        f.FlagFactory(bet=outcome.bet, outcome=outcome, raised_on=f.TODAY - 40 * DAY)
        f.ForecastFactory(outcome=outcome, person=executive, stated_at=f.AT - 60 * DAY)
        if number in (0, 9):
            client.get(HERE)
            with django_assert_num_queries(QUERIES):
                client.get(HERE)


QUERIES = 23  # of the whole page, those of the frame around it included

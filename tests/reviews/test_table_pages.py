"""The betting table on its page and by API: what the chair does there, what others see, and what stays hidden."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet
from funding.models import FundingRequest
from lib import clock
from lib.seen import seen_of
from org.models import Person
from portfolio.actions.assigning import seen_in
from portfolio.models import AgendaItem, Assignment
from tests import factories as f
from tests.cast import person
from tests.funding.books import Books
from tests.pages import text
from tests.reviews.board import Board
from tests.reviews.table import ask, assign, changed, other_bet

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def where(growth: Board) -> str:
    return f"/reviews/growth/{growth.review.number}/table/"


def sent(books: Books, amount: str = "60,000", **more: str) -> dict[str, str]:
    return {"budget": str(books.budget.pk), "amount": amount, "seen": seen_of(seen_in(None))} | more


def test_the_table_is_for_those_who_have_signed_in_and_see_bets(where: str, client: Client, client_of: SignIn) -> None:
    assert client.get(where).status_code == 302
    assert client_of(f.PersonFactory()).get(where).status_code == 404


def test_the_chair_assigns_at_the_table_and_everybody_sees_it(
    growth: Board, books: Books, where: str, client_of: SignIn
) -> None:
    chair, member = client_of(growth.chair), client_of(growth.members[0])
    page = chair.get(where)
    assert [seat.bet for seat in page.context["page"].groups[0].seats] == [books.bet]
    assert "€1M is free." in text(page)
    chair.post(f"{where}{books.bet.key}/assign/", sent(books))
    for who in (chair, member):
        assert "€60k" in text(who.get(where)) and "€940k is free." in text(who.get(where))
    assert "Take it back" in text(chair.get(where)) and "Take it back" not in text(member.get(where))
    chair.post(f"{where}{books.bet.key}/take-back/", {"seen": chair.get(where).context["page"].seats[0].seen})
    assert not Assignment.objects.exists()


def test_who_is_not_the_chair_assigns_nothing(growth: Board, books: Books, where: str, client_of: SignIn) -> None:
    member, viewer = client_of(growth.members[0]), client_of(person("Vic Viewer", "viewer"))
    assert "Paid from" not in text(member.get(where)) and "The chair assigns the money." in text(member.get(where))
    for who in (member, viewer):
        assert who.post(f"{where}{books.bet.key}/assign/", sent(books)).status_code == 409
        assert who.post(f"{where}{books.bet.key}/take-back/").status_code == 409
    assert member.post(f"{where}B-none/assign/", sent(books)).status_code == 404
    assert not Assignment.objects.exists()


def test_who_does_not_see_money_learns_no_amount_at_the_table(
    growth: Board, books: Books, where: str, client_of: SignIn
) -> None:
    assign(growth, books)
    page = text(client_of(person("Vic Viewer", "viewer")).get(where))
    assert "Money is assigned" in page and "€60k" not in page and "Bets of direct sales" not in page


@pytest.mark.parametrize(
    "wrong", [{"amount": ""}, {"amount": "a lot"}, {"amount": "nan"}, {"amount": "1\0"}, {"amount": "9" * 100_000},
              {"budget": "x"}, {"budget": "999999999999999999999"}, {"budget": ""}]
)  # fmt: skip
def test_what_is_unsound_is_said_and_stays_as_it_was_typed(
    growth: Board, books: Books, where: str, client_of: SignIn, wrong: dict[str, str]
) -> None:
    page = client_of(growth.chair).post(f"{where}{books.bet.key}/assign/", sent(books) | wrong)
    assert page.status_code == 422 and "Nothing was assigned" in text(page)
    assert page.context["form"].data["amount"] == (sent(books) | wrong)["amount"]
    assert not Assignment.objects.exists() and not growth.review.items.exists()


def test_what_is_refused_stays_as_it_was_typed_and_both_versions_are_shown(
    growth: Board, books: Books, where: str, client_of: SignIn
) -> None:
    chair = client_of(growth.chair)
    assert chair.post(f"{where}{books.bet.key}/assign/", sent(books, "100,001")).status_code == 409
    assign(growth, books)
    page = chair.post(f"{where}{books.bet.key}/assign/", sent(books, "70,000"))
    assert page.status_code == 409 and "Both versions" in text(page)
    assert [(one.stands, one.typed) for one in page.context["beside"]] == [("60000", "70,000")]
    assert Assignment.objects.get().amount == 6_000_000


def test_the_table_hides_what_the_evidence_recommends_from_a_member_who_has_not_voted(
    growth: Board, where: str, client_of: SignIn
) -> None:
    bet = growth.bet("B-one")
    f.VerdictFactory(bet=bet, run=f.RunFactory(), kind="cease", sentence="‹Stop now.›", as_of=clock.today())
    growth.item(bet)
    member = client_of(growth.members[0])
    assert "Cease" not in text(member.get(where)) and "Cease" in text(client_of(growth.operations).get(where))
    growth.vote(growth.review.items.get(), growth.members[0])
    assert "Cease" in text(member.get(where))


def test_bets_that_ask_for_more_stand_beside_those_that_are_unfunded(
    growth: Board, books: Books, where: str, client_of: SignIn
) -> None:
    better, asking, quiet = growth.bet("B-better"), other_bet(books, "B-asking"), growth.bet("B-quiet")
    for bet in (better, asking, quiet):
        f.DecisionFactory(bet=bet, kind="persist", look_again_on=growth.today + dt.timedelta(days=60))
    f.FlagFactory(bet=better, outcome=better.outcomes.get(), kind="scale")
    f.FundingRequestFactory(bet=asking, kind="commit")
    groups = client_of(growth.chair).get(where).context["page"].groups
    assert [{seat.bet.key for seat in one.seats} for one in groups] == [
        {books.bet.key}, {"B-better", "B-asking"}, set(),
    ]  # fmt: skip


def test_money_of_a_bet_that_was_taken_off_the_agenda_is_still_shown_and_taken_back(
    growth: Board, books: Books, where: str, client_of: SignIn
) -> None:
    f.DecisionFactory(bet=books.bet, kind="persist", look_again_on=growth.today + dt.timedelta(days=60))
    assign(growth, books)
    growth.review.items.all().delete()
    chair = client_of(growth.chair)
    (seat,) = chair.get(where).context["page"].seats
    assert (seat.bet, seat.group) == (books.bet, "other")
    chair.post(f"{where}{books.bet.key}/take-back/", {"seen": seat.seen})
    assert not Assignment.objects.exists()


def test_the_table_asks_a_fixed_number_of_queries(
    growth: Board, books: Books, where: str, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    chair = client_of(growth.chair)
    for count in (1, 6):
        for number in range(count):
            if not Bet.objects.filter(key=f"B-of-{number}").exists():
                f.AssumptionFactory(bet=other_bet(books, f"B-of-{number}"))
                f.EffortFactory(bet=Bet.objects.get(key=f"B-of-{number}"))
        with django_assert_max_num_queries(43):
            assert chair.get(where).status_code == 200


def item_address(growth: Board, books: Books) -> str:
    return f"/reviews/growth/{growth.review.number}/bets/{books.bet.key}/"


def test_the_chair_asks_on_the_page_for_what_the_decision_could_not_ask_for(
    growth: Board, books: Books, unasked: AgendaItem, client_of: SignIn
) -> None:
    at, chair, member = item_address(growth, books), client_of(growth.chair), client_of(growth.members[0])
    assert "Ask for it now" in text(chair.get(at)) and "Ask for it now" not in text(member.get(at))
    assert member.post(f"{at}ask/").status_code == 409
    runs_until = books.budget.ends_on
    changed(books, {"ends_on": clock.today() - dt.timedelta(days=1)})
    assert "No budget for bets of this domain runs today" in text(chair.get(at))
    assert chair.post(f"{at}ask/").status_code == 409
    changed(books, {"ends_on": runs_until})
    assert [chair.post(f"{at}ask/").status_code for _ in range(2)] == [302, 409]
    assert FundingRequest.objects.get().decision == unasked.decision
    assert "€100,000.00 is asked for" in text(chair.get(at))


def test_whoever_asks_for_money_finds_the_decision_on_the_page_of_the_bet(
    growth: Board, books: Books, unasked: AgendaItem, client_of: SignIn
) -> None:
    lead, where = client_of(books.lead), f"/bets/{books.bet.key}/tranches/1/commit/?decision="
    assert "/tranches/1/commit/?decision=1" in text(lead.get(f"/bets/{books.bet.key}/"))
    form = lead.get(f"{where}1").context["form"]
    assert form["justification"].value() == "Decided: fund. It works." and form["reason_code"].value() == "evidence"
    assert lead.get(f"{where}9x").context["form"]["justification"].value() is None
    ask(growth, unasked)
    assert "?decision=1" not in text(lead.get(f"/bets/{books.bet.key}/"))


# ---- by API


def send(client: Client, url: str, sent: Any = None, method: str = "post") -> Any:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return getattr(client, method)(url, json.dumps(sent or {}), content_type="application/json", headers=headers)


def test_the_chair_assigns_and_takes_back_by_api(growth: Board, books: Books, client_of: SignIn) -> None:
    chair, review = client_of(growth.chair), f"/api/reviews/growth/{growth.review.number}/"
    url, wanted = f"{review}bets/{books.bet.key}/assigned/", {"budget": books.budget.pk, "amount": 6_000_000}
    (seat,) = chair.get(f"{review}table/").json()["bets"]
    answer = send(chair, url, wanted | {"seen": seat["seen"]})
    assert answer.status_code == 200
    assert answer.json()["bets"][0]["assigned"] == {
        "budget": books.budget.pk, "amount": {"amount": 6_000_000, "currency": "EUR"},
    }  # fmt: skip
    assert answer.json()["budgets"][0]["free"] == {"amount": 94_000_000, "currency": "EUR"}
    assert send(chair, url, wanted | {"amount": 7_000_000, "seen": seat["seen"]}).status_code == 409
    assert send(chair, url, {"budget": 0, "amount": 1}).status_code == 400
    assert send(client_of(growth.members[0]), url, wanted).status_code == 409
    assert send(chair, url, method="delete").status_code == 204
    assert not Assignment.objects.exists()


def test_what_a_decision_could_not_ask_for_is_asked_for_by_api(
    growth: Board, books: Books, unasked: AgendaItem, client_of: SignIn
) -> None:
    url = f"/api/reviews/growth/{growth.review.number}/bets/{books.bet.key}/ask/"
    answer = send(client_of(growth.chair), url)
    assert answer.status_code == 201 and answer.json()["amount"] == {"amount": 10_000_000, "currency": "EUR"}
    assert FundingRequest.objects.get().pk == answer.json()["request"]

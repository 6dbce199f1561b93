"""Pages on which money is asked for, and the money of one bet."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bets.models import Bet
from funding import actions
from funding.models import FundingRequest
from lib.clock import today
from tests import factories as f
from tests.funding.books import Books, books_of_today, open_books

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
SAID = {"reason_code": "plan", "justification": "It pays for twenty talks.", "treatment": "opex"}


@pytest.fixture
def books() -> Books:
    return books_of_today()


def filled(client: Client, path: str, **typed: Any) -> dict[str, Any]:
    """The form as it is opened, with something else typed into it."""
    form = client.get(path).context["form"]
    begun = {name: form[name].value() for name in form.fields}
    values = {**begun, **SAID, **typed}
    return {name: str(value) for name, value in values.items() if value is not None}


def commit_url(books: Books) -> str:
    return f"/bets/{books.bet.key}/tranches/1/commit/"


@pytest.mark.parametrize(
    "path",
    ["bets/{key}/money/", *(f"bets/{{key}}/tranches/1/{kind}/" for kind in ("commit", "release", "return")),
     "money/budgets/{pk}/move/"],
)  # fmt: skip
def test_who_may_not_see_the_money_finds_no_page_of_it(
    books: Books, client: Client, client_of: SignIn, path: str
) -> None:
    url = "/" + path.format(key=books.bet.key, pk=books.budget.pk)
    assert client.get(url).url.startswith("/accounts/login/")
    viewer = f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    f.RoleGrantFactory(person=viewer, role="product_lead", domain=f.DomainFactory())
    assert client_of(viewer).get(url).status_code == 404
    assert client_of(books.lead).get(url).status_code == 200


def test_the_form_begins_with_all_that_is_planned_and_shows_before_and_after(books: Books, client_of: SignIn) -> None:
    client = client_of(books.lead)
    shown = client.get(commit_url(books))
    assert shown.context["form"]["amount"].value() == "100000"
    assert "€900,000.00" in shown.content.decode()
    looked = client.post(commit_url(books), filled(client, commit_url(books), amount="25,000", look="1"))
    assert looked.status_code == 200
    assert "€975,000.00" in looked.content.decode()
    assert not FundingRequest.objects.exists()


def test_a_lead_asks_once_however_often_the_form_is_sent(books: Books, client_of: SignIn) -> None:
    client = client_of(books.lead)
    sent = filled(client, commit_url(books))
    for _twice in range(2):
        answer = client.post(commit_url(books), sent)
        assert answer.status_code == 302
    asked = FundingRequest.objects.get()
    assert answer["Location"] == f"/money/requests/{asked.pk}/"
    assert (asked.amount, asked.proposer, asked.lines.get().cost_centre) == (10_000_000, books.lead, "4100")


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"amount": "0"}, 409), ({"amount": "-1"}, 422), ({"amount": "1.999"}, 422), ({"amount": "1e3"}, 422),
        ({"amount": "NaN"}, 422), ({"amount": "9" * 30}, 422), ({"amount": "100000.01"}, 409), ({"amount": ""}, 422),
        ({"budget": "999999"}, 422), ({"budget": "\x00"}, 422), ({"reason_code": "opening"}, 422),
        ({"justification": "x" * 100_000}, 422), ({"justification": "a\x00b"}, 422), ({"justification": " "}, 422),
        ({"due_on": "0001-01-01"}, 409), ({"due_on": "9999-12-31"}, 409), ({"due_on": "soon"}, 422),
        ({"key": "no uuid"}, 422), ({"treatment": "gift"}, 422), ({"cost_centre": "x" * 41}, 422),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_nothing_typed_is_lost(
    books: Books, client_of: SignIn, typed: dict[str, str], status: int
) -> None:
    client = client_of(books.lead)
    answer = client.post(commit_url(books), filled(client, commit_url(books), cost_centre="4711", **typed)
                         if "cost_centre" not in typed else filled(client, commit_url(books), **typed))  # fmt: skip
    assert answer.status_code == status
    assert "Nothing was asked for" in answer.content.decode()
    assert "cost_centre" in typed or "4711" in answer.content.decode()
    assert not FundingRequest.objects.exists()


def test_questions_about_risk_are_asked_and_answered(books: Books, client_of: SignIn) -> None:
    rule = f.SignOffRuleFactory(question="Does it touch personal data?", role="executive")
    client = client_of(books.lead)
    sent = filled(client, commit_url(books))
    answer = client.post(commit_url(books), sent)
    assert answer.status_code == 422
    assert "Answer “Does it touch personal data?”" in answer.content.decode()
    assert client.post(commit_url(books), sent | {f"risk-{rule.key}": "yes"}).status_code == 302
    assert FundingRequest.objects.get().signoffs == ["executive"]


def test_a_release_shows_its_gate_and_is_asked_for_on_a_decision(books: Books, client_of: SignIn) -> None:
    books.given(books.first)
    client, url = client_of(books.lead), f"/bets/{books.bet.key}/tranches/1/release/"
    opened = client.get(url).content.decode()
    assert "Not met:" in opened
    assert client.post(url, filled(client, url)).status_code == 409
    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=today())
    assert client.post(url, filled(client, url)).status_code == 302


def test_what_is_not_needed_is_given_back(books: Books, client_of: SignIn) -> None:
    books.given(books.first)
    client, url = client_of(books.lead), f"/bets/{books.bet.key}/tranches/1/return/"
    sent = filled(client, url, amount="10", leaves="committed", reason_code="unspent")
    assert client.post(url, sent | {"leaves": "spent"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    line = FundingRequest.objects.get(kind="return").lines.get()
    assert (line.amount, line.debit_account.kind) == (1_000, "available")


@pytest.mark.parametrize("kind", ["release", "return"])
def test_nothing_to_release_or_to_give_back_is_said_before_anybody_types(
    books: Books, client_of: SignIn, kind: str
) -> None:
    shown = client_of(books.lead).get(f"/bets/{books.bet.key}/tranches/1/{kind}/").content.decode()
    assert "You cannot ask for it now" in shown
    assert "disabled" in shown


def test_the_budget_is_given_money_and_gives_some_to_another(books: Books, client_of: SignIn) -> None:
    other = f.BudgetFactory(ledger=books.ledger, domain=books.domain)
    client, url = client_of(books.checker), f"/money/budgets/{books.budget.pk}/move/"
    sent = filled(client, url, line="reallocate", amount="1000")
    assert client.post(url, sent).status_code == 422
    looked = client.post(url, sent | {"other": str(other.pk), "look": "1"})
    assert "€999,000.00" in looked.content.decode()
    over = f.BudgetFactory(
        ledger=books.ledger, domain=books.domain, starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2020, 12, 31)
    )
    assert client.post(url, sent | {"other": str(over.pk)}).status_code == 422
    answer = client.post(url, sent | {"other": str(other.pk)}, follow=True)
    said = " ".join(answer.content.decode().split())
    assert f"Reallocate from {books.budget} to {other}" in said
    assert client.post(url, filled(client, url, line="supplement", amount="1000")).status_code == 302
    assert sorted(FundingRequest.objects.values_list("kind", flat=True)) == ["appropriate", "reallocate"]
    away = open_books().budget
    assert client.post(url, filled(client, url, line="reallocate", amount="1", other=away.pk)).status_code == 422


def test_the_money_of_a_bet_shows_what_waits_what_was_refused_and_what_comes_next(
    books: Books, client_of: SignIn
) -> None:
    url = f"/bets/{books.bet.key}/money/"
    assert client_of(books.lead).get(url).content.decode().count("Ask to commit") == 2
    asked = books.commit(books.first, today=today(), due_on=today())
    shown = client_of(books.lead).get(url).content.decode()
    assert "Commit: €100k waits for approval" in shown
    assert shown.count("Ask to commit") == 1
    actions.reject_request(
        asked, reason_code="not_now", comment="After the summer.", by=books.checker, at=f.AT, today=today()
    )
    shown = client_of(books.lead).get(url).content.decode()
    assert "After the summer." in shown
    assert shown.count("Ask to commit") == 2
    viewer = f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="executive")
    assert "Ask to commit" not in client_of(viewer).get(url).content.decode()


@pytest.mark.parametrize(
    ("state", "said", "back"),
    [("draft", "still a draft", 0), ("held", "is held until", 1), ("ceased", "has ceased", 1)],
)
def test_nothing_is_offered_for_a_bet_that_is_given_nothing_now(
    books: Books, client_of: SignIn, state: str, said: str, back: int
) -> None:
    if back:
        books.given(books.first, "released")
    Bet.objects.filter(pk=books.bet.pk).update(state=state)
    shown = client_of(books.lead).get(f"/bets/{books.bet.key}/money/").content.decode()
    assert said in shown
    assert ("Ask to commit" in shown, "Ask to release" in shown) == (False, False)
    assert shown.count("Give some back") == back
    assert ("Revise" in shown) == (state != "ceased")


def test_the_money_of_a_bet_that_ceased_says_what_went_back(books: Books, client_of: SignIn) -> None:
    books.given(books.first, "released")
    ask = actions.Ask(
        "return", books.account("released", books.first), books.account("available"), 4_000_000, tranche=books.first
    )
    books.approve(books.submit("return", [ask]))
    url = f"/bets/{books.bet.key}/money/"
    assert "went back" not in client_of(books.lead).get(url).content.decode()
    Bet.objects.filter(pk=books.bet.pk).update(state="ceased")
    assert "€40,000.00 went back to its budget." in client_of(books.lead).get(url).content.decode()


def test_the_money_of_a_bet_takes_the_same_queries_for_any_number_of_tranches(
    books: Books, client_of: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, url = client_of(books.lead), f"/bets/{books.bet.key}/money/"
    client.get(url)
    for number in range(3, 9):
        books.commit(f.TrancheFactory(bet=books.bet, sequence=number))
    with django_assert_max_num_queries(26):
        assert client.get(url).status_code == 200

"""The page on which is said what a gate needs: for a draft, and with the plan and a reason later."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.actions import gate_values
from bets.models import Bet, Tranche
from org.models import Person
from tests import factories as f
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def books() -> Books:
    books = open_books()
    f.OutcomeFactory(bet=books.bet, number=1)
    return books


def url(books: Books) -> str:
    return f"/bets/{books.bet.key}/tranches/1/revise/"


def typed(page: Any, **other: Any) -> dict[str, Any]:
    form = page.context["form"]
    stands = {name: form[name].value() or "" for name in form.fields}
    return stands | {"seen": page.context["seen"]} | other


def test_whoever_does_not_see_money_there_finds_nothing(books: Books, client_of: SignIn) -> None:
    assert Client().get(url(books)).status_code == 302
    viewer, elsewhere = f.PersonFactory(), f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    f.RoleGrantFactory(person=elsewhere, role="product_lead", domain=f.DomainFactory())
    for person in (viewer, elsewhere):
        assert client_of(person).get(url(books)).status_code == 404


def test_whoever_may_not_change_it_reads_why(books: Books, client_of: SignIn) -> None:
    executive = f.PersonFactory()
    f.RoleGrantFactory(person=executive, role="executive")
    page = client_of(executive).get(url(books)).content.decode()
    assert "You may not ask for money here" in page
    assert "disabled" in page


def test_the_lead_of_a_draft_says_what_a_gate_needs(books: Books, client_of: SignIn) -> None:
    Bet.objects.filter(pk=books.bet.pk).update(state="draft")
    client = client_of(books.lead)
    sent = typed(client.get(url(books)), outcome_1="target", strength="4", decision="fund")
    done = client.post(url(books), sent)
    assert (done.status_code, done["Location"]) == (302, f"/bets/{books.bet.key}/draft/money/")
    assert gate_values(books.first)["criteria"] == [
        ["outcome", 1, "target", None], ["strength", None, "", 4], ["decision", None, "fund", None],
    ]  # fmt: skip
    stale = client.post(url(books), sent | {"decision": "persist"})
    assert (stale.status_code, "Both versions" in stale.content.decode()) == (409, True)
    again = client.post(url(books), typed(stale))
    assert (again.status_code, gate_values(books.first)["criteria"][-1]) == (302, ["decision", None, "persist", None])


def test_a_tranche_of_a_live_bet_is_revised_as_a_whole(books: Books, client_of: SignIn) -> None:
    client = client_of(books.lead)
    criterion = f.GateCriterionFactory(
        tranche=books.first, kind="strength", wanted="", strength=3, outcome=books.bet.outcomes.get()
    )
    page = client.get(url(books))
    for other, status in (({"reason": ""}, 422), ({"amount": "much"}, 422), ({"purpose": "x" * 100_000}, 422)):
        answer = client.post(url(books), typed(page, reason="Fewer.") | other)
        assert answer.status_code == status
    done = client.post(url(books), typed(page, amount="90,000", reason="Fewer talks.", outcome_1="alive"))
    assert (done.status_code, done["Location"]) == (302, f"/bets/{books.bet.key}/money/")
    kept = Tranche.objects.get(pk=books.first.pk)
    assert (kept.amount, kept.criteria.count()) == (9_000_000, 2)
    assert kept.criteria.get(kind="strength").outcome == criterion.outcome  # what the form has no field for stays

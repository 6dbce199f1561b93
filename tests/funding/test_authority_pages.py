"""Pages of authority: who sees them, what they say, and how authority is given and ended."""

import re
from typing import Any

import pytest
from django.test import Client

from funding.models import AuthorityLimit, Delegation
from lib import clock
from org.models import Person
from tests import factories as f
from tests.funding.books import Books, books_of_today
from tests.pages import flat

pytestmark = pytest.mark.django_db
HOME = "/money/authority/"
ADDRESSES = ["", "new/limit/", "new/threshold/", "new/sign-off/", "new/delegation/", "limit/{pk}/"]


def text(answer: Any) -> str:
    """What is read on a page: without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", flat(answer))).replace(" ,", ",")


@pytest.fixture
def books() -> Books:
    return books_of_today()


@pytest.fixture
def keeper(admin: Person, client_of: Any) -> Client:
    return client_of(admin)  # type: ignore[no-any-return]


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_of_authority_open_to_those_who_see_money(books: Books, client_of: Any, address: str) -> None:
    url = HOME + address.format(pk=f.AuthorityLimitFactory(domain=books.domain).pk)
    viewer = f.RoleGrantFactory(role="viewer").person
    answers = [Client().get(url), client_of(viewer).get(url), client_of(books.lead).get(url)]
    assert [one.status_code for one in answers] == [302, 404, 200]
    assert "You may not" in text(answers[2])


def test_limits_rules_and_delegations_stand_on_one_page(books: Books, keeper: Client) -> None:
    f.AuthorityLimitFactory(role="", person=books.other, domain=books.domain, max_amount=2_500_000)
    f.AuthorityLimitFactory(role="executive", max_amount=77_000_000, ended_at=f.AT, ended_by=books.other)
    f.ApprovalRuleFactory(approvers=3)
    f.SignOffRuleFactory()
    f.DelegationFactory(giver=books.checker, taker=books.other, ends_on=clock.today(), note="On leave.")
    page = text(keeper.get(HOME))
    for words in ("Finance Everywhere €10M", f"{books.other} {books.domain}", "€25k", "from €50k on: 3 people",
                  "Does it touch personal data?", f"{books.other} for {books.checker}", "runs today · On leave.",
                  "What no longer holds Executive: Commit, €770k"):  # fmt: skip
        assert words in page, words


def test_who_could_approve_is_answered_for_a_kind_a_domain_and_an_amount(books: Books, client_of: Any) -> None:
    client, f_domain = client_of(books.lead), books.domain.pk
    f.ApprovalRuleFactory(from_amount=5_000_000, approvers=3)
    asked = f"?kind=commit&domain={f_domain}&currency=EUR&amount="
    page = text(client.get(f"{HOME}{asked}60,000"))
    assert f"€60k in {books.domain}: 3 people have to approve, not whoever asks. There are not that many today." in page
    assert f"{books.checker} up to €10M" in page
    assert "Nobody can approve €11M" in text(client.get(f"{HOME}{asked}11000000"))
    for wrong in ("", "abc", "1" * 100, "-1"):
        answer = client.get(f"{HOME}{asked}{wrong}")
        assert (answer.status_code, "It cannot be answered yet" in text(answer)) == (200, True), wrong


def test_money_of_other_domains_stays_out_of_sight(books: Books, client_of: Any, outsider: Person) -> None:
    hidden = f.AuthorityLimitFactory(domain=books.domain, max_amount=12_300)
    away = f.DelegationFactory(ends_on=clock.today())
    client = client_of(outsider)
    page = text(client.get(HOME))
    assert (str(books.domain) in page, str(away.taker) in page, "€10M" in page) == (False, False, True)
    assert client.get(f"{HOME}limit/{hidden.pk}/").status_code == 404
    assert client.get(f"{HOME}delegation/{away.pk}/").status_code == 404
    assert client.get(f"{HOME}mood/1/").status_code == client.get(f"{HOME}new/mood/").status_code == 404


def test_a_limit_is_set_in_place_of_another_and_ended(books: Books, keeper: Client) -> None:
    former = AuthorityLimit.objects.get(kind="commit")
    link = f"{HOME}limit/{former.pk}/"
    assert "holder=role:finance&amp;kind=commit&amp;currency=EUR" in keeper.get(link).content.decode()
    sent = {"holder": "role:finance", "kind": "commit", "currency": "EUR", "max_amount": "2,500.50",
            "valid_from": str(clock.today())}  # fmt: skip
    answer = keeper.post(f"{HOME}new/limit/", sent, follow=True)
    assert "The limit holds." in text(answer)
    made = AuthorityLimit.objects.get(kind="commit", ended_at=None)
    assert (made.max_amount, made.role, made.domain, former.pk == made.pk) == (250_050, "finance", None, False)
    assert "It has ended." in text(keeper.post(f"{HOME}limit/{made.pk}/", follow=True))
    assert not AuthorityLimit.objects.filter(kind="commit", ended_at=None).exists()


@pytest.mark.parametrize(
    ("other", "status", "reason"),
    [
        ({"max_amount": "2\x00"}, 422, "Enter an amount of money"),
        ({"max_amount": ""}, 422, "Say up to which amount."),
        ({"holder": "person:999999"}, 422, "person:999999 is not one of the available choices"),
        ({"holder": "x" * 100_000}, 422, "is not one of the available choices"),
        ({"valid_from": "9999-12-31"}, 409, "within ten years"),
        ({"valid_from": "31.31.2026"}, 422, "Enter a valid date"),
        ({"max_amount": "0"}, 409, "between 1 and"),
        ({"currency": "XXX"}, 422, "is not one of the available choices"),
    ],
)
def test_what_is_unsound_stays_in_the_form_with_a_sentence(
    books: Books, keeper: Client, other: dict[str, str], status: int, reason: str
) -> None:
    sent = {"holder": "role:finance", "kind": "commit", "currency": "EUR", "max_amount": "1234",
            "valid_from": str(clock.today())} | other  # fmt: skip
    answer = keeper.post(f"{HOME}new/limit/", sent)
    assert (answer.status_code, reason in text(answer)) == (status, True)
    assert AuthorityLimit.objects.filter(kind="commit").count() == 1


def test_rules_are_added_and_ended_by_an_admin_alone(books: Books, keeper: Client, client_of: Any) -> None:
    threshold = {"kind": "commit", "currency": "EUR", "from_amount": "0", "approvers": "2"}
    signoff = {"key": "data", "role": "executive", "currency": "EUR", "from_amount": "1,000", "question": "Personal?"}
    for part, sent in (("threshold", threshold), ("sign-off", signoff)):
        refused = client_of(books.checker).post(f"{HOME}new/{part}/", sent)
        assert (refused.status_code, "say who may approve how much" in text(refused)) == (409, True)
        page = text(keeper.post(f"{HOME}new/{part}/", sent, follow=True))
        assert "The rule holds for what is asked from now on." in page
    again = keeper.post(f"{HOME}new/sign-off/", signoff)
    assert (again.status_code, "end it first" in text(again)) == (409, True)


def test_who_is_away_delegates_and_ends_it(books: Books, client_of: Any) -> None:
    client, day = client_of(books.checker), str(clock.today())
    sent = {"taker": books.other.pk, "starts_on": day, "ends_on": day, "currency": "EUR", "max_amount": "500"}
    assert "The delegation stands." in text(client.post(f"{HOME}new/delegation/", sent, follow=True))
    again = client.post(f"{HOME}new/delegation/", sent)
    assert (again.status_code, "end it first" in text(again)) == (409, True)
    made = Delegation.objects.get()
    assert (made.giver, made.max_amount) == (books.checker, 50_000)
    refused = client_of(books.other).post(f"{HOME}delegation/{made.pk}/")
    assert (refused.status_code, "say who may approve how much" in text(refused)) == (409, True)
    client.post(f"{HOME}delegation/{made.pk}/")
    made.refresh_from_db()
    assert made.ended_by == books.checker


def test_an_admin_delegates_for_somebody_on_leave(books: Books, keeper: Client) -> None:
    day = str(clock.today())
    sent = {"giver": books.checker.pk, "taker": books.other.pk, "starts_on": day, "ends_on": day, "currency": "EUR",
            "max_amount": "500"}  # fmt: skip
    assert keeper.post(f"{HOME}new/delegation/", sent).status_code == 302
    assert Delegation.objects.get().giver == books.checker


def test_who_has_no_limit_is_told_before_they_type(books: Books, executive: Person, client_of: Any) -> None:
    page = text(client_of(executive).get(HOME))
    assert "There is no limit of your own or of your roles, so there is nothing to delegate." in page

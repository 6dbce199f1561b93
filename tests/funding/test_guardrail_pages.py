"""Pages of guardrails: who sees them, what they say, and how they are kept."""

from typing import Any

import pytest
from django.test import Client

from funding.models import Guardrail
from tests import factories as f
from tests.funding.books import Books, books_of_today
from tests.pages import text

pytestmark = pytest.mark.django_db
HOME = "/money/guardrails/"
QUERIES = 15


@pytest.fixture
def books() -> Books:
    return books_of_today()


@pytest.mark.parametrize("address", ["", "new/share/", "{pk}/change/"])
def test_pages_of_guardrails_open_to_those_who_see_money(books: Books, client_of: Any, address: str) -> None:
    url = HOME + address.format(pk=f.GuardrailFactory().pk)
    viewer = f.RoleGrantFactory(role="viewer").person
    answers = [Client().get(url), client_of(viewer).get(url), client_of(books.lead).get(url)]
    assert [one.status_code for one in answers] == [302, 404, 200]
    assert "You may not set a guardrail here" in text(answers[2])


def test_how_guardrails_stand_is_said_in_words_the_worst_first(books: Books, finance_client: Client) -> None:
    books.given(books.first)
    f.GuardrailFactory(name="Room for now", horizon=books.bet.horizon, at_most=50)
    f.GuardrailFactory(kind="largest", name="Small bets", horizon=None, at_most=1_000_000)
    f.GuardrailFactory(kind="count", name="Few bets", horizon=None, at_most=1)
    f.GuardrailFactory(name="Old one", is_active=False)
    page = text(finance_client.get(HOME))
    assert "1 guardrail is beyond its limit; 1 guardrail is near its limit." in page
    places = [page.index(words) for words in ("Small bets", "Few bets", "Room for now", "Not in use", "Old one")]
    assert places == sorted(places)
    assert "at most €10" in page and "10 %" in page


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("share", {"of": "horizon:3", "at_least": "10"}, {"horizon": 3, "at_least": 10, "at_most": None}),
        ("share", {"of": "class:team", "at_most": "40"}, {"funding_class": "team", "at_most": 40}),
        ("share", {"of": "domain:{domain}", "at_most": "40"}, {"domain_id": "{domain}"}),
        ("floor", {"team": "{team}", "at_least": "1,500.50"}, {"at_least": 150_050}),
        ("count", {"at_most": "12"}, {"at_most": 12, "domain_id": None}),
        ("largest", {"domain": "{domain}", "at_most": "2000000"}, {"at_most": 200_000_000}),
    ],
)
def test_each_kind_of_guardrail_is_added_by_a_form_of_its_own(
    books: Books, finance_client: Client, kind: str, sent: dict[str, str], kept: dict[str, Any]
) -> None:
    known = {"domain": books.domain.pk, "team": f.TeamFactory(domain=books.domain).pk}
    typed = {name: value.format(**known) for name, value in sent.items()}
    answer = finance_client.post(f"{HOME}new/{kind}/", {"name": "One", "buffer": "10", "currency": "EUR", **typed})
    assert answer.status_code == 302
    rail = Guardrail.objects.get()
    wanted = {name: known["domain"] if value == "{domain}" else value for name, value in kept.items()}
    assert (rail.kind, {name: getattr(rail, name) for name in kept}) == (kind, wanted)


@pytest.mark.parametrize(
    ("kind", "sent", "status", "says"),
    [
        ("share", {"of": ""}, 422, "Choose whose share it is."),
        ("share", {"of": "horizon:1"}, 409, "Say at least how much, or at most how much."),
        ("share", {"of": "horizon:9", "at_most": "3"}, 422, "Select a valid choice"),
        ("share", {"of": "horizon:1", "at_most": "101"}, 422, "less than or equal to 100"),
        ("largest", {"at_most": "1e3"}, 422, "Enter an amount of money"),
        ("largest", {"at_most": "1", "currency": "XXX"}, 422, "Select a valid choice"),
        ("count", {"at_most": "1", "name": "a\x00b"}, 422, "Null characters are not allowed"),
        ("count", {"at_most": "1", "name": "x" * 100_000}, 422, "at most 120 characters"),
    ],
)
def test_an_unsound_guardrail_is_not_kept_and_nothing_typed_is_lost(
    finance_client: Client, kind: str, sent: dict[str, str], status: int, says: str
) -> None:
    answer = finance_client.post(
        f"{HOME}new/{kind}/", {"name": "Typed name", "buffer": "10", "currency": "EUR", **sent}
    )
    assert (answer.status_code, Guardrail.objects.exists()) == (status, False)
    assert says in text(answer) and sent.get("name", "Typed name")[:1] in text(answer)


def test_a_guardrail_that_somebody_else_changed_shows_both_versions(books: Books, finance_client: Client) -> None:
    rail = f.GuardrailFactory(name="Theirs", at_most=60)
    page = finance_client.get(f"{HOME}{rail.pk}/change/")
    typed = {"name": "Mine", "buffer": "10", "of": "horizon:1", "at_most": "50", "is_active": "on"}
    seen = page.context["form"]["seen"].value()
    Guardrail.objects.filter(pk=rail.pk).update(at_most=65)
    answer = finance_client.post(f"{HOME}{rail.pk}/change/", {**typed, "seen": seen})
    assert (answer.status_code, "Both versions" in text(answer)) == (409, True)
    again = finance_client.post(f"{HOME}{rail.pk}/change/", {**typed, "seen": answer.context["seen"]})
    rail.refresh_from_db()
    assert (again.status_code, rail.name, rail.at_most) == (302, "Mine", 50)


def test_a_form_that_is_sent_twice_adds_one_guardrail(finance_client: Client) -> None:
    typed = {"name": "Few bets", "buffer": "10", "currency": "EUR", "at_most": "3"}
    answers = [finance_client.post(f"{HOME}new/count/", typed) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 409]
    assert "There is a guardrail “Few bets” already" in text(answers[1]) and Guardrail.objects.count() == 1


def test_who_may_not_keep_guardrails_changes_nothing(books: Books, client_of: Any) -> None:
    typed = {"name": "One", "buffer": "10", "currency": "EUR", "at_most": "3"}
    answer = client_of(books.lead).post(f"{HOME}new/count/", typed)
    assert (answer.status_code, Guardrail.objects.exists()) == (409, False)


def test_another_kind_has_no_page(finance_client: Client) -> None:
    assert finance_client.get(f"{HOME}new/mood/").status_code == 404


def test_finance_of_one_domain_keeps_guardrails_of_it_and_sees_none_of_others(books: Books, client_of: Any) -> None:
    local = f.RoleGrantFactory(role="finance", domain=books.domain).person
    client, typed = client_of(local), {"name": "One", "buffer": "10", "currency": "EUR", "at_most": "3"}
    elsewhere = f.GuardrailFactory(kind="count", horizon=None, domain=f.DomainFactory(), name="Theirs")
    everywhere = client.post(f"{HOME}new/count/", typed)
    assert (everywhere.status_code, "holds everywhere" in text(everywhere)) == (409, True)
    assert client.post(f"{HOME}new/count/", typed | {"domain": books.domain.pk}).status_code == 302
    assert client.post(f"{HOME}new/count/", typed | {"domain": elsewhere.domain_id}).status_code == 422
    assert "Theirs" not in text(client.get(HOME))
    assert client.get(f"{HOME}{elsewhere.pk}/change/").status_code == 404


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_takes_the_same_queries_for_one_guardrail_and_for_many(
    books: Books, finance_client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        f.GuardrailFactory(horizon=None, domain=books.domain)
        f.GuardrailFactory(kind="floor", horizon=None, team=f.TeamFactory(), at_least=1, at_most=None)
    with django_assert_num_queries(QUERIES):
        finance_client.get(HOME)

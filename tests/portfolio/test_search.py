"""Search: what one person may see of bets, metrics, people and sources, best match first; and the page of a person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from org.models import Domain, Person, Role
from portfolio.search import FIRST, search
from tests.factories import (
    BetFactory,
    DomainFactory,
    GoalFactory,
    MetricFactory,
    PersonFactory,
    RoleGrantFactory,
    RunFactory,
    SourceFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
Clients = Callable[[Person], Client]
HOSTILE = ['<script>alert("x")</script>', "=1+1", "‮ سهم", "🧭" * 300, "%", "_", "\\", "'; drop table", "(["]


def found(person: Person, words: str, **asked: str) -> dict[str, list[str]]:
    """Titles by kind."""
    groups = search({"q": words, **asked}, person).groups
    return {group.kind: [str(getattr(thing, "name", thing)) for thing in group.page] for group in groups}


def test_a_search_needs_a_login() -> None:
    answer = Client().get("/search/?q=parcel")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_the_page_groups_what_was_found_and_counts_it(executive: Person, client_of: Clients) -> None:
    BetFactory(name="Parcel lockers", key="B-7")
    MetricFactory(name="Parcels returned", key="parcels-returned")
    SourceFactory(name="Parcel events", key="parcel-events")
    page = client_of(executive).get("/search/?q=parcel").content.decode()
    for words in ("<mark>Parcel</mark> lockers", "Parcel</mark>s returned", "<mark>Parcel</mark> events", "3 found"):
        assert words in page
    assert "/bets/B-7/" in page
    assert "/metrics/parcels-returned/" in page
    assert "/sources/parcel-events/" in page


def test_exact_keys_come_first_then_names_that_begin_so_then_the_rest(executive: Person) -> None:
    goal = GoalFactory(name="About X-1")
    for key, name in (("A-1", "Serves it"), ("A-2", "Has X-1 inside"), ("A-3", "X-1 at the start"), ("X-1", "Itself")):
        BetFactory(key=key, name=name, goal=goal)
    assert found(executive, "x-1")["bets"] == ["Itself", "X-1 at the start", "Has X-1 inside", "Serves it"]


def test_each_word_must_be_found_somewhere(executive: Person) -> None:
    BetFactory(name="Parcel lockers", lead=PersonFactory(name="Ada Byron"))
    assert found(executive, "ada parcel") == {"bets": ["Parcel lockers"]}
    assert found(executive, "ada pigeon") == {}


def test_nobody_finds_bets_or_sources_of_other_domains(outsider: Person, viewer: Person, retail: Domain) -> None:
    lead = PersonFactory(name="Parcel Person")
    BetFactory(name="Parcel lockers", domain=retail, lead=lead)
    SourceFactory(name="Parcel events", domain=retail)
    assert found(outsider, "parcel") == {}
    assert found(viewer, "parcel") == {"bets": ["Parcel lockers"], "people": ["Parcel Person"]}


def test_everybody_finds_metrics_because_definitions_are_a_standard(outsider: Person) -> None:
    MetricFactory(name="Parcels returned")
    assert found(outsider, "parcel") == {"metrics": ["Parcels returned"]}


def test_colleagues_are_those_of_a_reached_domain_of_one_above_or_of_everywhere(
    product_lead: Person, retail: Domain, executive: Person, outsider: Person
) -> None:
    group = DomainFactory(name="Group")
    retail.parent = group
    retail.save()
    for name, domain in (("Above", group), ("Below", DomainFactory(parent=retail)), ("Beside", DomainFactory())):
        RoleGrantFactory(person=PersonFactory(name=f"Colleague {name}"), role=Role.VIEWER, domain=domain)
    RoleGrantFactory(person=PersonFactory(name="Colleague gone", is_active=False), role=Role.VIEWER, domain=retail)
    assert found(product_lead, "colleague") == {"people": ["Colleague Above", "Colleague Below"]}
    assert found(product_lead, "eva") == {"people": ["Eva Executive"]}
    assert found(product_lead, "otto") == {}
    assert len(found(executive, "colleague")["people"]) == 4


def test_people_are_found_by_their_role(executive: Person, finance: Person) -> None:
    assert found(executive, "finance")["people"] == ["Fiona Finance"]
    assert found(executive, "product operations") == {}


def test_twenty_of_a_kind_are_shown_and_all_are_one_click_away(executive: Person, client_of: Clients) -> None:
    for number in range(FIRST + 3):
        BetFactory(name=f"Parcel {number:02}")
    client = client_of(executive)
    page = client.get("/search/?q=parcel").content.decode()
    assert "All 23 bets" in page
    assert "Parcel 20" not in page.replace("<mark>", "").replace("</mark>", "")
    rest = (
        client.get("/search/?q=parcel&kind=bets&page=2").content.decode().replace("<mark>", "").replace("</mark>", "")
    )
    assert "Parcel 22" in rest
    assert "21 to 23 of 23" in rest


def test_the_dialog_gets_the_first_few_without_the_frame(executive: Person, client_of: Clients) -> None:
    BetFactory.create_batch(7, name="Parcel")
    page = client_of(executive).get("/search/?q=parcel", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert page.count('href="/bets/') == 5
    assert "All 7 bets" in page


@pytest.mark.parametrize("words", ["", "   ", *HOSTILE])
def test_hostile_and_empty_searches_are_answered_and_run_nothing(
    words: str, executive: Person, client_of: Clients
) -> None:
    BetFactory(name="<script>alert(1)</script> =1+1")
    answer = client_of(executive).get("/search/", {"q": words, "kind": "unknown", "page": "10" * 9})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/search/?q=%00", "/bets/%00/", "/nowhere/?x=1&y=a%00b"])
def test_an_address_with_a_nul_is_not_understood(address: str, executive: Person, client_of: Clients) -> None:
    answer = client_of(executive).get(address)
    assert answer.status_code == 400
    assert "not understood" in answer.content.decode()
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_name_full_of_html_is_shown_as_text_with_its_mark(executive: Person, client_of: Clients) -> None:
    BetFactory(name="A <b>bold</b> & loud bet")
    page = client_of(executive).get("/search/?q=bold").content.decode()
    assert "A &lt;b&gt;<mark>bold</mark>&lt;/b&gt; &amp; loud bet" in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(
    count: int, executive: Person, client_of: Clients, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        lead = RoleGrantFactory(person=PersonFactory(name=f"Parcel {number}"), domain=DomainFactory()).person
        BetFactory(name=f"Parcel {number}", lead=lead)
        MetricFactory(name=f"Parcel {number}")
        SourceFactory(name=f"Parcel {number}")
    client = client_of(executive)
    with django_assert_num_queries(13):  # session, person, grants; two a kind, and two for the roles of people
        answer = client.get("/search/?q=parcel", headers={"HX-Request": "true"})
    assert answer.content.count(b"<mark>") >= 4


def test_the_page_of_a_person_shows_roles_and_the_bets_one_may_see(
    viewer: Person, product_lead: Person, retail: Domain, client_of: Clients
) -> None:
    run = RunFactory()
    bet = BetFactory(name="Parcel lockers", domain=retail, lead=product_lead)
    TrancheFactory(bet=bet)
    VerdictFactory(bet=bet, run=run, kind="cease")
    BetFactory(name="Elsewhere", lead=product_lead)
    page = client_of(viewer).get(f"/people/{product_lead.pk}/").content.decode()
    for words in ("Paul Lead", "Product lead", "in Retail", "Parcel lockers", "Cease"):
        assert words in page
    assert "Elsewhere" not in page


def test_viewers_see_no_addresses_but_their_own(
    viewer: Person, product_lead: Person, finance: Person, client_of: Clients
) -> None:
    assert "paul@example.org" not in client_of(viewer).get(f"/people/{product_lead.pk}/").content.decode()
    assert "vera@example.org" in client_of(viewer).get(f"/people/{viewer.pk}/").content.decode()
    assert "paul@example.org" in client_of(finance).get(f"/people/{product_lead.pk}/").content.decode()


def test_a_person_of_an_unseen_domain_is_not_there(outsider: Person, product_lead: Person, client_of: Clients) -> None:
    assert client_of(outsider).get(f"/people/{product_lead.pk}/").status_code == 404
    assert client_of(outsider).get("/people/99999999/").status_code == 404
    assert Client().get(f"/people/{product_lead.pk}/").status_code == 302


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_a_person_asks_a_constant_number_of_queries(
    count: int, executive: Person, product_lead: Person, client_of: Clients, django_assert_num_queries: Any
) -> None:
    run = RunFactory()
    for bet in BetFactory.create_batch(count, lead=product_lead):
        VerdictFactory(bet=bet, run=run)
    client = client_of(executive)
    with django_assert_num_queries(12):
        client.get(f"/people/{product_lead.pk}/")

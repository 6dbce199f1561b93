"""Saved views: who sees which, who may change them, and that only sound ones are kept."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from lib.refusals import Refused
from org.models import Domain, Event, Person
from portfolio import actions
from portfolio.models import SavedView
from portfolio.saved import views_for
from tests.factories import AT, BetFactory, PersonFactory, SavedViewFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
PAGES = ["/views/", "/views/save/", "/views/{}/", "/views/{}/change/", "/views/{}/delete/"]


@pytest.mark.parametrize("page", PAGES)
def test_somebody_who_has_not_signed_in_is_asked_to(page: str) -> None:
    answer = Client().get(page.format(SavedViewFactory(shared=True).pk))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", PAGES[2:])
def test_a_private_view_of_somebody_else_does_not_exist(page: str, client_of: SignIn, admin: Person) -> None:
    client, url = client_of(admin), page.format(SavedViewFactory(name="Between us").pk)
    assert client.post(url).status_code in (404, 405)
    assert page == PAGES[-1] or client.get(url).status_code == 404
    assert "Between us" not in client.get("/views/").content.decode()
    assert SavedView.objects.exists()


def test_what_is_on_the_page_is_saved_under_a_name_with_its_event(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    BetFactory(domain=retail)
    client = client_of(viewer)
    page = unescape(client.get("/?stage=run&sort=-planned").content.decode())
    assert 'href="/views/save/?stage=run&sort=-planned"' in page
    form = unescape(client.get("/views/save/?stage=run&sort=-planned").content.decode())
    assert 'value="stage=run&sort=-planned"' in form
    typed = {"name": " Before the board ", "query": "sort=-planned&stage=run&horizon=9&x=1&page=3", "shared": "on"}
    answer = client.post("/views/save/", typed, follow=True)
    assert "View “Before the board” saved." in answer.content.decode()
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query, view.shared) == (
        viewer, "Before the board", "stage=run&sort=-planned", True,
    )  # fmt: skip
    assert Event.objects.get(kind="view saved").by == viewer
    assert client.get(f"/views/{view.pk}/")["Location"] == "/?stage=run&sort=-planned#bets"


def test_the_side_bar_has_ones_own_views_first_and_then_what_others_share(client_of: SignIn, viewer: Person) -> None:
    SavedViewFactory(name="Alpha", shared=True)
    SavedViewFactory(name="Hidden")
    SavedViewFactory(name="beta", owner=viewer)
    SavedViewFactory(name="Zeta", owner=viewer)
    assert [view.name for view in views_for(viewer)] == ["beta", "Zeta", "Alpha"]
    page = client_of(viewer).get("/").content.decode()
    assert page.index("beta") < page.index("Zeta") < page.index("Alpha")
    assert "Hidden" not in page


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"name": " "}, 422, "Give the view a name."),
        ({"name": "x" * 81}, 422, "at most 80 characters"),
        ({"name": "MY VIEW"}, 409, "There is a view “MY VIEW” already"),
        ({"name": "Fine", "query": "q=" + "x" * 2001}, 422, "at most 2000 characters"),
        ({"name": "nul\x00"}, 422, "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(
    typed: dict[str, str], status: int, words: str, client_of: SignIn, viewer: Person
) -> None:
    SavedViewFactory(owner=viewer, name="my view")
    answer = client_of(viewer).post("/views/save/", typed | {"shared": "on"})
    page = unescape(answer.content.decode())
    assert answer.status_code == status
    assert words in page
    assert "Nothing was saved" in page
    assert "checked" in page
    assert SavedView.objects.count() == 1


def test_two_people_may_use_the_same_name(viewer: Person) -> None:
    SavedViewFactory(name="Mine")
    assert actions.save_view("mine", "", False, by=viewer, at=AT).pk


def test_the_fifty_first_view_is_refused(viewer: Person) -> None:
    SavedViewFactory.create_batch(50, owner=viewer)
    with pytest.raises(Refused, match="50 views already"):
        actions.save_view("One more", "", False, by=viewer, at=AT)


def test_somebody_who_has_left_saves_nothing() -> None:
    with pytest.raises(Refused, match="not active"):
        actions.save_view("Mine", "", False, by=PersonFactory(is_active=False), at=AT)


def test_its_owner_renames_shares_and_deletes_a_view(client_of: SignIn, viewer: Person) -> None:
    view, client = SavedViewFactory(owner=viewer, name="Old"), client_of(viewer)
    assert 'value="Old"' in client.get(f"/views/{view.pk}/change/").content.decode()
    client.post(f"/views/{view.pk}/change/", {"name": "OLD", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("OLD", True, "verdict=cease")
    page = unescape(client.post(f"/views/{view.pk}/delete/", follow=True).content.decode())
    assert "View “OLD” deleted." in page
    assert not SavedView.objects.exists()
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == ["view changed", "view deleted"]


def test_a_deleted_view_can_be_had_back_once(client_of: SignIn, viewer: Person) -> None:
    view, client = SavedViewFactory(owner=viewer, name="Gone", query="stage=run", shared=True), client_of(viewer)
    page = client.post(f"/views/{view.pk}/delete/", follow=True).content.decode()
    assert "Have it back" in page
    assert "Have it back" not in client.get("/views/").content.decode()
    client.post("/views/save/", {"name": "Gone", "query": "stage=run", "shared": "on"})
    assert SavedView.objects.values_list("name", "query", "shared").get() == ("Gone", "stage=run", True)


@pytest.mark.parametrize("shared", [True, False])
def test_product_operations_tidy_shared_views_but_not_private_ones(
    shared: bool, client_of: SignIn, product_operations: Person
) -> None:
    view = SavedViewFactory(shared=shared)
    answer = client_of(product_operations).post(f"/views/{view.pk}/delete/")
    assert answer.status_code == (302 if shared else 404)
    assert SavedView.objects.exists() != shared


@pytest.mark.parametrize("what", ["change", "delete"])
def test_somebody_elses_shared_view_stays_as_it_is(what: str, client_of: SignIn, viewer: Person) -> None:
    view = SavedViewFactory(shared=True, name="Theirs")
    answer = client_of(viewer).post(f"/views/{view.pk}/{what}/", {"name": "Mine"})
    assert answer.status_code == 409
    assert "Only its owner may change this view" in answer.content.decode()
    assert SavedView.objects.get().name == "Theirs"


def test_a_view_deleted_meanwhile_says_so(viewer: Person) -> None:
    view = SavedViewFactory(owner=viewer, name="Late")
    actions.delete_view(view, by=viewer, at=AT)
    with pytest.raises(Refused, match="“Late” has been deleted meanwhile"):
        actions.change_view(view, "Later", False, by=viewer, at=AT)


def test_a_shared_view_shows_everybody_only_what_they_may_see(
    client_of: SignIn, viewer: Person, outsider: Person, retail: Domain
) -> None:
    BetFactory(domain=retail, name="Retail only")
    view = actions.save_view("Retail", "domain=retail", True, by=viewer, at=AT)
    assert "Retail only" in client_of(viewer).get(f"/views/{view.pk}/", follow=True).content.decode()
    assert "Retail only" not in client_of(outsider).get(f"/views/{view.pk}/", follow=True).content.decode()


def test_hostile_names_are_only_words(client_of: SignIn, viewer: Person) -> None:
    SavedViewFactory(owner=viewer, name="<script>alert(1)</script>")
    SavedViewFactory(owner=viewer, name="\u202e=HYPERLINK()😀")
    page = client_of(viewer).get("/views/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("views", [1, 20])
def test_the_page_of_views_takes_the_same_queries_for_one_and_for_many(
    views: int, client_of: SignIn, viewer: Person, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(views):
        SavedViewFactory(shared=True)
    client = client_of(viewer)
    with django_assert_num_queries(7):
        client.get("/views/")

"""The frame of every page: counts, help with the switch of the keys, the tour, and what errors say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from lib.refusals import Refused
from org.models import Event, Person
from tests.factories import AT, BetFactory, FlagFactory, OutcomeFactory, SourceFactory

pytestmark = pytest.mark.django_db
Clients = Callable[[Person], Client]


@pytest.fixture
def newcomer(executive: Person) -> Person:
    executive.toured_at = None
    executive.save()
    return executive


# ---- the side bar


def test_the_side_bar_counts_what_needs_this_person(executive: Person, client_of: Clients) -> None:
    for _ in range(2):
        bet = BetFactory()
        FlagFactory(bet=bet, outcome=OutcomeFactory(bet=bet))
    SourceFactory(state="attention")
    page = client_of(executive).get("/help/").content.decode()
    assert "2<span" in page
    assert "bets need a decision" in page
    assert "source needs attention" in page


def test_nothing_of_other_domains_is_counted(outsider: Person, client_of: Clients) -> None:
    bet = BetFactory()
    FlagFactory(bet=bet, outcome=OutcomeFactory(bet=bet))
    SourceFactory(state="attention")
    page = client_of(outsider).get("/help/").content.decode()
    assert "needs a decision" not in page.replace("“", "").split("<main")[0]
    assert "needs attention" not in page.split("<main")[0]


def test_a_viewer_has_no_link_to_sources(viewer: Person, client_of: Clients) -> None:
    assert 'href="/sources/"' not in client_of(viewer).get("/help/").content.decode()


def test_the_frame_asks_a_constant_number_of_queries(
    executive: Person, client_of: Clients, django_assert_num_queries: Any
) -> None:
    client = client_of(executive)
    for _ in range(3):
        SourceFactory(state="attention")
        with django_assert_num_queries(FRAME):
            client.get("/help/")


FRAME = 6  # session, person, grants; decisions, saved views, sources


# ---- help and keys


def test_help_needs_a_login_and_explains_the_marks(viewer: Person, client_of: Clients) -> None:
    assert Client().get("/help/").status_code == 302
    page = client_of(viewer).get("/help/").content.decode()
    for words in ("Keep measuring", "Kill line", "Grade C", "Product operations", "Broken"):
        assert words in page


def test_the_switch_of_the_keys_holds_on_every_device(viewer: Person, client_of: Clients) -> None:
    here, there = client_of(viewer), client_of(viewer)
    assert 'data-keys="on"' in there.get("/help/").content.decode()
    assert here.post("/help/keys/", {"on": "0"}, follow=True).redirect_chain == [("/help/", 302)]
    assert 'data-keys="off"' in there.get("/help/").content.decode()
    assert here.post("/help/keys/", {"on": "1"}, headers={"HX-Request": "true"}).status_code == 204
    assert 'data-keys="on"' in there.get("/help/").content.decode()
    assert [event.sentence for event in Event.objects.filter(kind="keys set").order_by("pk")] == [
        "Vera Viewer turned single keys off.",
        "Vera Viewer turned single keys on.",
    ]


def test_setting_the_keys_twice_is_one_event(viewer: Person, client_of: Clients) -> None:
    for _ in range(2):
        client_of(viewer).post("/help/keys/", {"on": "0"})
    assert Event.objects.filter(kind="keys set").count() == 1


@pytest.mark.parametrize("address", ["/help/keys/", "/tour/finish/"])
def test_what_changes_something_is_only_posted(address: str, viewer: Person, client_of: Clients) -> None:
    assert client_of(viewer).get(address).status_code == 405
    assert Client().post(address).status_code == 302
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    refused = careful.post(address)
    assert refused.status_code == 403
    assert "This form has expired" in refused.content.decode()


# ---- the tour


def test_the_tour_greets_a_first_visit_and_never_returns_once_it_ended(newcomer: Person, client_of: Clients) -> None:
    client = client_of(newcomer)
    assert "Three things to know" in client.get("/").content.decode()
    assert "Three things to know" not in client.get("/help/").content.decode()
    assert client.post("/tour/finish/").status_code == 302
    assert "Three things to know" not in client_of(newcomer).get("/").content.decode()
    newcomer.refresh_from_db()
    ended = newcomer.toured_at
    assert ended is not None
    assert client.post("/tour/finish/", headers={"HX-Request": "true"}).content == b""
    newcomer.refresh_from_db()
    assert newcomer.toured_at == ended
    assert Event.objects.filter(kind="tour finished").count() == 1


def test_the_tour_starts_again_from_the_help(viewer: Person, client_of: Clients) -> None:
    assert viewer.toured_at == AT
    assert "/?tour=1" in client_of(viewer).get("/help/").content.decode()
    assert "Three things to know" in client_of(viewer).get("/?tour=1").content.decode()


# ---- errors


def refused(request: HttpRequest) -> HttpResponse:
    raise Refused("The period <b>is</b> closed.", "Nobody agreed.")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret is xyzzy")


urlpatterns = [
    *urls.urlpatterns, path("refused/", refused), path("forbidden/", forbidden), path("broken/", broken),
]  # fmt: skip


@pytest.fixture
def signed_in(settings: Any, executive: Person, client_of: Clients) -> Client:
    settings.ROOT_URLCONF = __name__
    client = client_of(executive)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/refused/", 409, "This was not done"),
        ("/forbidden/", 403, "You may not do this"),
        ("/nowhere/", 404, "There is no such page"),
        ("/bets/unknown/", 404, "There is no such page"),
        ("/broken/", 500, "Something went wrong on our side"),
    ],
)
def test_an_error_says_what_happened_and_what_to_do(address: str, status: int, words: str, signed_in: Client) -> None:
    answer = signed_in.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in page
    assert "Go to the portfolio" in page
    assert ("Signed in as" in page) == (status != 500), "all but the 500 stand in the frame"
    assert "xyzzy" not in page


def test_a_refusal_shows_its_reasons_as_text(signed_in: Client) -> None:
    page = signed_in.get("/refused/").content.decode()
    assert "<li>The period &lt;b&gt;is&lt;/b&gt; closed.</li><li>Nobody agreed.</li>" in page


def test_a_refusal_of_htmx_is_said_without_a_page_inside_the_page(signed_in: Client) -> None:
    answer = signed_in.get("/refused/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#trouble"
    assert "<html" not in answer.content.decode()
    assert "Nobody agreed." in answer.content.decode()


def test_the_page_of_a_broken_server_asks_nothing_of_the_database(
    signed_in: Client, django_assert_num_queries: Any
) -> None:
    from django.template.loader import render_to_string

    with django_assert_num_queries(0):
        assert "Something went wrong" in render_to_string("500.html")
        assert "not understood" in render_to_string("400.html")


def test_the_offline_page_and_its_worker_need_nobody_to_sign_in(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page, worker = Client().get("/offline/"), Client().get("/worker.js")
    assert "Stakes cannot be reached" in page.content.decode()
    assert worker["Content-Type"] == "text/javascript"
    assert "no-store" in worker["Cache-Control"]
    assert "worker-src 'self'" in worker["Content-Security-Policy"]


def test_a_sign_in_that_is_not_sound_is_answered_as_such(executive: Person) -> None:
    answer = Client().post("/accounts/login/", {"login": "eva@example.org", "password": "wrong"})
    assert answer.status_code == 422
    assert "You are not signed in" in answer.content.decode()
    assert 'value="eva@example.org"' in answer.content.decode()
    executive.set_password("a long enough password")
    executive.save()
    good = Client().post("/accounts/login/", {"login": "eva@example.org", "password": "a long enough password"})
    assert good.status_code == 302

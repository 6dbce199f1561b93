"""A decision half written: it keeps what was typed for the chair alone, whatever it is, until the item is decided."""

from collections.abc import Callable

import pytest
from django.test import Client

from bets.models import Decision
from lib.refusals import Refused
from org.models import Person
from portfolio import actions
from portfolio.models import AgendaItem, Draft
from tests import factories as f
from tests.pages import text
from tests.reviews.board import Board, board_today
from tests.reviews.test_review_pages import DECISION

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
BY_SCRIPT = {"script": "1"}
TYPED = {"kind": "pivot", "rationale": "‹Both agree, and›", "look_again_on": "soon", "wind_down": "12,5"}


@pytest.fixture
def growth() -> Board:
    return board_today()


@pytest.fixture
def item(growth: Board) -> AgendaItem:
    made = growth.item(growth.bet("B-1"))
    growth.opened()
    return actions.open_item(made, by=growth.chair, at=growth.at)


@pytest.fixture
def at(growth: Board, item: AgendaItem) -> str:
    return f"/reviews/growth/{item.review.number}/bets/B-1/"


def test_what_the_chair_has_typed_is_there_again_on_another_device_and_nobody_else_sees_it(
    growth: Board, at: str, client_of: SignIn
) -> None:
    dissent = f"dissent_{growth.members[0].pk}"
    sent = TYPED | {dissent: "‹Half a year more.›", "csrfmiddlewaretoken": "x", "unknown": "y", "dissent_x": "z"}
    answer = client_of(growth.chair).post(f"{at}draft/", sent | BY_SCRIPT)
    assert answer.status_code == 200
    assert "not decided yet" in answer.json()["said"]
    assert set(Draft.objects.get().typed) == {*TYPED, dissent}
    page = text(client_of(growth.chair).get(at))
    for words in ("‹Both agree, and›", "‹Half a year more.›", 'value="soon"', "not decided yet", "Discard the draft"):
        assert words in page
    assert "checked" in page[page.index('value="pivot"') :][:80]
    assert "‹Both agree, and›" not in text(client_of(growth.members[0]).get(at))
    assert Decision.objects.count() == 0


def test_without_a_script_a_button_keeps_it_and_another_one_discards_it(
    growth: Board, at: str, client_of: SignIn
) -> None:
    session = client_of(growth.chair)
    answer = session.post(f"{at}draft/", TYPED, follow=True)
    assert answer.redirect_chain == [(at, 302)]
    assert "Kept as it is, and not decided." in text(answer)
    answer = session.post(f"{at}draft/drop/", TYPED, follow=True)
    assert "The draft is discarded." in text(answer)
    assert "‹Both agree, and›" not in text(answer)
    assert not Draft.objects.exists()


def test_the_decision_deletes_it(growth: Board, at: str, client_of: SignIn) -> None:
    session = client_of(growth.chair)
    session.post(f"{at}draft/", TYPED)
    assert session.post(f"{at}decide/", DECISION).status_code == 302
    assert not Draft.objects.exists()
    answer = session.post(f"{at}draft/", TYPED | BY_SCRIPT)
    assert (answer.status_code, Draft.objects.count()) == (409, 0)
    assert answer.json() == {"said": "This item is decided: there is nothing left to write."}


@pytest.mark.parametrize("hostile", ["NUL \0 here", "\ud800 half", "<script>alert(1)</script>", "x" * 59_000, "'\"--"])
def test_hostile_text_is_kept_or_refused_and_never_run(growth: Board, item: AgendaItem, hostile: str) -> None:
    draft = actions.keep_draft(item, {"rationale": hostile}, by=growth.chair, at=growth.at)
    draft.refresh_from_db()
    assert draft.typed["rationale"] == hostile.replace("\0", "").replace("\ud800", "?")


def test_more_than_a_form_takes_is_refused_with_what_was_typed(growth: Board, at: str, client_of: SignIn) -> None:
    answer = client_of(growth.chair).post(f"{at}draft/", TYPED | {"learned": "x" * 60_001})
    assert answer.status_code == 409
    assert "too long to be kept" in text(answer) and "‹Both agree, and›" in text(answer)
    assert not Draft.objects.exists()


def test_only_the_chair_of_a_review_under_way_keeps_one(growth: Board, at: str, client_of: SignIn) -> None:
    session = client_of(growth.members[0])
    assert session.post(f"{at}draft/", TYPED | BY_SCRIPT).status_code == 409
    assert session.post(f"{at}draft/", TYPED).status_code == 409
    assert not Draft.objects.exists()


@pytest.mark.parametrize("path", ["draft/", "draft/drop/"])
def test_a_draft_out_of_reach_does_not_exist(
    at: str, path: str, client: Client, client_of: SignIn, outsider: Person
) -> None:
    assert client.post(f"{at}{path}", TYPED).status_code == 302
    assert client_of(outsider).post(f"{at}{path}", TYPED).status_code == 404
    assert client_of(outsider).get(f"{at}{path}").status_code == 405


def test_the_latest_one_counts_and_another_item_has_its_own(growth: Board, item: AgendaItem) -> None:
    other = actions.open_item(growth.item(growth.bet("B-2")), by=growth.chair, at=growth.at)
    for one, words in ((item, "One"), (item, "Two"), (other, "Three")):
        actions.keep_draft(one, {"rationale": words}, by=growth.chair, at=growth.at)
    assert {one.item: one.typed["rationale"] for one in Draft.objects.all()} == {item: "Two", other: "Three"}


def test_what_is_left_half_written_ends_with_the_review(growth: Board, item: AgendaItem) -> None:
    actions.keep_draft(item, {"rationale": "One"}, by=growth.chair, at=growth.at)
    actions.close_review(item.review, by=growth.chair, at=growth.at, today=growth.today)
    assert not Draft.objects.exists()
    with pytest.raises(Refused, match="This review is over"):
        actions.keep_draft(item, {"rationale": "Two"}, by=growth.chair, at=growth.at)


def test_too_many_fields_are_no_draft(growth: Board, item: AgendaItem) -> None:
    with pytest.raises(Refused, match="too long to be kept"):
        actions.keep_draft(item, {f"dissent_{n}": "" for n in range(81)}, by=growth.chair, at=growth.at)
    assert f.DraftFactory(item=item).typed

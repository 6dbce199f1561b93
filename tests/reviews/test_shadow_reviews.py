"""Shadow mode in a review: whoever goes against the evidence is asked for a second look, and stopped only later."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bets.actions import Aside
from bets.models import Decision
from funding.models import Advice
from lib.refusals import Refused
from portfolio import actions
from portfolio.models import AgendaItem, Forum, Review
from tests import factories as f
from tests.pages import flat
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
LATER = f.TODAY + dt.timedelta(days=60)


def on_the_table(made: Board, kind: str = "cease") -> AgendaItem:
    """An item that is open, of a bet of which the evidence recommends this."""
    Review.objects.filter(pk=made.review.pk).update(held_on=made.today)
    bet, run = made.bet(), f.RunFactory(as_of=made.today)
    f.VerdictFactory(bet=bet, run=run, kind=kind, as_of=made.today)
    item = made.item(bet)
    made.opened()
    return actions.open_item(item, by=made.chair, at=made.at)


@pytest.fixture
def shadowed(db: None) -> Board:
    return board(shadow=True)


def test_going_against_the_evidence_alone_is_written_down_in_shadow_mode_and_refused_later(shadowed: Board) -> None:
    item = on_the_table(shadowed)
    made = shadowed.decide(item, "persist")
    advice = Advice.objects.get()
    assert (advice.kind, advice.bet, advice.request) == ("decision", item.bet, None)
    assert (advice.given_to, advice.given_at) == (shadowed.chair, made.decided_at)
    assert advice.sentence.startswith("The evidence recommends “cease”: to decide otherwise, name who looks")


def test_once_it_binds_nothing_is_decided_and_nothing_written_down(db: None) -> None:
    made = board()
    item = on_the_table(made)
    with pytest.raises(Refused, match="The evidence recommends “cease”"):
        made.decide(item, "persist")
    assert not Advice.objects.exists() and not Decision.objects.exists()


@pytest.mark.parametrize("kind", ["cease", "persist"])
def test_what_follows_the_evidence_or_names_a_second_look_needs_no_advice(shadowed: Board, kind: str) -> None:
    item = on_the_table(shadowed)
    aside = Aside(learned="Nobody pays.", second_reader=shadowed.members[0], rescore_on=LATER)
    with CaptureQueriesContext(connection) as queries:
        shadowed.decide(item, kind, aside=aside if kind == "persist" else Aside(learned="Nobody pays."))
    assert not Advice.objects.exists()
    assert not [one for one in queries if "funding_enforcement" in one["sql"]]


def without_rights(made: Board, item: AgendaItem) -> dict[str, Any]:
    made.forum.rights.all().delete()
    return {}


def by_a_member(made: Board, item: AgendaItem) -> dict[str, Any]:
    return {"by": made.members[0]}


def own_bet(made: Board, item: AgendaItem) -> dict[str, Any]:
    type(item.bet).objects.filter(pk=item.bet_id).update(lead=made.chair)
    return {"aside": Aside(second_reader=made.members[0], rescore_on=LATER)}


def half_named(made: Board, item: AgendaItem) -> dict[str, Any]:
    return {"aside": Aside(second_reader=made.members[0])}


def looked_at_by_the_chair(made: Board, item: AgendaItem) -> dict[str, Any]:
    return {"aside": Aside(second_reader=made.chair, rescore_on=LATER)}


@pytest.mark.parametrize("shadow", [True, False])
@pytest.mark.parametrize(
    ("ready", "words"),
    [
        (without_rights, "This forum has no right"), (by_a_member, "The chair leads the review"),
        (own_bet, "You lead this bet"), (half_named, "Name both who looks at it again and on which day"),
        (looked_at_by_the_chair, "Somebody other than the chair"),
    ],
)  # fmt: skip
def test_rights_roles_and_what_is_named_bind_in_shadow_mode_as_well(
    db: None, shadow: bool, ready: Any, words: str
) -> None:
    made = board(shadow=shadow)
    item = on_the_table(made)
    more = ready(made, item)
    with pytest.raises(Refused, match=words):
        made.decide(AgendaItem.objects.get(pk=item.pk), "persist", **more)
    assert not Advice.objects.exists() and not Decision.objects.exists()


def test_a_quorum_is_a_quorum_in_shadow_mode(shadowed: Board) -> None:
    Review.objects.filter(pk=shadowed.review.pk).update(held_on=f.TODAY)
    Forum.objects.update(quorum=3)
    with pytest.raises(Refused, match="There is no quorum: 1 of at least 3"):
        actions.open_review(shadowed.review, [shadowed.chair], by=shadowed.chair, at=f.AT, today=f.TODAY)


def test_the_chair_reads_that_a_second_look_is_only_advised_and_decides_without_one(client_of: Any) -> None:
    made = board(now=True, shadow=True)
    f.EnforcementFactory(from_on=made.today + dt.timedelta(days=30))
    item = on_the_table(made)
    client, where = client_of(made.chair), f"/reviews/growth/{item.review.number}/bets/{item.bet.key}/"
    page = flat(client.get(where))
    assert "Shadow mode: whoever decides otherwise need not name who looks at it again. From" in page
    later = made.today + dt.timedelta(days=60)
    sent = {"kind": "defer", "rationale": "A strike.", "would_change": "The same in May.", "look_again_on": later}
    assert client.post(f"{where}decide/", sent).status_code == 302
    assert Advice.objects.get().given_to == made.chair

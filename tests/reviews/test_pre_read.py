"""What members read before a review, on its page and by e-mail: no recommendation too early, no bet out of reach."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from org.actions import deliver_next_events
from org.models import Notice, NoticeSettings, Person
from org.noticing import claim_letters
from org.sending import send
from portfolio import actions
from portfolio.models import Review
from tests import factories as f
from tests.cast import person
from tests.pages import flat, text
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def growth() -> Board:
    return board(now=True)


@pytest.fixture
def where(growth: Board) -> str:
    return f"/reviews/growth/{growth.review.number}/pre-read/"


def flagged(growth: Board, key: str = "B-one", kind: str = "cease", **fields: Any) -> Any:
    """On the agenda, with a flag and a verdict that says the same."""
    bet = growth.bet(key, name=f"‹{key}›", **fields)
    f.FlagFactory(bet=bet, outcome=bet.outcomes.get(), kind=kind, act_by=growth.today + 9 * DAY)
    growth.item(bet)
    return bet


def judged(growth: Board) -> None:
    """Its verdict has moved since a month ago."""
    bet = flagged(growth)
    for days, kind in ((40, "persist"), (0, "cease")):
        run = f.RunFactory(as_of=growth.today - days * DAY)
        f.VerdictFactory(bet=bet, run=run, kind=kind, as_of=run.as_of)


def test_the_pre_read_is_for_those_who_have_signed_in_and_see_bets(
    where: str, client: Client, client_of: SignIn
) -> None:
    assert client.get(where).status_code == 302
    assert client_of(f.PersonFactory()).get(where).status_code == 404


def test_it_says_why_each_bet_is_there_and_until_when_acting_is_of_use(
    growth: Board, where: str, client_of: SignIn
) -> None:
    flagged(growth)
    page = client_of(growth.members[0]).get(where)
    (item,) = page.context["page"].items
    assert item.last_day == growth.today + 9 * DAY and "You have not voted on 1 of them yet." in flat(page)
    assert "‹B-one›" in text(page) and "€500k" in text(page)


def test_what_the_evidence_recommends_shows_once_one_has_voted(growth: Board, where: str, client_of: SignIn) -> None:
    judged(growth)
    member, operations = client_of(growth.members[0]), client_of(growth.operations)
    assert not {"Cease", "Persist"} & set(flat(member.get(where)).replace("<", " ").replace(">", " ").split())
    assert "Cease" in text(operations.get(where)) and "is now" in text(operations.get(where))
    growth.vote(growth.review.items.get(), growth.members[0])
    assert "Cease" in text(member.get(where)) and "is now" in text(member.get(where))


def test_it_counts_what_changed_from_the_last_review_of_the_forum(growth: Board, where: str, client_of: SignIn) -> None:
    for days in (60, 20, 0):
        f.RunFactory(as_of=growth.today - days * DAY)
    bet = growth.bet("B-one", name="‹Decided since›")
    f.DecisionFactory(bet=bet, kind="persist", decided_at=growth.at - 10 * DAY)
    member = client_of(growth.members[0])
    assert member.get(where).context["page"].changes.since == growth.today - 60 * DAY  # a month, before the first one
    held = growth.at - 20 * DAY
    f.ReviewFactory(forum=growth.forum, number=99, held_on=held.date(), state="closed", opened_at=held, closed_at=held)
    page = member.get(where)
    assert page.context["page"].changes.since == growth.today - 20 * DAY
    assert "‹Decided since›" in text(page) and "The forum met last on" in text(page)


def test_near_misses_are_named_with_whoever_reads_them(growth: Board, where: str, client_of: SignIn) -> None:
    reader = f.PersonFactory(name="Rita Reader")
    bet = growth.bet("B-near", name="‹Nearly›")
    f.FlagFactory(bet=bet, outcome=bet.outcomes.get(), kind="near_miss", reader=reader, read_by=growth.today)
    page = text(client_of(growth.members[0]).get(where))
    assert "‹Nearly›" in page and "Rita Reader reads it until" in page


def near(growth: Board, days: int = 7) -> None:
    Review.objects.filter(pk=growth.review.pk).update(held_on=growth.today + days * DAY)
    actions.prepare_reviews(at=growth.at, today=growth.today)
    while deliver_next_events(at=growth.at):
        pass


def test_the_reminder_a_week_before_carries_it_without_what_the_evidence_recommends(growth: Board) -> None:
    judged(growth)
    growth.vote(growth.review.items.get(), growth.members[0])
    near(growth)
    adam, berta, _carl = (Notice.objects.get(person=one, kind="review") for one in growth.members)
    assert adam.text == berta.text and adam.path.endswith("/pre-read/")
    assert "1. ‹B-one› (Retail)" in adam.text and "€500k is planned ahead." in adam.text
    assert "cease" not in adam.text.lower() and "persist" not in adam.text.lower()


def test_each_reads_only_of_bets_that_they_see(growth: Board) -> None:
    flagged(growth)
    lead = person("Lena Elsewhere", "product_lead", f.DomainFactory(key="far", name="Far"))
    growth.forum.members.create(person=lead, joined_at=growth.at)
    near(growth)
    texts = {one.person: one.text for one in Notice.objects.filter(kind="review")}
    assert "‹B-one›" not in texts[lead] and "Nothing is on the agenda yet." in texts[lead]
    assert "‹B-one›" in texts[growth.members[0]]


def test_the_day_before_only_reminds(growth: Board) -> None:
    flagged(growth)
    near(growth, 1)
    assert Notice.objects.filter(kind="review").first().text == ""


def test_the_e_mail_says_it_below_the_sentence(growth: Board) -> None:
    flagged(growth)
    near(growth)
    adam = growth.members[0]
    Notice.objects.exclude(person=adam).delete()
    NoticeSettings.objects.create(person=adam, email="each")
    for letter in claim_letters(at=growth.at) or []:
        send(letter)
    body = mail.outbox[0].body
    assert body.index("meets in 7 days") < body.index("/pre-read/") < body.index("1. ‹B-one› (Retail)")


def test_the_pre_read_asks_a_fixed_number_of_queries(
    growth: Board, where: str, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    member = client_of(growth.members[0])
    f.RunFactory(as_of=growth.today - 40 * DAY), f.RunFactory(as_of=growth.today)
    for count in (1, 5):
        for number in range(count):
            if not growth.review.items.filter(bet__key=f"B-of-{number}").exists():
                flagged(growth, f"B-of-{number}")
        with django_assert_max_num_queries(40):
            assert member.get(where).status_code == 200


def test_the_e_mail_says_of_what_it_is_too_late(growth: Board) -> None:
    bet = growth.bet("B-late")
    f.FlagFactory(bet=bet, outcome=bet.outcomes.get(), act_by=growth.today - DAY)
    near(growth)
    assert "Acting on it was of use until" in Notice.objects.get(person=growth.members[0], kind="review").text

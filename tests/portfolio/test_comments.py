"""The page of comments of a bet, and the part of the bet page that shows the latest."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet, Comment
from lib.clock import today
from org.models import Domain, Person
from tests.factories import BetFactory, CommentFactory, PersonFactory
from tests.pages import text

pytestmark = pytest.mark.django_db
PATH = "/bets/B-1/comments/"


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    return BetFactory(domain=retail, lead=product_lead, key="B-1")


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client: Client, bet: Bet) -> None:
    assert client.post(PATH, {"text": "Why?"}).status_code == 302
    assert not Comment.objects.exists()


def test_a_bet_out_of_reach_does_not_exist(client_of: Any, outsider: Person, bet: Bet) -> None:
    assert client_of(outsider).post(PATH, {"text": "Why?"}).status_code == 404


def test_a_viewer_reads_and_sees_why_they_cannot_write(client_of: Any, viewer: Person, bet: Bet) -> None:
    CommentFactory(bet=bet, text="What about brokers?")
    page = text(client_of(viewer).get(PATH))
    assert "What about brokers?" in page
    assert "You may not comment on a bet here" in page
    assert "<textarea" not in page
    answer = client_of(viewer).post(PATH, {"text": "Why?"})
    assert answer.status_code == 409
    assert Comment.objects.count() == 1


def test_a_question_is_asked_and_its_answer_closes_it(client_of: Any, finance: Person, bet: Bet) -> None:
    asked = {"text": "Which rate, @Paul Lead?", "asks": bet.lead.pk, "answer_by": str(today())}
    answer = client_of(finance).post(PATH, asked, follow=True)
    comment = Comment.objects.get()
    assert answer.redirect_chain == [(f"{PATH}#comment-{comment.pk}", 302)]
    assert "Asks Paul Lead to answer by" in text(answer)
    lead = client_of(bet.lead)
    assert "Which rate" in text(lead.get(f"{PATH}?reply={comment.pk}")).split("</blockquote>")[0]
    lead.post(PATH, {"text": "That of May.", "reply_to": comment.pk})
    assert Comment.objects.get(reply_to=comment).text == "That of May."
    assert ": answered" in text(client_of(finance).get("/bets/B-1/"))


def test_a_question_that_nobody_answered_is_overdue(client_of: Any, finance: Person, bet: Bet) -> None:
    CommentFactory(bet=bet, asks=bet.lead, answer_by=today() - dt.timedelta(days=1))
    assert ": overdue" in text(client_of(finance).get("/bets/B-1/"))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"text": "x" * 100_000}, "at most 2000 characters"),
        ({"text": ""}, "Write what you want to say."),
        ({"mentions": ["stranger"]}, "One of those chosen cannot see this bet"),
        ({"asks": "stranger", "answer_by": "2030-01-01"}, "One of those chosen cannot see this bet"),
        ({"answer_by": "31 February"}, "Enter a valid date."),
        ({"reply_to": "elsewhere"}, "This comment is not one of this bet"),
        ({"reply_to": "9" * 30}, "This comment is not one of this bet"),
    ],
)
def test_an_unsound_form_stays_filled(
    typed: dict[str, Any], reason: str, client_of: Any, executive: Person, outsider: Person, bet: Bet
) -> None:
    elsewhere = CommentFactory()
    things = {"stranger": outsider.pk, "elsewhere": elsewhere.pk}
    sent = {name: things.get(value if isinstance(value, str) else value[0], value) for name, value in typed.items()}
    answer = client_of(executive).post(PATH, {"text": "What I typed"} | sent)
    assert answer.status_code == 422
    assert reason in text(answer)
    assert "text" in typed or "What I typed" in text(answer)
    assert list(Comment.objects.all()) == [elsewhere]


def test_hostile_words_are_shown_as_words(client_of: Any, executive: Person, bet: Bet) -> None:
    hostile = "<script>alert(1)</script> <b>@everybody</b> " + "w" * 300
    client = client_of(executive)
    client.post(PATH, {"text": hostile})
    for path in (PATH, "/bets/B-1/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_takes_the_same_queries_for_one_and_for_many(
    client_of: Any, executive: Person, bet: Bet, django_assert_num_queries: Any, count: int
) -> None:
    for comment in CommentFactory.create_batch(count, bet=bet):
        CommentFactory(bet=bet, reply_to=comment).mentions.add(PersonFactory())
    client = client_of(executive)
    with django_assert_num_queries(14):
        client.get(PATH)


def test_a_bet_of_which_nobody_spoke_has_one_quiet_line_for_those_who_may(
    client_of: Any, viewer: Person, executive: Person, bet: Bet
) -> None:
    assert "ask somebody by a day" in text(client_of(executive).get("/bets/B-1/"))
    assert 'id="comments"' not in text(client_of(viewer).get("/bets/B-1/"))

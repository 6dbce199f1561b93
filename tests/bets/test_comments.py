"""Comments, mentions and questions: who may, who is told, and what is refused."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import write_comment
from bets.models import Bet, Comment
from bets.rules_talk import named_in
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests.factories import AT, TODAY, BetFactory, CommentFactory, PersonFactory

WHEN = {"at": AT, "today": TODAY}
PEOPLE = {1: "Ann Lee", 2: "Ann", 3: "Bo Ek", 4: "bo  ek", 5: "Łucja Żak", 6: ""}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Ann Lee look", {1}),
        ("@ann, and @ANN LEE", {1, 2}),
        ("@Annabel", set()),
        ("ann@example.org", set()),
        ("@Bo Ek", set()),
        ("Thanks @Łucja\nŻak.", {5}),
        ("@", set()),
    ],
)
def test_a_name_after_an_at_means_whoever_alone_bears_it(text: str, who: set[int]) -> None:
    assert named_in(text, PEOPLE) == who


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    return BetFactory(domain=retail, lead=product_lead, key="B-1")


def test_a_comment_is_kept_with_those_who_are_told_and_an_event(bet: Bet, executive: Person, viewer: Person) -> None:
    comment = write_comment(bet, " Why so late, @Paul Lead? ", mentions=[viewer, executive], by=executive, **WHEN)
    assert comment.text == "Why so late, @Paul Lead?"
    assert set(comment.mentions.all()) == {viewer, bet.lead}
    event = Event.objects.get(kind="comment written")
    assert (event.subject_id, event.by, event.payload) == (bet.pk, executive, {"comment": comment.pk})
    assert event.sentence == "Eva Executive commented: Why so late, @Paul Lead?"


def test_a_question_has_somebody_who_answers_and_a_day(bet: Bet, finance: Person) -> None:
    asked = write_comment(bet, "Which rate?", asks=bet.lead, answer_by=TODAY, by=finance, **WHEN)
    answer = write_comment(bet, "The one of May.", reply_to=asked, by=bet.lead, **WHEN)
    assert (asked.asks, asked.answer_by, answer.reply_to) == (bet.lead, TODAY, asked)
    assert list(Event.objects.order_by("pk").values_list("sentence", flat=True)) == [
        "Fiona Finance asked Paul Lead for an answer by 2 March 2026: Which rate?",
        "Paul Lead replied: The one of May.",
    ]


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"text": " "}, "Say what you want to say."),
        ({"text": "x" * 100_000}, "takes at most 2,000 characters, this has 100,000"),
        ({"answer_by": TODAY}, "Say who is to answer by that day."),
        ({"asks": "lead"}, "Say by which day you need the answer."),
        ({"asks": "lead", "answer_by": TODAY - DAY}, "1 March 2026, has passed."),
        ({"asks": "lead", "answer_by": TODAY + 400 * DAY}, "is more than a year away."),
        ({"asks": "by", "answer_by": TODAY}, "you cannot ask yourself"),
        ({"asks": "viewer", "answer_by": TODAY}, "Vera Viewer only reads here and could not answer"),
        ({"asks": "stranger", "answer_by": TODAY}, "Otto Outsider cannot see this bet"),
        ({"mentions": ["stranger"]}, "Otto Outsider cannot see this bet"),
        ({"reply_to": "elsewhere"}, "A reply belongs to the bet"),
        ({"reply_to": "reply"}, "answer the first comment of that conversation"),
        ({"reply_to": "comment", "asks": "lead", "answer_by": TODAY}, "not as a reply"),
    ],
)
def test_what_no_comment_can_be(
    said: dict[str, Any], reason: str, bet: Bet, executive: Person, outsider: Person, viewer: Person
) -> None:
    comment = CommentFactory(bet=bet)
    things = {
        "lead": bet.lead, "by": executive, "stranger": outsider, "viewer": viewer, "comment": comment,
        "reply": CommentFactory(bet=bet, reply_to=comment), "elsewhere": CommentFactory(),
    }  # fmt: skip
    wanted = {
        name: [things[one] for one in value] if isinstance(value, list) else things.get(value, value)
        for name, value in said.items()
    }
    before = Comment.objects.count()
    with pytest.raises(Refused) as refused:
        write_comment(bet, **({"text": "Why?"} | wanted), by=executive, **WHEN)
    assert reason in str(refused.value)
    assert (Comment.objects.count(), Event.objects.count()) == (before, 0)


def test_more_people_than_a_message_is_for_are_not_told(bet: Bet, executive: Person) -> None:
    crowd = PersonFactory.create_batch(21, is_superuser=True)
    with pytest.raises(Refused, match="tells at most 20 people, this one names 21"):
        write_comment(bet, "All of you", mentions=crowd, by=executive, **WHEN)
    assert not Comment.objects.exists()


def test_the_same_comment_sent_twice_is_written_once(bet: Bet, executive: Person) -> None:
    write_comment(bet, "Why?", by=executive, **WHEN)
    with pytest.raises(Refused, match="written already"):
        write_comment(bet, "Why? ", by=executive, **WHEN)
    write_comment(bet, "Why?", by=executive, at=AT + DAY, today=TODAY + DAY)
    assert Comment.objects.count() == 2


def test_who_only_reads_writes_nothing(bet: Bet, viewer: Person, outsider: Person) -> None:
    for person in (viewer, outsider):
        with pytest.raises(Refused, match="You may not comment on a bet here"):
            write_comment(bet, "Why?", by=person, **WHEN)
    assert not Comment.objects.exists()

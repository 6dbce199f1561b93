"""When will we know: one sentence for each outcome, whatever its noise, its traffic and its health."""

import datetime as dt

import pytest

from bets.models import Reading
from portfolio.answer import answer_of, finding_kind
from tests.factories import TODAY, MetricFactory, OutcomeFactory, ReadingFactory, SeriesFactory

DECIDE_BY = TODAY + dt.timedelta(days=60)  # 1 May 2026


def reading(**fields: object) -> Reading:
    metric = MetricFactory.build(kind=fields.pop("kind", "proportion"))
    outcome = OutcomeFactory.build(
        bet=None, decide_by=fields.pop("decide_by", DECIDE_BY), series=SeriesFactory.build(source=None, metric=metric)
    )
    return ReadingFactory.build(outcome=outcome, run=None, **{"asked": 4.6, "settles": 0.5} | fields)


def day(ahead: int) -> dt.date:
    return TODAY + dt.timedelta(days=ahead)


@pytest.mark.parametrize(
    ("fields", "sentence", "in_time"),
    [
        ({"answer_on": day(30)}, "Answer expected by 1 Apr 2026.", True),
        ({"answer_on": DECIDE_BY}, "Answer expected by 1 May 2026.", True),
        (
            {"answer_on": day(30), "last_period": None, "health": "waiting"},
            "Answer expected by 1 Apr 2026, if signals come as planned.",
            True,
        ),
        ({"answer_on": day(61)}, "Not by 1 May 2026 with this traffic: answer expected by 2 May 2026.", False),
        (
            {"answer_on": day(200), "answer_times": 3.0, "answer_with_on": day(50)},
            "Not by 1 May 2026 with this traffic; with 3 × the exposures by 21 Apr 2026.",
            False,
        ),
        ({}, "Not within three years with this traffic.", False),
        (
            {"answer_times": 20.0, "answer_with_on": day(50)},
            "Not within three years with this traffic; with 20 × the exposures by 21 Apr 2026.",
            False,
        ),
        (
            {"decide_by": day(-3), "answer_on": day(9), "answer_times": None},
            "Answer expected by 11 Mar 2026; the decision has been due since 27 Feb 2026.",
            False,
        ),
        ({"kind": "level"}, "Not within three years from values alone: send exposures or a control arm.", False),
        (
            {"log_e_alive": 3.1},
            "Clear of the kill line. Whether it reaches the target is measured over the four weeks to 1 May 2026.",
            True,
        ),
        (
            {"log_e_alive": 3.1, "decide_by": day(-3)},
            "Clear of the kill line. The day to decide was 27 Feb 2026.",
            True,
        ),
        ({"health": "stale"}, "The feed has stopped: nothing changes until signals arrive again.", None),
        (
            {"health": "broken", "answer_on": day(3)},
            "The feed is broken, so nothing it sends changes this. Mend it first; the next night reads it again.",
            None,
        ),
        (
            {"health": "waiting", "asked": None, "last_period": None},
            "No signals have arrived yet: the first ones start the evidence.",
            None,
        ),
    ],
)
def test_one_sentence_says_when_we_know_or_what_must_happen_first(
    fields: dict[str, object], sentence: str, in_time: bool | None
) -> None:
    answer = answer_of(reading(**fields))
    assert (answer.sentence, answer.in_time) == (sentence, in_time)


@pytest.mark.parametrize(
    ("family", "kind", "sentence"),
    [
        ("cease", "cease", "Answered: it is beyond the kill line."),
        ("miss", "pivot", "Answered: the target is refuted."),
        ("scale", "persist", "Answered: it is better than the target."),
    ],
)
def test_what_is_settled_is_answered_and_no_longer_a_question_of_time(family: str, kind: str, sentence: str) -> None:
    settled = reading(**{f"log_e_{family}": 4.6}, answer_on=day(3))
    assert finding_kind(settled) == kind
    assert (answer_of(settled).sentence, answer_of(settled).in_time) == (sentence, None)


def test_what_the_night_asked_for_settles_it_and_20_where_it_asked_for_nothing() -> None:
    assert finding_kind(reading(log_e_cease=4.5)) == "measure"
    assert finding_kind(reading(log_e_cease=4.5, asked=None)) == "cease"
    assert finding_kind(reading(log_e_cease=2.9, asked=None)) == "measure"


def test_answers_in_time_late_and_unknown_differ_in_their_icon() -> None:
    answers = [reading(answer_on=day(3)), reading(), reading(health="stale"), reading(log_e_cease=9.0)]
    assert len({answer_of(one).icon for one in answers}) == 4

"""The small picture in lists: where the interval stands between kill line and target."""

import pytest

from bets.models import Reading
from portfolio.standing import standing_of
from tests.factories import OutcomeFactory, ReadingFactory

pytestmark = pytest.mark.django_db


def reading(lower: float, upper: float, **outcome: object) -> Reading:
    middle = (lower + upper) / 2
    return ReadingFactory(outcome=OutcomeFactory(**outcome), lower=lower, upper=upper, estimate=middle)


def places(found: Reading) -> list[float]:
    standing = standing_of(found)
    assert standing is not None
    start, width = (float(part.removesuffix("%")) for part in (standing.start, standing.width))
    return [start, start + width, float(standing.estimate.removesuffix("%"))]


def test_kill_line_and_target_keep_their_places() -> None:
    assert places(reading(0.40, 0.45)) == pytest.approx([36, 64, 50])


def test_the_better_side_is_on_the_right_when_lower_is_better() -> None:
    good = places(reading(0.30, 0.32, target=0.35, kill_line=0.40, higher_is_better=False))
    bad = places(reading(0.42, 0.44, target=0.35, kill_line=0.40, higher_is_better=False))
    assert min(good) > 64
    assert max(bad) < 36


def test_what_lies_far_beyond_stays_in_the_picture_and_in_order() -> None:
    far = places(reading(2.0, 90.0))
    assert 64 < far[0] < far[2] < far[1] < 100
    assert 0 < places(reading(-90.0, -2.0))[0] < places(reading(-2.0, 0.0))[0] < 36


def test_the_words_say_the_same_numbers() -> None:
    standing = standing_of(reading(0.41, 0.44))
    assert standing is not None
    assert (standing.kill_line, standing.target) == ("40.0 %", "45.0 %")
    for words in ("41.0 %", "44.0 %", "40.0 %", "45.0 %", "95 %"):
        assert words in standing.sentence


def test_nothing_is_drawn_of_a_broken_feed_or_of_no_reading() -> None:
    assert standing_of(None) is None
    assert standing_of(ReadingFactory(health="broken")) is None
    assert standing_of(ReadingFactory(lower=None, upper=None)) is None

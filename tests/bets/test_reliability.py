"""The reliability diagram: where the dots lie, how large they are, and that empty heights are left out."""

import math

from django.utils import translation

from bets.reliability import bins_of
from metrics.evidence.scores import Row

EMPTY = Row(0.4, 0.6, 0, math.nan, math.nan)


def test_a_dot_lies_at_what_was_stated_and_what_came_and_its_area_is_its_share() -> None:
    (quarter,) = bins_of([EMPTY, Row(0.2, 0.4, 5, 0.25, 0.75)], 20)
    assert (quarter.low, quarter.high, quarter.count) == (20, 40, 5)
    assert (quarter.chance, quarter.share) == ("25 %", "75 %")
    assert (quarter.x, quarter.y, quarter.r) == ("60.0", "60.0", "9.0")


def test_places_are_never_localised() -> None:
    with translation.override("de"):
        (one,) = bins_of([Row(0.0, 0.2, 1, 0.101, 0.0)], 1)
    assert (one.x, one.y, one.r) == ("24.2", "240.0", "14.0")

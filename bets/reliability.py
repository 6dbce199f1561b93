"""The reliability diagram: what was stated with each chance, beside the share of it that came."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bets.words import plain
from metrics.evidence.scores import Row

SIZE = 240  # of the picture, width and height


@dataclass(frozen=True)
class Bin:
    """Chances of one height beside what came; places are for the picture, never localised."""

    low: int
    high: int
    count: int
    chance: str
    share: str
    x: str
    y: str
    r: str


def bins_of(rows: Iterable[Row], count: int) -> list[Bin]:
    """Of `count` chances in all; rows without any are left out."""
    return [_bin(row, count) for row in rows if row.count]


def _bin(row: Row, count: int) -> Bin:
    """Its place in a picture of SIZE by SIZE; the area of the dot is its share of all."""
    x, y, radius = SIZE * row.mean, SIZE * (1 - row.share), 4 + 10 * math.sqrt(row.count / count)
    return Bin(
        round(100 * row.low), round(100 * row.high), row.count, percent(row.mean), percent(row.share),
        f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}",
    )  # fmt: skip


def percent(share: float) -> str:
    """Whole per cent: more digits would claim too much."""
    return _("%(number)s %%") % {"number": plain(100 * share)}

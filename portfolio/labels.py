"""Places for the names of points in a picture, so that none lies on another or on a point. Plain Python."""

from typing import NamedTuple

WIDE, HIGH = 290.0, 230.0  # pixels of the plot that labels are placed for: a wider one only gains air
LETTER, LINE = 6.6, 13.0  # pixels of one letter and of one line
SIDES = ("middle right", "top center", "bottom center", "middle left")

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


class Spot(NamedTuple):
    """A point: x to the right and y upwards from 0 to 100, its diameter in pixels, the letters of its name."""

    x: float
    y: float
    size: float
    letters: int


def placed(ranked: list[tuple[str, Spot]], most: int) -> dict[str, str]:
    """For up to `most` of the points, the first of them first: on which side its name has room; others get none."""
    taken = [_box(spot, 0.0, 0.0, spot.size, spot.size) for _, spot in ranked]
    sides: dict[str, str] = {}
    for key, spot in ranked:
        if len(sides) == most:
            break
        for side in SIDES:
            box = _label(spot, side)
            if box[0] >= 0 and box[2] <= WIDE and not any(_overlap(box, other) for other in taken):
                sides[key] = side
                taken.append(box)
                break
    return sides


def _label(spot: Spot, side: str) -> Box:
    wide, away = spot.letters * LETTER, spot.size / 2 + 3
    across = {"middle right": away + wide / 2, "middle left": -away - wide / 2}.get(side, 0.0)
    down = {"top center": -away - LINE / 2, "bottom center": away + LINE / 2}.get(side, 0.0)
    return _box(spot, across, down, wide, LINE)


def _box(spot: Spot, across: float, down: float, wide: float, high: float) -> Box:
    x, y = spot.x / 100 * WIDE + across, (1 - spot.y / 100) * HIGH + down
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]

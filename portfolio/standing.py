"""Where an outcome stands between its kill line and its target: what the small pictures and the large one show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bets.models import Reading
from bets.rules import BROKEN
from bets.words import Finding, value, whole
from portfolio.night import finding_of

KILL_AT, TARGET_AT = 36.0, 64.0  # per cent of the picture's width; the better side is always on the right
SPOKEN_OF = {"pivot": "log_e_miss", "persist": "log_e_scale"}


@dataclass(frozen=True)
class Standing:
    """Places as percentages of the width, ready for SVG (never localised), and the same in words."""

    start: str
    width: str
    estimate: str
    sentence: str
    kill_line: str
    target: str
    kill_at: str = f"{KILL_AT}%"
    target_at: str = f"{TARGET_AT}%"


def spoken_of(verdict: str, readings: Iterable[Any]) -> Any:
    """Of the readings of a bet (anything with their e-values) the one that the verdict speaks of, or None."""
    family = SPOKEN_OF.get(verdict, "log_e_cease")
    return max(readings, key=lambda reading: float(getattr(reading, family)), default=None)


def standing_of(reading: Reading | None) -> Standing | None:
    """The picture of one reading (with outcome, series and metric); None while nothing can be bounded, or believed."""
    if reading is None or reading.health == BROKEN or reading.lower is None or reading.upper is None:
        return None
    low, middle, high = places(
        (reading.lower, reading.estimate, reading.upper), reading.outcome.kill_line, reading.outcome.target
    )
    finding = finding_of(reading)
    return Standing(
        start=f"{low:.2f}%",
        width=f"{max(high - low, 1.0):.2f}%",
        estimate=f"{middle:.2f}%",
        sentence=whole(finding),
        kill_line=_words(finding, finding.kill_line),
        target=_words(finding, finding.target),
    )


def places(numbers: tuple[float, float | None, float], kill_line: float, target: float) -> tuple[float, float, float]:
    """Where an interval (lower, estimate, upper) stands: its worst end, estimate and best end, from 0 to 100."""
    lower, estimate, upper = numbers
    low, high = sorted((_place(lower, kill_line, target), _place(upper, kill_line, target)))
    return low, (low + high) / 2 if estimate is None else _place(estimate, kill_line, target), high


def _place(number: float, kill_line: float, target: float) -> float:
    """Per cent of the width: even between the two lines, and beyond them ever closer, so that nothing falls off."""
    share = (number - kill_line) / (target - kill_line)
    if share < 0:
        return KILL_AT / (1 - share)
    if share > 1:
        return 100 - (100 - TARGET_AT) / share
    return KILL_AT + share * (TARGET_AT - KILL_AT)


def _words(finding: Finding, number: float) -> str:
    return value(number, finding.kind, finding.unit, finding.contrast)

"""Where an outcome stands between its kill line and its target: what the small pictures in lists show."""

from dataclasses import dataclass

from bets.models import Reading
from bets.rules import BROKEN
from bets.words import Finding, interval, line, value
from portfolio.night import finding_of

KILL_AT, TARGET_AT = 36.0, 64.0  # per cent of the picture's width; the better side is always on the right


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


def standing_of(reading: Reading | None) -> Standing | None:
    """The picture of one reading (with outcome, series and metric); None while nothing can be bounded, or believed."""
    if reading is None or reading.health == BROKEN or reading.lower is None or reading.upper is None:
        return None
    low, high = sorted((_place(reading, reading.lower), _place(reading, reading.upper)))
    middle = (low + high) / 2 if reading.estimate is None else _place(reading, reading.estimate)
    finding = finding_of(reading)
    return Standing(
        start=f"{low:.2f}%",
        width=f"{max(high - low, 1.0):.2f}%",
        estimate=f"{middle:.2f}%",
        sentence=f"{interval(finding)}; {line(finding, 'kill line')}, {line(finding, 'target')}.",
        kill_line=_words(finding, finding.kill_line),
        target=_words(finding, finding.target),
    )


def _place(reading: Reading, number: float) -> float:
    """Per cent of the width: even between the two lines, and beyond them ever closer, so that nothing falls off."""
    outcome = reading.outcome
    share = (number - outcome.kill_line) / (outcome.target - outcome.kill_line)
    if share < 0:
        return KILL_AT / (1 - share)
    if share > 1:
        return 100 - (100 - TARGET_AT) / share
    return KILL_AT + share * (TARGET_AT - KILL_AT)


def _words(finding: Finding, number: float) -> str:
    return value(number, finding.kind, finding.unit, finding.contrast)

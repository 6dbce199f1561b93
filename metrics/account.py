"""The account of a pull as people read it: every row that was seen is in exactly one part."""

from dataclasses import dataclass

from metrics.models import Pull

PARTS = {
    "kept": "Kept",
    "folded": "Folded",
    "open": "Not closed yet",
    "unselected": "Not asked for",
    "set_aside": "Set aside",
}


@dataclass(frozen=True)
class Part:
    """A part of the rows seen; `start` and `width` are percentages for SVG, never localised."""

    key: str
    name: str
    rows: int
    start: str
    width: str


def parts_of(pull: Pull) -> list[Part]:
    """The parts of one pull in fixed order; they add up to the rows seen."""
    parts, before, seen = [], 0, max(pull.rows_seen, 1)
    for key, name in PARTS.items():
        rows: int = getattr(pull, f"rows_{key}")
        parts.append(Part(key, name, rows, f"{100 * before / seen:.2f}%", f"{100 * rows / seen:.2f}%"))
        before += rows
    return parts

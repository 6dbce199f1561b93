"""The account of a pull as people read it: every row that was seen is in exactly one part, and what has changed."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext, gettext_lazy

from metrics.models import Pull, QuarantinedRow

PARTS = {
    "kept": gettext_lazy("Kept"),
    "folded": gettext_lazy("Folded"),
    "open": gettext_lazy("Not closed yet"),
    "unselected": gettext_lazy("Not asked for"),
    "set_aside": gettext_lazy("Set aside"),
}


@dataclass(frozen=True)
class Part:
    """A part of the rows seen; `start` and `width` are percentages for SVG, never localised."""

    key: str
    name: str
    rows: int
    start: str
    width: str


@dataclass(frozen=True)
class Account:
    """One pull in full. `newly`: rows it was the first to set aside; `resolved`: rows that it no longer found."""

    pull: Pull
    parts: list[Part]
    words: str
    newly: int
    resolved: int

    @property
    def seconds(self) -> float | None:
        return None if self.pull.read_ms is None else self.pull.read_ms / 1000


def account_of(pull: Pull) -> Account:
    """One query: the rows of the quarantine that came or went with this pull."""
    rows = QuarantinedRow.objects.filter(source=pull.source_id)
    changed = rows.aggregate(
        newly=Count("pk", filter=Q(first_seen_at=pull.at)), resolved=Count("pk", filter=Q(resolved_at=pull.at))
    )
    return Account(pull, parts_of(pull), _words(pull), **changed)


def parts_of(pull: Pull) -> list[Part]:
    """The parts of one pull in fixed order; they add up to the rows seen."""
    parts, before, seen = [], 0, max(pull.rows_seen, 1)
    for key, name in PARTS.items():
        rows: int = getattr(pull, f"rows_{key}")
        parts.append(Part(key, str(name), rows, f"{100 * before / seen:.2f}%", f"{100 * rows / seen:.2f}%"))
        before += rows
    return parts


def _words(pull: Pull) -> str:
    return gettext(
        "%(kept)s kept, %(folded)s folded, %(open)s not closed yet, %(unselected)s not asked for, %(aside)s set aside"
    ) % {
        "kept": pull.rows_kept,
        "folded": pull.rows_folded,
        "open": pull.rows_open,
        "unselected": pull.rows_unselected,
        "aside": pull.rows_set_aside,
    }

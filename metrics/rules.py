"""Why a signal, a metric or a source is refused, as sentences."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lib.periods import end_of
from org.rules import Powers, refusals


def signal_refusals(
    kind: str, *, n: int, total: float, squares: float | None, period: date, grain: str, today: date
) -> Iterator[str]:
    """Why one observation is not sound: the same checks for files, for people and for programs."""
    if not math.isfinite(total) or (squares is not None and not math.isfinite(squares)):
        yield "A value must be a number, not infinity or “not a number”."
        return
    if n < 0 or (kind != "level" and total < 0 and kind != "mean"):
        yield "Counts cannot be negative."
    if kind != "level" and n == 0 and total != 0:
        yield "There is a sum, but nobody was exposed: the number of exposures is 0."
    if kind == "proportion" and total > n:
        yield f"There are more successes ({total:g}) than trials ({n})."
    if kind == "mean":
        yield from _squares_refusals(n, total, squares)
    if end_of(period, grain) > today:
        yield f"The {grain} that starts on {period:%d %B %Y} has not ended yet: only closed periods count."


def _squares_refusals(n: int, total: float, squares: float | None) -> Iterator[str]:
    if squares is None:
        yield "A mean needs the sum of squares too, or nothing can be said of its noise."
    elif n > 0 and squares < total * total / n * (1 - 1e-9):
        yield f"The sum of squares ({squares:g}) is too small for {n} values that add up to {total:g}."


def is_late(last_period: date | None, grain: str, settle_days: int, as_of: date) -> bool:
    """Have two expected arrivals been missed? True also when nothing has ever arrived."""
    if last_period is None:
        return True
    expected = last_period
    for _ in range(2):
        expected = end_of(expected, grain)
    return end_of(expected, grain) + timedelta(days=settle_days) <= as_of


FRESH, LATE, WAITING = "fresh", "late", "waiting"


def freshness(last_period: date | None, grain: str, settle_days: int, as_of: date) -> str:
    """FRESH, LATE when two expected arrivals were missed, WAITING when nothing has ever arrived."""
    if last_period is None:
        return WAITING
    return LATE if is_late(last_period, grain, settle_days, as_of) else FRESH


def expected_period(grain: str, settle_days: int, as_of: date) -> date:
    """First day of the latest period that is over and settled: a signal of it should be there."""
    final = as_of - timedelta(days=settle_days)
    if grain == "week":
        return final - timedelta(days=final.weekday() + 7)
    return (final.replace(day=1) - timedelta(days=1)).replace(day=1) if grain == "month" else final - timedelta(days=1)


def pull_refusals(powers: Powers, kind: str, domain: int) -> Iterator[str]:
    """Why this person cannot pull a source of that kind and domain, or test its connection."""
    yield from refusals(powers, "pull_source", domain)
    if kind == "typed":
        yield "People type the signals of this source in: there is nothing to pull."


KINDS = ("proportion", "mean", "rate", "level")
CLASSES = ("behaviour", "customer", "value", "delivery")
AREAS = ("", "current", "unrealised", "innovate", "time")
DIRECTIONS = ("higher", "lower")
RESERVED = ("new",)  # addresses below /metrics/
LONGEST = {"name": 120, "unit": 20, "counts": 300}
SETTLES_WITHIN = 366  # days
# What a definition says of the numbers themselves; evidence before and after a change of these does not add up.
MEANT = ("kind", "unit", "direction", "cap", "counts", "settle_days")
DELIVERY = re.compile(r"on.?(time|budget|schedule)\b|velocit|story.?points?\b|milestone|burn.?down|lines of code")


@dataclass(frozen=True)
class Definition:
    """A metric as somebody wants to define it."""

    key: str
    name: str
    kind: str
    metric_class: str = "behaviour"
    area: str = ""
    direction: str = "higher"
    unit: str = ""
    counts: str = ""
    cap: float | None = None
    settle_days: int = 0


def key_refusals(what: str, key: str, at_most: int, reserved: tuple[str, ...] = RESERVED) -> Iterator[str]:
    """Why `what` cannot have this key, which stands in its address; nothing when it can."""
    if not re.fullmatch(r"[-a-zA-Z0-9_]+", key) or len(key) > at_most:
        yield f"The key of {what} has letters, digits, hyphens and underscores, at most {at_most}."
    elif key in reserved:
        yield f"The key “{key}” stands for a page of its own: choose another one."


def definition_refusals(wanted: Definition) -> Iterator[str]:
    """Why a metric cannot be defined like this; nothing when it can."""
    if not wanted.name.strip():
        yield "Give the metric a name."
    for field, most in LONGEST.items():
        text = str(getattr(wanted, field))
        if len(text) > most:
            yield f"That is too long: the {field} of a metric takes at most {most} characters, this has {len(text):,}."
        if "\x00" in text:
            yield f"The {field} of a metric is text: it has a character that cannot be stored."
    yield from _choice_refusals(wanted)
    if not 0 <= wanted.settle_days <= SETTLES_WITHIN:
        yield f"A value is final after 0 to {SETTLES_WITHIN} days."
    if wanted.cap is not None and wanted.kind != "mean":
        yield "Only a mean has an upper limit of one value: leave it empty."
    if wanted.cap is not None and not 0 < wanted.cap < math.inf:
        yield "The upper limit of one value is a number above 0."


def _choice_refusals(wanted: Definition) -> Iterator[str]:
    for field, known, what in (
        ("kind", KINDS, "kind"), ("metric_class", CLASSES, "class"), ("area", AREAS, "key value area"),
        ("direction", DIRECTIONS, "direction"),
    ):  # fmt: skip
        if getattr(wanted, field) not in known:
            named = ", ".join(filter(None, known))
            yield f"The {what} of a metric is one of {named}, not “{str(getattr(wanted, field))[:40]}”."


def owner_refusals(powers: Powers, name: str) -> Iterator[str]:
    """Why that person cannot answer for a definition."""
    if powers.domains() == frozenset():
        yield f"{name} holds no role here: a metric is owned by somebody who does."


def redefine_refusals(before: Definition, wanted: Definition, *, has_signals: bool, reason: str) -> Iterator[str]:
    """Why a definition cannot be changed from the one to the other."""
    yield from definition_refusals(wanted)
    if wanted.kind != before.kind and has_signals:
        yield (
            f"Signals have arrived for this metric as a {before.kind}: they cannot be read as a {wanted.kind}."
            " Define a metric of its own for that."
        )
    if not reason.strip():
        yield "Give a reason: every outcome that is measured by it shows the change with its reason."
    if len(reason) > 300:
        yield f"That is too long: a reason takes at most 300 characters, this has {len(reason):,}."


def delivery_hint(key: str, name: str, metric_class: str) -> bool:
    """Does it sound like a measure of delivery, although it is not classed as one? A warning, no refusal."""
    return metric_class != "delivery" and bool(DELIVERY.search(f"{key} {name}".casefold()))

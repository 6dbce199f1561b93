"""Why a bet or an outcome is refused; what health says; and the decision table from evidence to verdict."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LOG_1000 = math.log(1000.0)
MISSING_AT_MOST = 0.20
HEALTHY, WAITING, STALE, BROKEN = "healthy", "waiting", "stale", "broken"


@dataclass(frozen=True)
class Statement:
    """An outcome as somebody wants to state it, in the numbers of its metric (a share of 1 for a proportion)."""

    kind: str
    contrast: str
    has_control: bool
    higher_is_better: bool
    kill_line: float
    target: float
    baseline: float | None
    starts_on: date
    decide_by: date
    planned_exposures: float


def key_refusals(key: str) -> Iterator[str]:
    """Why a bet cannot have this key, which stands in the address of its page; nothing when it can."""
    if not key.strip():
        yield "A bet needs a key."
    if "/" in key or key in (".", ".."):
        yield f"The key “{key}” cannot stand in an address: leave out slashes."


def outcome_refusals(stated: Statement, *, today: date) -> Iterator[str]:
    """Why an outcome cannot be stated like this; nothing when it can."""
    numbers = [stated.kill_line, stated.target, stated.planned_exposures]
    if not all(math.isfinite(number) for number in numbers):
        yield "Target, kill line and planned exposures must be numbers."
        return
    better = "higher" if stated.higher_is_better else "lower"
    if (stated.target > stated.kill_line) != stated.higher_is_better or stated.target == stated.kill_line:
        yield (
            f"The kill line ({stated.kill_line:g}) is on the wrong side of the target ({stated.target:g}):"
            f" {better} is better for this metric, so the target must be the {better} one."
        )
    if stated.decide_by <= today:
        yield f"The decide-by date {stated.decide_by:%d %B %Y} is not in the future: nobody could act on it."
    if stated.decide_by <= stated.starts_on:
        yield "The decide-by date must come after the start."
    if stated.planned_exposures <= 0:
        yield "Say how many exposures are expected until the decide-by date: more than none."
    yield from _kind_refusals(stated)


def _kind_refusals(stated: Statement) -> Iterator[str]:
    if stated.contrast and not stated.has_control:
        yield "A difference to control needs a series with a control arm; this one has none."
    if stated.contrast and stated.kind == "level":
        yield "A level has no exposures, so it cannot be compared with a control: choose a proportion or a mean."
    if stated.kind == "proportion" and not stated.contrast:
        for name, value in (("kill line", stated.kill_line), ("target", stated.target)):
            if not 0 < value < 1:
                yield f"The {name} of a proportion lies between 0 % and 100 %, not at {value * 100:g} %."


def read_before(as_of: date, settle_days: int, grain: str) -> date:
    """Periods that start before this day have ended and settled by `as_of`."""
    final = as_of - timedelta(days=settle_days)
    if grain == "week":
        return final - timedelta(days=6)
    return final.replace(day=1) if grain == "month" else final


@dataclass(frozen=True)
class Feed:
    """What the health of one outcome is judged by."""

    arrived: bool
    late: bool
    ready: bool
    constant: bool
    abstains: bool
    srm_log_e: float
    missing: float  # share of periods without a signal among those expected in the 28 days up to the last one


def health(feed: Feed) -> tuple[str, str]:
    """State and a sentence. A broken feed has no verdict; it never looks like a bad outcome."""
    if not feed.arrived:
        return WAITING, "No signals have arrived yet."
    if feed.srm_log_e >= LOG_1000:
        return BROKEN, "The two arms are not split as planned: something assigns or counts people wrongly."
    if feed.constant:
        return BROKEN, "The feed is constant: every value is the same, so nothing can be said of its noise."
    if feed.missing > MISSING_AT_MOST:
        return BROKEN, f"{feed.missing:.0%} of the periods of the last four weeks of signals are missing."
    if feed.late:
        return STALE, "Two expected arrivals were missed."
    if feed.abstains:
        return WAITING, "One value per period says too little yet; exposures or a control arm would make it evidence."
    if not feed.ready:
        return WAITING, "Fewer than two full weeks of usable signals so far: too early to judge."
    return HEALTHY, ""


def is_silent(feed: Feed) -> bool:
    """Does this feed prove nothing either way? A stale one still proves what it did, if that was enough to judge."""
    return health(feed)[0] in (BROKEN, WAITING) or feed.abstains or not feed.ready


def grade(*, silent: bool, has_contrast: bool, kind: str) -> str:
    """A randomised control; B exposures known; C values only; D no verdict."""
    if silent:
        return "D"
    return "A" if has_contrast else ("C" if kind == "level" else "B")


def decide(*, cease: bool, scale: bool, miss: bool, health: str) -> str:
    """The decision table: which verdict follows from which open flags, health standing before evidence."""
    if cease and scale:
        return "contradiction"
    if cease:
        return "cease"
    if scale:
        return "persist"
    if miss:
        return "pivot"
    return "measure" if health == HEALTHY else "none"

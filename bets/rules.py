"""Why a bet or an outcome is refused; what health says; and the decision table from evidence to verdict."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from org.rules import Powers, refusals

LOG_1000 = math.log(1000.0)
MISSING_AT_MOST = 0.20
QUARANTINED_AT_MOST = 0.02
RESERVED = ("new", "import")  # addresses below /bets/
ROLES = ("primary", "guardrail")
GLIDES = ("flat", "linear")
READ_AT_LEAST = 28  # days between grace and decision
STARTS_WITHIN = 3653  # days before it is stated; a mistyped century would fill the memory of a night
WEIGHTS_WITHIN = 1e-6  # of 1
DECISIONS = ("fund", "persist", "pivot", "cease", "defer")
FINDINGS = ("below", "not_below", "open")
LOOK_AGAIN_WITHIN = 366  # days
SETTLES_AT_LEAST, SETTLES_AGAIN = 0.20, 0.30  # chance below which nothing will be concluded, and from which it may
NIGHTS = ("night", "replay")  # runs that judge the whole portfolio; a replay is a past night, read again
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
    role: str = "primary"
    weight: float = 1.0
    grace_days: int = 0
    glide: str = "flat"
    share: float = 0.5
    parts: tuple["Part", ...] = ()
    zones: frozenset[str] = frozenset()  # time zones in which the sources declare their days
    metric_class: str = "behaviour"


@dataclass(frozen=True)
class Part:
    """A segment as somebody wants to state it; `series` names its series, and `fits` says that this has the metric and
    the grain of the whole."""

    name: str
    series: str
    weight: float
    fits: bool


def key_refusals(key: str) -> Iterator[str]:
    """Why a bet cannot have this key, which stands in the address of its page; nothing when it can."""
    if not key.strip():
        yield "A bet needs a key."
    if "/" in key or key in (".", ".."):
        yield f"The key “{key}” cannot stand in an address: leave out slashes."
    if key.casefold() in RESERVED:
        yield f"The key “{key}” stands for a page of its own: choose another one."


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
    if (today - stated.starts_on).days > STARTS_WITHIN:
        yield "The start lies more than ten years back: name the day from which on the signals count for this outcome."
    if stated.planned_exposures <= 0:
        yield "Say how many exposures are expected until the decide-by date: more than none."
    yield from _kind_refusals(stated)
    yield from _role_refusals(stated)
    yield from _path_refusals(stated)
    yield from _segment_refusals(stated)


def _kind_refusals(stated: Statement) -> Iterator[str]:
    if stated.metric_class == "delivery":
        yield "A delivery measure says that we built, not that it worked: it cannot be an outcome of a bet."
    if stated.contrast and not stated.has_control:
        yield "A difference to control needs a series with a control arm; this one has none."
    if stated.contrast and stated.kind == "level":
        yield "A level has no exposures, so it cannot be compared with a control: choose a proportion or a mean."
    if stated.kind == "proportion" and not stated.contrast:
        for name, value in (("kill line", stated.kill_line), ("target", stated.target)):
            if not 0 < value < 1:
                yield f"The {name} of a proportion lies between 0 % and 100 %, not at {value * 100:g} %."


def _role_refusals(stated: Statement) -> Iterator[str]:
    if stated.role not in ROLES:
        yield f"An outcome is a {' or a '.join(ROLES)}, not “{stated.role}”."
    if not 0 < stated.weight < math.inf:
        yield "The weight of an outcome among the others is a number above 0."
    if not 0 < stated.share < 1:
        yield "The planned share of the treatment arm lies between 0 % and 100 %."


def _path_refusals(stated: Statement) -> Iterator[str]:
    """Grace and glide are declared in advance, or they would be excuses."""
    most = max((stated.decide_by - stated.starts_on).days - READ_AT_LEAST, 0)
    if not 0 <= stated.grace_days <= most and stated.grace_days:
        yield f"At most {most} days of grace leave four weeks to read before the decide-by date."
    if stated.glide not in GLIDES:
        yield f"Lines are {' or '.join(GLIDES)}, not “{stated.glide}”."
    if stated.baseline is not None and not math.isfinite(stated.baseline):
        yield "The baseline must be a number."
    elif stated.glide == "linear":
        yield from _glide_refusals(stated)


def _glide_refusals(stated: Statement) -> Iterator[str]:
    if stated.contrast:
        yield "A difference to control starts at nothing: its lines cannot climb from a baseline."
    elif stated.baseline is None:
        yield "Lines that climb evenly need the baseline they start from."
    elif (stated.baseline < stated.kill_line) != stated.higher_is_better or stated.baseline == stated.kill_line:
        yield (
            f"Lines climb from a baseline that is not as good as the kill line yet: {stated.baseline:g} is not on the"
            f" other side of {stated.kill_line:g}."
        )


def _segment_refusals(stated: Statement) -> Iterator[str]:
    if len(stated.zones) > 1:
        zones = " and ".join(sorted(stated.zones))
        yield f"The signals come in different time zones ({zones}): their days are not the same days."
    if not stated.parts:
        return
    names, series = [part.name for part in stated.parts], {part.series for part in stated.parts}
    if stated.contrast or stated.kind == "level":
        yield "Segments are for shares, means and rates without a control; a control balances the mix by itself."
    if any(not name.strip() or len(name) > 80 for name in names) or len(set(names)) < len(names):
        yield "Each segment needs a name of its own, of at most 80 characters."
    if len(series) < max(2, len(names)):
        yield "Segments are at least two, each with a series of its own."
    for part in stated.parts:
        if not part.fits:
            yield f"The series of the segment {part.name} must have the metric and the grain of the whole."
    weights = [part.weight for part in stated.parts]
    if not all(0 < weight <= 1 for weight in weights) or abs(sum(weights) - 1) > WEIGHTS_WITHIN:
        yield "The weights of the segments are shares above 0 that add up to 1."


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
    quarantined: float = 0.0  # share of periods that are missing because their rows were set aside
    changed: str = ""  # name of the metric, if its definition is not what it was when the outcome was stated
    mixed: bool = False  # would crude and standardised numbers lead to different verdicts?


def health(feed: Feed) -> tuple[str, str]:
    """State and a sentence. A broken feed has no verdict; it never looks like a bad outcome."""
    if not feed.arrived:
        return WAITING, "No signals have arrived yet."
    if feed.srm_log_e >= LOG_1000:
        return BROKEN, "The two arms are not split as planned: something assigns or counts people wrongly."
    if feed.changed:
        return BROKEN, (
            f"The definition of {feed.changed} has changed since the outcome was stated: what was counted before and"
            " after does not add up. State a new outcome that starts after the change."
        )
    if feed.quarantined > QUARANTINED_AT_MOST:
        share = f"{feed.quarantined:.0%}"
        return BROKEN, f"{share} of the periods are missing because their rows were set aside: mend them."
    if feed.constant:
        return BROKEN, "The feed is constant: every value is the same, so nothing can be said of its noise."
    if feed.missing > MISSING_AT_MOST:
        return BROKEN, f"{feed.missing:.0%} of the periods of the last four weeks of signals are missing."
    if feed.mixed:
        return BROKEN, "The mix of segments explains it: crude and standardised results differ."
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


def decide(*, cease: bool, scale: bool, miss: bool, health: str, unsettled: bool = False) -> str:
    """The decision table: which verdict follows from which flags stand, health standing before evidence.

    `unsettled` is what `cannot_conclude` says: it rests on how far the evidence can reach, and raises nothing that
    ends or scales a bet.
    """
    if cease and scale:
        return "contradiction"
    if cease:
        return "cease"
    if scale:
        return "persist"
    if miss:
        return "pivot"
    if health != HEALTHY:
        return "none"
    return "inconclusive" if unsettled else "measure"


def cannot_conclude(settles: Sequence[float | None], *, standing: bool) -> bool:
    """Will none of these outcomes be settled by its decide-by date, given the chance of each that it is?

    What has been said (`standing`) holds until the best chance is clearly better, and while a chance is not known: so
    that it never flickers. The chance is one of being settled at all, either way: not a forecast of the result.
    """
    known = [chance for chance in settles if chance is not None]
    if not settles or len(known) < len(settles):
        return standing
    return max(known) < (SETTLES_AGAIN if standing else SETTLES_AT_LEAST)


class DecidedOn(Protocol):
    """What is asked of a bet before somebody decides on it."""

    @property
    def state(self) -> str: ...
    @property
    def lead_id(self) -> int: ...
    @property
    def domain_id(self) -> int: ...


def decider_refusals(powers: Powers, person_id: int, bet: DecidedOn) -> Iterator[str]:
    """Why this person cannot decide on the bet, whatever is decided; nothing when they can."""
    yield from refusals(powers, "decide_bet", bet.domain_id)
    if bet.lead_id == person_id:
        yield "You lead this bet: somebody else decides on it."
    if bet.state == "draft":
        yield "This bet is a draft: it is decided on once it is live."
    if bet.state == "concluded":
        yield "This bet is concluded: there is nothing left to decide."


@dataclass(frozen=True)
class Proposal:
    """A decision as somebody wants to record it, and what it meets."""

    kind: str
    rationale: str
    would_change: str
    look_again_on: date | None
    state: str  # of the bet
    reverses: str = ""  # kind of the decision that it points back to
    reverses_latest: bool = True
    is_repeated: bool = False  # word for word the latest decision, of the same person on the same day


def aside_refusals(learned: str, dissent: Sequence[str]) -> Iterator[str]:
    """Why what is recorded beside a decision cannot stand like this."""
    if len(learned) > 2000:
        yield f"What was learnt has {len(learned):,} characters: 2,000 are the most."
    for words in dissent:
        if not words.strip():
            yield "Whoever dissents says why."
        elif len(words) > 1000:
            yield f"The dissent has {len(words):,} characters: 1,000 are the most."


def decision_refusals(wanted: Proposal, *, today: date) -> Iterator[str]:
    """Why a decision cannot be recorded like this; nothing when it can."""
    if wanted.kind not in DECISIONS:
        yield "Say what is decided: fund, persist, pivot, cease or defer."
    yield from text_refusals("a rationale", wanted.rationale, 2000)
    yield from text_refusals("what evidence would change it", wanted.would_change, 1000)
    if wanted.kind != "cease":
        yield from _look_again_refusals(wanted.look_again_on, today)
    if wanted.is_repeated:
        yield "This decision has been recorded already."
    if wanted.reverses and not wanted.reverses_latest:
        yield "Only the latest decision can be reversed: the ones before have been followed already."
    if wanted.reverses == wanted.kind:
        yield "A reversal decides something else than the decision it points back to."
    if wanted.state == "ceased" and not (wanted.reverses == "cease" and wanted.kind in ("fund", "persist")):
        yield "This bet is ceased: only to fund it or to persist, as a reversal of that decision, brings it back."


def text_refusals(what: str, text: str, at_most: int) -> Iterator[str]:
    """Why this text is not enough, or too much, of `what`."""
    if not text.strip():
        yield f"Say {what}." if what.startswith("what") else f"Give {what}."
    if len(text) > at_most:
        yield f"That is too long: {what} takes at most {at_most:,} characters, this has {len(text):,}."


def _look_again_refusals(on: date | None, today: date) -> Iterator[str]:
    if on is None:
        yield "Say on which day to look again."
    elif on <= today:
        yield f"The day to look again, {on:%-d %B %Y}, is not in the future."
    elif (on - today).days > LOOK_AGAIN_WITHIN:
        yield f"The day to look again, {on:%-d %B %Y}, is more than a year away."


class NearMiss(Protocol):
    """What is asked of a flag before somebody reads it a second time."""

    @property
    def kind(self) -> str: ...
    @property
    def cleared_on(self) -> date | None: ...
    @property
    def reader_id(self) -> int | None: ...
    @property
    def bet(self) -> DecidedOn: ...


def reader_refusals(powers: Powers, person_id: int, flag: NearMiss, *, is_read: bool) -> Iterator[str]:
    """Why this person does not read this flag a second time; nothing when they do."""
    if flag.kind != "near_miss":
        yield "Only a near miss is read a second time."
    if flag.cleared_on is not None:
        yield "This near miss has been cleared: there is nothing left to read."
    if is_read:
        yield "This near miss has been read a second time already."
    if flag.bet.lead_id == person_id:
        yield "You lead this bet: somebody independent reads it."
    if flag.reader_id is None:
        yield from refusals(powers, "read_near_miss", flag.bet.domain_id)
    elif not powers.active or flag.reader_id != person_id:
        yield "Somebody else was named to read this near miss."


def second_reading_refusals(finding: str, note: str) -> Iterator[str]:
    """Why a second reading cannot say this."""
    if finding not in FINDINGS:
        yield "Say what you found: beyond the kill line, not beyond it, or that it cannot be said."
    yield from text_refusals("what you looked at, and why you find so", note, 1000)


def restate_refusals(powers: Powers, person_id: int, bet: DecidedOn, *, is_current: bool, reason: str) -> Iterator[str]:
    """Why this person cannot move the lines of an outcome; nothing when they can."""
    yield from refusals(powers, "restate_outcome", bet.domain_id)
    if bet.lead_id == person_id:
        yield "You lead this bet: somebody else restates its outcomes."
    if bet.state in ("ceased", "concluded"):
        yield f"This bet is {bet.state}: its outcomes stay as they were."
    if not is_current:
        yield "This outcome has been restated already: only its current version can be."
    yield from text_refusals("a reason", reason, 300)

"""What the sample enterprise is made of, and the stories its bets tell."""

from dataclasses import dataclass

Path = float | tuple[tuple[int, float], ...]  # one value, or (days since the bet began, value) joined by straight lines


@dataclass(frozen=True)
class Part:
    """A segment of an outcome's exposures: its share of them, and its level relative to the whole's."""

    name: str
    series: str
    share: float
    level: float


@dataclass(frozen=True)
class Aim:
    """An outcome and the feed behind it. `truth` is the value, or the lift over control when there is a contrast."""

    metric: str
    series: str
    source: str
    per_day: float  # exposures a day, in each arm
    baseline: float  # before the bet; of control when there is a contrast
    truth: Path
    target: float
    kill: float
    contrast: str = ""
    noise: float = 0.045  # coefficient of variation of the value from day to day
    memory: float = 0.3  # how much of a day's deviation the next day keeps
    share: float = 0.5  # of exposures in the treatment arm
    silent_from: int | None = None  # the feed ends so many days before the anchor
    starts_with_bet: bool = False
    role: str = "primary"
    weight: float = 1.0
    grace: int = 0  # days
    glide: str = "flat"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Stage:
    """A tranche: thousands of euros, what they buy, what releases them, days after the start."""

    thousands: int
    purpose: str
    gate: str
    day: int


@dataclass(frozen=True)
class Decided:
    """A decision on a bet, taken `ago` days before the anchor and looked at again `again` days after it was taken."""

    key: str
    ago: int
    kind: str
    rationale: str
    would_change: str
    again: int | None


@dataclass(frozen=True)
class Thought:
    """An assumption: what must be true, how important it is (1 to 5), and what would tell next."""

    statement: str
    importance: int
    next_test: str


@dataclass(frozen=True)
class Found:
    """Evidence logged `ago` days before the anchor. `bears` names with + or - what it supports or opposes."""

    key: str
    ago: int
    kind: str
    strength: int
    did: str
    observed: str
    learned: str
    bears: str
    confirmed: bool = False
    snapshot: bool = False


@dataclass(frozen=True)
class Shipped:
    """A release, `ago` days before the anchor."""

    key: str
    ago: int
    name: str
    note: str


@dataclass(frozen=True)
class Sure:
    """How sure somebody was of an outcome (o1) or a gate (t3), in per cent."""

    who: str
    key: str
    ago: int
    what: str
    per_cent: int
    note: str


@dataclass(frozen=True)
class Talk:
    """A remark; `asks` has to answer within so many days; `answers` is the place of the remark that it replies to."""

    key: str
    ago: int
    who: str
    text: str
    asks: str = ""
    within: int = 0
    mentions: tuple[str, ...] = ()
    answers: int | None = None


@dataclass(frozen=True)
class Said:
    """Whether the gate of a tranche was met."""

    key: str
    tranche: int
    ago: int
    who: str
    met: bool
    note: str


@dataclass(frozen=True)
class Worth:
    """Value of a month, so many months before the anchor's, in thousands of euros."""

    key: str
    months: int
    thousands: int
    note: str


@dataclass(frozen=True)
class Learnt:
    """What a discovery bet is to find out within so many days of its start."""

    key: str
    kind: str
    question: str
    reader: str
    goal: int
    within: int


@dataclass(frozen=True)
class Story:
    """One bet: it began `began` days before the anchor, is decided `decide` days after it, and ends like `ending`."""

    key: str
    name: str
    domain: str
    goal: str
    lead: str
    teams: tuple[str, ...]
    stage: str
    horizon: int
    began: int
    decide: int
    ending: str
    claim: tuple[str, str, str, str]
    aims: tuple[Aim, ...]
    stages: tuple[Stage, ...]
    draft: bool = False


@dataclass(frozen=True)
class Definition:
    """A metric of the sample. `spread` is the standard deviation of one value relative to the mean."""

    key: str
    name: str
    kind: str
    unit: str
    counts: str
    direction: str = "higher"
    metric_class: str = "behaviour"
    cap: float | None = None
    settle_days: int = 0
    spread: float = 0.6

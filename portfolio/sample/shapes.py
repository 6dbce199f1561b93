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

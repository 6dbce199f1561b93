"""The money of the sample in figures: thousands of a year by domain and class, and what went otherwise than planned."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# Funding class and domain: thousands of euros in the year before last, last year and this year. Projects become fewer.
CLASSES = {
    ("project", "direct"): (6_800, 5_200, 2_900),
    ("project", "claims"): (8_400, 6_900, 4_600),
    ("project", "service"): (5_600, 3_800, 1_900),
    ("project", "ventures"): (2_400, 1_100, 400),
    ("run", "direct"): (2_600, 2_700, 2_700),
    ("run", "claims"): (3_900, 4_000, 3_800),
    ("run", "service"): (3_100, 3_100, 3_000),
    ("run", "ventures"): (500, 600, 700),
    ("mandatory", "claims"): (900, 1_300, 1_100),
    ("mandatory", "direct"): (700, 600, 800),
}
NAMES = {"project": "Projects", "run": "Running systems", "mandatory": "Supervisory duties", "bet": "Bets"}
COST_CENTRES = {"direct": "4100", "claims": "4200", "service": "4300", "ventures": "4400"}
ERP_ACCOUNTS = {"team": "612000", "bet": "655100", "project": "655000", "run": "656000", "mandatory": "657000"}
WEEKS = Decimal(46)  # of a team in a year
BETS_ABOVE_PLAN = 115  # per cent of the tranches of a year that the budget for bets holds
PACES = (88, 97, 91, 100, 84)  # per cent of its share of the year that a budget spends, one after the other
WARNED_AT = 95  # per cent, of budgets that are spent evenly
SPENT = 93  # per cent of a tranche that is spent when it is used up
UK = (1_150, 940, 980)  # thousands of pounds


@dataclass(frozen=True)
class Asked:
    """A tranche for which money was asked, days ago, and how that stands: waits, or was rejected."""

    key: str
    tranche: int
    kind: str
    ago: int
    why: str
    rejected: str = ""
    comment: str = ""


# What still waits, or was refused; tranches that are due and not named here are committed and released when planned.
OPEN = (
    Asked("DS-02", 2, "commit", 1, "The lift against control is there: in two days all quote pages show the price."),
    Asked("SV-04", 2, "release", 4, "Eleven weeks above the target against control: roll it out, with the widgets."),
    Asked("SV-05", 2, "commit", 12, "Not worse than paper so far. The team could begin with all products."),
    Asked("SV-02", 3, "commit", 3, "Two in three change their data without a call: now the web and partners."),
    Asked(
        "NB-05", 2, "commit", 16, "Chambers of commerce want to sell it.", "too_little_evidence",
        "The gate asks for 1,500 quotes, and there are not half as many. Ask again when they are there.",
    ),
)  # fmt: skip
SHORT = {"CL-05", "SV-06"}  # bets whose money ends before they are to be decided
READY = {"NB-08"}  # live, and not funded yet: for the betting table
KEPT_BACK = {("NB-04", 2)}  # committed, and never asked to be released

# Role or person, kind, thousands.
LIMITS = (
    ("finance", "commit", 1_000), ("finance", "release", 1_000), ("finance", "return", 5_000),
    ("finance", "reallocate", 500), ("executive", "commit", 10_000), ("executive", "release", 10_000),
    ("executive", "return", 10_000), ("executive", "reallocate", 5_000), ("executive", "appropriate", 50_000),
)  # fmt: skip
TWO_FROM = {"commit": 1_500, "release": 1_500, "appropriate": 20_000}

# Kind, name, what it is about and its limits: per cent, bets or minor units.
GUARDRAILS: tuple[dict[str, Any], ...] = (
    {"kind": "share", "name": "Not everything for now", "horizon": 1, "at_most": 60},
    {"kind": "share", "name": "Something for later", "horizon": 3, "at_least": 10},
    {"kind": "share", "name": "Projects, the old way, end", "funding_class": "project", "at_most": 15},
    {"kind": "count", "name": "Bets in progress", "at_most": 40},
    {"kind": "largest", "name": "No bet too big to cease", "at_most": 6_000 * 100_000},
)  # fmt: skip

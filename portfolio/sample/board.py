"""What the board of the sample has agreed and decided: the value of each bet with finance, and a few decisions."""

from portfolio.sample.shapes import Decided

# Thousands of euros that reaching the target is worth: low, likely, high. A bet without a line has no agreed value.
VALUES = {
    "DS-01": (3_800, 6_500, 9_000),
    "DS-02": (1_200, 2_400, 4_000),
    "DS-03": (300, 700, 1_500),
    "DS-04": (1_500, 2_800, 4_200),
    "DS-05": (900, 2_200, 3_600),
    "DS-06": (800, 1_900, 3_500),
    "DS-08": (2_000, 4_400, 7_500),
    "CL-01": (5_000, 8_200, 12_000),
    "CL-02": (4_500, 7_000, 9_500),
    "CL-03": (3_000, 6_800, 10_000),
    "CL-04": (4_000, 6_200, 8_000),
    "CL-05": (900, 1_700, 2_400),
    "CL-06": (3_500, 6_000, 9_000),
    "CL-07": (500, 2_000, 5_000),
    "CL-08": (1_800, 3_400, 5_200),
    "SV-01": (4_800, 7_900, 11_000),
    "SV-02": (2_600, 4_300, 5_800),
    "SV-03": (1_500, 3_800, 6_500),
    "SV-04": (400, 1_100, 2_200),
    "SV-05": (600, 1_300, 2_100),
    "SV-06": (900, 2_600, 4_400),
    "SV-07": (5_500, 9_000, 14_000),
    "NB-01": (6_000, 12_500, 21_000),
    "NB-02": (2_000, 5_600, 9_500),
    "NB-03": (4_000, 11_000, 24_000),
    "NB-04": (2_800, 6_400, 10_500),
    "NB-05": (500, 2_300, 6_000),
    "NB-07": (400, 900, 1_600),
}

DECISIONS = (
    Decided(
        "CL-02", 96, "persist",
        "The two storms of the spring pushed difficult claims through the rules. The team wants a quarter without a"
        " storm before the next country is stopped.",
        "Still below 24.5 % after twelve weeks without a storm.", 63,
    ),
    Decided(
        "SV-02", 5, "fund",
        "Two customers in three now change their data without calling us, above the target and for both kinds of"
        " customers. The next tranche brings it to the web and to partners.",
        "Fewer than 60 % for four weeks, or complaints on wrong bank accounts.", 90,
    ),
)  # fmt: skip

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation

from bets.words import Finding, flag_sentence, interval, one_in, stale_sentence, value, verdict_sentence

FOUND = Finding(
    metric="Conversion", unit="", kind="proportion", contrast="", higher_is_better=True, kill_line=0.05, target=0.06,
    decide_by=dt.date(2026, 9, 30), lower=0.041, upper=0.046,
)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "unit", "contrast", "said"),
    [
        (0.0412, "proportion", "", "", "4.12 %"),
        (0.412, "proportion", "", "", "41.2 %"),
        (1.0, "proportion", "", "", "100 %"),
        (0.0123, "mean", "", "relative", "+1.2 %"),
        (-0.0123, "proportion", "", "relative", "-1.2 %"),
        (0.0031, "proportion", "", "difference", "+0.31 points"),
        (12.44, "mean", "minutes", "", "12.4 minutes"),
        (0.0, "mean", "€", "", "€0"),
        (0.0, "proportion", "", "relative", "0 %"),
        (2117.4, "mean", "€", "", "€2,117"),
        (-12.5, "mean", "€", "difference", "-€12.5"),
        (0.0, "mean", "calls", "difference", "0 calls"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: float, kind: str, unit: str, contrast: str, said: str) -> None:
    assert value(number, kind, unit, contrast) == said


def test_a_flag_says_what_was_seen_since_when_how_sure_and_what_would_clear_it() -> None:
    said = flag_sentence("cease", FOUND, 6.8, dt.date(2026, 3, 12))
    assert said == (
        "Conversion: between 4.10 % and 4.60 % on 12 March 2026 (95 %, safe to check any day); the kill line is 5.00 %."
        " Flagged since then. If it were really at 5.00 % or better, data this bad would turn up in"
        " at most 1 bet in 898, however often we looked. It stays until a decision on the bet clears it."
    )


def test_a_scale_flag_speaks_of_the_target_and_of_good_data() -> None:
    said = flag_sentence("scale", replace(FOUND, lower=0.062, upper=0.07), 5.0, dt.date(2026, 3, 12))
    assert "the target is 6.00 %" in said
    assert "at or short of 6.00 %, data this good" in said


def test_one_in_is_said_from_twenty_on_and_never_beyond_a_thousand() -> None:
    assert one_in(2.9) == ""
    assert one_in(3.0) == "at most 1 bet in 20"
    assert one_in(800.0) == "at most 1 bet in 1,000"


def test_an_interval_that_is_not_known_is_not_invented() -> None:
    assert "cannot be bounded yet" in interval(replace(FOUND, lower=None))


def test_a_stale_flag_speaks_of_the_feed_and_never_of_the_result() -> None:
    said = stale_sentence("Conversion", dt.date(2026, 3, 1), dt.date(2026, 3, 20))
    assert "19 days ago" in said
    assert "says nothing about the result" in said
    assert "has never arrived" in stale_sentence("Conversion", None, dt.date(2026, 3, 20))


def test_no_verdict_gives_the_reason_of_health() -> None:
    assert verdict_sentence("none", FOUND, "Two expected arrivals were missed.").endswith("were missed.")


@pytest.mark.parametrize("kind", ["cease", "pivot", "persist", "measure", "contradiction"])
def test_every_verdict_names_both_lines(kind: str) -> None:
    said = verdict_sentence(kind, FOUND, "")
    assert "kill line is 5.00 %" in said
    assert "target is 6.00 %" in said


def test_numbers_at_display_follow_the_reader() -> None:
    with translation.override("de"):
        assert value(0.0412, "proportion", "") == "4,12 %"
        assert value(2117.4, "mean", "€") == "€2.117"
        assert "4,10 %" in interval(FOUND)


def test_sentences_that_are_stored_stay_english() -> None:
    english = flag_sentence("cease", FOUND, 6.8, dt.date(2026, 3, 12)), verdict_sentence("cease", FOUND, "")
    with translation.override("de"):
        assert (
            flag_sentence("cease", FOUND, 6.8, dt.date(2026, 3, 12)),
            verdict_sentence("cease", FOUND, ""),
        ) == english

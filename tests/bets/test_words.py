import datetime as dt
import math
from dataclasses import replace

import pytest
from django.utils import translation

from bets.words import (
    Finding,
    Told,
    flag_sentence,
    inconclusive_sentence,
    interval,
    near_miss_sentence,
    one_in,
    stale_sentence,
    value,
    verdict_sentence,
    withdrawn_sentence,
)

FOUND = Finding(
    metric="Conversion", unit="", kind="proportion", contrast="", higher_is_better=True, kill_line=0.05, target=0.06,
    decide_by=dt.date(2026, 9, 30), lower=0.041, upper=0.046,
)  # fmt: skip
NIGHT = dt.date(2026, 3, 12)
VERDICTS = ["cease", "pivot", "persist", "measure", "clear", "inconclusive", "contradiction"]


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


def test_a_flag_says_what_was_seen_since_when_how_sure_what_it_is_worth_and_what_would_clear_it() -> None:
    told = Told(NIGHT, since=dt.date(2026, 2, 3), recent=0.0402, chance=0.021, evsi=304_000, tranche=8_000_000)
    assert flag_sentence("cease", FOUND, 6.8, told) == (
        "Conversion: between 4.10 % and 4.60 % on 12 March 2026 (95 %, safe to check any day); the kill line is 5.00 %,"
        " and it has been below since about 3 February 2026, lately at 4.02 %."
        " If it were really at 5.00 % or better, data this bad would turn up in at most 1 bet in 898, however often we"
        " looked. Chance of reaching the target of 6.00 % by 30 September 2026: 2 %."
        " Of all bets we flag to cease this quarter, at most about 1 in 10 is expected to be wrong."
        " Another tranche would buy €3k of information for €80k."
        " It stays until a decision on the bet clears it."
    )


def test_what_is_not_known_is_left_out_of_a_flag() -> None:
    assert flag_sentence("pivot", FOUND, 2.9, Told(NIGHT, evsi=5, chance=None)) == (
        "Conversion: between 4.10 % and 4.60 % on 12 March 2026 (95 %, safe to check any day); the target is 6.00 %."
        " Of all bets we flag to pivot this quarter, at most about 1 in 10 is expected to be wrong."
        " It stays until a decision on the bet clears it."
    )


def test_a_scale_flag_speaks_of_the_target_and_of_good_data() -> None:
    told = Told(NIGHT, since=dt.date(2026, 2, 3), evsi=304_000, tranche=8_000_000)
    said = flag_sentence("scale", replace(FOUND, lower=0.062, upper=0.07), 5.0, told)
    assert "the target is 6.00 %, and it has been above since about" in said
    assert "at or short of 6.00 %, data this good" in said
    assert "Another tranche" not in said


def test_an_interval_that_holds_the_line_is_said_to_be_that_of_all_weeks_together() -> None:
    wide = replace(FOUND, upper=0.055)
    told = Told(NIGHT, since=dt.date(2026, 2, 3), recent=0.0402)
    assert flag_sentence("cease", wide, 6.8, told).startswith(
        "All weeks together, Conversion: between 4.10 % and 5.50 %"
    )
    assert verdict_sentence("cease", wide, "", told=told).startswith(
        "Below the kill line since about 3 February 2026, lately at 4.02 %. All weeks together, Conversion: between"
    )
    assert verdict_sentence("cease", FOUND, "", told=told).startswith(
        "Below the kill line since about 3 February 2026, lately at 4.02 %. Conversion: between"
    )
    assert verdict_sentence("cease", wide, "", told=Told(NIGHT)).startswith("Below the kill line. Conversion")


def test_information_that_is_worth_less_than_a_thousand_is_next_to_none() -> None:
    told = Told(NIGHT, evsi=99_999, tranche=8_000_000)
    assert "Another tranche would buy next to no information for €80k." in flag_sentence("cease", FOUND, 6.8, told)


LOWER = replace(FOUND, higher_is_better=False, kill_line=0.04, target=0.03)


@pytest.mark.parametrize(("kind", "side"), [("cease", "above"), ("scale", "below")])
def test_lower_is_better_turns_the_words_around(kind: str, side: str) -> None:
    said = flag_sentence(kind, LOWER, 6.0, Told(NIGHT, since=dt.date(2026, 2, 3)))
    assert f"it has been {side} since about" in said
    if kind == "cease":
        assert "really at 4.00 % or lower" in said


@pytest.mark.parametrize(
    ("kind", "needed", "supposed"),
    [
        ("cease", 1, "If every outcome were really at its kill line or better"),
        ("cease", 2, "If fewer than 2 of its 3 outcomes were really beyond their kill lines"),
        ("pivot", 1, "If every outcome were really at its target or better"),
        ("pivot", 3, "If fewer than 3 of its 3 outcomes were really short of their targets"),
        ("scale", 3, "If fewer than 3 of its 3 outcomes were really better than their targets"),
        ("scale", 1, "If no outcome were really better than its target"),
    ],
)
def test_of_several_outcomes_a_flag_says_how_many_it_takes(kind: str, needed: int, supposed: str) -> None:
    assert f"{supposed}, data this" in flag_sentence(kind, FOUND, 6.0, Told(NIGHT, needed=needed, primaries=3))


def test_a_bet_that_cannot_conclude_is_told_of_reach_and_of_the_money_ahead() -> None:
    told = Told(NIGHT, evsi=304_000, tranche=8_000_000, tranche_on=dt.date(2026, 6, 1))
    assert inconclusive_sentence(FOUND, 0.06, told) == (
        "The chance that signals settle Conversion by 30 September 2026 is 6 %."
        " Conversion: between 4.10 % and 4.60 % (95 %, safe to check any day); the kill line is 5.00 %, the target is"
        " 6.00 %. The next tranche of €80k is planned for 1 June 2026."
        " Another tranche would buy €3k of information for €80k."
        " This says how far the evidence reaches, not what it will say."
        " It clears once the chance is 30 % or more, or the evidence has settled it, or with a decision on the bet."
    )


def test_money_that_is_gone_before_the_decision_is_named() -> None:
    sooner = inconclusive_sentence(FOUND, 0.06, Told(NIGHT), dt.date(2026, 8, 1))
    assert sooner.startswith(
        "The chance that signals settle Conversion by 1 August 2026, when the money is used up, is 6 %."
    )
    assert inconclusive_sentence(FOUND, 0.06, Told(NIGHT), FOUND.decide_by) == inconclusive_sentence(
        FOUND, 0.06, Told(NIGHT)
    )


def test_a_near_miss_says_how_near_and_who_reads_it() -> None:
    by = dt.date(2026, 3, 26)
    due = replace(FOUND, decide_by=dt.date(2026, 3, 11))
    said = near_miss_sentence(due, math.log(40), math.log(67), Told(NIGHT, chance=0.001), "Ida Berg", by)
    assert "The day to decide, 11 March 2026, has come, and the evidence to cease is E = 40 of the 67" in said
    assert "Ida Berg, who does not lead this bet, reads it independently by 26 March 2026." in said
    assert "of 6.00 % by 11 March 2026: less than 1 %." in said
    nobody = near_miss_sentence(due, math.log(40), math.log(67), Told(NIGHT), "", by)
    assert "Nobody independent was found to read it, so product operations do, by 26 March 2026." in nobody


def test_a_withdrawn_flag_says_what_the_corrected_data_reach() -> None:
    assert withdrawn_sentence(math.log(12.4), math.log(84)) == (
        "Withdrawn by correction: the corrected data reach E = 12, not the 84 that was asked for."
    )
    assert "reach E = 0.0012, not" in withdrawn_sentence(math.log(0.0012), 4.0)


def test_the_longest_words_fit_where_they_are_stored() -> None:
    long = replace(FOUND, metric="م" * 120, unit="u" * 20, kind="mean", kill_line=1e300, target=2e300)
    wide = replace(long, lower=-1e300, upper=3e300)
    told = Told(NIGHT, needed=2, primaries=3, since=NIGHT, chance=0.5, evsi=10**15, tranche=10**15, tranche_on=NIGHT)
    assert max(len(flag_sentence(kind, wide, 9.0, told)) for kind in ("cease", "pivot", "scale")) <= 1500
    assert len(inconclusive_sentence(wide, 0.1, told)) <= 1500
    assert len(near_miss_sentence(wide, 9.0, 10.0, told, "N" * 120, NIGHT)) <= 1500
    assert max(len(verdict_sentence(kind, wide, "", "م" * 120)) for kind in VERDICTS) <= 600
    assert len(withdrawn_sentence(-700.0, 20.0)) <= 300


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


@pytest.mark.parametrize("kind", VERDICTS)
def test_every_verdict_names_both_lines(kind: str) -> None:
    said = verdict_sentence(kind, FOUND, "")
    assert "kill line is 5.00 %" in said
    assert "target is 6.00 %" in said


def test_a_verdict_names_the_guardrail_that_keeps_a_bet_from_being_scaled() -> None:
    said = verdict_sentence("measure", FOUND, "", "Complaints")
    assert "The guardrail Complaints is beyond its kill line: nothing is scaled meanwhile." in said


def test_numbers_at_display_follow_the_reader() -> None:
    with translation.override("de"):
        assert value(0.0412, "proportion", "") == "4,12 %"
        assert value(2117.4, "mean", "€") == "€2.117"
        assert "4,10 %" in interval(FOUND)


def test_sentences_that_are_stored_stay_english() -> None:
    told = Told(NIGHT, since=NIGHT, chance=0.2)

    def stored() -> list[str]:
        return [
            flag_sentence("cease", FOUND, 6.8, told),
            inconclusive_sentence(FOUND, 0.1, told),
            near_miss_sentence(FOUND, 3.0, 4.0, told, "Ida Berg", NIGHT),
            verdict_sentence("cease", FOUND, ""),
        ]

    english = stored()
    with translation.override("de"):
        assert stored() == english

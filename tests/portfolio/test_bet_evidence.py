"""The evidence on the page of a bet: it explains itself, forecasts stand apart, and the original line stays."""

import csv
import datetime as dt
from html import unescape

import pytest

from bets.models import Bet, Outcome
from metrics.models import Signal
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    FamilyRuleFactory,
    FlagFactory,
    OutcomeFactory,
    ReadingFactory,
    ResolutionFactory,
    RunFactory,
    SegmentFactory,
    SeriesFactory,
    SignalFactory,
    SignalRevisionFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
START = TODAY - 30 * DAY


@pytest.fixture
def bet(retail) -> Bet:
    return BetFactory(key="B-1", domain=retail, starts_on=START)


def outcome_of(bet: Bet, **fields: object) -> Outcome:
    return OutcomeFactory(bet=bet, **{"number": 1, "starts_on": START} | fields)


def page_of(client_of, who) -> str:
    return unescape(client_of(who).get("/bets/B-1/").content.decode())


def shown(client_of, who):
    return client_of(who).get("/bets/B-1/").context["page"].outcomes[0].said


def test_the_first_line_of_an_outcome_says_when_it_will_be_known(client_of, executive, bet, night) -> None:
    ReadingFactory(outcome=outcome_of(bet), run=night, asked=4.6, settles=0.9, answer_on=TODAY + 30 * DAY)
    page = page_of(client_of, executive)
    card = page[page.index('id="outcome-1"') :]
    assert card.index("Answer expected by 1 Apr 2026.") < card.index("Grade B") < card.index("95 % interval")


def test_a_resolved_outcome_shows_how_it_turned_out_and_no_forecast(client_of, executive, bet, night) -> None:
    outcome = outcome_of(bet)
    ReadingFactory(outcome=outcome, run=night, chance=0.4, answer_on=TODAY)
    ResolutionFactory(outcome=outcome, run=night, value=0.46, reached=True)
    page = page_of(client_of, executive)
    assert "Target reached: 46.0\u00a0% from 2 Feb 2026 to 1 Mar 2026, the target was 45.0\u00a0%." in page
    assert "Forecast" not in page
    assert "Answer expected" not in page


# ---- the panel


def test_the_panel_gives_grade_noise_data_and_formulas_with_the_numbers_of_this_reading(
    client_of, executive, bet, night
) -> None:
    ReadingFactory(
        outcome=outcome_of(bet), run=night, engine="2.0.0", snapshot="ab" * 32, cutoff=TODAY, bet_version=3,
        recent=0.395, phi_history=1.75, history_weeks=12, log_e_cease=4.0, cease_since=START + 9 * DAY,
    )  # fmt: skip
    page = page_of(client_of, executive)
    panel = page[page.index('id="evidence-1"') : page.index('id="money"')]
    for words in (
        "Exposures known, no control arm.",
        "38.0 % to 44.0 %",
        "Last four weeks",
        "39.5 %",
        "Beyond the kill line since about 9 Feb 2026.",
        "12 weeks before the bet",
        "1.75 times the noise",
        "ln E₁ = ln B(a+Y, b+N−Y)",
        "N = 12,000; Y = 4,920; θ₀ = 40.0 %; θ₀ = 45.0 %; τ = 600; κ = 20.00",
        "φ = 1.20, ν = 20.0, B = 17, r = 0.10, φ_h = 1.75",
        "|S| = 3",
        "Periods that start before 2 March 2026 were read.",
        "Version 3 of the hypothesis",
        "ab" * 32,
        "2.0.0",
    ):
        assert words in panel.replace("\u00a0", " "), words


def test_without_a_noise_history_the_panel_says_what_that_costs(client_of, executive, bet, night) -> None:
    ReadingFactory(outcome=outcome_of(bet), run=night, history_weeks=0)
    step = next(one for one in shown(client_of, executive).steps if one.name == "Noise history before the bet")
    assert step.value == "none"
    assert "restarts count only once twelve weeks have been read" in step.words


@pytest.mark.parametrize(
    ("kind", "contrast", "formula"),
    [
        ("rate", "", "ln Γ(a)"),
        ("mean", "", "z = ±(Y − N θ₀) / √(N v)"),
        ("level", "", "E₁ = E₂"),
        ("proportion", "relative", "d = ȳ₁ − (1+θ₀) ȳ₀"),
        ("proportion", "difference", "d = ȳ₁ − ȳ₀"),
    ],
)
def test_every_kind_of_outcome_has_the_formula_of_its_own(
    client_of, executive, bet, night, kind, contrast, formula
) -> None:
    series = SeriesFactory(metric__kind=kind, has_control=bool(contrast))
    ReadingFactory(outcome=outcome_of(bet, series=series, contrast=contrast), run=night)
    assert any(formula in step.formula for step in shown(client_of, executive).steps)


def test_segments_show_standardised_and_crude_side_by_side(client_of, executive, bet, night) -> None:
    outcome = outcome_of(bet)
    SegmentFactory(outcome=outcome, name="Brokers", weight=0.7)
    SegmentFactory(outcome=outcome, name="Web", weight=0.3)
    ReadingFactory(outcome=outcome, run=night, crude=0.47)
    page = page_of(client_of, executive)
    for words in (
        "All signals so far, standardised",
        "All signals so far, without standardising",
        "Brokers 70 %",
        "Web 30 %",
    ):
        assert words in page
    assert "m = Σ w_g ȳ_g" in page


def test_what_was_declared_in_advance_is_said(client_of, executive, bet, night) -> None:
    ReadingFactory(outcome=outcome_of(bet, role="guardrail", grace_days=14, glide="linear", baseline=0.3), run=night)
    said = shown(client_of, executive)
    assert len(said.declared) == 3
    assert "The first 14 days are not read." in page_of(client_of, executive)


# ---- forecasts


def prospects(client_of, who) -> dict[str, tuple[str, str]]:
    return {line.name: (line.value, line.words) for line in shown(client_of, who).prospects}


def test_forecasts_have_their_resolution_rule_and_their_price(client_of, executive, bet, night) -> None:
    Bet.objects.update(value_low=1, value_likely=2, value_high=3)
    TrancheFactory(bet=bet, planned_on=dt.date(2030, 1, 1), amount=8_000_000)
    ReadingFactory(
        outcome=outcome_of(bet), run=night, chance=0.024, forecast_mean=0.412, settles=0.3, asked=4.605, evpi=1_200_000,
        evsi=300_000,
    )  # fmt: skip
    told = prospects(client_of, executive)
    assert told["Reaching the target"] == (
        "2 %",
        "Reached means: measured over the four weeks to 1 May 2026 it meets 45.0 %."
        " The likeliest value then is 41.2 %.",
    )
    assert told["Settling it in time"][0] == "30 %"
    assert told["Worth of the next proof"] == (
        "€3k",
        "Another tranche would buy about €3k of information for €80k. Knowing for certain would be worth €12k at most.",
    )


def test_what_is_answered_already_has_no_chance_of_being_settled(client_of, executive, bet, night) -> None:
    ReadingFactory(outcome=outcome_of(bet), run=night, settles=1.0, log_e_alive=4.0)
    assert "Settling it in time" not in prospects(client_of, executive)


@pytest.mark.parametrize(("chance", "words"), [(0.0, "less than 1 %"), (1.0, "more than 99 %"), (0.5, "50 %")])
def test_no_forecast_is_certain(client_of, executive, bet, night, chance, words) -> None:
    ReadingFactory(outcome=outcome_of(bet), run=night, chance=chance)
    assert prospects(client_of, executive)["Reaching the target"][0] == words


def test_without_an_agreed_value_the_worth_is_not_known_and_says_why(client_of, executive, bet, night) -> None:
    ReadingFactory(outcome=outcome_of(bet), run=night)
    assert prospects(client_of, executive)["Worth of the next proof"] == (
        "not known",
        "Nobody has agreed with finance what reaching the target is worth.",
    )


# ---- a line that was moved


def test_the_verdict_against_the_original_line_stays_with_the_reason_of_the_change(
    client_of, executive, bet, night
) -> None:
    first = outcome_of(bet, kill_line=0.42)
    second = outcome_of(bet, kill_line=0.38, version=2, replaces=first, series=first.series, reason="A new competitor.")
    ReadingFactory(outcome=first, run=night, log_e_cease=6.0)
    ReadingFactory(outcome=second, run=night)
    VerdictFactory(bet=bet, run=night)
    page = page_of(client_of, executive)
    assert page.count('class="card outcome"') == 1
    versions = page[page.index("Against the original line") : page.index('id="evidence-1"')]
    for words in ("in force", "original", "38.0", "42.0", "A new competitor.", "sig cease", "sig measure"):
        assert words in versions
    assert versions.index("sig measure") < versions.index("sig cease")


# ---- flags


def test_flags_say_how_many_of_their_kind_may_be_wrong_and_until_when_to_act(client_of, executive, bet, night) -> None:
    outcome = outcome_of(bet)
    ReadingFactory(outcome=outcome, run=night)
    FamilyRuleFactory(run=night, issued=5, bound=0.07)
    FlagFactory(bet=bet, outcome=outcome, run=night, act_by=dt.date(2030, 1, 9))
    page = page_of(client_of, executive)
    assert "5 flags of this kind stand this quarter: at most about 1 in 14 is expected to be wrong." in page
    assert "Worth acting until" in page


def test_a_withdrawn_flag_stays_in_the_history_with_its_reason(client_of, executive, bet, night) -> None:
    because = "Withdrawn by correction: the corrected data reach E = 12, not the 84 that was asked for."
    FlagFactory(
        bet=bet, outcome=outcome_of(bet), run=night, cleared_on=TODAY, cleared_how="correction", cleared_because=because
    )
    page = page_of(client_of, executive)
    assert "Needs a decision" not in page
    past = page[page.index('id="past-flags"') : page.index('id="history"')]
    assert "1 flag of the past" in past
    assert "Withdrawn by correction</b>" in past
    assert "The corrected data reach E = 12, not the 84 that was asked for." in past.replace("\u00a0", " ")
    assert "is-withdrawn" in past


def test_a_flag_that_cannot_conclude_rests_on_reach_and_not_on_a_forecast(client_of, executive, bet, night) -> None:
    outcome = outcome_of(bet)
    ReadingFactory(outcome=outcome, run=night, settles=0.07)
    FlagFactory(bet=bet, outcome=outcome, run=night, kind="inconclusive", log_e=None, cut=None)
    page = page_of(client_of, executive)
    for words in ("no answer before the money is gone", "7 %", "never on a forecast of the result"):
        assert words in page


# ---- the data


def rows_of(client_of, who) -> list[list[str]]:
    answer = client_of(who).get("/bets/B-1/outcomes/1/data.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="b-1-outcome-1-data.csv"'
    return list(csv.reader(answer.content.decode().splitlines()))


def test_the_file_holds_exactly_what_was_read_and_marks_what_came_before_the_bet(client_of, viewer, bet, night) -> None:
    outcome = outcome_of(bet, grace_days=5)
    for ago in (31, 30, 26, 25, 1, 0, 30 + 84, 30 + 85):
        SignalFactory(series=outcome.series, period=TODAY - ago * DAY, total=ago)
    ReadingFactory(outcome=outcome, run=night, cutoff=TODAY)
    header, *rows = rows_of(client_of, viewer)
    assert header == ["period", "arm", "segment", "exposures", "sum", "sum of squares", "before the bet"]
    read = [(row[0], row[4], row[6]) for row in rows]
    assert read == [(str(TODAY - ago * DAY), str(ago), "yes" if ago > 30 else "") for ago in (30 + 84, 31, 25, 1)]


def test_the_file_shows_what_was_known_that_night_and_not_what_came_later(client_of, viewer, bet) -> None:
    night, outcome = RunFactory(finished_at=AT), outcome_of(bet)
    later = AT + DAY
    SignalFactory(series=outcome.series, period=TODAY - 3 * DAY, total=11.5, recorded_at=later)
    SignalRevisionFactory(series=outcome.series, period=TODAY - 3 * DAY, total=40.0, replaced_at=later)
    SignalFactory(series=outcome.series, period=TODAY - 2 * DAY, recorded_at=later)
    ReadingFactory(outcome=outcome, run=night, cutoff=TODAY)
    assert [row[:6] for row in rows_of(client_of, viewer)[1:]] == [
        [str(TODAY - 3 * DAY), "treatment", "", "100", "40", ""]
    ]


def test_segments_stand_in_the_file_by_name_and_a_name_is_no_formula(client_of, viewer, bet, night) -> None:
    outcome = outcome_of(bet)
    part = SegmentFactory(outcome=outcome, name="=cmd()")
    for series in (outcome.series, part.series):
        SignalFactory(series=series, period=TODAY - DAY)
    ReadingFactory(outcome=outcome, run=night, cutoff=TODAY)
    assert [row[2] for row in rows_of(client_of, viewer)[1:]] == ["", "'=cmd()"]
    assert Signal.objects.count() == 2


def test_an_outcome_that_the_night_did_not_read_has_no_such_file(client_of, viewer, bet, night) -> None:
    outcome_of(bet)
    assert client_of(viewer).get("/bets/B-1/outcomes/1/data.csv").status_code == 404

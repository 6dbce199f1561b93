"""The page of one bet: who sees it, what it says, and that it costs the same however much there is to say."""

import datetime as dt
from decimal import Decimal

import pytest

from bets.models import Bet, Reading
from lib.clock import now
from org.actions import record_event
from tests.factories import (
    TODAY,
    BetFactory,
    EffortFactory,
    FlagFactory,
    GoalFactory,
    HypothesisFactory,
    MetricFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
QUERIES = 42  # one more for each further shape of outcome: kind, grain and contrast


def flagged_bet(domain, *, outcomes: int = 1, flags=("cease",)) -> Bet:
    """A judged bet with signals, readings, open flags, money and a history."""
    bet = BetFactory(key="B-1", name="Faster claims", domain=domain, goal=GoalFactory(name="Keep customers"))
    bet.teams.add(TeamFactory(domain=domain, name="Blue team"))
    HypothesisFactory(bet=bet)
    run = RunFactory()
    for number in range(1, outcomes + 1):
        series = SeriesFactory(metric=MetricFactory(name=f"Conversion {number}"), source=SourceFactory(domain=domain))
        for day in range(20):
            SignalFactory(series=series, period=TODAY - dt.timedelta(days=day + 1))
        outcome = OutcomeFactory(bet=bet, number=number, series=series, starts_on=TODAY - dt.timedelta(days=20))
        ReadingFactory(outcome=outcome, run=run, snapshot="ab" * 32, engine="1.2.3")
    for kind in flags:
        FlagFactory(bet=bet, outcome=outcome, kind=kind, run=run, log_e=None if kind == "stale" else 6.0)
    VerdictFactory(bet=bet, run=run, kind="cease", sentence="Below the kill line: conversion is low.")
    TrancheFactory(bet=bet, sequence=1, amount=150_000_000)
    record_event(bet, "bet went live", "B-1 went live.", at=now())
    return bet


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, retail) -> None:
    flagged_bet(retail)
    assert client.get("/bets/B-1/").status_code == 302
    assert client.get("/bets/B-1/outcomes/1/chart.json").status_code == 302


def test_a_bet_of_a_domain_out_of_reach_does_not_exist(client_of, outsider, retail) -> None:
    flagged_bet(retail)
    assert client_of(outsider).get("/bets/B-1/").status_code == 404
    assert client_of(outsider).get("/bets/B-1/outcomes/1/chart.json").status_code == 404


@pytest.mark.parametrize("who", ["executive", "product_lead", "finance", "product_operations", "admin", "viewer"])
def test_everybody_who_reaches_the_domain_sees_the_bet(who, request, client_of, retail) -> None:
    flagged_bet(retail)
    client = client_of(request.getfixturevalue(who))
    assert client.get("/bets/B-1/").status_code == 200
    assert client.get("/bets/B-1/outcomes/1/chart.json").status_code == 200


def page_of(client_of, who) -> str:
    return client_of(who).get("/bets/B-1/").content.decode()


def test_the_page_says_what_is_believed_by_whom_and_for_which_goal(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    page = page_of(client_of, executive)
    assert "We believe that <b>a one-page claim form</b> for <b>motor customers</b>" in page
    for words in ("Keep customers", "Blue team", "Retail", str(bet.lead)):
        assert words in page


def test_older_versions_of_the_hypothesis_stay_readable(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    HypothesisFactory(bet=bet, version=2, change="no form at all")
    page = page_of(client_of, executive)
    assert page.index("no form at all") < page.index("1 earlier version") < page.index("a one-page claim form")


def test_the_verdict_comes_first_with_its_word_and_its_night(client_of, executive, retail) -> None:
    flagged_bet(retail)
    page = page_of(client_of, executive)
    assert page.index("Below the kill line: conversion is low.") < page.index("We believe that")
    assert "2 Mar 2026" in page


def test_the_full_cost_is_money_and_the_weeks_of_teams_and_the_premortem_is_there(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    Bet.objects.update(premortem="The registry raised its price.")
    EffortFactory(bet=bet, team=TeamFactory(week_rate=2_000_000, rate_currency="EUR"), weeks=Decimal("2.5"))
    page = page_of(client_of, executive)
    assert "The registry raised its price." in page
    assert "2.5 team-weeks: €50k" in page
    assert "€1.6M" in page  # 1.5 of money and 0.05 of weeks
    EffortFactory(bet=bet, team=TeamFactory(name="Unpriced"), weeks=1)
    page = page_of(client_of, executive)
    assert "no rate is set for Unpriced" in page
    assert "cannot be said" in page


def test_a_flag_shows_its_full_reasoning(client_of, executive, retail) -> None:
    flagged_bet(retail)
    page = page_of(client_of, executive)
    assert "E = 403" in page
    assert "E ≥ 148" in page
    assert "1 bet was judged together that night" in page
    assert "at most 10 % are expected to be wrong" in page
    assert "φ = 1.20, ν = 20.0" in page
    assert "17 full weeks" in page
    assert "12,000 exposures" in page
    assert "ab" * 32 in page
    assert "1.2.3" in page
    assert "First leg: single exposures" in page
    assert "The assumption" in page


def test_the_evidence_of_a_flag_is_that_of_its_own_night(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    later = RunFactory(as_of=TODAY + dt.timedelta(days=9))
    ReadingFactory(outcome=bet.outcomes.get(), run=later, exposures=77_777.0)
    page = page_of(client_of, executive)
    reasoning = page[page.index('id="flag-') : page.index("We believe that")]
    assert "12,000 exposures" in reasoning
    assert "77,777" not in reasoning
    assert "77,777 exposures" in page


def test_a_stale_flag_says_nothing_of_the_result(client_of, executive, retail) -> None:
    flagged_bet(retail, flags=("stale",))
    page = page_of(client_of, executive)
    flags = page[page.index('id="flags"') : page.index('id="change"')]
    assert "A feed that stops is a matter of health, never a bad outcome." in flags
    assert "E = " not in flags


def test_the_gravest_flag_comes_first(client_of, executive, retail) -> None:
    flagged_bet(retail, flags=("stale", "pivot", "cease"))
    shown = client_of(executive).get("/bets/B-1/").context["page"].flags
    assert [item.flag.kind for item in shown] == ["cease", "pivot", "stale"]


def test_a_cleared_flag_asks_for_nothing(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    bet.flags.update(cleared_on=TODAY, cleared_because="Decided.", cleared_how="signals")
    assert "Needs a decision" not in page_of(client_of, executive)


def test_health_stands_apart_from_the_result_and_says_so(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    later = RunFactory(as_of=TODAY + dt.timedelta(days=1))
    ReadingFactory(
        outcome=bet.outcomes.get(), run=later, health="broken", grade="D", health_note="The feed is constant."
    )
    page = page_of(client_of, executive)
    assert "The feed is constant. This says nothing about the result." in page
    assert "he-broken" in page


def test_the_table_has_the_same_numbers_as_the_chart(client_of, executive, retail) -> None:
    flagged_bet(retail)
    chart = client_of(executive).get("/bets/B-1/outcomes/1/chart.json").json()
    lines = client_of(executive).get("/bets/B-1/").context["page"].outcomes[0].lines
    assert [line.moment.day.isoformat() for line in reversed(lines)] == chart["data"][2]["x"]
    drawn = [text.partition(",")[0] for text in chart["data"][2]["text"]]
    assert [line.estimate for line in reversed(lines)] == drawn


def test_money_is_labelled_planned_and_exact_on_hover(client_of, executive, retail) -> None:
    flagged_bet(retail)
    page = page_of(client_of, executive)
    assert "Planned money" in page
    assert 'title="€1,500,000.00"' in page
    assert "€1.5M" in page


def test_the_history_comes_from_events_of_this_bet_alone(client_of, executive, retail) -> None:
    flagged_bet(retail)
    record_event(BetFactory(), "bet went live", "Another one went live.", at=now())
    page = page_of(client_of, executive)
    assert "B-1 went live." in page
    assert "Another one went live." not in page


def test_a_sample_bet_says_so(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    assert "Sample data" not in page_of(client_of, executive)
    Bet.objects.filter(pk=bet.pk).update(is_sample=True)
    assert "Sample data" in page_of(client_of, executive)


def test_a_draft_that_has_nothing_yet_has_a_page_and_is_not_decided_on(
    client_of, executive, product_lead, retail
) -> None:
    BetFactory(key="B-1", domain=retail, state="draft")
    page = page_of(client_of, executive)
    led = page_of(client_of, product_lead)
    assert ("may-not" in page + led, "Go on stating this bet" in led) == (False, True)
    assert "No night has run yet." in page
    assert "No outcome has been stated yet" in page
    assert "No money is planned" in page


def test_an_outcome_whose_signals_have_not_arrived_says_so_instead_of_drawing_an_empty_chart(
    client_of, executive, retail
) -> None:
    OutcomeFactory(bet=BetFactory(key="B-1", domain=retail), number=1)
    page = page_of(client_of, executive)
    assert "No signals have arrived for this outcome yet." in page
    assert "data-plot=" not in page


def test_only_who_may_record_signals_is_offered_to_type_one_in(client_of, product_lead, viewer, retail) -> None:
    bet = flagged_bet(retail)
    link = f"/series/{bet.outcomes.get().series_id}/signals/new/?next=%2Fbets%2FB-1%2F"
    assert link in page_of(client_of, product_lead)
    assert link not in page_of(client_of, viewer)


def test_a_source_out_of_reach_is_named_but_not_linked(client_of, product_lead, retail) -> None:
    bet = flagged_bet(retail)
    foreign = SeriesFactory(source=SourceFactory(key="foreign", name="Foreign source"))
    OutcomeFactory(bet=bet, number=2, series=foreign)
    page = page_of(client_of, product_lead)
    assert "Foreign source" in page
    assert "/sources/foreign/" not in page


def test_an_unknown_outcome_has_no_chart(client_of, executive, retail) -> None:
    flagged_bet(retail)
    assert client_of(executive).get("/bets/B-1/outcomes/9/chart.json").status_code == 404


@pytest.mark.parametrize(("outcomes", "flags"), [(1, ("cease",)), (4, ("cease", "pivot", "scale", "stale"))])
def test_the_page_takes_the_same_number_of_queries_for_one_and_for_many(
    client_of, executive, retail, django_assert_num_queries, outcomes, flags
) -> None:
    bet = flagged_bet(retail, outcomes=outcomes, flags=flags)
    for version in range(2, outcomes + 1):
        HypothesisFactory(bet=bet, version=version)
        TrancheFactory(bet=bet, sequence=version)
    client = client_of(executive)
    with django_assert_num_queries(QUERIES):
        client.get("/bets/B-1/")


def test_readings_are_not_loaded_for_other_bets(client_of, executive, retail) -> None:
    flagged_bet(retail)
    other = OutcomeFactory()
    ReadingFactory(outcome=other, run=Reading.objects.get().run, exposures=99_999.0)
    assert "99,999" not in page_of(client_of, executive)


# ---- what would change the verdict


def test_what_would_change_the_verdict_is_said_with_its_assumption_one_click_away(client_of, executive, retail) -> None:
    flagged_bet(retail)
    page = page_of(client_of, executive)
    change = page[page.index('id="change"') : page.index('id="hypothesis"')]
    for words in (
        "If it goes on as now, at 41.0\u00a0%",
        "If it comes in at the target",
        "What this assumes",
        "100 a day",
    ):
        assert words in change


def test_the_cut_in_force_counts_the_bets_that_were_judged_together(client_of, executive, retail) -> None:
    bet = flagged_bet(retail, flags=())
    for _ in range(8):
        VerdictFactory(run=bet.verdicts.get().run)
    assert "asks for E = 90 to cease" in page_of(client_of, executive)


def test_each_of_several_outcomes_says_what_would_change_its_finding(client_of, executive, retail) -> None:
    flagged_bet(retail, outcomes=2)
    page = page_of(client_of, executive)
    assert page.count("What would change this finding") == 2
    assert "If all outcomes go on as now" in page


def test_where_nothing_can_be_computed_the_page_says_why(client_of, executive, retail) -> None:
    bet = flagged_bet(retail, flags=())
    later = RunFactory(as_of=TODAY + dt.timedelta(days=1))
    ReadingFactory(outcome=bet.outcomes.get(), run=later, health="stale", health_note="Two expected were missed.")
    VerdictFactory(bet=bet, run=later, kind="none")
    assert "The feed has stopped: nothing changes until signals arrive again." in page_of(client_of, executive)


def test_a_bet_that_no_night_judges_has_nothing_to_change(client_of, executive, retail) -> None:
    BetFactory(key="B-1", domain=retail, state="ceased")
    assert "What would change this verdict" not in page_of(client_of, executive)


# ---- time and money


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 day left"), (12, "12 days left"), (0, "today"), (-1, "1 day overdue"), (-12, "12 days overdue")],
)
def test_the_time_left_to_decide_is_said_in_days(client_of, executive, retail, monkeypatch, days, words) -> None:
    bet = flagged_bet(retail)
    monkeypatch.setattr("portfolio.bet_views.today", lambda: bet.outcomes.get().decide_by - dt.timedelta(days=days))
    assert words in page_of(client_of, executive)


def test_tranches_say_whether_their_date_is_ahead_and_what_is_at_stake(
    client_of, executive, retail, monkeypatch
) -> None:
    bet = flagged_bet(retail)
    TrancheFactory(bet=bet, sequence=2, amount=70_000_000, planned_on=TODAY + dt.timedelta(days=9))
    monkeypatch.setattr("portfolio.bet_views.today", lambda: TODAY)
    page = page_of(client_of, executive)
    assert page.index("date passed") < page.index("</svg>ahead")
    assert "€700k still ahead" in page


def test_a_bet_that_is_over_is_never_overdue_and_has_nothing_ahead(client_of, executive, retail) -> None:
    bet = flagged_bet(retail)
    TrancheFactory(bet=bet, sequence=2, planned_on=dt.date(2999, 1, 1))
    Bet.objects.filter(pk=bet.pk).update(state="ceased")
    answer = client_of(executive).get("/bets/B-1/")
    page = answer.context["page"]
    assert (page.time_left, page.is_overdue, page.at_stake, page.outlook) == ("Ceased", False, 0, None)
    assert "the bet is over" in answer.content.decode()

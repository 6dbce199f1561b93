import datetime as dt
from typing import Any

import pytest

from bets import actions
from bets.models import Bet, Outcome, Reading
from lib.refusals import Refused
from metrics.models import Series
from org.models import Domain, Event, Person
from tests.factories import AT, TODAY, BetFactory, OutcomeFactory, ReadingFactory, RunFactory, SeriesFactory

pytestmark = pytest.mark.django_db
CLAIM = actions.Claim("a one-page form", "motor customers", "faster claims", "page three loses them")
SOON = TODAY + dt.timedelta(days=90)


def state(lead: Person, domain: Domain, **changes: Any) -> Bet:
    given: dict[str, Any] = {"lead": lead, "by": lead, "at": AT, "starts_on": TODAY} | changes
    return actions.state_bet(given.pop("key", "B-1"), "Faster claims", domain, CLAIM, **given)


def test_a_stated_bet_is_a_draft_with_the_first_version_of_its_hypothesis(product_lead: Person, retail: Domain) -> None:
    bet = state(product_lead, retail)
    assert (bet.state, bet.hypotheses.get().version) == ("draft", 1)
    assert [event.kind for event in Event.objects.order_by("id")][-2:] == ["bet stated", "hypothesis written"]


def test_nobody_states_a_bet_in_a_domain_they_do_not_lead(outsider: Person, executive: Person, retail: Domain) -> None:
    for person in (outsider, executive):
        with pytest.raises(Refused, match="state a bet"):
            state(person, retail)
    assert not Bet.objects.exists()


def test_a_key_is_given_once_and_the_second_is_told_so(product_lead: Person, retail: Domain) -> None:
    state(product_lead, retail)
    with pytest.raises(Refused, match="key B-1 already"):
        state(product_lead, retail)


@pytest.mark.parametrize("key", ["", " ", "A/B", ".", ".."])
def test_a_key_that_cannot_stand_in_an_address_is_refused(key: str, product_lead: Person, retail: Domain) -> None:
    with pytest.raises(Refused, match="key"):
        state(product_lead, retail, key=key)
    assert not Bet.objects.exists()


def test_a_new_hypothesis_is_a_new_version_and_the_old_one_stays(product_lead: Person, retail: Domain) -> None:
    bet = state(product_lead, retail)
    outcome(bet, SeriesFactory(), product_lead)
    actions.go_live(bet, by=product_lead, at=AT, today=TODAY)
    phone = actions.Claim("a phone line", "drivers", "faster claims", "they call")
    actions.write_hypothesis(bet, phone, why="Nobody used the form.", by=product_lead, at=AT)
    assert [(h.version, h.why) for h in bet.hypotheses.all()] == [(2, "Nobody used the form."), (1, "")]
    assert bet.hypotheses.get(version=1).change == "a one-page form"


def outcome(bet: Bet, series: Series, by: Person, **changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "target": 0.45,
        "kill_line": 0.40,
        "decide_by": SOON,
        "planned_exposures": 9_000.0,
    } | changes
    series.source.domain = bet.domain  # within reach of whoever states it
    return actions.add_outcome(bet, series, by=by, at=AT, today=TODAY, **given)


def test_an_outcome_takes_its_direction_from_the_metric(product_lead: Person, retail: Domain) -> None:
    bet = state(product_lead, retail)
    series = SeriesFactory(metric__direction="lower")
    assert outcome(bet, series, product_lead, target=0.40, kill_line=0.45).higher_is_better is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kill_line": 0.5}, "wrong side"),
        ({"decide_by": TODAY}, "not in the future"),
        ({"contrast": "relative"}, "control arm"),
    ],
)
def test_a_refused_outcome_leaves_nothing_behind(
    product_lead: Person, retail: Domain, changes: dict[str, Any], words: str
) -> None:
    bet = state(product_lead, retail)
    with pytest.raises(Refused, match=words):
        outcome(bet, SeriesFactory(), product_lead, **changes)
    assert not bet.outcomes.exists()


def test_tranches_are_planned_in_sequence_and_never_for_nothing(product_lead: Person, retail: Domain) -> None:
    bet = state(product_lead, retail)
    for _ in range(2):
        actions.plan_tranche(bet, 1_000_00, "Build", "Conversion holds", SOON, by=product_lead, at=AT)
    assert [tranche.sequence for tranche in bet.tranches.all()] == [1, 2]
    with pytest.raises(Refused, match="more than nothing"):
        actions.plan_tranche(bet, 0, "Build", "None", SOON, by=product_lead, at=AT)


def test_a_bet_goes_live_with_an_outcome_and_only_once(product_lead: Person, retail: Domain) -> None:
    bet = state(product_lead, retail)
    with pytest.raises(Refused, match="no outcome yet"):
        actions.go_live(bet, by=product_lead, at=AT, today=TODAY)
    outcome(bet, SeriesFactory(), product_lead)
    assert actions.go_live(bet, by=product_lead, at=AT, today=TODAY).state == "live"
    with pytest.raises(Refused, match="not a draft"):
        actions.go_live(bet, by=product_lead, at=AT, today=TODAY)


def test_a_goal_is_added_with_its_measure_and_date(product_operations: Person) -> None:
    goal = actions.add_goal("renew", "Customers stay", "Renewal of 90 %", SOON, at=AT, by=product_operations)
    assert Event.objects.get(kind="goal added").subject_id == goal.pk


def test_readings_of_a_run_are_written_once() -> None:
    run, stated = RunFactory(), OutcomeFactory(bet=BetFactory())
    reading = ReadingFactory.build(outcome=stated, run=run)
    again = ReadingFactory.build(outcome=stated, run=run, log_e_cease=9.0)
    actions.record_readings(run, [reading], at=AT)
    actions.record_readings(run, [again], at=AT)
    assert Reading.objects.get(outcome=stated).log_e_cease == 0.5
    assert Event.objects.filter(kind="outcomes read", subject_id=run.pk).count() == 2

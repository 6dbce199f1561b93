"""The evidence by API: the same numbers as on the pages, with versions, decisions and the rule of the portfolio."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Domain, Person
from tests.factories import (
    TODAY,
    BetFactory,
    DecisionFactory,
    FamilyRuleFactory,
    FlagFactory,
    OutcomeFactory,
    PersonFactory,
    ReadingFactory,
    ResolutionFactory,
    RunFactory,
    SecondReadingFactory,
    SegmentFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_money_of_a_reading_is_in_the_currency_of_its_bet(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    outcome = OutcomeFactory(bet__domain=retail, bet__currency="CHF")
    ReadingFactory(outcome=outcome, evpi=7_00, evsi=None, chance=0.25, answer_on=dt.date(2026, 5, 1))
    (found,) = client_of(viewer).get(f"/api/bets/{outcome.bet.key}/readings/").json()["results"]
    assert (found["evpi"], found["evsi"]) == ({"amount": 7_00, "currency": "CHF"}, None)
    assert (found["chance"], found["answer_on"]) == (0.25, "2026-05-01")


def test_an_outcome_stands_in_its_latest_version_and_keeps_the_ones_before(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    run, first = RunFactory(), OutcomeFactory(bet__domain=retail, number=1, target=0.5)
    second = OutcomeFactory(
        bet=first.bet, number=1, version=2, replaces=first, reason="A new law.", series=first.series, target=0.45
    )
    other = OutcomeFactory(bet=first.bet, number=2, role="guardrail")
    for name, weight in (("app", 0.4), ("web", 0.6)):
        SegmentFactory(outcome=second, name=name, weight=weight)
    ReadingFactory(outcome=first, run=run, estimate=0.1)
    ReadingFactory(outcome=second, run=run, estimate=0.2)
    ResolutionFactory(outcome=first, run=run, value=0.48, reached=False)
    client = client_of(viewer)
    outcomes = client.get(f"/api/bets/{first.bet.key}/").json()["outcomes"]
    assert [(one["number"], one["version"], one["role"]) for one in outcomes] == [
        (1, 2, "primary"), (2, 1, "guardrail"),
    ]  # fmt: skip
    assert [segment["weight"] for segment in outcomes[0]["segments"]] == [0.4, 0.6]
    (earlier,) = outcomes[0]["earlier"]
    assert (outcomes[0]["target"], outcomes[0]["reason"], outcomes[0]["reading"]["estimate"]) == (
        0.45,
        "A new law.",
        0.2,
    )
    assert (earlier["target"], earlier["reading"]["estimate"], earlier["resolution"]["reached"]) == (0.5, 0.1, False)
    assert outcomes[1]["earlier"] == []
    alone = client.get(f"/api/bets/{first.bet.key}/outcomes/1/").json()
    assert (alone["version"], len(alone["earlier"]), other.number) == (2, 1, 2)


def test_a_bet_tells_what_its_target_is_worth(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    bet = BetFactory(domain=retail, value_low=1, value_likely=2, value_high=3, fails_at=2)
    found = client_of(viewer).get(f"/api/bets/{bet.key}/").json()
    assert found["value"]["likely"] == {"amount": 2, "currency": "EUR"}
    assert (found["fails_at"], found["scales_at"]) == (2, None)


def test_a_flag_tells_how_it_ended(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    bet, reader = BetFactory(domain=retail), PersonFactory(name="Rita Reader")
    decision = DecisionFactory(bet=bet, number=4)
    cleared = {"cleared_on": TODAY, "cleared_because": "Decided: persist.", "cleared_how": "decision"}
    flag = FlagFactory(bet=bet, kind="near_miss", reader=reader, read_by=TODAY, decision=decision, **cleared)
    SecondReadingFactory(flag=flag, finding="not_below", read_by=reader)
    (found,) = client_of(viewer).get("/api/flags/?open=no").json()["results"]
    assert (found["reader"], found["decision"], found["cleared_how"]) == ("Rita Reader", 4, "decision")
    assert (found["second_reading"]["finding"], found["second_reading"]["read_by"]) == ("not_below", "Rita Reader")


def test_decisions_come_latest_first_and_say_what_they_reverse(
    client_of: SignIn, viewer: Person, outsider: Person, retail: Domain
) -> None:
    bet, run = BetFactory(domain=retail), RunFactory()
    first = DecisionFactory(bet=bet, number=1, kind="cease", look_again_on=None, run=run)
    DecisionFactory(bet=bet, number=2, kind="fund", reverses=first)
    found = client_of(viewer).get(f"/api/bets/{bet.key}/decisions/").json()["results"]
    assert [(one["number"], one["reverses"], one["as_of"]) for one in found] == [(2, 1, None), (1, None, "2026-03-02")]
    assert client_of(outsider).get(f"/api/bets/{bet.key}/decisions/").status_code == 404


def test_the_rule_is_that_of_the_latest_night_for_everyone_with_a_role(client_of: SignIn, viewer: Person) -> None:
    for cut in (3.0, 4.0):
        FamilyRuleFactory(run=RunFactory(), cut=cut)
    FamilyRuleFactory(run=RunFactory(state="open", finished_at=None), cut=9.0)
    (found,) = client_of(viewer).get("/api/evidence/rules/").json()["results"]
    assert (found["family"], found["cut"], found["bets"], found["issued"]) == ("cease", 4.0, 33, 3)
    assert client_of(PersonFactory()).get("/api/evidence/rules/").json()["results"] == []

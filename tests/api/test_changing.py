"""Programs change and drop what a draft was planned with, and close what was open, by the same actions as the pages."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Outcome
from org.models import Event, Person, Team
from tests.api.writers import World, send
from tests.factories import (
    AssumptionFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    ReleaseFactory,
    TeamFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
BET, LIVE = "/api/bets/RE-1/", "/api/bets/RE-2/"


def test_a_draft_takes_premortem_value_and_weeks_and_shows_its_full_cost(world: World, lead: Client) -> None:
    team = TeamFactory(domain=world.domain, key="atlas", week_rate=1_000, rate_currency="EUR")
    TrancheFactory(bet=world.bet, sequence=1, amount=50_000)
    sent = {
        "premortem": "Nobody came.", "teams": ["atlas"], "team_weeks": {"atlas": 2.5}, "value_low": 1,
        "value_likely": 2, "value_high": 3, "value_conversion": "A point is worth two.",
    }  # fmt: skip
    answer = send(lead, BET, sent, "patch")
    assert answer.status_code == 200, answer.json()
    shown = lead.get(BET).json()
    assert shown == answer.json()
    assert (shown["premortem"], shown["value_conversion"]) == ("Nobody came.", "A point is worth two.")
    assert (shown["template"], shown["live_at"]) == (None, None)
    assert shown["value"]["likely"] == {"amount": 2, "currency": "EUR"}
    assert shown["cost"] == {
        "cash": {"amount": 50_000, "currency": "EUR"}, "team_weeks": [{"team": "atlas", "weeks": 2.5}],
        "full": {"amount": 52_500, "currency": "EUR"},
    }  # fmt: skip
    assert (
        send(lead, BET, {"value_high": 9}, "patch").json()["value"]["likely"]["amount"] == 2
    )  # what is not sent stays
    Team.objects.filter(pk=team.pk).update(week_rate=None, rate_currency="")
    assert lead.get(BET).json()["cost"]["full"] is None


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"value_low": 1}, 409, "A value is a range"),
        ({"team_weeks": {"atlas": 1}}, 409, "Atlas does not work on this bet: add the team first."),
        ({"premortem": "  "}, 400, "“premortem”: This field may not be blank."),
        ({"team_weeks": {"nowhere": 1}}, 400, "“team_weeks”: “nowhere” is not there, or nothing that you may see."),
        (
            {"team_weeks": {"atlas": 1.25}},
            400,
            "“team_weeks.atlas”: Ensure that there are no more than 1 decimal place",
        ),
        ({"team_weeks": ["atlas"]}, 400, "“team_weeks”: Expected a dictionary"),
    ],
)
def test_a_change_of_a_draft_is_written_as_a_whole_or_not_at_all(
    sent: Any, status: int, said: str, world: World, lead: Client
) -> None:
    TeamFactory(domain=world.domain, key="atlas", name="Atlas")
    answer = send(lead, BET, {"name": "Another name"} | sent, "patch")
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.json()
    world.bet.refresh_from_db()
    assert world.bet.name != "Another name"


def test_what_a_live_bet_was_stated_with_stays(world: World, lead: Client) -> None:
    answers = [
        send(lead, LIVE, {"premortem": "Nobody came."}, "patch"),
        send(lead, f"{LIVE}tranches/1/", {"amount": 5}, "patch"),
        send(lead, f"{LIVE}outcomes/1/", {"target": 0.9}, "patch"),
        lead.delete(f"{LIVE}tranches/1/"),
        lead.delete(f"{LIVE}outcomes/1/"),
    ]
    assert [answer.status_code for answer in answers] == [409] * 5
    words = ("This bet is live", "This bet is live", "frozen since it went live", "This bet is live", "frozen since")
    assert [said in answer.json()["detail"] for said, answer in zip(words, answers, strict=True)] == [True] * 5
    assert (world.live.tranches.count(), world.live.outcomes.get().target) == (1, world.outcome.target)


def test_an_assumption_is_changed_in_part_and_dropped(world: World, lead: Client) -> None:
    AssumptionFactory(bet=world.bet, number=4, statement="They pay.", importance=2, next_test="Ask ten.")
    answer = send(lead, f"{BET}assumptions/4/", {"importance": 5}, "patch")
    assert (answer.status_code, answer.json()["importance"]) == (200, 5)
    assert (answer.json()["statement"], answer.json()["next_test"]) == ("They pay.", "Ask ten.")
    assert send(lead, f"{BET}assumptions/4/", {"importance": 6}, "patch").status_code == 400
    answer = lead.delete(f"{BET}assumptions/4/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert lead.get(f"{BET}assumptions/").json()["results"][-1]["dropped_at"]
    again = lead.delete(f"{BET}assumptions/4/")
    assert (again.status_code, again.json()["detail"]) == (409, "Somebody dropped this assumption meanwhile.")


def test_a_tranche_of_a_draft_is_changed_and_dropped(world: World, lead: Client) -> None:
    for number in (1, 2):
        TrancheFactory(bet=world.bet, sequence=number, purpose=f"Stage {number}")
    until = (world.day + dt.timedelta(days=400)).isoformat()
    answer = send(lead, f"{BET}tranches/2/", {"amount": 7_00, "lasts_until": until}, "patch")
    assert (answer.status_code, answer.json()["amount"]["amount"], answer.json()["lasts_until"]) == (200, 7_00, until)
    assert lead.delete(f"{BET}tranches/1/").status_code == 204
    assert [(one.sequence, one.purpose) for one in world.bet.tranches.all()] == [(1, "Stage 2")]
    assert lead.delete(f"{BET}tranches/2/").status_code == 404


def test_an_outcome_of_a_draft_is_changed_and_dropped(world: World, lead: Client) -> None:
    by = world.day.replace(year=world.day.year + 1)
    OutcomeFactory(bet=world.bet, number=3, series=world.series, starts_on=world.day, decide_by=by)
    answer = send(lead, f"{BET}outcomes/3/", {"target": 0.5}, "patch")
    assert (answer.status_code, answer.json()["target"], answer.json()["kill_line"]) == (200, 0.5, 0.4), answer.json()
    refused = send(lead, f"{BET}outcomes/3/", {"kill_line": 0.6}, "patch")
    assert (refused.status_code, Outcome.objects.get(bet=world.bet).kill_line) == (409, 0.4)
    assert lead.delete(f"{BET}outcomes/3/").status_code == 204
    assert not Outcome.objects.filter(bet=world.bet).exists()
    assert lead.get(f"{BET}outcomes/3/").status_code == 404


def test_the_lines_of_a_live_outcome_are_moved_by_somebody_else_than_the_lead(
    world: World, lead: Client, client_of: Callable[[Person], Client], product_operations: Person
) -> None:
    keeper = client_of(product_operations)
    sent, url = {"target": 0.42, "reason": "The market shrank."}, f"{LIVE}outcomes/1/restate/"
    refused = send(lead, url, sent)
    assert (refused.status_code, "You lead this bet" in refused.json()["detail"]) == (409, True)
    answer = send(keeper, url, sent | {"version": 1})
    assert (answer.status_code, answer["Location"]) == (201, f"{LIVE}outcomes/1/"), answer.json()
    assert (answer.json()["version"], answer.json()["target"], answer.json()["kill_line"]) == (2, 0.42, 0.4)
    assert [one["target"] for one in answer.json()["earlier"]] == [world.outcome.target]
    again = send(keeper, url, sent | {"target": 0.41, "version": 1})
    assert (again.status_code, "restated already" in again.json()["detail"]) == (409, True)
    assert Outcome.objects.filter(bet=world.live).count() == 2


def test_what_was_learnt_is_recorded_by_its_reader_and_what_a_draft_asks_is_dropped(
    world: World, lead: Client, product_lead: Person
) -> None:
    LearningOutcomeFactory(bet=world.live, number=2, reader=product_lead)
    LearningOutcomeFactory(bet=world.live, number=3)
    found, url = {"finding": "no", "note": "Two of twelve would."}, f"{LIVE}learning-outcomes/2/"
    answer = send(lead, f"{url}finding/", found)
    assert (answer.status_code, answer.json()["finding"], answer.json()["found_by"]) == (200, "no", "Paul Lead")
    assert answer.json() in lead.get(f"{LIVE}learning-outcomes/").json()["results"]
    assert send(lead, f"{url}finding/", found).status_code == 409
    assert send(lead, f"{LIVE}learning-outcomes/3/finding/", found).status_code == 409
    assert lead.delete(url).status_code == 409
    LearningOutcomeFactory(bet=world.bet, number=5)
    assert lead.delete(f"{BET}learning-outcomes/5/").status_code == 204
    assert not world.bet.learning_outcomes.exists()


def test_a_release_is_withdrawn_once_and_stays_in_the_history(world: World, lead: Client) -> None:
    release = ReleaseFactory(bet=world.live)
    assert send(lead, f"{BET}releases/{release.pk}/withdraw/", {}).status_code == 404  # it is of another bet
    answer = lead.generic("POST", f"{LIVE}releases/{release.pk}/withdraw/")
    assert (answer.status_code, bool(answer.json()["withdrawn_at"])) == (200, True)
    assert answer.json() in lead.get(f"{LIVE}releases/").json()["results"]
    assert Event.objects.filter(kind="release withdrawn").count() == 1

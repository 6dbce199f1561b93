"""The page and the command of the backtest: shareable, bounded, and only of bets that one may see."""

import datetime as dt
from collections.abc import Callable
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bets.models import Bet, Flag
from org.models import Domain, Event, Person
from portfolio import backtest_page
from portfolio.backtest.policy import Policy
from portfolio.evidence_forms import BacktestForm
from tests.factories import TODAY, BetFactory, DomainFactory, ResolutionFactory, RunFactory, TrancheFactory
from tests.portfolio.history import DAY, pull, stated

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
URL = "/evidence/backtest/"


@pytest.fixture
def bets(retail: Domain) -> dict[str, Bet]:
    """One below its kill line and one above its target in retail, one below elsewhere."""
    RunFactory(as_of=TODAY)
    places = {"below": (retail, 0.33), "above": (retail, 0.50), "foreign": (DomainFactory(name="Moon"), 0.33)}
    made = {}
    for key, (domain, rate) in places.items():
        start = TODAY - 120 * DAY
        made[key] = BetFactory(key=f"B-{key}", name=f"The bet {key}", domain=domain, starts_on=start)
        pull(stated(key, bet=made[key]), [rate] * 120, n=250)
    return made


def shown(client: Client, query: str = "", status: int = 200) -> str:
    answer = client.get(URL + query)
    assert answer.status_code == status
    page = unescape(answer.content.decode())
    return page[page.index("<main") : page.index("</main")]


def test_without_a_session_one_is_sent_to_the_login(client: Client) -> None:
    assert "login" in client.get(URL)["Location"]


def test_only_bets_that_one_may_see_are_listed_though_all_are_counted(
    bets: dict[str, Bet], viewer: Person, outsider: Person, executive: Person, client_of: ClientOf
) -> None:
    page = shown(client_of(viewer))
    assert "The bet below" in page and "The bet above" in page and "foreign" not in page
    assert "3 bets were replayed, over 120 nights." in page
    page = shown(client_of(outsider))
    assert "The bet" not in page and "Neither policy would have raised a flag on a bet that you may see." in page
    assert "The bet foreign" in shown(client_of(executive))


def test_the_page_says_when_each_policy_would_have_flagged(
    bets: dict[str, Bet], executive: Person, client_of: ClientOf
) -> None:
    TrancheFactory(bet=bets["below"], planned_on=TODAY - 1 * DAY, amount=12_000_000)
    page = shown(client_of(executive), "?rule=each&e=1000000")
    assert "The alternative would have raised" in page and "days later" in page
    assert "manage.py backtest_rule --e 1e+06" not in page and "manage.py backtest_rule --e 1000000" in page
    page = shown(client_of(executive), "?rule=all&alpha=25&shift=-20&restarts=off")
    assert "All bets together, 25 %, kill lines moved by -20 %, no look for bets that went bad late" in page
    assert "manage.py backtest_rule --alpha 25 --shift-kill -20 --no-restarts" in page
    assert 'value="25"' in page and 'value="-20"' in page and '<option value="off" selected>' in page


def test_money_and_contradictions_are_told(bets: dict[str, Bet], executive: Person, client_of: ClientOf) -> None:
    ResolutionFactory(outcome=bets["below"].outcomes.get(), reached=True)
    for day in range(80, 110):
        TrancheFactory(bet=bets["below"], planned_on=TODAY - day * DAY, amount=1_000_000, sequence=day)
    page = shown(client_of(executive), "?rule=each&e=2")
    assert "It resolved otherwise" in page and "kept back" in page
    assert "Deciding then would have kept it back." in page
    page = shown(client_of(executive), "?rule=each&e=1000000")
    assert "more was planned before the alternative would have spoken, if at all." in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?alpha=0", "Flags that may be wrong: give a number from 0.1 to 50."),
        ("?alpha=99", "Flags that may be wrong: give a number from 0.1 to 50."),
        ("?e=1", "Evidence asked for, E: give a number from 2 to 1000000."),
        ("?e=1e999", "Evidence asked for, E: give a number from 2 to 1000000."),
        ("?e=nan", "Evidence asked for, E: give a number from 2 to 1000000."),
        ("?shift=100", "Kill lines moved: give a number from -90 to 90."),
        ("?shift=" + "9" * 300, "Kill lines moved: give a number from -90 to 90."),
        ("?shift=%3Cscript%3Ealert(1)%3C/script%3E%F0%9F%92%A5", "Kill lines moved: give a number from -90 to 90."),
        ("?rule=none", "Rule: choose one of the two."),
        ("?restarts=\u202emaybe", "Bets that went bad late: choose one of the two."),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence_and_kept(
    query: str, sentence: str, executive: Person, client_of: ClientOf
) -> None:
    page = shown(client_of(executive), query, status=422)
    assert sentence in page and "Nothing was replayed" in page and "What came out" not in page
    assert "<script>" not in client_of(executive).get(URL + query).content.decode().split("<main")[1]


def test_unknown_parameters_change_nothing(bets: dict[str, Bet], executive: Person, client_of: ClientOf) -> None:
    assert "What came out" in shown(client_of(executive), "?colour=red&page=x&e=")


def test_more_bets_than_a_page_can_replay_are_left_to_the_command(
    bets: dict[str, Bet], executive: Person, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtest_page, "MOST", 2)
    page = shown(client_of(executive), "?alpha=30")
    assert "3 bets would have to be replayed; a page stops at 2" in page
    assert "manage.py backtest_rule --alpha 30" in page and "Bet by bet" not in page


def test_beyond_some_bets_every_seventh_night_is_replayed(
    bets: dict[str, Bet], executive: Person, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtest_page, "DAILY", 2)
    page = shown(client_of(executive))
    assert "3 bets were replayed, over 18 nights. With this many bets every seventh night is replayed" in page


def test_without_bets_the_page_says_so(executive: Person, client_of: ClientOf) -> None:
    assert "There is no bet to replay yet" in shown(client_of(executive))
    stated(
        "B-soon",
        bet=BetFactory(starts_on=dt.date(2100, 1, 1)),
        starts_on=dt.date(2100, 1, 1),
        decide_by=dt.date(2100, 9, 1),
    )
    assert "There is no bet to replay yet" in shown(client_of(executive))


def test_the_page_takes_as_many_queries_for_one_bet_as_for_many(
    retail: Domain, executive: Person, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(executive)
    for number in (1, 4):
        for place in range(number):
            key = f"{number}-{place}"
            pull(stated(key, bet=BetFactory(key=key, domain=retail, starts_on=TODAY - 120 * DAY)), [0.33] * 120)
        with django_assert_num_queries(19):
            client.get(URL)


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({}, Policy(log_e=2.995732273553991)),
        ({"alpha": "20"}, Policy(alpha=0.2)),
        ({"e": "20"}, Policy(log_e=2.995732273553991)),
        ({"shift": "50"}, Policy(shift=0.5)),
        ({"restarts": "off"}, Policy(restarts=False)),
    ],
)
def test_what_is_left_out_is_as_in_the_rule_in_force(given: dict[str, str], policy: Policy) -> None:
    form = BacktestForm(given)
    assert form.is_valid() and form.policy == policy


def run(*options: str) -> str:
    out = StringIO()
    call_command("backtest_rule", *options, stdout=out)
    return out.getvalue()


def test_the_command_prints_every_flag_and_writes_nothing(bets: dict[str, Bet]) -> None:
    before = [model.objects.count() for model in (Event, Flag)]
    said = run("--e", "5", "--shift-kill", "25", "--no-restarts")
    assert "3 bets, 120 nights from 2025-11-03 to 2026-03-02." in said
    assert "Alternative: each bet by itself at E 5, kill lines moved by 25 %, no restarts." in said
    assert "B-foreign  cease" in said and "B-above    scale" in said
    assert "rule in force: 5 flags, 0 of them contradicted today." in said
    assert [model.objects.count() for model in (Event, Flag)] == before
    assert "18 nights" in run("--every", "7")


def test_the_command_refuses_what_makes_no_sense() -> None:
    with pytest.raises(CommandError, match=r"Flags that may be wrong: give a number from 0\.1 to 50\."):
        run("--alpha", "x")
    with pytest.raises(CommandError, match="--every must be 1 or more"):
        run("--every", "0")
    assert "There is no bet to replay yet." in run()

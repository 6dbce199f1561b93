"""What needs a decision: which bets wait, in which order, and the reason in a chief executive's words."""

import datetime as dt
import random
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from bets.models import Bet
from org.models import Domain, Person, Run
from portfolio.queue import Item, Waiting, items_of, quiet_until, urgency, waiting_of
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    DecisionFactory,
    FlagFactory,
    OutcomeFactory,
    PersonFactory,
    ReadingFactory,
    RunFactory,
    VerdictFactory,
)

SignIn = Callable[[Person], Client]


def day(ago: int) -> dt.date:
    return TODAY - dt.timedelta(days=ago)


def test_most_overdue_first_then_evidence_then_dates_then_silent_feeds() -> None:
    wanted = [
        Waiting(1, "long overdue, flag or not", day(30), None, None),
        Waiting(2, "overdue", day(3), day(200), None),
        Waiting(3, "flagged long ago", day(-90), day(100), day(1)),
        Waiting(4, "flagged", day(-1), day(5), None),
        Waiting(5, "due soon", day(-2), None, None),
        Waiting(6, "due later", day(-13), None, day(300)),
        Waiting(9, "cannot conclude", day(-90), None, None, day(400)),
        Waiting(7, "silent long", day(-90), None, day(80)),
        Waiting(8, "silent", None, None, day(2)),
    ]
    shuffled = random.Random(3).sample(wanted, len(wanted))
    assert sorted(shuffled, key=lambda one: urgency(one, TODAY)) == wanted


def test_equals_are_ordered_by_key() -> None:
    twins = [Waiting(1, "B", None, day(5), None), Waiting(2, "A", None, day(5), None)]
    assert [one.key for one in sorted(twins, key=lambda one: urgency(one, TODAY))] == ["A", "B"]


def test_a_date_is_overdue_from_the_day_after() -> None:
    assert [Waiting(1, "B", day(ago), None, None).overdue(TODAY) for ago in (-1, 0, 1, 12)] == [0, 0, 1, 12]


def waits(name: str, *, decide_in: int = 90, flag: str = "", ago: int = 3, **fields: object) -> Bet:
    bet = BetFactory(name=name, **fields)
    outcome = OutcomeFactory(bet=bet, decide_by=TODAY + dt.timedelta(days=decide_in))
    if flag:
        evidence = {"log_e": None, "cut": None} if flag in ("stale", "inconclusive") else {}
        FlagFactory(bet=bet, outcome=outcome, kind=flag, raised_on=day(ago), **evidence)
    return bet


@pytest.mark.django_db
def test_flags_dates_that_passed_or_are_near_and_silent_feeds_wait_and_nothing_else() -> None:
    waits("flagged", flag="scale")
    waits("silent", flag="stale")
    waits("passed", decide_in=-5)
    waits("in two weeks", decide_in=14)
    waits("in fifteen days", decide_in=15)
    waits("ceased long ago", decide_in=-5, flag="cease", state="ceased")
    waits("a draft", decide_in=3, state="draft")
    waits("held", flag="cease", state="held", ago=1)
    cleared = waits("decided", flag="cease")
    cleared.flags.update(cleared_on=TODAY, cleared_because="Decided.", cleared_how="signals")
    waits("near miss", flag="near_miss", ago=2)
    waits("cannot conclude", flag="inconclusive")
    names = [Bet.objects.get(pk=one.pk).name for one in waiting_of(Bet.objects.all(), TODAY)]
    assert names == ["passed", "flagged", "near miss", "held", "in two weeks", "cannot conclude", "silent"]


def decided(bet: Bet, *, ago: int, look_again_in: int = 30, number: int = 1) -> None:
    at = AT - dt.timedelta(days=ago)
    DecisionFactory(bet=bet, number=number, decided_at=at, look_again_on=day(-look_again_in))


@pytest.mark.django_db
def test_a_decision_quiets_the_date_that_asked_for_it_until_the_day_to_look_again() -> None:
    for name, ago, look_again_in in (
        ("decided when it was near", 10, 30),
        ("decided long before", 20, 30),
        ("to be looked at again today", 10, 0),
    ):
        decided(waits(name, decide_in=3), ago=ago, look_again_in=look_again_in)
    waits("a new flag", decide_in=-3, flag="cease")
    decided(Bet.objects.get(name="a new flag"), ago=1)
    superseded = waits("decided again, for a shorter time", decide_in=3)
    decided(superseded, ago=9, look_again_in=90)
    decided(superseded, ago=5, look_again_in=0, number=2)
    waiting = {Bet.objects.get(pk=one.pk).name: one for one in waiting_of(Bet.objects.all(), TODAY)}
    assert set(waiting) == {
        "decided long before", "to be looked at again today", "a new flag", "decided again, for a shorter time",
    }  # fmt: skip
    assert waiting["a new flag"].overdue(TODAY) == 0
    assert waiting["decided long before"].decide_by == day(-3)


@pytest.mark.django_db
def test_a_line_that_was_replaced_asks_for_nothing() -> None:
    bet = waits("moved", decide_in=3)
    first = bet.outcomes.get()
    later = {"decide_by": day(-90), "reason": "The launch moved."}
    OutcomeFactory(bet=bet, number=first.number, version=2, replaces=first, series=first.series, **later)
    assert waiting_of(Bet.objects.all(), TODAY) == []


@pytest.mark.django_db
@pytest.mark.parametrize("latest", [None, {"ago": 20}, {"ago": 10, "look_again_in": 0}, {"ago": 10}])
def test_the_page_of_a_bet_and_the_queue_agree_on_what_is_quiet(latest: dict[str, int] | None) -> None:
    bet = waits("one", decide_in=3)
    if latest:
        decided(bet, **latest)
    quiet = quiet_until(day(-3), bet.decisions.first(), TODAY)
    assert (quiet is None) == bool(waiting_of(Bet.objects.all(), TODAY))


@pytest.mark.django_db
def test_a_near_miss_names_its_reader_and_the_day() -> None:
    bet = waits("Claim form")
    reader = {"reader": PersonFactory(name="Rita Reader"), "read_by": day(-14)}
    FlagFactory(bet=bet, outcome=bet.outcomes.get(), kind="near_miss", raised_on=day(1), **reader)
    assert "Rita Reader reads it until 16 Mar 2026." in item(bet, read(bet, 0.38, "measure")).reason


@pytest.mark.django_db
def test_what_cannot_be_concluded_says_when_it_would_be() -> None:
    bet = waits("Claim form", flag="inconclusive")
    night = read(bet, 0.42, "inconclusive", asked=4.6, settles=0.1, answer_on=day(-200))
    assert item(bet, night).reason == (
        "It will hardly be settled in time. Not by 31 May 2026 with this traffic: answer expected by 18 Sep 2026."
    )


def item(bet: Bet, run: Run) -> Item:
    (one,) = items_of([w for w in waiting_of(Bet.objects.all(), TODAY) if w.pk == bet.pk], run, TODAY)
    return one


def read(bet: Bet, estimate: float, verdict: str, **fields: object) -> Run:
    run = RunFactory()
    reading = {"estimate": estimate, "lower": estimate - 0.02, "upper": estimate + 0.02} | fields
    ReadingFactory(outcome=bet.outcomes.get(), run=run, **reading)
    VerdictFactory(bet=bet, run=run, kind=verdict)
    return run


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "estimate", "start"),
    [
        ("cease", 0.36, "Beyond the kill line: "),
        ("cease", 0.42, "Flagged beyond the kill line: "),
        ("pivot", 0.42, "Target refuted: "),
        ("pivot", 0.46, "Target refuted when flagged: "),
        ("scale", 0.48, "Better than the target: "),
        ("scale", 0.44, "Better than the target when flagged: "),
    ],
)
def test_the_reason_says_where_the_estimate_is_now(kind: str, estimate: float, start: str) -> None:
    bet = waits("Claim form", flag=kind)
    shown = item(bet, read(bet, estimate, "measure"))
    assert shown.reason.startswith(start)
    assert f"{estimate:.1%}".replace("%", " %") in shown.reason
    assert ("40.0 %" if kind == "cease" else "45.0 %") in shown.reason


@pytest.mark.django_db
def test_when_lower_is_better_a_high_estimate_is_beyond_the_kill_line() -> None:
    bet = BetFactory()
    outcome = OutcomeFactory(bet=bet, target=0.35, kill_line=0.40, higher_is_better=False)
    FlagFactory(bet=bet, outcome=outcome, kind="cease", raised_on=TODAY)
    assert item(bet, read(bet, 0.44, "cease")).reason.startswith("Beyond the kill line: ")


@pytest.mark.django_db
def test_the_gravest_flag_speaks_and_contradictions_say_so() -> None:
    bet = waits("Two flags", flag="pivot", ago=40)
    FlagFactory(bet=bet, outcome=bet.outcomes.get(), kind="cease", raised_on=day(2))
    assert item(bet, read(bet, 0.36, "cease")).since == "flagged 2 days ago"
    assert "contradict" in item(bet, read(bet, 0.36, "contradiction")).reason


@pytest.mark.django_db
def test_how_long_it_has_waited_is_said_in_days() -> None:
    cases = {
        "12 days overdue": waits("a", decide_in=-12, flag="cease"),
        "1 day overdue": waits("b", decide_in=-1),
        "to be decided today": waits("c", decide_in=0),
        "1 day left to decide": waits("d", decide_in=1),
        "flagged today": waits("e", flag="cease", ago=0),
        "flagged 1 day ago": waits("f", flag="stale", ago=1),
    }
    run = RunFactory()
    assert {words: item(bet, run).since for words, bet in cases.items()} == {words: words for words in cases}


@pytest.mark.django_db
def test_bets_that_nothing_is_known_of_have_a_reason_too() -> None:
    silent, blind, unread = waits("a", flag="stale"), waits("b", decide_in=2), waits("c", flag="cease")
    assert "No signals have arrived" in item(silent, RunFactory()).reason
    assert "nothing could be read yet" in item(blind, RunFactory()).reason
    assert "not read again" in item(unread, RunFactory()).reason
    assert "No signals since 1 Mar 2026" in item(silent, read(silent, 0.41, "none")).reason
    assert item(blind, read(blind, 0.41, "measure")).reason.startswith("Not settled yet: ")


# ---- the page of all that wait


@pytest.mark.django_db
def test_somebody_who_has_not_signed_in_is_asked_to() -> None:
    assert Client().get("/queue/")["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
def test_it_lists_everything_that_waits_but_nothing_of_other_domains(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    for number in range(7):
        waits(f"Mine {number}", flag="cease", domain=retail)
    waits("Of another domain", flag="cease")
    page = unescape(client_of(viewer).get("/queue/").content.decode())
    assert all(f"Mine {number}" in page for number in range(7))
    assert "Of another domain" not in page


@pytest.mark.django_db
def test_an_empty_queue_says_why(client_of: SignIn, outsider: Person) -> None:
    assert "Nothing needs a decision now" in client_of(outsider).get("/queue/?page=1000000000").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 60])
def test_it_takes_the_same_queries_for_one_and_for_many(
    count: int, client_of: SignIn, viewer: Person, retail: Domain, django_assert_max_num_queries: Callable[..., object]
) -> None:
    run = RunFactory()
    for number in range(count):
        bet = waits("One", flag="cease", domain=retail, ago=number)
        ReadingFactory(outcome=bet.outcomes.get(), run=run)
    client = client_of(viewer)
    with django_assert_max_num_queries(FRAME + 7):
        client.get("/queue/")


FRAME = 7  # session, person, roles, domains below; decisions due, sources needing attention, saved views

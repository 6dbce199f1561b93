"""The page of the portfolio: who sees it, what stands first, whether its figures are true, and what it costs."""

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from bets.models import Bet, Outcome
from lib.clock import today
from org.models import Domain, Person, Run
from portfolio.board import rows_of
from portfolio.nights import latest_night
from tests.factories import (
    TODAY,
    BetFactory,
    FlagFactory,
    GoalFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
EVERY_PAGE = 7  # session, person, roles, domains below; decisions due, sources needing attention, saved views


def judged(
    kind: str, run: Run, domain: Domain, *, planned: int = 100_000_00, due_in: int = 90, **fields: object
) -> Bet:
    """A bet as a night leaves it: read, judged, with planned money, and to be decided `due_in` days from now."""
    bet = BetFactory(domain=domain, goal=GoalFactory(), **fields)
    outcome = OutcomeFactory(bet=bet, decide_by=today() + dt.timedelta(days=due_in))
    ReadingFactory(outcome=outcome, run=run)
    VerdictFactory(bet=bet, run=run, kind=kind)
    TrancheFactory(bet=bet, amount=planned)
    return bet


def flag(bet: Bet, kind: str, days_ago: int, **fields: object) -> None:
    evidence = {"log_e": None, "cut": None} if kind == "stale" else {}
    outcome = Outcome.objects.filter(bet=bet).first()
    raised_on = TODAY - dt.timedelta(days=days_ago)
    FlagFactory(bet=bet, outcome=outcome, kind=kind, raised_on=raised_on, run=latest_night(), **evidence, **fields)


def test_somebody_who_has_not_signed_in_is_asked_to() -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_bets_of_other_domains_do_not_exist(client_of: SignIn, outsider: Person, retail: Domain) -> None:
    bet = judged("cease", RunFactory(), retail, name="Hidden from others")
    flag(bet, "cease", 3)
    page = client_of(outsider).get("/").content.decode()
    assert "Hidden from others" not in page
    assert "There are no bets that you may see" in page
    assert "€" not in page


def test_a_person_without_any_role_sees_nothing(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    judged("cease", RunFactory(), retail, name="For people with a role")
    viewer.grants.all().delete()
    assert "For people with a role" not in client_of(viewer).get("/").content.decode()


def test_it_opens_on_the_flagged_bet_with_reason_verdict_money_and_how_long_it_waits(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    bet = judged("cease", RunFactory(), retail, name="One-page claim form", planned=4_200_000_00, due_in=-12)
    TrancheFactory(bet=bet, amount=800_000_00, planned_on=today() + dt.timedelta(days=30))
    flag(bet, "cease", 3)
    page = unescape(client_of(viewer).get("/").content.decode())
    queue = page[page.index('id="queue"') : page.index('id="picture"')]
    for words in (
        "One-page claim form",
        "41.0 %",
        "Cease",
        "12 days overdue",
        "<b>€800k</b> at stake",
        "€800,000.00 at stake of €5,000,000.00 planned",
        f"Led by {bet.lead}",
        "/bets/" + bet.key,
    ):
        assert words in queue, words


def test_the_head_and_the_figures_say_how_many_wait_and_how_many_are_overdue(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    run = RunFactory()
    for number in range(7):
        flag(judged("cease", run, retail, due_in=90 if number else -2), "cease", number)
    page = client_of(viewer).get("/").content.decode()
    assert "7 need a decision." in page
    assert "1 overdue" in page
    assert page.count('<li class="q">') == 5
    assert "/queue/" in page[page.index('id="queue"') :]


def test_what_changed_is_listed_with_both_verdicts(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    old = RunFactory(as_of=TODAY - dt.timedelta(days=40))
    new = RunFactory()
    client = client_of(viewer)
    assert 'id="changes"' not in client.get("/").content.decode()
    bet = judged("cease", new, retail, name="Parcel lockers")
    VerdictFactory(bet=bet, run=old, kind="persist")
    page = client.get("/").content.decode()
    changes = page[page.index('id="changes"') : page.index('id="bets"')]
    for words in ("What changed since", "21 Jan 2026", "Parcel lockers", "Persist strongly", "Cease"):
        assert words in changes, words


def test_without_a_night_a_month_ago_it_says_so(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    judged("measure", RunFactory(), retail)
    assert "No night a month ago to compare with." in client_of(viewer).get("/").content.decode()


def test_nothing_to_decide_says_so_and_offers_the_list(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    bet = judged("measure", RunFactory(), retail)
    flag(bet, "cease", 9, cleared_on=TODAY, cleared_because="Decided.", cleared_how="signals")
    page = client_of(viewer).get("/").content.decode()
    assert "Nothing needs a decision now" in page
    assert "0 need a decision." in page


def test_bets_without_outcomes_tranches_or_readings_break_nothing(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    RunFactory()
    BetFactory(domain=retail, name="Bare")
    FlagFactory(bet=BetFactory(domain=retail, name="Flagged, never read"), raised_on=TODAY)
    page = client_of(viewer).get("/").content.decode()
    assert "Flagged, never read" in page
    assert "2 bets have no interval yet" in page


def test_hostile_names_are_shown_as_text(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    name = ("<script>alert(1)</script>=1+1 \u202eעברית 🎲 " * 4)[:160]
    old, run = RunFactory(as_of=TODAY - dt.timedelta(days=40)), RunFactory()
    bet = judged("cease", run, retail, name=name)
    VerdictFactory(bet=bet, run=old, kind="measure")
    flag(bet, "cease", 3)
    page = client_of(viewer).get("/").content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3


def test_ill_health_never_looks_like_a_bad_result(client_of: SignIn, executive: Person, retail: Domain) -> None:
    run = RunFactory()
    bet = BetFactory(domain=retail)
    reading = ReadingFactory(outcome=OutcomeFactory(bet=bet), run=run, health="broken", lower=0.30, upper=0.36)
    VerdictFactory(bet=bet, run=run, kind="none")
    (row,) = rows_of(Bet.objects.all(), run)
    assert row.ailing == reading
    assert row.standing is None
    page = _rows(client_of(executive))
    assert "No verdict" in page
    assert "Broken" in page
    assert "No interval" in page


def test_sample_data_says_so_on_the_page_and_in_the_row(client_of: SignIn, executive: Person, retail: Domain) -> None:
    judged("measure", RunFactory(), retail)
    client = client_of(executive)
    assert 'class="sample"' not in client.get("/").content.decode()
    judged("measure", RunFactory(), retail, is_sample=True)
    page = client.get("/").content.decode()
    assert "Sample data" in page[: page.index("<h1>")]
    assert "Sample" in page[page.index("data-row") :]


def test_before_the_first_night_the_page_says_what_to_do(client_of: SignIn, product_operations: Person) -> None:
    page = client_of(product_operations).get("/").content.decode()
    assert "No night has run yet" in page
    assert "Start it with “Run now”" in page


@pytest.mark.parametrize("bets", [1, 12])
def test_the_page_takes_the_same_queries_for_one_bet_and_for_many(
    bets: int, client_of: SignIn, viewer: Person, retail: Domain, django_assert_num_queries: Callable[..., object]
) -> None:
    RunFactory(as_of=TODAY - dt.timedelta(days=40))
    run = RunFactory()
    for number in range(bets):
        flag(judged("cease", run, retail, horizon=number % 4), "cease", number)
    client = client_of(viewer)
    with django_assert_num_queries(EVERY_PAGE + 29):
        client.get("/")


def test_a_search_finds_name_key_lead_domain_and_goal(client_of: SignIn, executive: Person, retail: Domain) -> None:
    run = RunFactory()
    judged("measure", run, retail, name="Parcel lockers", key="PX-7")
    judged("measure", run, retail, name="Something else", key="B-8")
    client = client_of(executive)
    for words in ("locker", "px-7", "retail parcel", Bet.objects.get(key="PX-7").lead.name):
        rows = _rows(client, q=words)
        assert "Parcel lockers" in rows, words
        assert "Something else" not in rows, words
    assert "No bet matches “no such thing”" in _rows(client, q="no such thing")


def _rows(client: Client, **asked: str) -> str:
    page = unescape(client.get("/", asked).content.decode())
    return page[page.index('id="bets-rows"') :]

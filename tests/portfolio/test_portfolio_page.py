"""The page of the portfolio: who sees it, what stands first, whether its figures are true, and what it costs."""

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from bets.models import Bet, Outcome
from org.models import Domain, Person, Run
from portfolio.board import needing_decision, rows_of
from portfolio.figures import figures_of
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
EVERY_PAGE = 4  # session, person, roles, domains below those of the roles


def judged(kind: str, run: Run, domain: Domain, *, planned: int = 100_000_00, **fields: object) -> Bet:
    """A bet as a night leaves it: read, judged, and with planned money."""
    bet = BetFactory(domain=domain, goal=GoalFactory(), **fields)
    ReadingFactory(outcome=OutcomeFactory(bet=bet), run=run)
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


def test_it_shows_the_flagged_bet_with_reason_verdict_health_money_and_date(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    bet = judged("cease", RunFactory(), retail, name="One-page claim form", planned=4_200_000_00)
    flag(bet, "cease", 3, sentence="Conversion is between 30 % and 36 %; the kill line is 40 %.")
    page = unescape(client_of(viewer).get("/").content.decode())
    queue = page[page.index('id="queue"') : page.index("Headline figures")]
    for words in (
        "One-page claim form",
        "Conversion is between 30 % and 36 %; the kill line is 40 %.",
        "Cease",
        "27 Feb 2026",
        "€4.2M",
        "€4,200,000.00",
        "1 May 2026",
        "/bets/" + bet.key,
    ):
        assert words in queue, words
    table = page[page.index('id="bets-rows"') :]
    assert "Healthy" in table
    assert 'scope="col">Health of signals' in table


def test_the_longest_waiting_evidence_comes_first_and_missing_signals_last(retail: Domain) -> None:
    run = RunFactory()
    for name, kind, days in (("stale", "stale", 90), ("young", "cease", 2), ("old", "scale", 40), ("calm", "", 0)):
        bet = judged("measure", run, retail, name=name)
        if kind:
            flag(bet, kind, days)
    assert [bet.name for bet in needing_decision(Bet.objects.all())] == ["old", "young", "stale"]


def test_a_cleared_flag_needs_no_decision(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    bet = judged("measure", RunFactory(), retail)
    flag(bet, "cease", 9, cleared_on=TODAY, cleared_because="Decided.")
    assert not needing_decision(Bet.objects.all())
    assert "No bet is flagged" in client_of(viewer).get("/").content.decode()


def test_planned_money_is_added_up_by_what_the_evidence_says(retail: Domain) -> None:
    run = RunFactory()
    judged("cease", run, retail, planned=3_00)
    judged("pivot", run, retail, planned=5_00, state="held")
    judged("persist", run, retail, planned=11_00)
    TrancheFactory(bet=judged("measure", run, retail, planned=17_00), amount=1_00)
    judged("none", run, retail, planned=2_00)
    judged("cease", run, retail, planned=100_00, state="ceased")
    TrancheFactory(bet=BetFactory(domain=retail, state="draft"), amount=1000_00)
    figures = figures_of(Bet.objects.all(), run)
    (capital,) = figures.capital
    assert (capital.planned, capital.bets) == (39_00, 5)
    assert (capital.against, capital.bets_against) == (8_00, 2)
    assert {share.kind: share.amount for share in capital.shares} == {
        "persist": 11_00, "measure": 18_00, "none": 2_00, "pivot": 5_00, "cease": 3_00,
    }  # fmt: skip
    assert figures.states == {"live": 4, "held": 1, "ceased": 1, "draft": 1}


def test_only_the_latest_night_counts(retail: Domain) -> None:
    old, new = RunFactory(), RunFactory()
    bet = judged("cease", old, retail, planned=7_00)
    VerdictFactory(bet=bet, run=new, kind="measure")
    RunFactory(state="open", finished_at=None)
    assert latest_night() == new
    (capital,) = figures_of(Bet.objects.all(), latest_night()).capital
    assert capital.against == 0


def test_currencies_are_never_added_together(client_of: SignIn, executive: Person, retail: Domain) -> None:
    run = RunFactory()
    judged("cease", run, retail, planned=500_000_00, currency="EUR")
    judged("cease", run, retail, planned=900_000_00, currency="USD")
    figures = figures_of(Bet.objects.all(), run)
    assert [(c.currency, c.planned, c.against) for c in figures.capital] == [
        ("USD", 900_000_00, 900_000_00), ("EUR", 500_000_00, 500_000_00),
    ]  # fmt: skip
    assert "€500k planned · $900k planned" in client_of(executive).get("/").content.decode()


def test_flags_are_counted_by_kind_and_only_where_one_may_see(retail: Domain) -> None:
    run = RunFactory()
    for kind in ("cease", "stale"):
        flag(judged("measure", run, retail), kind, 1)
    flag(judged("measure", run, retail), "cease", 1)
    figures = figures_of(Bet.objects.filter(domain=retail), run)
    assert figures.flags == [("cease", 2), ("stale", 1)]
    assert figures.flags_open == 3


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


def test_a_view_shows_only_its_bets_and_its_count(client_of: SignIn, product_lead: Person, retail: Domain) -> None:
    run = RunFactory()
    flag(judged("cease", run, retail, name="Flagged one"), "cease", 1)
    judged("measure", run, retail, name="Mine", lead=product_lead)
    ill = BetFactory(domain=retail, name="No signals")
    ReadingFactory(outcome=OutcomeFactory(bet=ill), run=run, health="stale")
    client = client_of(product_lead)
    shown = {"flagged": "Flagged one", "mine": "Mine", "signals": "No signals"}
    for view, name in shown.items():
        rows = _rows(client, show=view)
        assert [other for other in shown.values() if f">{other}</a>" in rows] == [name]
    page = client.get("/").content.decode()
    assert all(words in page for words in ("All bets 3", "Flagged 1", "Led by me 1", "Signals need care 1"))
    assert client.get("/?show=nonsense&page=nonsense").status_code == 200


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
    assert "Sample" not in client.get("/").content.decode()
    judged("measure", RunFactory(), retail, is_sample=True)
    page = client.get("/").content.decode()
    assert "Sample data" in page[: page.index("<h1>")]
    assert "Sample" in page[page.index("data-row") :]


def test_a_date_that_has_passed_says_so(client_of: SignIn, executive: Person, retail: Domain) -> None:
    OutcomeFactory(bet=BetFactory(domain=retail), decide_by=dt.date(2026, 1, 5), starts_on=dt.date(2025, 6, 1))
    page = _rows(client_of(executive))
    assert "passed" in page[page.index("5 Jan 2026") :]


def test_before_the_first_night_the_page_says_what_to_do(client_of: SignIn, product_operations: Person) -> None:
    page = client_of(product_operations).get("/").content.decode()
    assert "No night has run yet" in page
    assert "Start it with “Run now”" in page


@pytest.mark.parametrize("bets", [1, 12])
def test_the_page_takes_the_same_queries_for_one_bet_and_for_many(
    bets: int, client_of: SignIn, viewer: Person, retail: Domain, django_assert_num_queries: Callable[..., object]
) -> None:
    run = RunFactory()
    for number in range(bets):
        flag(judged("cease", run, retail, horizon=number % 4), "cease", number)
    client = client_of(viewer)
    with django_assert_num_queries(EVERY_PAGE + 18):
        client.get("/")


def test_a_search_in_the_page_is_answered_with_the_table_alone(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    judged("measure", RunFactory(), retail, name="Parcel lockers")
    answer = client_of(viewer).get("/?q=parcel", headers={"HX-Request": "true"})
    assert "Parcel lockers" in answer.content.decode()
    assert "<h1>" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_more_than_a_hundred_bets_come_in_pages(client_of: SignIn, executive: Person, retail: Domain) -> None:
    BetFactory.create_batch(103, domain=retail)
    client = client_of(executive)
    assert "1 to 100 of 103" in _rows(client)
    assert _rows(client, page="2", show="all").count("data-row") == 3
    assert "103 bets" in _rows(client, page="2")


def _rows(client: Client, **asked: str) -> str:
    page = unescape(client.get("/", asked).content.decode())
    return page[page.index('id="bets-rows"') :]

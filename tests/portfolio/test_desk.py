"""My desk: what waits for whom, in which order, and at what cost."""

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet
from funding.actions import reject_request
from lib.clock import now, today
from org.models import Domain, Person, Run
from org.visibility import powers_of
from portfolio.desk import Part, desk_of
from portfolio.desk_queries import counts_of
from tests.factories import (
    AT,
    TODAY,
    AssumptionFactory,
    BetFactory,
    CommentFactory,
    DecisionFactory,
    EvidenceFactory,
    EvidenceLinkFactory,
    FlagFactory,
    ForecastFactory,
    GateResultFactory,
    ImportFactory,
    LearningOutcomeFactory,
    NoticeFactory,
    OutcomeFactory,
    ReadingFactory,
    SketchFactory,
    TrancheFactory,
)
from tests.funding.books import open_books

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Clients = Callable[[Person], Client]


def day(days: int) -> dt.date:
    return today() + days * DAY


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    """A live bet that began long ago, with nothing that waits yet."""
    return BetFactory(domain=retail, lead=product_lead, key="CL-1", name="Faster claims", starts_on=day(-200))


def outcome(bet: Bet, night: Run | None = None, days: int = 60, read: int = -1, **reading: Any) -> Any:
    """Read last night, foretold by the lead, to be decided in so many days."""
    made = OutcomeFactory(bet=bet, number=1, starts_on=day(-200), decide_by=day(days))
    if night:
        ReadingFactory(outcome=made, run=night, last_period=day(read), **reading)
    ForecastFactory(outcome=made, person=bet.lead)
    return made


def told(person: Person, night: Run | None = None) -> dict[str, list[tuple[str, int | None]]]:
    """Of each list the kinds of its lines with the days left, in their order."""
    desk = desk_of(person, night, today=today())
    return {
        part.key: [(one.task.kind, (one.task.due - today()).days if one.task.due else None) for one in part.lines]
        for part in desk.parts
    }


def part(person: Person, key: str, night: Run | None = None) -> Part:
    return next(one for one in desk_of(person, night, today=today()).parts if one.key == key)


# ---- what has a day


def test_what_has_a_day_comes_with_the_most_overdue_first(
    bet: Bet, night: Run, product_lead: Person, finance: Person
) -> None:
    outcome(bet, night, days=5)
    TrancheFactory(bet=bet, sequence=1, planned_on=day(-9))
    CommentFactory(bet=bet, asks=product_lead, answer_by=day(-2), written_by=finance)
    LearningOutcomeFactory(bet=bet, due_on=day(14))
    FlagFactory(bet=BetFactory(domain=bet.domain), kind="near_miss", reader=product_lead, read_by=day(3))
    assert told(product_lead, night)["due"] == [
        ("gate", -9), ("question", -2), ("near_miss", 3), ("decide", 5), ("learning", 14)
    ]  # fmt: skip
    assert counts_of(product_lead, powers_of(product_lead), today()).waiting == 5


def test_what_is_far_off_said_decided_or_answered_waits_for_nobody(
    bet: Bet, night: Run, product_lead: Person, finance: Person
) -> None:
    outcome(bet, night, days=15)
    TrancheFactory(bet=bet, sequence=1, planned_on=day(-9))
    GateResultFactory(tranche=TrancheFactory(bet=bet, sequence=2, planned_on=day(3)))
    TrancheFactory(bet=bet, sequence=3, planned_on=day(30))
    LearningOutcomeFactory(bet=bet, due_on=day(15))
    asked = CommentFactory(bet=bet, asks=product_lead, answer_by=day(-2), written_by=finance)
    CommentFactory(bet=bet, reply_to=asked, written_by=product_lead)
    decided = BetFactory(domain=bet.domain, lead=product_lead, starts_on=day(-9))
    OutcomeFactory(bet=decided, decide_by=day(-3), starts_on=day(-9))
    ForecastFactory(outcome=decided.outcomes.get(), person=product_lead)
    DecisionFactory(bet=decided, decided_at=now(), look_again_on=day(30))
    ceased = BetFactory(domain=bet.domain, lead=product_lead, state="ceased", starts_on=day(-200))
    outcome(ceased, days=-3)
    TrancheFactory(bet=ceased, planned_on=day(-3))
    AssumptionFactory(bet=ceased)
    assert told(product_lead, night) == {}
    assert counts_of(product_lead, powers_of(product_lead), today()).waiting == 0


def test_a_question_is_open_until_the_one_who_was_asked_has_replied(
    bet: Bet, product_lead: Person, finance: Person, executive: Person
) -> None:
    asked = CommentFactory(bet=bet, asks=product_lead, answer_by=day(2), written_by=finance)
    CommentFactory(bet=bet, reply_to=asked, written_by=executive)
    assert told(product_lead)["due"] == [("question", 2)]
    assert told(finance)["asked"] == [("question", 2)]
    assert "asked" not in told(executive)


# ---- evidence


def test_an_outcome_is_named_with_the_days_left_when_neither_signals_nor_people_say_anything_new(
    bet: Bet, night: Run, product_lead: Person
) -> None:
    made = outcome(bet, night, days=40, read=-29)
    assert told(product_lead, night)["fresh"] == [("fresh", 40)]
    url = part(product_lead, "fresh", night).lines[0].task.url
    assert url == f"/bets/{bet.key}/evidence/new/?about=outcome-{made.number}"
    EvidenceLinkFactory(evidence=EvidenceFactory(bet=bet, happened_on=day(-28)), assumption=None, outcome=made)
    assert "fresh" not in told(product_lead, night)


def test_evidence_of_a_version_before_counts_and_superseded_evidence_does_not(
    bet: Bet, night: Run, product_lead: Person
) -> None:
    before = outcome(bet, night, days=40, read=-29)
    OutcomeFactory(
        bet=bet, number=1, version=2, replaces=before, reason="A typo.", starts_on=day(-200), decide_by=day(40)
    )
    assert told(product_lead, night)["fresh"] == [("fresh", 40)]
    fresh = EvidenceFactory(bet=bet, happened_on=day(-3))
    EvidenceLinkFactory(evidence=fresh, assumption=None, outcome=before)
    assert "fresh" not in told(product_lead, night)
    EvidenceFactory(bet=bet, supersedes=fresh, happened_on=day(-90))
    assert told(product_lead, night)["fresh"] == [("fresh", 40)]


@pytest.mark.parametrize("health", ["stale", "broken"])
def test_a_late_or_broken_feed_is_said_whatever_its_latest_period(
    health: str, bet: Bet, night: Run, product_lead: Person
) -> None:
    outcome(bet, night, days=40, health=health)
    assert told(product_lead, night)["fresh"] == [("stale", 40)]


def test_assumptions_without_news_come_by_their_day_and_importance(bet: Bet, night: Run, product_lead: Person) -> None:
    outcome(bet, night, days=40)
    for importance, statement in ((2, "Small."), (5, "Large.")):
        AssumptionFactory(bet=bet, importance=importance, statement=statement)
    EvidenceLinkFactory(evidence=EvidenceFactory(bet=bet, happened_on=day(-3)), assumption=AssumptionFactory(bet=bet))
    AssumptionFactory(bet=bet, dropped_at=now(), dropped_by=product_lead)
    lines = part(product_lead, "fresh", night).lines
    assert [line.task.what for line in lines] == ["Assumption: Large.", "Assumption: Small."]
    assert {(line.left, line.task.note) for line in lines} == {("40 days left", "no evidence yet")}
    numbers = [bet.assumptions.get(statement=words).number for words in ("Large.", "Small.")]
    assert [line.task.url.split("/new/")[1] for line in lines] == [f"?about=assumption-{number}" for number in numbers]


def test_what_began_less_than_four_weeks_ago_has_time(retail: Domain, product_lead: Person) -> None:
    young = BetFactory(domain=retail, lead=product_lead, starts_on=day(-28))
    AssumptionFactory(bet=young)
    made = OutcomeFactory(bet=young, starts_on=day(-28), decide_by=day(90))
    ForecastFactory(outcome=made, person=product_lead)
    assert told(product_lead) == {}


# ---- what is missing and unfinished


def test_outcomes_without_a_forecast_of_mine_and_what_is_unfinished(bet: Bet, night: Run, product_lead: Person) -> None:
    outcome(bet, night)
    OutcomeFactory(bet=bet, number=2, starts_on=day(-9), decide_by=day(70))
    draft = BetFactory(domain=bet.domain, lead=product_lead, state="draft", key="CL-2")
    SketchFactory(person=product_lead, bet=draft, step="hypothesis")
    SketchFactory(person=product_lead, bet=None, step="new")
    found = told(product_lead, night)
    assert found["forecasts"] == [("forecast", 70)]
    assert found["drafts"] == [("draft", None), ("draft", None)]
    assert [line.task.url for line in part(product_lead, "drafts").lines] == ["/bets/CL-2/draft/", "/bets/new/"]
    SketchFactory(person=product_lead, bet=BetFactory(), step="premortem")  # it went live: nobody goes on with it
    assert told(product_lead, night)["drafts"] == [("draft", None), ("draft", None)]


# ---- other roles


def test_product_operations_look_at_gates_at_evidence_before_money_and_at_files(
    bet: Bet, product_operations: Person
) -> None:
    TrancheFactory(bet=bet, sequence=1, planned_on=day(-40))
    TrancheFactory(bet=bet, sequence=2, planned_on=day(-9))
    TrancheFactory(bet=bet, sequence=3, planned_on=day(30))
    EvidenceFactory.create_batch(2, bet=bet)
    EvidenceFactory(bet=bet, confirmed_at=now(), confirmed_by=product_operations)
    EvidenceFactory(bet=BetFactory(domain=bet.domain))
    ImportFactory(state="checked")
    ImportFactory(state="dropped")
    assert told(product_operations) == {
        "gates": [("gate", -9)],
        "standard": [("confirm", 30), ("import", None)],
    }
    assert part(product_operations, "standard").lines[0].task.what == "2 pieces of evidence to confirm"


def test_nothing_of_other_domains_is_on_a_desk(bet: Bet, outsider: Person, night: Run) -> None:
    outcome(bet, night, days=-3)
    TrancheFactory(bet=bet, planned_on=day(-9))
    CommentFactory(bet=bet, asks=outsider, answer_by=day(2))
    assert told(outsider, night) == {}


def test_a_near_miss_without_a_reader_waits_for_product_operations(bet: Bet, product_operations: Person) -> None:
    FlagFactory(bet=bet, kind="near_miss")
    assert told(product_operations)["due"] == [("near_miss", None)]


# ---- the page


def text(client: Client, path: str = "/desk/") -> str:
    return unescape(client.get(path).content.decode())


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client: Client) -> None:
    assert client.get("/desk/").status_code == 302


def test_an_empty_desk_says_why(client_of: Clients, viewer: Person, product_lead: Person) -> None:
    assert "a viewer leads no bets" in text(client_of(viewer))
    assert "nobody waits for an answer of yours" in text(client_of(product_lead))


def test_the_desk_comes_first_for_a_product_lead_with_a_count(
    client_of: Clients, bet: Bet, product_lead: Person, executive: Person
) -> None:
    CommentFactory(bet=bet, asks=product_lead, answer_by=day(2))
    NoticeFactory(person=product_lead)
    side = text(client_of(product_lead), "/help/").split("<main")[0]
    assert side.index("My desk") < side.index("Portfolio")
    assert "thing waits for you" in side
    assert "unread notice" in side
    other = text(client_of(executive), "/help/").split("<main")[0]
    assert other.index("Portfolio") < other.index("My desk")


def test_a_long_list_is_cut_and_stands_whole_on_a_page_of_its_own(
    client_of: Clients, bet: Bet, product_lead: Person
) -> None:
    for number in range(23):
        CommentFactory(bet=bet, asks=product_lead, answer_by=day(number), text=f"Question {number:02d}?")
    client = client_of(product_lead)
    page = text(client)
    assert "Question 19?" in page
    assert "Question 20?" not in page
    assert "and 3 more" in page
    assert "Question 22?" in text(client, "/desk/?all=due")
    assert "Question 22?" not in text(client, "/desk/?all=nonsense")
    assert "Nothing is left here." in text(client, "/desk/?all=fresh")


def fill(bet: Bet, night: Run, person: Person, number: int) -> None:
    made = OutcomeFactory(bet=bet, number=number, starts_on=day(-200), decide_by=day(number))
    ReadingFactory(outcome=made, run=night, last_period=day(-60), health="stale")
    AssumptionFactory(bet=bet, number=number)
    TrancheFactory(bet=bet, sequence=number, planned_on=day(number))
    LearningOutcomeFactory(bet=bet, number=number, due_on=day(number))
    CommentFactory(bet=bet, asks=person, answer_by=day(number))
    CommentFactory(bet=bet, asks=bet.lead, answer_by=day(number), written_by=person)
    FlagFactory(bet=BetFactory(domain=bet.domain), kind="near_miss", reader=person, read_by=day(3))
    EvidenceFactory(bet=bet)
    BetFactory(domain=bet.domain, lead=person, state="draft")
    ImportFactory()


@pytest.mark.parametrize("bets", [1, 2])
def test_the_desk_takes_the_same_queries_however_much_waits(
    bets: int, client_of: Clients, retail: Domain, product_lead: Person, product_operations: Person, night: Run,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for person in (product_lead, product_operations):
        for _ in range(bets):
            bet = BetFactory(domain=retail, lead=person, starts_on=day(-200))
            for number in range(1, bets + 1):
                fill(bet, night, person, number)
    lead, operations = client_of(product_lead), client_of(product_operations)
    with django_assert_num_queries(LEAD):
        lead.get("/desk/")
    with django_assert_num_queries(OPERATIONS):
        operations.get("/desk/")


# Of the frame: session, person, grants, counts, saved views, sources; the night; the lists of the desk.
LEAD = 6 + 1 + 15 + 1  # and the tree of domains
OPERATIONS = 6 + 1 + 19


# ---- money


def test_who_may_say_yes_to_money_finds_what_waits_and_whoever_asked_what_was_refused() -> None:
    books = open_books()
    first, second = (books.commit(one, due_on=TODAY + 14 * DAY) for one in (books.first, books.second))
    assert {line.task.bet for line in money(books.checker)} == {books.bet}
    assert [line.task.act for line in money(books.checker)] == ["Say yes or no"] * 2
    assert money(books.lead) == []
    reject_request(
        first, reason_code="not_now", comment="Show me the contract first.", by=books.checker, at=AT, today=TODAY
    )
    assert [line.task.url for line in money(books.checker)] == [f"/money/requests/{second.pk}/"]
    (line,) = money(books.lead)
    assert (line.task.what, line.task.note) == ("Commit €100k: rejected", "Show me the contract first.")
    books.commit(books.first, at=AT + DAY)
    assert money(books.lead) == []


def money(person: Person) -> list[Any]:
    """Lines of money on the day of the tests."""
    person = Person.objects.get(pk=person.pk)
    return [line for part in desk_of(person, None, today=TODAY).parts if part.key == "money" for line in part.lines]

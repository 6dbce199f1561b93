"""The decision log: what it finds and counts, who sees it, what leaves as a file, and what was known then."""

import csv
import datetime as dt
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client

from bets import actions as bet_actions
from bets.actions import Aside
from bets.models import Decision
from funding import actions as money
from org.models import Domain, Person
from org.visibility import powers_of
from portfolio import actions
from portfolio.actions import decide_bet
from portfolio.decision_filters import decisions_seen_by
from portfolio.decision_known import known_at
from portfolio.decision_log import first_sentence, log_of, logged_of, with_dissent
from portfolio.models import Review
from portfolio.said import outcomes_of
from tests import factories as f
from tests.cast import person
from tests.funding.books import open_books
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
DAY = dt.timedelta(days=1)


def decided(domain: Domain, key: str, kind: str = "persist", verdict: str = "cease", **more: Any) -> Decision:
    bet = f.BetFactory(key=key, domain=domain, name=f"Bet {key}")
    again = None if kind == "cease" else f.TODAY
    made: Decision = f.DecisionFactory(
        bet=bet, number=1, kind=kind, verdict=verdict, **({"look_again_on": again} | more)
    )
    return made


def keys(query: str, who: Person) -> list[str]:
    log = log_of(decisions_seen_by(powers_of(who)), QueryDict(query), who)
    return [row.decision.bet.key for row in log.rows]


@pytest.fixture
def three(retail: Domain, executive: Person) -> list[Decision]:
    """Against the evidence, with it, and without a recommendation; each a day later."""
    below, motor = f.DomainFactory(key="stores", parent=retail), f.DomainFactory(key="motor")
    return [
        decided(retail, "A", "persist", "cease", decided_at=f.AT, rationale="Wait for spring.", decided_by=executive),
        decided(below, "B", "cease", "cease", decided_at=f.AT + DAY, learned="Nobody reads page three."),
        decided(motor, "C", "fund", "measure", decided_at=f.AT + 2 * DAY, look_again_on=f.TODAY + DAY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "CBA"), ("sort=decided", "ABC"), ("sort=bet", "ABC"), ("sort=-bet", "CBA"), ("sort=again", "ACB"),
        ("kind=cease&kind=fund", "CB"), ("stands=against", "A"), ("stands=followed", "B"), ("stands=open", "C"),
        ("domain=retail", "BA"), ("domain=stores", "B"), ("q=spring", "A"), ("q=page+three", "B"),
        ("q=bet+spring", "A"), ("q=Executive", "A"), ("dissent=yes", "B"), ("dissent=no", "CA"), ("forum=none", "CBA"),
        ("decided_after=2026-06-02", "CB"), ("decided_before=2026-06-01", "A"), ("q=%00", "CBA"), ("kind=sell", "CBA"),
        ("sort=luck", "CBA"), ("decided_after=31.12.99999", "CBA"), ("by=0", "CBA"), ("page=nan", "CBA"),
    ],
)  # fmt: skip
def test_the_log_finds_what_is_asked_for_and_ignores_what_means_nothing(
    three: list[Decision], executive: Person, query: str, found: str
) -> None:
    f.DissentFactory(decision=three[1])
    day = f.AT.date()
    query = query.replace("2026-06-02", str(day + DAY)).replace("2026-06-01", str(day))
    assert keys(query, executive) == list(found)


def test_the_log_counts_what_followed_the_evidence_and_says_what_it_ignored(
    three: list[Decision], executive: Person
) -> None:
    log = log_of(decisions_seen_by(powers_of(executive)), QueryDict("kind=sell&sort=luck&q=bet"), executive)
    assert {tab.key: tab.count for tab in log.tabs} == {"": 3, "followed": 1, "against": 1, "open": 1}
    assert log.complaints == [
        "“kind=sell” is not something decisions can be filtered by.",
        "“sort=luck” is not something decisions can be sorted by; it was ignored.",
    ]
    assert log.asked.query == "q=bet"
    assert [chip.value for chip in log.asked.chips] == ["bet"]


def test_nobody_sees_decisions_of_domains_that_they_do_not_reach(
    three: list[Decision], viewer: Person, outsider: Person
) -> None:
    assert (keys("", viewer), keys("", outsider)) == (["B", "A"], [])


def test_the_log_names_the_review_and_the_forum_only_to_those_who_see_them(
    executive: Person, viewer: Person, retail: Domain
) -> None:
    hidden, shown = (f.ForumFactory(level="product", domain=where) for where in (f.DomainFactory(), retail))
    for forum, key in ((hidden, "A"), (shown, "B")):
        one = decided(retail, key)
        f.AgendaItemFactory(review=f.ReviewFactory(forum=forum), bet=one.bet, opened_at=f.AT, decision=one)
    rows = logged_of(with_dissent(Decision.objects.order_by("pk")), powers_of(viewer))
    assert [row.item.review.forum if row.item else None for row in rows] == [None, shown]
    assert keys(f"forum={shown.key}", viewer) == ["B"]
    assert keys(f"forum={hidden.key}", executive) == ["A"]


def test_the_log_takes_the_same_number_of_queries_for_one_decision_and_for_forty(
    retail: Domain, executive: Person, django_assert_num_queries: Any
) -> None:
    for number in range(40):
        one = decided(retail, f"B-{number}")
        f.DissentFactory(decision=one)
        if number in (0, 39):
            asker = Person.objects.get(pk=executive.pk)
            powers_of(asker)
            with django_assert_num_queries(4):
                log = log_of(decisions_seen_by(powers_of(asker)), QueryDict(), asker)
                shown = [(row.decision.bet.domain.name, str(row.decision.decided_by), row.moves) for row in log.rows]
            assert len(shown) == number + 1


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("It works.", "It works.", ""), ("It works. Go on!", "It works.", "Go on!"), ("a\nb", "a", "b"),
        ("4.5 % is enough", "4.5 % is enough", ""), ("x" * 400, "x" * 160, "x" * 240),
    ],
)  # fmt: skip
def test_a_reason_is_shown_with_its_first_sentence(text: str, first: str, rest: str) -> None:
    assert first_sentence(text) == (first, rest)


@pytest.mark.parametrize("address", ["/decisions/", "/decisions/again/", "/decisions.csv", "/bets/A/decisions/1/"])
def test_pages_of_decisions_are_for_those_who_have_signed_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_the_page_says_who_decided_why_and_against_what(
    three: list[Decision], executive: Person, client_of: ClientOf
) -> None:
    page = client_of(executive).get("/decisions/", {"stands": "against"}).content.decode()
    for words in ("Wait for spring.", "Eva Executive", "Went against the evidence", "It recommended: Cease", "Bet A"):
        assert words in page
    assert "Nobody reads" not in page


def test_a_form_without_javascript_is_led_to_the_short_address(executive: Person, client_of: ClientOf) -> None:
    answer = client_of(executive).get(
        "/decisions/", {"q": "", "sort": "-decided", "dissent": "yes", "decided_after": ""}
    )
    assert answer.headers["Location"] == "/decisions/?dissent=yes"


def test_an_empty_log_says_why(executive: Person, client_of: ClientOf) -> None:
    assert "Nothing has been decided yet" in client_of(executive).get("/decisions/").content.decode()


def test_exports_hold_all_that_was_found_and_no_formula(
    three: list[Decision], executive: Person, client_of: ClientOf
) -> None:
    decided(three[0].bet.domain, "D", rationale="=1+1", decided_at=f.AT - DAY)
    f.DissentFactory(decision=three[0], words="@me: no.")
    client = client_of(executive)
    lines = list(csv.DictReader(StringIO(client.get("/decisions.csv?domain=retail").content.decode("utf-8-sig"))))
    assert [line["Bet"] for line in lines] == ["B", "A", "D"]
    assert lines[2]["Why"] == "'=1+1"
    assert lines[1]["Recommendation"] == "Went against the evidence"
    assert (lines[1]["Dissent"], lines[0]["Returned"]) == ("1", "0.00")
    sheet = openpyxl.load_workbook(BytesIO(client.get("/decisions.xlsx").content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert sheet.max_row == 5


# ---- what was known


def test_a_decision_opens_to_the_outcomes_and_the_hypothesis_of_its_day(
    retail: Domain, product_operations: Person
) -> None:
    bet = f.BetFactory(domain=retail)
    run = f.RunFactory()
    outcome = f.OutcomeFactory(bet=bet, number=1)
    f.HypothesisFactory(bet=bet, version=1, written_at=f.AT - DAY)
    f.ReadingFactory(outcome=outcome, run=run)
    decision = f.DecisionFactory(bet=bet, number=1, run=run, decided_at=f.AT)
    f.HypothesisFactory(bet=bet, version=2, written_at=f.AT + DAY)
    moved = bet_actions.restate_outcome(
        outcome, target=0.5, kill_line=0.4, decide_by=outcome.decide_by, reason="The unit changed.",
        by=product_operations, at=f.AT + DAY, today=f.TODAY,
    )  # fmt: skip
    later = f.DecisionFactory(bet=bet, number=2, run=run, decided_at=f.AT + 2 * DAY)
    known, after = (known_at(one, outcomes_of(bet), sees_money=False) for one in (decision, later))
    assert (known.hypothesis.version, after.hypothesis.version) == (1, 2)  # type: ignore[union-attr]
    assert [[said.outcome for said in one.outcomes] for one in (known, after)] == [[outcome], [moved]]
    assert known.outcomes[0].reading is not None
    assert known.stood is None


def test_a_decision_opens_to_the_flags_that_it_cleared_and_to_evidence_confirmed_by_then(
    retail: Domain, executive: Person
) -> None:
    bet = f.BetFactory(domain=retail)
    outcome = f.OutcomeFactory(bet=bet, number=1)
    flag = f.FlagFactory(bet=bet, outcome=outcome, kind="cease", sentence="It stood so.")
    early, late = (f.EvidenceFactory(bet=bet, number=number, logged_at=f.AT - DAY) for number in (1, 2))
    f.EvidenceFactory(bet=bet, number=3, logged_at=f.AT + DAY)
    for one, day in ((early, f.AT - DAY), (late, f.AT + DAY)):
        type(one).objects.filter(pk=one.pk).update(confirmed_at=day, confirmed_by=executive)
    decision = decide_bet(
        bet, "persist", rationale="It works.", would_change="A fall.", look_again_on=f.TODAY + 9 * DAY, by=executive,
        at=f.AT, today=f.TODAY,
    )  # fmt: skip
    f.FlagFactory(bet=bet, outcome=outcome, kind="pivot")
    known = known_at(decision, outcomes_of(decision.bet), sees_money=False)
    assert [shown.flag for shown in known.flags] == [flag]
    assert (known.evidence, known.unconfirmed) == ([early], 1)


def test_money_is_shown_as_it_stood_before_the_decision_moved_any() -> None:
    books = open_books()
    books.given(books.first, "released")
    fund = books.bet.decisions.get()
    ceased = decide_bet(
        books.bet, "cease", rationale="Enough.", would_change="A wonder.", look_again_on=None,
        by=person("Eva Executive", "executive"), at=f.AT + DAY, today=f.TODAY,
    )  # fmt: skip
    stood = known_at(ceased, outcomes_of(books.bet), sees_money=True).stood
    assert stood is not None
    assert (stood.planned, stood.committed, stood.released, stood.spent) == (20_000_000, 0, 10_000_000, 0)
    rows = logged_of(with_dissent(Decision.objects.order_by("pk").select_related("bet")), powers_of(books.checker))
    assert [row.moved for row in rows] == [{"release": 10_000_000}, {"return": 10_000_000}]
    before = known_at(fund, outcomes_of(books.bet), sees_money=True).stood
    assert before is not None
    assert (before.committed, before.released) == (0, 0)


def test_the_plan_is_shown_as_it_was_before_it_was_revised() -> None:
    books = open_books()
    decision = f.DecisionFactory(bet=books.bet, number=1, decided_at=f.AT)
    money.revise_tranche(
        books.second, amount=15_000_000, purpose="More talks", gate="Ten name it", criteria=[], reason="More people.",
        by=books.lead, at=f.AT + DAY,
    )  # fmt: skip
    bet_actions.plan_tranche(books.bet, 100, "Later", "A gate", f.TODAY + 90 * DAY, by=books.lead, at=f.AT + DAY)
    assert known_at(decision, outcomes_of(decision.bet), sees_money=False).planned == 20_000_000


# ---- the page of one decision


@pytest.fixture
def growth() -> Board:
    made = board()
    Review.objects.filter(pk=made.review.pk).update(held_on=f.TODAY)
    return made


def voted(growth: Board) -> Decision:
    """A decision of a review, against the evidence, with votes, dissent and a second reader."""
    bet = growth.bet()
    run = f.RunFactory()
    f.VerdictFactory(bet=bet, run=run, kind="cease", as_of=f.TODAY)
    item = growth.item(bet)
    growth.vote(item, growth.members[0], "cease", 0.15)
    growth.opened()
    actions.open_item(item, by=growth.chair, at=f.AT)
    aside = Aside(
        second_reader=growth.members[1], rescore_on=f.TODAY + 30 * DAY, dissent={growth.members[0]: "‹It is over.›"}
    )
    made: Decision = growth.decide(item, "persist", aside=aside)
    return made


def test_the_page_shows_the_review_its_votes_the_dissent_and_who_looks_again(
    growth: Board, executive: Person, client_of: ClientOf
) -> None:
    decision = voted(growth)
    page = client_of(executive).get(f"/bets/{decision.bet.key}/decisions/1/").content.decode()
    for words in (
        "Decision 1: Persist", "Growth board, review 1", "Went against the evidence", "Adam Member", "15 %",
        "‹It is over.›", "Berta Member", "The rule: cease once", "None of this was known when it was decided",
    ):  # fmt: skip
        assert words in page
    assert "<script>" not in page


def test_a_decision_on_a_bet_out_of_reach_is_not_found(growth: Board, outsider: Person, client_of: ClientOf) -> None:
    decision = voted(growth)
    client = client_of(outsider)
    assert client.get(f"/bets/{decision.bet.key}/decisions/1/").status_code == 404
    assert client.get(f"/bets/{decision.bet.key}/decisions/99999999999/").status_code == 404


def test_a_viewer_sees_the_decision_and_no_money(viewer: Person, growth: Board, client_of: ClientOf) -> None:
    decision = voted(growth)
    page = client_of(viewer).get(f"/bets/{decision.bet.key}/decisions/1/").content.decode()
    assert "It works." in page
    assert "What money it moved" not in page
    assert "Money moved" not in client_of(viewer).get("/decisions/").content.decode()


def test_a_reversal_and_what_it_reverses_lead_to_each_other(
    retail: Domain, executive: Person, client_of: ClientOf
) -> None:
    first = decided(retail, "A", "cease")
    f.DecisionFactory(bet=first.bet, number=2, kind="fund", reverses=first, decided_at=f.AT + DAY)
    client = client_of(executive)
    assert "It was reversed by decision 2: Fund." in client.get("/bets/A/decisions/1/").content.decode()
    assert "It reverses decision 1: Cease." in client.get("/bets/A/decisions/2/").content.decode()


def test_what_is_looked_at_again_is_mine_first_the_earliest_day_first(
    retail: Domain, executive: Person, product_operations: Person, client_of: ClientOf
) -> None:
    for key, who, days in (("A", executive, 9), ("B", executive, -9), ("C", product_operations, 1)):
        decided(retail, key, second_reader=who, rescore_on=f.TODAY + dt.timedelta(days=days))
    decided(retail, "D")
    client = client_of(executive)
    mine, all_of = (client.get("/decisions/again/", query) for query in ({}, {"of": "all"}))
    assert [item.logged.decision.bet.key for item in mine.context["rows"]] == ["B", "A"]
    assert [item.logged.decision.bet.key for item in all_of.context["rows"]] == ["B", "C", "A"]
    assert (all_of.context["mine"], all_of.context["all"]) == (2, 3)


def test_nobody_who_waits_for_nothing_sees_an_empty_page(executive: Person, client_of: ClientOf) -> None:
    assert "Nothing waits to be looked at again." in client_of(executive).get("/decisions/again/").content.decode()

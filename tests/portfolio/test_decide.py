"""Deciding on a bet, and reading a near miss a second time: who may, what is kept, what follows."""

import datetime as dt
import re

import pytest

from bets.models import Bet, Decision, SecondReading
from funding.models import Account
from lib.clock import now, today
from org.models import Event
from tests.factories import (
    TODAY,
    BetFactory,
    DecisionFactory,
    EffortFactory,
    FlagFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)
from tests.funding.books import Books, half_way
from tests.pages import text
from tests.portfolio.judged import judged

pytestmark = pytest.mark.django_db
SAID = {"kind": "persist", "rationale": "The new form went live last week.", "would_change": "Below 40 % in May."}


@pytest.fixture
def bet(night, retail) -> Bet:
    made = judged(night, retail, "B-1", "cease", name="Faster claims")
    FlagFactory(bet=made, outcome=made.outcomes.get(), run=night)
    return made


def said(**changes: str) -> dict[str, str]:
    return {**SAID, "look_again_on": str(today() + dt.timedelta(days=60)), **changes}


@pytest.mark.parametrize("path", ["/bets/B-1/decide/", "/bets/B-1/second-reading/", "/bets/B-1/outcomes/1/data.csv"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, bet, path) -> None:
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/bets/B-1/decide/", "/bets/B-1/second-reading/", "/bets/B-1/outcomes/1/data.csv"])
def test_a_bet_out_of_reach_does_not_exist(client_of, outsider, bet, path) -> None:
    assert client_of(outsider).get(path).status_code == 404


def test_the_form_has_the_evidence_of_tonight_beside_it(client_of, executive, bet) -> None:
    TrancheFactory(bet=bet, planned_on=today() + dt.timedelta(days=9), amount=8_000_000)
    page = text(client_of(executive).get("/bets/B-1/decide/"))
    for words in ("The evidence tonight", "Not settled yet. Conversion", "kill line 40.0", "€80k", "Record decision"):
        assert words in page
    assert f'value="{today() + dt.timedelta(days=90)}"' in page
    assert page.count('type="radio"') == 5
    assert "checked" not in page[page.index('id="id_kind"') : page.index("</fieldset>")]


def test_a_decision_is_kept_with_its_reason_and_clears_the_flags(client_of, executive, bet) -> None:
    answer = client_of(executive).post("/bets/B-1/decide/", said(), follow=True)
    assert answer.redirect_chain == [("/bets/B-1/", 302)]
    assert "Decision recorded: Persist." in text(answer)
    decision = Decision.objects.get()
    assert (decision.rationale, decision.decided_by, decision.verdict) == (SAID["rationale"], executive, "cease")
    assert bet.flags.get().cleared_on == today()
    assert Event.objects.filter(kind="decision recorded", by=executive).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": ""}, "Choose what is decided."),
        ({"kind": "celebrate"}, "celebrate"),
        ({"rationale": "   "}, "Say why."),
        ({"would_change": ""}, "Say what evidence would change it."),
        ({"look_again_on": "some day"}, "Enter a valid date."),
        ({"rationale": "x" * 2001}, "2000"),
    ],
)
def test_what_is_not_sound_is_said_and_everything_typed_is_kept(client_of, executive, bet, change, words) -> None:
    answer = client_of(executive).post("/bets/B-1/decide/", said(**change))
    assert answer.status_code == 422
    assert words in text(answer)
    for name, value in {**SAID, **change}.items():
        assert value.strip() in text(answer), name
    assert not Decision.objects.exists()


def test_what_is_refused_says_why_and_keeps_what_was_typed(client_of, executive, bet) -> None:
    answer = client_of(executive).post("/bets/B-1/decide/", said(look_again_on=str(today())))
    assert answer.status_code == 409
    assert "is not in the future" in text(answer)
    assert SAID["rationale"] in text(answer)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["product_lead", "finance", "product_operations", "viewer"])
def test_who_may_not_decide_sees_why_beside_a_disabled_button_and_no_form(who, request, client_of, bet) -> None:
    client = client_of(request.getfixturevalue(who))
    for path in ("/bets/B-1/", "/bets/B-1/decide/"):
        page = text(client.get(path))
        assert "that takes the role executive" in page
        assert "disabled" in page
        assert "<textarea" not in page
    answer = client.post("/bets/B-1/decide/", said())
    assert answer.status_code == 409
    assert not Decision.objects.exists()


def test_the_lead_of_a_bet_does_not_decide_on_it(client_of, executive, bet) -> None:
    Bet.objects.filter(pk=bet.pk).update(lead=executive)
    assert "You lead this bet: somebody else decides on it." in text(client_of(executive).get("/bets/B-1/decide/"))


def test_a_ceased_bet_comes_back_only_by_a_reversal(client_of, executive, bet) -> None:
    client = client_of(executive)
    client.post("/bets/B-1/decide/", said(kind="cease", look_again_on=""))
    page = text(client.get("/bets/B-1/decide/"))
    assert "Reverse the decision to cease" in page
    assert page.count('type="radio"') == 2
    assert client.post("/bets/B-1/decide/", said(kind="pivot")).status_code == 422
    unseen = client.post("/bets/B-1/decide/", said(kind="fund"))  # from a page of before it ceased
    assert (unseen.status_code, Decision.objects.count()) == (409, 1)
    assert "This bet is ceased: only to fund it or to persist, as a reversal" in text(unseen)
    client.post("/bets/B-1/decide/", said(kind="fund", reverses="1"))
    assert Bet.objects.get(pk=bet.pk).state == "live"
    assert Decision.objects.get(number=2).reverses == Decision.objects.get(number=1)
    assert "reverses decision 1" in text(client.get("/bets/B-1/"))


def test_hostile_words_are_shown_as_words(client_of, executive, bet) -> None:
    hostile = "<script>alert(1)</script> =1+1 \u202e \U0001f600 " + "w" * 300
    client = client_of(executive)
    client.post("/bets/B-1/decide/", said(rationale=hostile, would_change=hostile))
    assert "<script>alert" not in client.get("/bets/B-1/").content.decode()
    assert hostile in text(client.get("/bets/B-1/"))


@pytest.mark.parametrize("flags", [(), ("pivot", "scale", "near_miss")])
def test_the_form_page_takes_the_same_queries_for_one_and_for_many_outcomes(
    client_of, executive, bet, night, django_assert_num_queries, flags
) -> None:
    for number, kind in enumerate(flags, start=2):
        ReadingFactory(outcome=OutcomeFactory(bet=bet, number=number), run=night)
        FlagFactory(bet=bet, outcome=bet.outcomes.first(), run=night, kind=kind)
    client = client_of(executive)
    with django_assert_num_queries(19):
        client.get("/bets/B-1/decide/")


# ---- on the page of the bet


def test_decisions_stand_on_the_page_with_the_readings_as_they_stood(client_of, executive, bet, night) -> None:
    DecisionFactory(bet=bet, number=1, run=night, decided_by=executive)
    later = RunFactory(as_of=TODAY + dt.timedelta(days=3))
    ReadingFactory(outcome=bet.outcomes.get(), run=later, lower=0.10, upper=0.20)
    VerdictFactory(bet=bet, run=later, kind="measure")
    page = text(client_of(executive).get("/bets/B-1/"))
    told = page[page.index('id="decisions"') : page.index('id="change"')]
    for words in ("Persist", "Eva Executive", "The new form went live", "Would change it", "38.0 % to 44.0 %", "Cease"):
        assert words in told
    assert "10.0 % to 20.0 %" not in told


def test_a_flag_that_was_decided_on_rests_and_the_page_says_until_when(client_of, executive, bet) -> None:
    client = client_of(executive)
    assert "is not raised anew before" not in text(client.get("/bets/B-1/"))
    client.post("/bets/B-1/decide/", said())
    assert "the same evidence is not raised anew before" in text(client.get("/bets/B-1/"))


def test_a_decided_date_no_longer_counts_as_overdue(client_of, executive, retail, night) -> None:
    judged(night, retail, "B-2", days=(today() - TODAY).days - 3)
    client = client_of(executive)
    assert "3 days overdue" in text(client.get("/bets/B-2/"))
    client.post("/bets/B-2/decide/", said())
    page = text(client.get("/bets/B-2/"))
    assert "3 days overdue" not in page
    assert "decided, look again on" in page


# ---- near misses


@pytest.fixture
def near_miss(bet, night, product_operations):
    reader = {"reader": product_operations, "read_by": TODAY + dt.timedelta(days=14)}
    return FlagFactory(bet=bet, outcome=bet.outcomes.get(), run=night, kind="near_miss", **reader)


READ = {"finding": "open", "note": "Two of the twelve weeks were a strike."}


def test_the_named_reader_says_what_it_is(client_of, product_operations, near_miss) -> None:
    client = client_of(product_operations)
    assert "Read it now" in text(client.get("/bets/B-1/"))
    assert "Full reasoning" in text(client.get("/bets/B-1/second-reading/"))
    answer = client.post("/bets/B-1/second-reading/", READ, follow=True)
    assert "It cannot be said" in text(answer)
    assert "Two of the twelve weeks were a strike." in text(answer)
    assert SecondReading.objects.get().read_by == product_operations
    assert client.post("/bets/B-1/second-reading/", READ).status_code == 409


def test_others_see_who_reads_it_and_until_when(client_of, executive, near_miss) -> None:
    client = client_of(executive)
    assert "Read it now" not in text(client.get("/bets/B-1/"))
    page = text(client.get("/bets/B-1/second-reading/"))
    assert "Olga Operations reads it until 16 Mar 2026." in page
    assert "<textarea" not in page
    assert client.post("/bets/B-1/second-reading/", READ).status_code == 409
    assert not SecondReading.objects.exists()


def test_a_reading_without_words_is_not_taken(client_of, product_operations, near_miss) -> None:
    answer = client_of(product_operations).post("/bets/B-1/second-reading/", {"finding": "below", "note": " "})
    assert answer.status_code == 422
    assert "Say what you looked at." in text(answer)
    assert re.search('value="below"[^>]* checked', text(answer))


def test_without_a_near_miss_there_is_nothing_to_read(client_of, product_operations, bet) -> None:
    assert client_of(product_operations).get("/bets/B-1/second-reading/").status_code == 404


def test_lists_do_not_call_a_date_overdue_that_was_decided_on_or_whose_bet_is_over(
    client_of, executive, retail, night
) -> None:
    client = client_of(executive)
    decided, over = (
        OutcomeFactory(bet=BetFactory(domain=retail, state=state), decide_by=today() - dt.timedelta(days=3)).bet
        for state in ("live", "ceased")
    )
    assert text(client.get("/")).count("3 days overdue") >= 1
    DecisionFactory(bet=decided, decided_at=now(), look_again_on=today() + dt.timedelta(days=30))
    assert "days overdue" not in text(client.get("/"))
    assert over.name in text(client.get("/"))


# ---- what a decision does to the money


@pytest.fixture
def books() -> Books:
    """100,000.00 released, 30,000.00 of it spent, and 100,000.00 committed."""
    made = half_way()
    Bet.objects.filter(pk=made.bet.pk).update(wind_down=2_000_000)
    return made


def test_the_form_says_what_a_cease_gives_back_before_anybody_decides(client_of, executive, books) -> None:
    EffortFactory(bet=books.bet, weeks=12)
    Bet.objects.filter(pk=books.bet.pk).update(starts_on=today() - dt.timedelta(days=49))
    OutcomeFactory(bet=books.bet, decide_by=today() + dt.timedelta(days=50))
    books.release(books.second)
    page = text(client_of(executive).get(f"/bets/{books.bet.key}/decide/"))
    for words in (
        "€150,000.00 returns to Bets of direct sales at once.", "€20,000.00 is set aside to wind it down.",
        "at most €170,000.00", "6 planned team-weeks lie ahead", "Its teams stay.",
        "1 request for money waits and becomes void.", "€950,000.00",
    ):  # fmt: skip
        assert words in page
    assert re.search('name="wind_down" value="20000"', page)


@pytest.mark.parametrize(
    ("typed", "available", "aside"),
    [("50,000.50", 91_999_950, 5_000_050), ("", 97_000_000, 0), ("170000", 80_000_000, 17_000_000)],
)
def test_a_cease_returns_the_money_but_for_what_is_set_aside(
    client_of, executive, books, typed, available, aside
) -> None:
    answer = client_of(executive).post(f"/bets/{books.bet.key}/decide/", said(kind="cease", wind_down=typed))
    assert answer.status_code == 302
    assert books.balance("available") == available
    assert sum(Account.objects.filter(kind="winddown").values_list("balance", flat=True)) == aside


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("170000.01", 409, "Only €170,000.00 of this bet's money is left"),
        ("-1", 422, "Enter an amount of money"),
        ("1e3", 422, "Enter an amount of money"),
        ("NaN", 422, "Enter an amount of money"),
        ("1.999", 422, "Enter an amount of money"),
        ("9" * 30, 422, "more money than can be written down"),
        ("x" * 100_000, 422, "Enter an amount of money"),
    ],
)
def test_an_amount_that_cannot_be_set_aside_is_said_and_nothing_is_decided(
    client_of, executive, books, typed, status, words
) -> None:
    answer = client_of(executive).post(f"/bets/{books.bet.key}/decide/", said(kind="cease", wind_down=typed))
    assert answer.status_code == status
    assert words in text(answer)
    assert not Decision.objects.filter(kind="cease").exists()
    assert books.balance("released", books.first) == 7_000_000


def test_what_stands_in_the_field_of_a_cease_does_not_hinder_another_decision(client_of, executive, books) -> None:
    answer = client_of(executive).post(f"/bets/{books.bet.key}/decide/", said(wind_down="a lot"))
    assert answer.status_code == 302
    assert books.balance("released", books.first) == 7_000_000


def test_a_bet_that_holds_no_money_is_asked_for_no_cost(client_of, executive, bet) -> None:
    page = text(client_of(executive).get("/bets/B-1/decide/"))
    assert "wind_down" not in page
    assert "What a cease does to its money" not in page

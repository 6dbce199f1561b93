"""The guide through stating a bet: who sees it, what it keeps, what was left half-way, and two versions together."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from bets import actions
from bets.models import Bet, Sketch
from lib.clock import now, today
from org.models import Domain, Person
from tests.factories import (
    AssumptionFactory,
    BetFactory,
    EffortFactory,
    GoalFactory,
    HypothesisFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    SketchFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
)
from tests.pages import text

pytestmark = pytest.mark.django_db
CLAIM = {"change": "a form", "whom": "drivers", "result": "faster claims", "reason": "they said so"}
OTHER = actions.Claim("a phone line", "drivers", "faster claims", "they call")
DRAFT = "/bets/B-1/draft/"


@pytest.fixture
def bet(product_lead: Person, retail: Domain) -> Bet:
    template = TemplateFactory(premortem="What would a rival do?", reason="nine of ten …")
    return BetFactory(
        key="B-1", state="draft", domain=retail, lead=product_lead, template=template, starts_on=today()
    )  # fmt: skip


@pytest.fixture
def lead(client_of: Any, product_lead: Person) -> Client:
    client: Client = client_of(product_lead)
    return client


def seen_in(answer: Any) -> str:
    page = text(answer)
    start = page.index('name="seen" value="') + len('name="seen" value="')
    return page[start : page.index('"', start)]


def about(bet: Bet, **changes: Any) -> dict[str, Any]:
    return {
        "name": bet.name, "domain": bet.domain_id, "lead": bet.lead_id, "goal": "", "stage": "discovery",
        "horizon": 1, "starts_on": str(today()), "currency": "eur",
    } | changes  # fmt: skip


PATHS = ["/bets/new/", DRAFT, f"{DRAFT}about/", f"{DRAFT}money/", f"{DRAFT}review/", "/bets/B-1/hypothesis/"]


@pytest.mark.parametrize("path", PATHS)
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client: Client, bet: Bet, path: str) -> None:
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", [*PATHS[1:], "/bets/B-1/live/"])
def test_a_draft_out_of_reach_does_not_exist(client_of: Any, outsider: Person, bet: Bet, path: str) -> None:
    assert client_of(outsider).get(path).status_code == 404
    assert client_of(outsider).post(path).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/bets/new/", f"{DRAFT}about/", f"{DRAFT}premortem/", f"{DRAFT}review/"])
def test_who_may_not_state_bets_sees_why_beside_a_disabled_button_and_no_field(
    client_of: Any, viewer: Person, bet: Bet, path: str
) -> None:
    answer = client_of(viewer).get(path)
    assert answer.status_code == 200
    assert all(words in text(answer) for words in ("You may not state a bet here", "disabled"))
    assert "<textarea" not in text(answer)


def test_a_step_that_does_not_exist_is_not_there(lead: Client, bet: Bet) -> None:
    assert lead.get(f"{DRAFT}romance/").status_code == 404


# ---- a new bet


def test_a_bet_is_stated_and_its_steps_follow(lead: Client, product_lead: Person, bet: Bet) -> None:
    template = TemplateFactory(name="Cheaper process", stage="validation", horizon=2)
    page = text(lead.get("/bets/new/"))
    assert 'value="B-2"' in page
    assert template.guidance in page
    typed = about(bet, name="E-bikes", key="", stage="", horizon="", template=template.pk)
    answer = lead.post("/bets/new/", typed, follow=True)
    assert answer.redirect_chain == [("/bets/B-2/draft/hypothesis/", 302)]
    made = Bet.objects.get(key="B-2")
    assert (made.name, made.stage, made.horizon, made.currency) == ("E-bikes", "validation", 2, "EUR")
    assert (made.lead, made.goal, made.template) == (product_lead, None, template)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name": " "}, 422, "Give it a name."),
        ({"name": "x" * 100_000}, 422, "160"),
        ({"name": "a\0b"}, 422, "Null characters"),
        ({"key": "x" * 61}, 422, "60"),
        ({"key": "a/b"}, 409, "leave out slashes"),
        ({"key": "new"}, 409, "a page of its own"),
        ({"key": "B-1"}, 409, "key B-1 already"),
        ({"starts_on": "31.02."}, 422, "Enter a valid date."),
        ({"starts_on": "1026-03-02"}, 409, "ten years back"),
        ({"currency": "€"}, 409, "three capital letters"),
        ({"domain": "999999"}, 422, "Select a valid choice"),
        ({"lead": "999999"}, 422, "Select a valid choice"),
        ({"teams": ["999999"]}, 422, "999999"),
    ],
)
def test_a_new_bet_that_is_not_sound_says_so_and_nothing_typed_is_lost(
    lead: Client, bet: Bet, changes: dict[str, Any], status: int, words: str
) -> None:
    typed = about(bet, name="Cover for e-bikes", key="K-1") | changes
    answer = lead.post("/bets/new/", typed)
    assert answer.status_code == status
    assert words in text(answer)
    if "name" not in changes:
        assert "Cover for e-bikes" in text(answer)
    assert Bet.objects.count() == 1


def test_a_domain_of_somebody_else_cannot_be_chosen(lead: Client, bet: Bet, outsider: Person) -> None:
    elsewhere = outsider.grants.get().domain
    assert elsewhere.name not in text(lead.get("/bets/new/"))
    assert lead.post("/bets/new/", about(bet, key="K-1", domain=elsewhere.pk)).status_code == 422


# ---- the steps


@pytest.mark.parametrize(
    ("step", "typed", "value"),
    [
        ("hypothesis", CLAIM, lambda bet: bet.hypotheses.get().reason),
        ("premortem", {"premortem": "A strike.\r\nThen rain."}, lambda bet: Bet.objects.get(pk=bet.pk).premortem),
        (
            "assumptions",
            {"statement-new1": "They read it.", "importance-new1": "5", "next_test-new1": "", "importance-new2": "3"},
            lambda bet: bet.assumptions.get().statement,
        ),
    ],
)
def test_a_step_is_kept_and_the_next_one_follows(
    lead: Client, bet: Bet, step: str, typed: dict[str, str], value: Any
) -> None:
    seen = seen_in(lead.get(f"{DRAFT}{step}/"))
    answer = lead.post(f"{DRAFT}{step}/", typed | {"seen": seen, "then": "on"})
    assert answer.status_code == 302
    assert value(bet) in ("they said so", "A strike.\nThen rain.", "They read it.")
    assert step not in answer["Location"]
    stay = lead.post(f"{DRAFT}{step}/", typed | {"seen": seen, "then": "stay"})
    assert stay["Location"] == f"{DRAFT}{step}/"  # the same form sent twice is no conflict


def test_all_the_money_is_kept_at_once(lead: Client, bet: Bet) -> None:
    team = TeamFactory(domain=bet.domain, name="Claims")
    bet.teams.add(team)
    page = lead.get(f"{DRAFT}money/")
    assert "Talk to twenty customers" in text(page)  # what the template suggests
    typed = {
        "purpose-new1": "Talk", "gate-new1": "Ten say so", "amount-new1": "80,000.50", "planned_on-new1": "2026-12-01",
        "lasts_until-new1": "", f"weeks_{team.pk}": "12.5", "value_low": "1", "value_likely": "600,000",
        "value_high": "900000", "value_conversion": "+1 point = 60k", "seen": seen_in(page),
    }  # fmt: skip
    assert lead.post(f"{DRAFT}money/", typed).status_code == 302
    bet.refresh_from_db()
    assert (bet.tranches.get().amount, bet.efforts.get().weeks, bet.value_likely) == (8_000_050, 12.5, 60_000_000)
    assert "No rate is set for Claims" in text(lead.get(f"{DRAFT}money/"))
    assert 'value="80000.50"' in text(lead.get(f"{DRAFT}money/"))


@pytest.mark.parametrize(
    ("step", "typed", "status", "words"),
    [
        ("hypothesis", CLAIM | {"reason": ""}, 422, "Say why you believe so."),
        ("premortem", {"premortem": "x" * 100_000}, 422, "it has 100000"),
        ("assumptions", {"next_test-new1": "Ask.", "importance-new1": "3"}, 422, "Say what must be true"),
        ("assumptions", {"statement-new1": "It works.", "importance-new1": "9"}, 422, "9 is not one of"),
        ("money", {"amount-new1": "1e400"}, 422, "Enter an amount of money"),
        ("money", {"amount-new1": "-5"}, 422, "Enter an amount of money"),
        ("money", {"amount-new1": "12,5"}, 422, "Enter an amount of money"),
        ("money", {"amount-new1": "5"}, 422, "Say what evidence releases it."),
        ("money", {"value_low": "9", "value_likely": "8", "value_high": "7"}, 409, "from low by likely to high"),
        ("about", {"starts_on": "9999-99-99"}, 422, "Enter a valid date."),
    ],
)
def test_a_step_that_is_not_sound_says_so_and_keeps_what_was_typed(
    lead: Client, bet: Bet, step: str, typed: dict[str, str], status: int, words: str
) -> None:
    given = (about(bet) if step == "about" else {}) | typed
    answer = lead.post(f"{DRAFT}{step}/", given | {"seen": seen_in(lead.get(f"{DRAFT}{step}/"))})
    assert answer.status_code == status
    assert words in text(answer)
    assert next(iter(typed.values())) in text(answer)
    assert not (bet.hypotheses.exists() or bet.assumptions.exists() or bet.tranches.exists())


def test_a_line_is_dropped_by_its_box_or_by_emptying_it(lead: Client, bet: Bet) -> None:
    for number in (1, 2, 3):
        AssumptionFactory(bet=bet, number=number, next_test="", statement=f"Number {number}.")
    typed = {
        "statement-1": "", "importance-1": "3", "statement-2": "x" * 999, "importance-2": "3", "drop-2": "on",
        "statement-3": "Number 3.", "importance-3": "5", "seen": seen_in(lead.get(f"{DRAFT}assumptions/")),
    }  # fmt: skip
    assert lead.post(f"{DRAFT}assumptions/", typed).status_code == 302
    assert [one.number for one in bet.assumptions.filter(dropped_at=None)] == [3]


# ---- two tabs


def test_the_second_of_two_sees_both_versions_and_loses_nothing(
    lead: Client, bet: Bet, product_operations: Person
) -> None:
    seen = seen_in(lead.get(f"{DRAFT}hypothesis/"))
    actions.write_hypothesis(bet, OTHER, by=product_operations, at=now())
    answer = lead.post(f"{DRAFT}hypothesis/", CLAIM | {"seen": seen})
    page = text(answer)
    assert answer.status_code == 409
    assert "Latest change by Olga Operations" in page
    assert all(words in page for words in ("Theirs, which stands", "a phone line", "a form", "they call"))
    assert bet.hypotheses.get().change == "a phone line"
    again = lead.post(f"{DRAFT}hypothesis/", CLAIM | {"seen": seen_in(answer)})
    assert again.status_code == 302
    assert bet.hypotheses.get().change == "a form"


def test_a_line_that_somebody_dropped_meanwhile_is_still_in_the_form(
    lead: Client, bet: Bet, product_operations: Person
) -> None:
    one = AssumptionFactory(bet=bet, number=1)
    seen = seen_in(lead.get(f"{DRAFT}assumptions/"))
    actions.drop_assumption(one, by=product_operations, at=now())
    typed = {"statement-1": "Mine.", "importance-1": "5", "next_test-1": ""}
    answer = lead.post(f"{DRAFT}assumptions/", typed | {"seen": seen})
    assert answer.status_code == 409
    assert "Mine." in text(answer)
    lead.post(f"{DRAFT}assumptions/", typed | {"seen": seen_in(answer)})
    assert [one.statement for one in bet.assumptions.filter(dropped_at=None)] == ["Mine."]


# ---- left half-way


def test_what_was_left_comes_back_as_typed_until_it_is_saved(
    lead: Client, client_of: Any, bet: Bet, product_operations: Person
) -> None:
    half = {"change": "a form <b>", "whom": "", "result": "", "reason": "x" * 600}
    seen = seen_in(lead.get(f"{DRAFT}hypothesis/"))
    answer = lead.post(f"{DRAFT}hypothesis/", half | {"seen": seen, "leave": "1"}, follow=True)
    assert answer.redirect_chain == [(DRAFT, 302)]
    assert "Left half-way" in text(answer)
    page = text(lead.get(f"{DRAFT}hypothesis/"))
    assert all(words in page for words in ("You left this half-way on", "a form <b>", "x" * 600))
    assert "half-way on" not in text(client_of(product_operations).get(f"{DRAFT}hypothesis/"))
    lead.post(f"{DRAFT}hypothesis/", CLAIM | {"seen": seen})
    assert not Sketch.objects.exists()


def test_what_was_left_is_forgotten_when_asked(lead: Client, bet: Bet) -> None:
    lead.post(f"{DRAFT}premortem/", {"premortem": "Rain.", "leave": "1"})
    answer = lead.post(f"{DRAFT}premortem/", {"forget": "1"})
    assert answer["Location"] == f"{DRAFT}premortem/"
    assert "Rain." not in text(lead.get(f"{DRAFT}premortem/"))


def test_what_was_left_before_somebody_changed_it_shows_both(
    lead: Client, bet: Bet, product_operations: Person
) -> None:
    seen = seen_in(lead.get(f"{DRAFT}premortem/"))
    lead.post(f"{DRAFT}premortem/", {"premortem": "Rain.", "leave": "1", "seen": seen})
    actions.write_premortem(bet, "A strike.", by=product_operations, at=now())
    page = text(lead.get(f"{DRAFT}premortem/"))
    assert all(words in page for words in ("Theirs, which stands", "A strike.", "Rain."))


def test_what_an_import_left_for_the_lead_is_no_conflict(lead: Client, product_lead: Person, bet: Bet) -> None:
    SketchFactory(bet=bet, person=product_lead, step="hypothesis", typed={"change": ["a form"]})
    page = text(lead.get(f"{DRAFT}hypothesis/"))
    assert ("a form" in page, "Theirs, which stands" in page) == (True, False)


def test_a_new_bet_can_be_left_too(lead: Client, bet: Bet) -> None:
    team = TeamFactory(domain=bet.domain)
    lead.post("/bets/new/", {"name": "E-bik", "teams": [team.pk], "leave": "1"})
    page = text(lead.get("/bets/new/"))
    assert all(words in page for words in ("E-bik", "checked"))
    lead.post("/bets/new/", about(bet, name="E-bikes", key="K-1"))
    assert not Sketch.objects.exists()


def test_what_is_too_long_to_be_left_stays_in_the_form(lead: Client, bet: Bet) -> None:
    answer = lead.post(f"{DRAFT}premortem/", {"premortem": "x" * 400_001, "leave": "1"})
    assert answer.status_code == 409
    assert all(words in text(answer) for words in ("too long to be left", "x" * 400_001))


# ---- the whole draft, and going live


def test_the_guide_says_how_far_each_step_is_and_what_is_missing(lead: Client, bet: Bet) -> None:
    page = text(lead.get(DRAFT))
    missing = ("Go on with Hypothesis", "It has no hypothesis yet", "It has no outcome yet", "No premortem")
    assert all(words in page for words in missing)


def test_a_whole_draft_reads_as_one_page_and_goes_live_by_an_act(lead: Client, bet: Bet, product_lead: Person) -> None:
    HypothesisFactory(bet=bet)
    AssumptionFactory(bet=bet, statement="They read it.")
    OutcomeFactory(bet=bet, number=1, decide_by=today() + dt.timedelta(days=90))
    TrancheFactory(bet=bet, amount=8_000_000)
    EffortFactory(bet=bet, team=TeamFactory(name="Claims"))
    page = text(lead.get(f"{DRAFT}review/"))
    for words in ("has not reached", "45", "€80k", "No rate is set for Claims", "What freezes", "They read it."):
        assert words in page
    assert lead.get("/bets/B-1/live/")["Location"] == f"{DRAFT}review/"
    assert lead.post("/bets/B-1/live/")["Location"] == "/bets/B-1/"
    bet.refresh_from_db()
    assert (bet.state, bet.live_by) == ("live", product_lead)
    again = lead.post("/bets/B-1/live/")
    assert again.status_code == 409
    assert "not a draft" in text(again)
    assert lead.get(DRAFT)["Location"] == "/bets/B-1/"


def test_a_draft_that_lacks_something_does_not_go_live_and_says_all_of_it(lead: Client, bet: Bet) -> None:
    answer = lead.post("/bets/B-1/live/")
    assert answer.status_code == 409
    assert all(words in text(answer) for words in ("It has no hypothesis yet", "It has no outcome yet"))


@pytest.mark.parametrize("many", [False, True])
def test_the_guide_takes_the_same_queries_for_a_bare_and_for_a_full_draft(
    lead: Client, bet: Bet, django_assert_num_queries: Any, many: bool
) -> None:
    LearningOutcomeFactory(bet=bet)
    if many:
        HypothesisFactory(bet=bet)
        for number in (1, 2, 3):
            AssumptionFactory(bet=bet, number=number)
            OutcomeFactory(bet=bet, number=number)
            TrancheFactory(bet=bet, sequence=number)
            EffortFactory(bet=bet)
    lead.get(DRAFT)
    with django_assert_num_queries(28):
        lead.get(DRAFT)


# ---- the bet page, and the hypothesis of a bet that went live


def test_the_page_of_a_draft_leads_to_its_guide_for_who_may_go_on(
    lead: Client, client_of: Any, viewer: Person, bet: Bet
) -> None:
    assert f'href="{DRAFT}"' in text(lead.get("/bets/B-1/"))
    assert f'href="{DRAFT}"' not in text(client_of(viewer).get("/bets/B-1/"))
    assert 'href="/bets/new/"' in text(lead.get("/"))
    assert 'href="/bets/new/"' not in text(client_of(viewer).get("/"))


def test_after_a_pivot_the_hypothesis_is_written_anew_with_a_reason(lead: Client, bet: Bet) -> None:
    HypothesisFactory(bet=bet)
    Bet.objects.filter(pk=bet.pk).update(state="held", goal=GoalFactory())
    page = lead.get("/bets/B-1/hypothesis/")
    assert "held since it was decided to pivot" in text(page)
    bare = lead.post("/bets/B-1/hypothesis/", CLAIM | {"seen": seen_in(page), "why": ""})
    assert bare.status_code == 422
    assert "they said so" in text(bare)
    answer = lead.post("/bets/B-1/hypothesis/", CLAIM | {"seen": seen_in(page), "why": "Nobody typed."}, follow=True)
    assert answer.redirect_chain == [("/bets/B-1/", 302)]
    for words in ("Why this version: Nobody typed.", "1 earlier version", "Write it anew"):
        assert words in text(answer)
    stale = lead.post("/bets/B-1/hypothesis/", CLAIM | {"change": "mine", "seen": seen_in(page), "why": "Again."})
    assert stale.status_code == 409
    assert "Theirs, which stands" in text(stale)
    assert bet.hypotheses.count() == 2


def test_the_hypothesis_of_a_bet_that_is_over_stays(lead: Client, bet: Bet) -> None:
    Bet.objects.filter(pk=bet.pk).update(state="ceased")
    page = text(lead.get("/bets/B-1/hypothesis/"))
    assert "This bet is ceased" in page
    assert "<textarea" not in page

"""What a draft is stated with: written, changed and dropped by who may, told in events, never over somebody else's."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, transaction

from bets import actions, drafts
from bets.actions import Assumed, Plan, Row
from bets.models import Bet, Sketch
from bets.rules_draft import Stage
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Domain, Event, Person, Role
from tests.factories import (
    AT,
    TODAY,
    AssumptionFactory,
    BetFactory,
    EffortFactory,
    EvidenceFactory,
    EvidenceLinkFactory,
    ForecastFactory,
    HypothesisFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    PersonFactory,
    RoleGrantFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
CLAIM = actions.Claim("a one-page form", "drivers", "faster claims", "page three loses them")
OTHER = actions.Claim("a phone line", "drivers", "faster claims", "they call")
STAGE = Stage(80_000_00, "Build", "Ten say so", TODAY)
STALE = "Somebody changed this"


@pytest.fixture
def draft(product_lead: Person, retail: Domain) -> Bet:
    return BetFactory(key="B-1", state="draft", domain=retail, lead=product_lead, starts_on=TODAY)


def kinds() -> list[str]:
    return list(Event.objects.filter(subject_type="bets.bet").order_by("pk").values_list("kind", flat=True))


# ---- stating


def test_a_bet_is_stated_without_a_claim_and_from_a_template(product_lead: Person, retail: Domain) -> None:
    template, team = TemplateFactory(), TeamFactory(domain=retail)
    bet = actions.state_bet(
        " B-7 ", " Faster ", retail, None, lead=product_lead, by=product_lead, at=AT, teams=[team], template=template,
        starts_on=TODAY,
    )  # fmt: skip
    assert (bet.key, bet.name, bet.state, bet.template) == ("B-7", "Faster", "draft", template)
    assert list(bet.teams.all()) == [team]
    assert not bet.hypotheses.exists()
    assert kinds() == ["bet stated"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "new"}, "a page of its own"),
        ({"name": "x" * 161}, "at most 160"),
        ({"starts_on": dt.date(1026, 3, 2)}, "ten years back"),
        ({"currency": "Euro"}, "three capital letters"),
    ],
)
def test_a_bet_that_is_not_sound_is_not_stated(
    product_lead: Person, retail: Domain, changes: dict[str, Any], words: str
) -> None:
    given = {"key": "B-7", "name": "Faster", "starts_on": TODAY} | changes
    key, name = given.pop("key"), given.pop("name")
    with pytest.raises(Refused, match=words):
        actions.state_bet(key, name, retail, CLAIM, lead=product_lead, by=product_lead, at=AT, **given)
    assert not Bet.objects.exists()


def test_who_has_no_role_there_leads_no_bet(product_lead: Person, viewer: Person, retail: Domain) -> None:
    with pytest.raises(Refused, match="Vera Viewer cannot lead"):
        actions.state_bet("B-7", "Faster", retail, CLAIM, lead=viewer, by=product_lead, at=AT, starts_on=TODAY)


def test_the_next_key_is_the_one_after_the_highest_of_the_domain(draft: Bet, retail: Domain) -> None:
    BetFactory(key="B-11", domain=retail)
    BetFactory(key="C-99")
    assert drafts.next_key_of(retail) == "B-12"


# ---- about


def test_a_change_of_a_draft_says_what_was_before(draft: Bet, product_lead: Person) -> None:
    team = TeamFactory(domain=draft.domain)
    actions.change_bet(draft, name=" Slower claims ", horizon=2, teams=[team], by=product_lead, at=AT)
    draft.refresh_from_db()
    assert (draft.name, draft.horizon, list(draft.teams.all())) == ("Slower claims", 2, [team])
    event = Event.objects.get(kind="bet changed")
    assert event.sentence == "Changed: name, horizon, teams."
    assert (event.payload["former"]["horizon"], event.payload["now"]["teams"]) == (1, [team.pk])


def test_a_form_that_was_sent_twice_writes_nothing_the_second_time(draft: Bet, product_lead: Person) -> None:
    seen = seen_of(drafts.about_values(draft))
    for _ in range(2):
        actions.change_bet(draft, name="Slower claims", seen=seen, by=product_lead, at=AT)
    assert kinds() == ["bet changed"]


def test_the_currency_stays_while_money_is_planned_in_it(draft: Bet, product_lead: Person) -> None:
    TrancheFactory(bet=draft)
    with pytest.raises(Refused, match="planned in EUR already"):
        actions.change_bet(draft, currency="USD", by=product_lead, at=AT)


def test_a_draft_does_not_move_where_one_may_not_state_bets(draft: Bet, product_lead: Person, outsider: Person) -> None:
    elsewhere = outsider.grants.get().domain
    with pytest.raises(Refused, match="state a bet here"):
        actions.change_bet(draft, domain=elsewhere, by=product_lead, at=AT)
    draft.refresh_from_db()
    assert draft.domain != elsewhere


# ---- what every change asks


def changes_of(bet: Bet, by: Person, seen: str | None = None) -> dict[str, Any]:
    """Each kind of change of a draft, ready to be made."""
    rows = [Assumed(None, "They read it.", 4, "")]
    plan = Plan([Row(None, STAGE)], {}, 1, 2, 3, "")
    who: dict[str, Any] = {"by": by, "at": AT}
    return {
        "about": lambda: actions.change_bet(bet, name="Another", seen=seen, **who),
        "hypothesis": lambda: actions.write_hypothesis(bet, OTHER, why="Learnt.", seen=seen, **who),
        "assumptions": lambda: actions.keep_assumptions(bet, rows, seen=seen, **who),
        "premortem": lambda: actions.write_premortem(bet, "A strike.", seen=seen, **who),
        "money": lambda: actions.keep_money(bet, plan, seen=seen, **who),
        "value": lambda: actions.set_value(bet, low=1, likely=2, high=3, conversion="", **who),
        "cost": lambda: actions.set_cost(bet, {}, **who),
        "tranche": lambda: actions.plan_tranche(bet, 1, "Build", "Ten", TODAY, **who),
        "assumption": lambda: actions.add_assumption(bet, "It works.", 3, **who),
    }


KINDS = ["about", "hypothesis", "assumptions", "premortem", "money", "value", "cost", "tranche", "assumption"]
SEEN = {
    "about": drafts.about_values, "hypothesis": drafts.claim_values, "assumptions": drafts.assumptions_values,
    "premortem": drafts.premortem_values, "money": drafts.money_values,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_state_bets_here_changes_nothing(draft: Bet, outsider: Person, kind: str) -> None:
    with pytest.raises(Refused, match="state a bet"):
        changes_of(draft, outsider)[kind]()
    assert kinds() == []


@pytest.mark.parametrize("kind", ["about", "premortem", "money", "value", "cost"])
def test_a_live_bet_keeps_what_it_was_stated_with(draft: Bet, product_lead: Person, kind: str) -> None:
    Bet.objects.filter(pk=draft.pk).update(state="live")
    with pytest.raises(Refused, match="This bet is live"):
        changes_of(draft, product_lead)[kind]()
    assert kinds() == []


@pytest.mark.parametrize("kind", ["hypothesis", "assumptions", "tranche", "assumption"])
def test_nothing_is_added_to_a_bet_that_is_over(draft: Bet, product_lead: Person, kind: str) -> None:
    Bet.objects.filter(pk=draft.pk).update(state="ceased")
    with pytest.raises(Refused, match="This bet is ceased"):
        changes_of(draft, product_lead)[kind]()
    assert kinds() == []


@pytest.mark.parametrize("kind", list(SEEN))
def test_what_somebody_changed_meanwhile_is_not_overwritten_unseen(
    draft: Bet, product_lead: Person, product_operations: Person, kind: str
) -> None:
    HypothesisFactory(bet=draft)
    seen = seen_of(SEEN[kind](draft))
    Bet.objects.filter(pk=draft.pk).update(name="Theirs", premortem="Theirs.", value_conversion="Theirs.")
    actions.write_hypothesis(draft, CLAIM, by=product_operations, at=AT)
    AssumptionFactory(bet=draft, number=1)
    draft.refresh_from_db()
    with pytest.raises(Refused, match=STALE):
        changes_of(draft, product_lead, seen)[kind]()
    assert kinds() == ["hypothesis rewritten"]
    changes_of(draft, product_lead, seen_of(SEEN[kind](draft)))[kind]()
    assert len(kinds()) > 1


# ---- hypothesis


def test_a_draft_is_written_anew_in_place_and_the_event_tells(draft: Bet, product_lead: Person) -> None:
    actions.write_hypothesis(draft, CLAIM, by=product_lead, at=AT)
    actions.write_hypothesis(draft, OTHER, by=product_lead, at=AT)
    assert [(one.version, one.change) for one in draft.hypotheses.all()] == [(1, "a phone line")]
    assert kinds() == ["hypothesis written", "hypothesis rewritten"]


@pytest.mark.parametrize("state", ["live", "held"])
def test_a_bet_that_went_live_gets_a_version_with_a_reason(draft: Bet, product_lead: Person, state: str) -> None:
    HypothesisFactory(bet=draft)
    Bet.objects.filter(pk=draft.pk).update(state=state)
    with pytest.raises(Refused, match="why this version"):
        actions.write_hypothesis(draft, OTHER, by=product_lead, at=AT)
    written = actions.write_hypothesis(draft, OTHER, why=" Nobody typed. ", by=product_lead, at=AT)
    assert (written.version, written.why, draft.hypotheses.count()) == (2, "Nobody typed.", 2)
    assert "Why: Nobody typed." in Event.objects.get(kind="hypothesis written").sentence
    with pytest.raises(Refused, match="word for word"):
        actions.write_hypothesis(draft, OTHER, why="Again.", by=product_lead, at=AT)


# ---- assumptions


def test_an_assumption_is_added_changed_and_dropped_and_its_number_is_not_given_again(
    draft: Bet, product_lead: Person
) -> None:
    who: dict[str, Any] = {"by": product_lead, "at": AT}
    one = actions.add_assumption(draft, " They read it. ", 5, next_test="Ask five.", **who)
    actions.change_assumption(one, statement="They read it.", importance=2, next_test="", **who)
    actions.drop_assumption(one, **who)
    two = actions.add_assumption(draft, "They read it.", 3, **who)
    one.refresh_from_db()
    assert (one.importance, one.dropped_by, two.number) == (2, product_lead, 2)
    assert kinds() == ["assumption added", "assumption changed", "assumption dropped", "assumption added"]
    assert Event.objects.get(kind="assumption changed").payload["former"]["importance"] == 5


def test_what_is_assumed_already_or_was_dropped_is_said(draft: Bet, product_lead: Person) -> None:
    who: dict[str, Any] = {"by": product_lead, "at": AT}
    one = actions.add_assumption(draft, "They read it.", 5, **who)
    with pytest.raises(Refused, match="word for word"):
        actions.add_assumption(draft, "They read it. ", 1, **who)
    stale = seen_of({"statement": "Else.", "importance": 1, "next_test": ""})
    with pytest.raises(Refused, match=STALE):
        actions.change_assumption(one, statement="Mine.", importance=1, next_test="", seen=stale, **who)
    actions.drop_assumption(one, **who)
    with pytest.raises(Refused, match="dropped this assumption meanwhile"):
        actions.change_assumption(one, statement="Mine.", importance=1, next_test="", **who)


def test_a_page_of_assumptions_is_kept_as_a_whole(draft: Bet, product_lead: Person) -> None:
    _first, second = (AssumptionFactory(bet=draft, number=number, next_test="") for number in (1, 2))
    rows = [Assumed(2, second.statement, 5, ""), Assumed(None, "New.", 3, ""), Assumed(9, "Was theirs.", 1, "")]
    actions.keep_assumptions(draft, rows, by=product_lead, at=AT)
    standing = draft.assumptions.filter(dropped_at=None)
    assert [(one.number, one.importance) for one in standing] == [(2, 5), (3, 3), (4, 1)]
    with pytest.raises(Refused, match="from 1"):
        actions.keep_assumptions(draft, [Assumed(None, "Last.", 9, "")], by=product_lead, at=AT)
    assert standing.count() == 3
    before = len(kinds())
    kept = [Assumed(one.number, one.statement, one.importance, one.next_test) for one in standing]
    actions.keep_assumptions(draft, kept, seen="stale", by=product_lead, at=AT)
    assert len(kinds()) == before


def test_the_riskiest_assumption_comes_first(draft: Bet) -> None:
    tested, small, opposed = (AssumptionFactory(bet=draft, number=n, importance=i) for n, i in ((1, 5), (2, 2), (3, 4)))
    finding = EvidenceFactory(bet=draft, strength=4)
    EvidenceLinkFactory(evidence=finding, assumption=tested, supports=True)
    EvidenceLinkFactory(evidence=finding, assumption=opposed, supports=False)
    former = EvidenceFactory(bet=draft, strength=4)
    EvidenceLinkFactory(evidence=former, assumption=small)
    EvidenceFactory(bet=draft, supersedes=former)
    assert [(one.assumption.number, one.strength) for one in drafts.riskiest(draft)] == [(3, -4), (2, 0), (1, 4)]


# ---- money


def test_tranches_are_changed_and_dropped_and_those_after_move_up(draft: Bet, product_lead: Person) -> None:
    who: dict[str, Any] = {"by": product_lead, "at": AT}
    for purpose in ("One", "Two", "Three"):
        actions.plan_tranche(draft, 100, purpose, "Gate", TODAY, **who)
    one, two, _three = draft.tranches.all()
    actions.change_tranche(two, amount=200, purpose="Two", gate="Gate", planned_on=TODAY, **who)
    actions.drop_tranche(one, **who)
    assert [(t.sequence, t.purpose, t.amount) for t in draft.tranches.all()] == [(1, "Two", 200), (2, "Three", 100)]
    assert Event.objects.get(kind="tranche changed").payload["former"] == {"amount": 100}
    with pytest.raises(Refused, match="dropped this tranche meanwhile"):
        actions.drop_tranche(one, **who)


def test_a_tranche_on_which_people_have_stated_forecasts_stays(draft: Bet, product_lead: Person) -> None:
    tranche = TrancheFactory(bet=draft, sequence=1)
    ForecastFactory(outcome=None, tranche=tranche)
    with pytest.raises(Refused, match="Tranche 1 stays"):
        actions.drop_tranche(tranche, by=product_lead, at=AT)
    assert draft.tranches.exists()


def test_weeks_are_of_teams_that_work_on_the_bet(draft: Bet, product_lead: Person) -> None:
    who: dict[str, Any] = {"by": product_lead, "at": AT}
    ours, theirs = TeamFactory.create_batch(2)
    draft.teams.add(ours)
    EffortFactory(bet=draft, team=TeamFactory())
    with pytest.raises(Refused, match="does not work on this bet"):
        actions.set_cost(draft, {theirs: Decimal(2)}, **who)
    actions.set_cost(draft, {ours: Decimal("2.5")}, **who)
    assert [(effort.team, effort.weeks) for effort in draft.efforts.all()] == [(ours, Decimal("2.5"))]
    actions.set_cost(draft, {ours: Decimal(0)}, **who)
    assert not draft.efforts.exists()


def test_a_page_of_money_is_kept_as_a_whole_or_not_at_all(draft: Bet, product_lead: Person) -> None:
    team = TeamFactory()
    draft.teams.add(team)
    gone, kept = TrancheFactory(bet=draft, sequence=1, purpose="Gone"), TrancheFactory(bet=draft, sequence=2)
    plan = Plan([Row(2, STAGE), Row(None, STAGE)], {team: Decimal(3)}, 1, 2, 3, "+1 point = 1")
    with pytest.raises(Refused, match="from low by likely to high"):
        actions.keep_money(draft, Plan(plan.rows, plan.weeks, 3, 2, 1, ""), by=product_lead, at=AT)
    assert [t.purpose for t in draft.tranches.all()] == ["Gone", kept.purpose]
    for _ in range(2):  # the second one is the same form, sent twice
        actions.keep_money(draft, plan, seen=seen_of(drafts.money_values(draft)), by=product_lead, at=AT)
        draft.refresh_from_db()
    assert [t.purpose for t in draft.tranches.all()] == ["Build", "Build"]
    assert draft.tranches.first().pk == kept.pk != gone.pk
    assert (draft.value_likely, draft.efforts.get().weeks) == (2, 3)


# ---- going live


def ready(bet: Bet) -> Bet:
    HypothesisFactory(bet=bet)
    OutcomeFactory(bet=bet, number=1)
    return bet


def test_going_live_says_by_whom_and_when_and_freezes_the_outcomes(draft: Bet, product_lead: Person) -> None:
    bet = actions.go_live(ready(draft), by=product_lead, at=AT, today=TODAY)
    assert (bet.state, bet.live_at, bet.live_by) == ("live", AT, product_lead)
    assert kinds() == ["bet went live"]
    with pytest.raises(Error), transaction.atomic():
        bet.outcomes.update(target=0.9)


@pytest.mark.parametrize("state", ["live", "held", "ceased", "concluded"])
def test_only_a_draft_goes_live(draft: Bet, product_lead: Person, state: str) -> None:
    Bet.objects.filter(pk=ready(draft).pk).update(state=state)
    with pytest.raises(Refused, match="not a draft"):
        actions.go_live(draft, by=product_lead, at=AT, today=TODAY)


def test_a_learning_outcome_without_an_allowance_does_not_go_live(draft: Bet, product_lead: Person) -> None:
    HypothesisFactory(bet=draft)
    LearningOutcomeFactory(bet=draft)
    with pytest.raises(Refused, match="no discovery allowance in EUR"):
        actions.go_live(draft, by=product_lead, at=AT, today=TODAY)
    assert Bet.objects.get().live_at is None


def test_somebody_else_who_may_not_does_not_take_it_live(draft: Bet, outsider: Person) -> None:
    with pytest.raises(Refused, match="state a bet"):
        actions.go_live(ready(draft), by=outsider, at=AT, today=TODAY)


# ---- left half-way


def test_what_is_left_is_kept_as_typed_for_one_person_and_replaced_by_what_is_left_next(
    draft: Bet, product_lead: Person
) -> None:
    other = PersonFactory()
    RoleGrantFactory(person=other, role=Role.PRODUCT_LEAD)
    hostile = " =1+1 <b>\u202e \U0001f600 \ud800\0 " + "x" * 100_000
    for text in ("first", hostile):
        actions.leave_sketch(product_lead, draft, "hypothesis", {"change": [text], "teams": ["1", "2"]}, at=AT)
    actions.leave_sketch(other, draft, "hypothesis", {"change": ["mine"]}, at=AT)
    kept = Sketch.objects.get(person=product_lead)
    assert kept.typed == {"change": [hostile.replace("\0", "").replace("\ud800", "?")], "teams": ["1", "2"]}
    actions.drop_sketch(product_lead, draft, "hypothesis")
    assert Sketch.objects.get().person == other
    assert kinds() == []


def test_what_is_too_long_to_be_left_or_not_theirs_to_state_is_refused(
    draft: Bet, product_lead: Person, viewer: Person
) -> None:
    with pytest.raises(Refused, match="too long to be left"):
        actions.leave_sketch(product_lead, draft, "premortem", {"premortem": ["x" * 400_001]}, at=AT)
    for bet in (draft, None):
        with pytest.raises(Refused, match="state a bet"):
            actions.leave_sketch(viewer, bet, "premortem", {}, at=AT)
    assert not Sketch.objects.exists()

"""Shadow mode: gates and guardrails advise until somebody has decided that they bind; money is right all the same."""

import datetime as dt
import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from funding import actions
from funding.actions import leave_shadow_mode
from funding.models import Account, Advice, Enforcement, FundingRequest, Transfer
from funding.shadow import is_enforced
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Event, Person
from tests import factories as f
from tests.cast import person
from tests.funding import crowd
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Setting = Callable[[Books], FundingRequest]
Attempt = Callable[[], object]


@pytest.fixture
def shadowed(db: None) -> Books:
    """Books of an installation that is still in shadow mode."""
    return open_books(shadow=True)


def guardrail(books: Books) -> None:
    f.GuardrailFactory(kind="largest", horizon=None, at_most=1, name="Small bets")


def crossing_when_asked(books: Books) -> FundingRequest:
    guardrail(books)
    return books.commit(books.first)


def crossing_at_the_last_yes(books: Books) -> FundingRequest:
    request = books.commit(books.first)
    guardrail(books)
    return books.approve(request)


def unmet_gate(books: Books) -> FundingRequest:
    books.given(books.first)
    f.GateCriterionFactory(tranche=books.first, kind="strength", wanted="", strength=4)
    return books.approve(books.release(books.first))


def gate_of_an_earlier_hypothesis(books: Books) -> FundingRequest:
    books.given(books.first)
    for version, at in ((1, f.AT), (2, f.AT + DAY)):
        f.HypothesisFactory(bet=books.bet, version=version, written_at=at)
    return books.release(books.first)


STOPPED = [
    (crossing_when_asked, "guardrail", "The guardrail stops it. Small bets"),
    (crossing_at_the_last_yes, "guardrail", "The guardrail stops it. Small bets"),
    (unmet_gate, "gate", "The gate is not met"),
    (gate_of_an_earlier_hypothesis, "gate", "The hypothesis was written anew"),
]


@pytest.mark.parametrize(("does", "kind", "words"), STOPPED)
def test_what_is_stopped_once_shadow_mode_is_over_is_written_down_before(
    shadowed: Books, does: Setting, kind: str, words: str
) -> None:
    request = does(shadowed)
    (advice,) = Advice.objects.all()
    assert advice.sentence.startswith(words)
    assert (advice.kind, advice.request, advice.bet, advice.given_at) == (kind, request, shadowed.bet, f.AT)
    assert advice.given_to in (shadowed.lead, shadowed.checker)


@pytest.mark.parametrize(("does", "kind", "words"), STOPPED)
def test_the_same_is_refused_once_shadow_mode_is_over_and_nothing_is_written_down(
    books: Books, does: Setting, kind: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        does(books)
    assert not Advice.objects.exists()


def test_sending_the_same_again_does_not_advise_twice(shadowed: Books) -> None:
    guardrail(shadowed)
    request = shadowed.commit(shadowed.first)
    assert shadowed.commit(shadowed.first, key=request.key) == request
    assert shadowed.approve(shadowed.approve(request)).state == "posted"
    assert Advice.objects.get().given_to == shadowed.lead  # the sentence of the last yes is the same


def test_what_was_told_when_it_was_asked_for_is_not_told_again_at_the_last_yes(shadowed: Books) -> None:
    guardrail(shadowed)
    request, other = shadowed.commit(shadowed.first), shadowed.commit(shadowed.second, amount=4_000_000)
    shadowed.approve(other)  # the guardrail stands otherwise now
    shadowed.approve(request)
    assert sorted(Advice.objects.values_list("request", flat=True)) == [request.pk, other.pk]


def test_what_was_let_pass_when_asked_for_is_stopped_at_a_last_yes_after_the_end(shadowed: Books) -> None:
    guardrail(shadowed)
    request = shadowed.commit(shadowed.first)
    f.EnforcementFactory(from_on=f.TODAY)
    with pytest.raises(Refused, match="Small bets: "):
        shadowed.approve(request)
    assert (Advice.objects.count(), shadowed.balance("available")) == (1, 100_000_000)


def test_a_reason_for_the_yes_needs_no_advice(shadowed: Books) -> None:
    shadowed.given(shadowed.first)
    f.GateCriterionFactory(tranche=shadowed.first, kind="strength", wanted="", strength=4)
    done = shadowed.approve(shadowed.release(shadowed.first), comment="The brokers have signed.")
    assert (done.state, Advice.objects.count()) == ("posted", 0)


def test_whether_it_binds_is_asked_only_where_something_stands_in_the_way(books: Books) -> None:
    with CaptureQueriesContext(connection) as queries:
        books.approve(books.commit(books.first))
    assert not [one for one in queries if "funding_enforcement" in one["sql"]]


# What is right about money is never only advice. Each gets ready, and gives what is then tried and refused.


def own_request(books: Books) -> Attempt:
    f.RoleGrantFactory(person=books.lead, role="finance")
    request = books.commit(books.first)
    return lambda: books.approve(request, by=books.lead)


def for_whoever_asked(books: Books) -> Attempt:
    f.DelegationFactory(giver=books.lead, taker=books.checker, max_amount=10**9)
    request = books.commit(books.first)
    return lambda: books.approve(request, on_behalf_of=books.lead)


def without_authority(books: Books) -> Attempt:
    request, eva = books.commit(books.first), person("Eva Executive", "executive")
    return lambda: books.approve(request, by=eva)


def without_role(books: Books) -> Attempt:
    viewer = person("Vera Viewer", "viewer")
    return lambda: books.commit(books.first, by=viewer)


def more_than_there_is(books: Books) -> Attempt:
    out = actions.Ask("hand_back", books.account("available"), actions.appropriation_of(books.ledger), 95_000_000)
    books.approve(books.submit("appropriate", [out], bet=None))
    request = books.commit(books.first)
    return lambda: books.approve(request)


def outside_every_open_period(books: Books) -> Attempt:
    request = books.commit(books.first, effective_date=f.TODAY + 900 * DAY)
    return lambda: books.approve(request)


def another_currency(books: Books) -> Attempt:
    other = f.BetFactory(domain=books.domain, state="live", currency="GBP")
    tranche = f.TrancheFactory(bet=other, sequence=1)
    ask = actions.Ask("commit", books.account("available"), books.account("committed", tranche), 1, tranche=tranche)
    return lambda: books.submit("commit", [ask], bet=other)


def without_a_decision_to_go_on(books: Books) -> Attempt:
    books.given(books.first)
    decision = f.DecisionFactory(bet=books.bet, kind="defer", look_again_on=f.TODAY)
    return lambda: books.release(books.first, decision=decision)


def bet_that_is_over(books: Books) -> Attempt:
    type(books.bet).objects.filter(pk=books.bet.pk).update(state="ceased")
    return lambda: books.commit(books.first)


def stands(books: Books) -> list[object]:
    filled = Account.objects.filter(ledger=books.ledger).exclude(balance=0).order_by("pk")
    return [
        *filled.values_list("pk", "balance"),
        Transfer.objects.count(),
        FundingRequest.objects.filter(state="posted").count(),
    ]


@pytest.mark.parametrize("shadow", [True, False])
@pytest.mark.parametrize(
    ("ready", "words"),
    [
        (own_request, "Nobody approves what they asked for"),
        (for_whoever_asked, "Nobody approves for the person who asked"),
        (without_authority, "authority"), (without_role, "You may not ask for money"), (more_than_there_is, "short"),
        (outside_every_open_period, "period"), (another_currency, "money never crosses over"),
        (without_a_decision_to_go_on, "decision"), (bet_that_is_over, "ceased"),
    ],
)  # fmt: skip
def test_no_rule_of_money_is_loosened_by_shadow_mode(
    shadow: bool, ready: Callable[[Books], Attempt], words: str
) -> None:
    books = open_books(shadow=shadow)
    attempt = ready(books)
    if shadow:
        guardrail(books)  # what is let pass beside it changes nothing
    before = stands(books)
    with pytest.raises(Refused, match=words):
        attempt()
    assert stands(books) == before
    assert not Advice.objects.exists()


def test_in_shadow_mode_money_moves_as_if_there_were_no_guardrails_and_in_no_other_way(db: None) -> None:
    market = crowd.open_market(2, shadow=True)
    todo = crowd.steps(0, 4, 2, asks=0.7)
    with transaction.atomic():
        without = crowd.play(market, todo)
        transaction.set_rollback(True)
    for kind in ("largest", "count"):
        f.GuardrailFactory(kind=kind, horizon=None, at_most=1)
    beside = crowd.play(market, todo)
    assert (beside.posted, beside.refusals) == (without.posted, without.refusals)
    assert without.posted and without.refusals and Advice.objects.filter(kind="guardrail").exists()


@pytest.fixture
def eva(db: None) -> Person:
    return person("Eva Executive", "executive")


def leave(by: Person, **other: Any) -> Enforcement:
    given = {"from_on": f.TODAY, "reason": "A quarter of advice was right.", "at": f.AT, "today": f.TODAY, **other}
    return leave_shadow_mode(by=by, **given)


def test_an_executive_ends_shadow_mode_from_a_day_on(eva: Person) -> None:
    assert not is_enforced(f.TODAY)
    made = leave(eva, from_on=f.TODAY + DAY)
    assert [is_enforced(f.TODAY + days * DAY) for days in (0, 1, 2)] == [False, True, True]
    event = Event.objects.get(kind="shadow mode left")
    assert (event.by, event.subject_id) == (eva, made.pk)
    assert event.sentence.startswith(f"Shadow mode ends on {made.from_on}")


def test_until_the_day_has_come_another_may_be_decided_and_the_latest_counts(eva: Person) -> None:
    leave(eva, from_on=f.TODAY + DAY)
    leave(eva, from_on=f.TODAY + 30 * DAY, reason="Not before the new year.")
    assert not is_enforced(f.TODAY + 2 * DAY)
    leave(eva, from_on=f.TODAY + 2 * DAY)
    with pytest.raises(Refused, match="nobody goes back to it"):
        leave(eva, from_on=f.TODAY + 9 * DAY, reason="Later, please.", today=f.TODAY + 2 * DAY)
    assert (is_enforced(f.TODAY + 2 * DAY), Enforcement.objects.count()) == (True, 3)


def test_the_same_sent_twice_is_decided_once(eva: Person) -> None:
    assert leave(eva) == leave(eva, at=f.AT + DAY)
    assert Event.objects.filter(kind="shadow mode left").count() == 1


def test_who_has_not_seen_what_somebody_else_decided_decides_nothing(eva: Person) -> None:
    unseen = seen_of({"from_on": None, "reason": ""})
    leave(eva, from_on=f.TODAY + 30 * DAY, seen=unseen)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        leave(person("Carl Chair", "executive"), from_on=f.TODAY + 60 * DAY, seen=unseen)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"from_on": f.TODAY - DAY}, "today or on a day that is still to come"),
        ({"from_on": f.TODAY + 367 * DAY}, "within a year"),
        ({"from_on": dt.date.max}, "within a year"),
        ({"reason": " "}, "Say why it ends"),
        ({"reason": "x" * 100_000}, "too long: at most 1,000"),
        ({"reason": "\x00"}, "cannot be stored"),
    ],
)
def test_an_unsound_end_is_refused_with_a_sentence(eva: Person, other: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        leave(eva, **other)
    assert not Enforcement.objects.exists()


@pytest.mark.parametrize("role", ["product_lead", "finance", "product_operations", "viewer"])
def test_nobody_but_executives_ends_it(role: str) -> None:
    with pytest.raises(Refused, match="You may not end shadow mode here: that takes the role executive"):
        leave(person("Nora Nobody", role))


def test_who_is_executive_of_one_domain_does_not_end_it_for_all() -> None:
    with pytest.raises(Refused, match="takes the role for every domain"):
        leave(person("Eva Executive", "executive", f.DomainFactory()))


# An installation that had money posted before there was a shadow mode.


@pytest.fixture
def upgrade() -> Callable[[], None]:
    module = importlib.import_module("funding.migrations.0005_books_in_use_are_enforced")
    return lambda: module.enforce_where_money_was_posted(apps, None)


def test_books_in_use_do_not_fall_into_shadow_mode_by_an_upgrade(upgrade: Callable[[], None], shadowed: Books) -> None:
    gone = f.RoleGrantFactory(role="admin", person=f.PersonFactory(is_active=False))
    first, _second = (f.RoleGrantFactory(role="admin").person for _ in range(2))
    upgrade()
    upgrade()
    made = Enforcement.objects.get()
    assert (made.decided_by, made.from_on) == (first, made.decided_at.date())
    assert made.decided_by != gone.person and "Money was posted here before" in made.reason


def test_without_an_admin_it_is_enforced_in_the_name_of_whoever_holds_a_role(
    upgrade: Callable[[], None], shadowed: Books
) -> None:
    upgrade()
    assert Enforcement.objects.get().decided_by == shadowed.lead


def test_an_installation_without_money_begins_in_shadow_mode(upgrade: Callable[[], None], eva: Person) -> None:
    upgrade()
    assert not Enforcement.objects.exists()

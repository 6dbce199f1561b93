"""Who may approve how much: how limits, rules and delegations are set and ended, and why they are not."""

import datetime as dt
from typing import Any

import pytest

from funding import actions
from funding.actions.authorising import highest_of
from funding.authority import authority_of, delegation_of, holders, who_may_approve
from funding.models import ApprovalRule, AuthorityLimit, Delegation, SignOffRule
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests import factories as f
from tests.factories import AT, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def other_admin() -> Person:
    return f.RoleGrantFactory(role="admin").person  # type: ignore[no-any-return]


def limit(by: Person, **fields: Any) -> AuthorityLimit:
    given = {"kind": "commit", "currency": "EUR", "max_amount": 10_000_000, "role": "finance", "valid_from": TODAY}
    return actions.set_limit(**given | fields, by=by, at=AT, today=TODAY)


def rule(by: Person, **fields: Any) -> ApprovalRule:
    given = {"kind": "commit", "currency": "EUR", "from_amount": 5_000_000, "approvers": 2}
    return actions.set_approval_rule(**given | fields, by=by, at=AT)


def signoff(by: Person, **fields: Any) -> SignOffRule:
    given = {"key": "data", "question": "Personal data?", "role": "executive", "currency": "EUR"}
    return actions.set_signoff_rule(**given | fields, by=by, at=AT)


def delegation(taker: Person, by: Person, **fields: Any) -> Delegation:
    given = {"starts_on": TODAY, "ends_on": TODAY + 14 * DAY, "currency": "EUR", "max_amount": 1_000_000}
    return actions.delegate_authority(taker, **given | fields, by=by, at=AT, today=TODAY)


def test_a_limit_gives_its_role_authority_there_and_below(admin: Person, finance: Person, retail: Domain) -> None:
    below, elsewhere = f.DomainFactory(parent=retail), f.DomainFactory()
    made = limit(admin, domain=retail)
    found = authority_of(finance, "commit", below, "EUR", TODAY)
    assert found is not None and (found.amount, found.role, found.limit) == (10_000_000, "finance", made)
    assert authority_of(finance, "commit", elsewhere, "EUR", TODAY) is None
    assert authority_of(finance, "release", retail, "EUR", TODAY) is None
    assert authority_of(finance, "commit", retail, "USD", TODAY) is None
    assert authority_of(admin, "commit", retail, "EUR", TODAY) is None  # an admin approves nothing by being admin
    event = Event.objects.get(kind="authority limit set")
    assert (event.by, event.sentence) == (admin, "Limit set: finance may commit up to €100,000.00 in Retail.")


def test_a_limit_holds_between_its_days(admin: Person, finance: Person, retail: Domain) -> None:
    limit(admin, valid_from=TODAY + DAY, valid_to=TODAY + 3 * DAY)
    held = [authority_of(finance, "commit", retail, "EUR", TODAY + n * DAY) is not None for n in range(5)]
    assert held == [False, True, True, True, False]


def test_a_limit_takes_the_place_of_the_one_for_the_same(admin: Person, finance: Person, retail: Domain) -> None:
    former, other = limit(admin), limit(admin, domain=retail, max_amount=2_000_000)
    latter = limit(admin, max_amount=1_000_000)
    former.refresh_from_db()
    other.refresh_from_db()
    assert (former.ended_at, former.ended_by, former.max_amount, other.ended_at) == (AT, admin, 10_000_000, None)
    found = authority_of(finance, "commit", f.DomainFactory(), "EUR", TODAY)
    assert found is not None and found.limit == latter
    assert Event.objects.filter(kind="authority limit ended").count() == 1


def test_a_limit_that_begins_later_leaves_no_gap_before_it(admin: Person) -> None:
    limit(admin, valid_to=TODAY + 9 * DAY)
    with pytest.raises(Refused, match="end it first, or let this one begin today"):
        limit(admin, valid_from=TODAY + 9 * DAY)
    limit(admin, valid_from=TODAY + 10 * DAY)
    assert AuthorityLimit.objects.filter(ended_at=None).count() == 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "mood"}, "A request is one of"),
        ({"currency": "eur"}, "three capital letters"),
        ({"max_amount": 0}, "between 1 and"),
        ({"max_amount": 1.5}, "whole number of minor units"),
        ({"max_amount": True}, "whole number of minor units"),
        ({"max_amount": 10**18}, "between 1 and"),
        ({"role": ""}, "that of a role or that of one person"),
        ({"role": "viewer"}, "A role is one of executive, finance, product_operations"),
        ({"valid_to": TODAY - DAY}, "The last day lies before the first"),
        ({"valid_from": TODAY - 9 * DAY, "valid_to": TODAY - DAY}, "has ended already"),
        ({"valid_from": dt.date(1, 1, 1)}, "within ten years"),
        ({"valid_to": dt.date(9999, 12, 31)}, "within ten years"),
    ],
)
def test_unsound_limits_are_refused(admin: Person, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        limit(admin, **fields)
    assert not AuthorityLimit.objects.exists() and not Event.objects.exists()


def test_nobody_sets_or_ends_a_limit_of_their_own(admin: Person, other_admin: Person) -> None:
    f.RoleGrantFactory(person=admin, role="finance")
    for fields in ({"role": "finance"}, {"role": "", "person": admin}):
        with pytest.raises(Refused, match="another admin does"):
            limit(admin, **fields)
        made = limit(other_admin, **fields)
        with pytest.raises(Refused, match="another admin does"):
            actions.end_limit(made, by=admin, at=AT)
        actions.end_limit(made, by=other_admin, at=AT)
    assert AuthorityLimit.objects.exclude(ended_by=other_admin).count() == 0


def test_a_person_who_has_left_is_given_no_limit(admin: Person) -> None:
    with pytest.raises(Refused, match="not active"):
        limit(admin, role="", person=f.PersonFactory(is_active=False))


def test_only_an_admin_keeps_authority(finance: Person, other_admin: Person) -> None:
    kept = limit(other_admin), rule(other_admin), signoff(other_admin)
    ends = (actions.end_limit, actions.end_approval_rule, actions.end_signoff_rule)
    for number, attempt in enumerate((limit, rule, signoff)):
        with pytest.raises(Refused, match="say who may approve how much"):
            attempt(finance)
        with pytest.raises(Refused, match="say who may approve how much"):
            ends[number](kept[number], by=finance, at=AT)  # type: ignore[operator]


def test_an_admin_of_one_domain_says_nothing_of_others(retail: Domain) -> None:
    local = f.RoleGrantFactory(role="admin", domain=retail).person
    assert limit(local, domain=retail).domain == retail
    assert rule(local, domain=retail).domain == retail
    for attempt in (limit, rule, signoff):
        with pytest.raises(Refused, match="This holds everywhere"):
            attempt(local)
    with pytest.raises(Refused):
        limit(local, domain=f.DomainFactory())


def test_a_rule_takes_the_place_of_the_one_from_the_same_amount(admin: Person) -> None:
    former, other = rule(admin), rule(admin, from_amount=50_000_000, approvers=3)
    latter = rule(admin, approvers=4)
    former.refresh_from_db()
    assert former.ended_by == admin
    assert set(ApprovalRule.objects.filter(ended_at=None)) == {other, latter}
    said = list(Event.objects.order_by("pk").values_list("sentence", flat=True))
    assert said[0] == "Rule set: 2 approve to commit from €50,000.00 on."
    assert said[2] == "Ended: 2 approve to commit from €50,000.00 on."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"approvers": 1}, "2 to 5"), ({"approvers": 6}, "2 to 5"), ({"from_amount": -1}, "between 1 and"),
     ({"kind": ""}, "A request is one of")],
)  # fmt: skip
def test_unsound_rules_are_refused(admin: Person, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rule(admin, **fields)
    assert not ApprovalRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"key": "Not a key"}, "key"), ({"role": "viewer"}, "A role is one of"), ({"kind": "mood"}, "A request is one"),
        ({"question": "x" * 201}, "at most 200"), ({"question": "a\x00b"}, "can be printed"),
        ({"from_amount": -1}, "between 1 and"), ({"currency": ""}, "three capital letters"),
    ],
)  # fmt: skip
def test_unsound_sign_offs_are_refused(admin: Person, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        signoff(admin, **fields)
    assert not SignOffRule.objects.exists()


def test_one_sign_off_holds_of_a_key_and_another_once_it_has_ended(admin: Person) -> None:
    first = signoff(admin)
    with pytest.raises(Refused, match="end it first"):
        signoff(admin)
    actions.end_signoff_rule(first, by=admin, at=AT)
    assert signoff(admin, question="").question == ""


def test_what_has_ended_is_not_ended_again(admin: Person, other_admin: Person) -> None:
    made = limit(admin)
    actions.end_limit(made, by=admin, at=AT)
    actions.end_limit(made, by=other_admin, at=AT + DAY)
    made.refresh_from_db()
    assert (made.ended_at, made.ended_by) == (AT, admin)
    assert Event.objects.filter(kind="authority limit ended").count() == 1


def test_who_is_away_lets_somebody_else_approve(admin: Person, finance: Person, executive: Person) -> None:
    limit(admin)
    made = delegation(executive, finance, note=" On leave. ")
    assert (made.giver, made.taker, made.note, made.set_by) == (finance, executive, "On leave.", finance)
    asked = [delegation_of(finance, executive, "EUR", TODAY + n * DAY) for n in (-1, 0, 14, 15)]
    assert asked == [None, made, made, None]
    assert Event.objects.get(kind="authority delegated").payload == {"giver": finance.pk, "taker": executive.pk}
    actions.end_delegation(made, by=finance, at=AT)
    assert delegation_of(finance, executive, "EUR", TODAY) is None


def test_an_admin_delegates_for_somebody_on_leave_but_not_to_themselves(
    admin: Person, other_admin: Person, finance: Person, executive: Person
) -> None:
    limit(admin)
    made = delegation(executive, admin, giver=finance)
    assert (made.giver, made.set_by) == (finance, admin)
    with pytest.raises(Refused, match="another admin does"):
        delegation(admin, admin, giver=finance)
    with pytest.raises(Refused, match="say who may approve how much"):
        delegation(executive, f.RoleGrantFactory(role="finance").person, giver=finance)
    with pytest.raises(Refused, match="say who may approve how much"):
        actions.end_delegation(made, by=executive, at=AT)
    actions.end_delegation(made, by=other_admin, at=AT)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"max_amount": 10_000_001}, "no further than the giver's own limit, €100,000.00"),
        ({"currency": "USD"}, "no authority of their own"),
        ({"ends_on": TODAY - DAY, "starts_on": TODAY - 9 * DAY}, "ends on a day to come"),
        ({"ends_on": TODAY - DAY}, "The last day lies before the first"),
        ({"ends_on": TODAY + 92 * DAY}, "at most 92 days"),
        ({"starts_on": dt.date(9999, 1, 1), "ends_on": dt.date(9999, 1, 2)}, "within ten years"),
        ({"note": "x" * 201}, "at most 200"), ({"note": "a\x00b"}, "can be printed"),
        ({"max_amount": float("nan")}, "whole number"),
    ],
)  # fmt: skip
def test_unsound_delegations_are_refused(
    admin: Person, finance: Person, executive: Person, fields: dict[str, Any], reason: str
) -> None:
    limit(admin)
    with pytest.raises(Refused, match=reason):
        delegation(executive, finance, **fields)
    assert not Delegation.objects.exists()


def test_delegations_go_to_those_who_approve_and_are_there(admin: Person, finance: Person, viewer: Person) -> None:
    limit(admin)
    gone = f.RoleGrantFactory(role="finance", person__is_active=False).person
    for taker, reason in ((finance, "somebody else"), (viewer, "no role in which"), (gone, "not active")):
        with pytest.raises(Refused, match=reason):
            delegation(taker, finance)


def test_what_was_delegated_is_not_passed_on(admin: Person, finance: Person, executive: Person) -> None:
    limit(admin)
    delegation(executive, finance)
    assert highest_of(executive, "EUR", TODAY) is None
    with pytest.raises(Refused, match="is not passed on"):
        delegation(f.RoleGrantFactory(role="finance").person, executive)


def test_two_delegations_to_one_person_do_not_overlap(admin: Person, finance: Person, executive: Person) -> None:
    limit(admin)
    delegation(executive, finance)
    with pytest.raises(Refused, match="end it first"):
        delegation(executive, finance, starts_on=TODAY + 14 * DAY, ends_on=TODAY + 20 * DAY)
    delegation(executive, finance, starts_on=TODAY + 15 * DAY, ends_on=TODAY + 20 * DAY)
    assert Delegation.objects.count() == 2


@pytest.mark.parametrize("leaver", ["giver", "taker"])
def test_with_whoever_leaves_their_authority_and_delegations_end(
    admin: Person, finance: Person, executive: Person, retail: Domain, leaver: str
) -> None:
    limit(admin, role="", person=finance)
    delegation(executive, finance)
    assert len(who_may_approve("commit", retail, "EUR", 1_000_000, TODAY).people) == 2
    Person.objects.filter(pk=(finance if leaver == "giver" else executive).pk).update(is_active=False)
    found = who_may_approve("commit", retail, "EUR", 1_000_000, TODAY)
    assert [one.person for one in found.people] == ([] if leaver == "giver" else [finance])
    assert delegation_of(finance, executive, "EUR", TODAY) is None
    finance.refresh_from_db()
    assert (authority_of(finance, "commit", retail, "EUR", TODAY) is None) is (leaver == "giver")


def test_who_may_approve_names_people_by_their_widest_limit_and_those_who_speak_for_them(
    admin: Person, finance: Person, executive: Person, product_operations: Person, viewer: Person, retail: Domain
) -> None:
    limit(admin)
    limit(admin, max_amount=20_000_000, domain=retail)
    limit(admin, role="executive", max_amount=100_000_000)
    limit(admin, role="", person=viewer)  # holds no role in which money is approved
    rule(admin, from_amount=15_000_000, approvers=3)
    signoff(admin)
    delegation(product_operations, finance, max_amount=16_000_000)
    found = who_may_approve("commit", retail, "EUR", 16_000_000, TODAY)
    assert [(one.person, one.amount, one.giver) for one in found.people] == [
        (finance, 20_000_000, None), (executive, 100_000_000, None), (product_operations, 16_000_000, finance),
    ]  # fmt: skip
    assert (found.needed, found.enough, [one.key for one in found.asked]) == (3, False, ["data"])
    assert who_may_approve("commit", retail, "EUR", 1_000_000, TODAY).enough
    assert holders("commit", retail, "EUR", 100_000_001, TODAY) == {}

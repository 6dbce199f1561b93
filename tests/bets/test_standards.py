"""Standards: who keeps kinds of evidence, templates, allowances and goals; what is refused, and what stays."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from bets import actions
from bets.actions.standards import KIND, standing_of
from bets.models import Allowance, EvidenceKind, Goal, Template
from bets.rules_standards import Allowance as Allowed
from bets.rules_standards import Goal as Aim
from bets.rules_standards import Kind, allowance_refusals, goal_refusals, kind_refusals, template_refusals
from bets.rules_standards import Template as Begins
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Event
from tests.factories import (
    AT,
    TODAY,
    AllowanceFactory,
    EvidenceFactory,
    EvidenceKindFactory,
    GoalFactory,
    TemplateFactory,
)

SOON = TODAY + dt.timedelta(days=200)
DAY = dt.timedelta(days=1)


def refused(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return " ".join(caught.value.reasons)


# ---- rules


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind("Survey", "What many say.", 2), ""),
        (Kind("Survey", "", 0), ""),
        (Kind(" ", "", 2), "Give the name of a kind."),
        (Kind("x" * 81, "", 2), "at most 80"),
        (Kind("Survey", "x" * 100_000, 2), "this has 100,000"),
        (Kind("Sur\x00vey", "", 2), "cannot be stored"),
        (Kind("Survey", "", 6), "from 0 to 5"),
        (Kind("Survey", "", -1), "from 0 to 5"),
    ],
)
def test_a_kind_has_a_name_and_a_cap_from_0_to_5(kind, words) -> None:
    reasons = list(kind_refusals(kind))
    assert len(reasons) == bool(words)
    assert words in " ".join(reasons)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (Begins("Offer", assumptions=["They have it."], tranches=[["Talk", "Ten say so"]]), ""),
        (Begins(""), "Give the name of a template."),
        (Begins("Offer", guidance="x" * 1001), "at most 1,000"),
        (Begins("Offer", stage="party"), "A stage is one of"),
        (Begins("Offer", horizon=4), "A horizon is"),
        (Begins("Offer", assumptions=["They have it."] * 10_000), "at most 12 assumptions, this has 10,000"),
        (Begins("Offer", assumptions=["a", " "]), "Give assumption 2."),
        (Begins("Offer", assumptions=["x" * 301]), "assumption 1 takes at most 300"),
        (Begins("Offer", tranches=[["Talk"]]), "Tranche 1 needs a purpose and a gate."),
        (Begins("Offer", tranches=[["Talk", ""]]), "Give the gate of tranche 1."),
        (Begins("Offer", tranches=[["a", "b"]] * 13), "at most 12 tranches"),
    ],
)
def test_a_template_gives_a_few_sound_rows(template, words) -> None:
    reasons = list(template_refusals(template))
    assert len(reasons) == bool(words)
    assert words in " ".join(reasons)


@pytest.mark.parametrize(
    ("currency", "allowance", "words"),
    [
        ("EUR", Allowed(5_000_000, 90, 2), ""),
        ("euro", Allowed(5_000_000, 90, 2), "three capital letters"),
        ("EUR", Allowed(0, 90, 2), "above 0"),
        ("EUR", Allowed(10**15, 90, 2), "above 0"),
        ("EUR", Allowed(1, 0, 2), "1 to 366 days"),
        ("EUR", Allowed(1, 367, 2), "1 to 366 days"),
        ("EUR", Allowed(1, 90, 0), "from 1 to 5"),
        ("EUR", Allowed(1, 90, 6), "from 1 to 5"),
    ],
)
def test_an_allowance_allows_something_within_bounds(currency, allowance, words) -> None:
    reasons = list(allowance_refusals(currency, allowance))
    assert len(reasons) == bool(words)
    assert words in " ".join(reasons)


@pytest.mark.parametrize(
    ("goal", "kept", "words"),
    [
        (Aim("Stay", "90 %", SOON), None, ""),
        (Aim("", "90 %", SOON), None, "the name of a goal"),
        (Aim("Stay", " ", SOON), None, "the measure of a goal"),
        (Aim("Stay", "x" * 201, SOON), None, "at most 200"),
        (Aim("Stay", "90 %", TODAY), None, "due on a day to come"),
        (Aim("Stay", "90 %", TODAY), SOON, ""),
        (Aim("Stay", "90 %", dt.date(9999, 1, 1)), None, "within ten years"),
        (Aim("Stay", "90 %", dt.date(1, 1, 1)), SOON, "within ten years"),
        (Aim("Stay", "90 %", dt.date(1999, 1, 1)), dt.date(1999, 1, 1), ""),
    ],
)
def test_a_new_goal_lies_ahead_and_an_old_one_can_be_ended(goal, kept, words) -> None:
    reasons = list(goal_refusals(goal, today=TODAY, kept=kept))
    assert len(reasons) == bool(words)
    assert words in " ".join(reasons)


# ---- actions


def kept(what: str, by: Any) -> Any:
    """Adds one standard of each sort."""
    return {
        "kind": lambda: actions.keep_kind(None, key="asked", name="Survey", what="", cap=2, by=by, at=AT),
        "template": lambda: actions.keep_template(None, key="offer", name="Offer", by=by, at=AT),
        "allowance": lambda: actions.keep_allowance(None, currency="CHF", amount=1, days=9, cap=1, by=by, at=AT),
        "goal": lambda: actions.add_goal("stay", "Stay", "90 %", SOON, by=by, at=AT),
    }[what]


SORTS = ["kind", "template", "allowance", "goal"]


@pytest.mark.django_db
@pytest.mark.parametrize("what", SORTS)
def test_product_operations_add_a_standard_once(what, product_operations) -> None:
    made = kept(what, product_operations)()
    assert made.pk
    event = Event.objects.get()
    assert (event.by, event.subject_id, event.kind.split()[-1]) == (product_operations, made.pk, "added")
    assert "already." in refused(kept(what, product_operations))


@pytest.mark.django_db
@pytest.mark.parametrize("what", SORTS)
@pytest.mark.parametrize("who", ["executive", "product_lead", "finance", "viewer"])
def test_others_add_no_standard(what, who, request) -> None:
    assert "product operations" in refused(kept(what, request.getfixturevalue(who)))
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["new", "a b", "", "x" * 41, "ä"])
def test_a_key_fits_an_address(key, product_operations) -> None:
    who = {"by": product_operations, "at": AT}
    assert refused(lambda: actions.keep_kind(None, key=key, name="A", what="", cap=1, **who))
    assert refused(lambda: actions.keep_template(None, key=key, name="A", **who))
    assert refused(lambda: actions.add_goal(key, "A", "B", SOON, **who))


@pytest.mark.django_db
def test_lowering_a_cap_leaves_old_evidence_as_it_is(product_operations) -> None:
    kind = EvidenceKindFactory(cap=4)
    old = EvidenceFactory(kind=kind, strength=4)
    changed = actions.keep_kind(kind, cap=2, is_active=False, by=product_operations, at=AT)
    assert (changed.cap, changed.is_active, changed.changed_by) == (2, False, product_operations)
    old.refresh_from_db()
    assert (old.strength, old.kind) == (4, kind)
    assert Event.objects.get().payload["changes"] == {"cap": [4, 2], "is_active": [True, False]}


@pytest.mark.django_db
def test_who_saw_something_else_overwrites_nothing(product_operations) -> None:
    kind, who = EvidenceKindFactory(name="Survey", cap=2), {"by": product_operations, "at": AT}
    seen = seen_of(standing_of(kind, KIND))
    actions.keep_kind(kind, name="Poll", cap=1, seen=seen, **who)
    assert "Somebody changed this meanwhile" in refused(lambda: actions.keep_kind(kind, cap=3, seen=seen, **who))
    kind.refresh_from_db()
    assert (kind.name, kind.cap) == ("Poll", 1)


@pytest.mark.django_db
def test_what_is_sent_twice_is_written_once(product_operations) -> None:
    who = {"by": product_operations, "at": AT}
    kind, template, goal, allowance = EvidenceKindFactory(), TemplateFactory(), GoalFactory(), AllowanceFactory()
    for _ in range(2):
        actions.keep_kind(kind, name="Poll", seen=None, **who)
        actions.keep_template(template, assumptions=["One.", "Two."], tranches=[("Talk", "Ten")], **who)
        actions.change_goal(goal, due_on=SOON, **who)
        actions.keep_allowance(allowance, days=60, **who)
    assert Event.objects.count() == 4
    template.refresh_from_db()
    assert (template.assumptions, template.tranches) == (["One.", "Two."], [["Talk", "Ten"]])


@pytest.mark.django_db
def test_what_makes_no_sense_changes_nothing(product_operations) -> None:
    who = {"by": product_operations, "at": AT}
    kind, template, goal, allowance = EvidenceKindFactory(), TemplateFactory(), GoalFactory(), AllowanceFactory()
    assert refused(lambda: actions.keep_kind(kind, cap=6, **who))
    assert refused(lambda: actions.keep_template(template, tranches=[["Talk"]], **who))
    assert refused(lambda: actions.change_goal(goal, measure="", **who))
    assert refused(lambda: actions.keep_allowance(allowance, amount=-1, **who))
    assert not Event.objects.exists()
    assert [EvidenceKind.objects.get(pk=kind.pk).cap, Template.objects.get().tranches] == [kind.cap, template.tranches]
    assert [Goal.objects.get().measure, Allowance.objects.get().amount] == [goal.measure, allowance.amount]


@pytest.mark.django_db
def test_an_allowance_is_taken_back_once_and_its_event_remains(product_operations, finance) -> None:
    allowance = AllowanceFactory(amount=7)
    assert "product operations" in refused(lambda: actions.drop_allowance(allowance, by=finance, at=AT))
    for _ in range(2):
        actions.drop_allowance(allowance, by=product_operations, at=AT)
    assert not Allowance.objects.exists()
    assert Event.objects.get().payload["was"]["amount"] == 7


@pytest.mark.django_db(transaction=True)
def test_two_people_who_add_the_same_key_at_once_get_one_standard_and_one_sentence(product_operations) -> None:
    def add(_: int) -> str:
        try:
            kept("kind", product_operations)()
        except Refused as no:
            return str(no)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(add, range(4)))
    assert sorted(said) == ["", *["There is a kind of evidence with the key asked already."] * 3]
    assert EvidenceKind.objects.filter(key="asked").count() == 1

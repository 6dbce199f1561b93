"""Another reader of a near miss: who names whom, until when, and what stays as it was."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from bets.actions import name_reader, reader_of, record_second_reading
from bets.models import Bet, Flag
from lib.clock import today
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Domain, Event, Person, Role
from tests.cast import person
from tests.factories import AT, TODAY, BetFactory, FlagFactory, OutcomeFactory

pytestmark = pytest.mark.django_db
SOON = TODAY + dt.timedelta(days=7)
PATH = "/bets/B-1/second-reading/reader/"


@pytest.fixture
def flag(retail: Domain, product_lead: Person, executive: Person) -> Flag:
    bet = BetFactory(key="B-1", domain=retail, lead=product_lead)
    named = {"reader": executive, "read_by": TODAY + dt.timedelta(days=14)}
    return FlagFactory(bet=bet, outcome=OutcomeFactory(bet=bet), kind="near_miss", **named)


@pytest.fixture
def ida(retail: Domain) -> Person:
    return person("Ida Independent", Role.PRODUCT_LEAD, retail)


def name(flag: Flag, reader: Person, by: Person, read_by: dt.date = SOON, **more: Any) -> Flag:
    return name_reader(flag, reader, read_by, by=by, at=AT, today=TODAY, **more)


def test_product_operations_name_another_reader_who_then_reads_it(
    flag: Flag, ida: Person, executive: Person, product_operations: Person
) -> None:
    before = Flag.objects.values().get()
    name(flag, ida, product_operations)
    assert Flag.objects.values().get() == before | {"reader_id": ida.pk, "read_by": SOON}
    said = Event.objects.get(kind="reader named")
    assert said.sentence == "Ida Independent reads the near miss until 09 March 2026, instead of Eva Executive."
    with pytest.raises(Refused, match="Somebody else was named"):
        record_second_reading(flag, "open", note="I looked.", by=executive, at=AT)
    record_second_reading(flag, "open", note="I looked.", by=ida, at=AT)
    with pytest.raises(Refused, match="read a second time already"):
        name(flag, executive, product_operations)


def test_nobody_else_names_one_and_nobody_who_leads_the_bet_or_has_no_part_in_it_is_named(
    flag: Flag, ida: Person, executive: Person, product_lead: Person, viewer: Person, outsider: Person,
    product_operations: Person, finance: Person,
) -> None:  # fmt: skip
    for by in (executive, ida, viewer):
        with pytest.raises(Refused, match="takes the role product operations"):
            name(flag, ida, by)
    with pytest.raises(Refused, match="leads this bet"):
        name(flag, product_lead, product_operations)
    for reader in (viewer, outsider, finance):
        with pytest.raises(Refused, match="holds the role"):
            name(flag, reader, product_operations)
    Person.objects.filter(pk=ida.pk).update(is_active=False)
    with pytest.raises(Refused, match="is active"):
        name(flag, Person.objects.get(pk=ida.pk), product_operations)
    Bet.objects.update(lead=product_operations)
    with pytest.raises(Refused, match="You lead this bet"):
        name(flag, executive, product_operations)


@pytest.mark.parametrize("days", [-1, 93])
def test_the_day_to_read_it_by_is_near(flag: Flag, ida: Person, product_operations: Person, days: int) -> None:
    with pytest.raises(Refused, match="between today and 92 days"):
        name(flag, ida, product_operations, TODAY + dt.timedelta(days=days))


def test_the_same_reader_twice_and_a_form_that_is_out_of_date_are_refused(
    flag: Flag, ida: Person, executive: Person, product_operations: Person
) -> None:
    seen = seen_of(reader_of(flag))
    name(flag, ida, product_operations, seen=seen)
    with pytest.raises(Refused, match="already"):
        name(flag, ida, product_operations)
    with pytest.raises(Refused, match="Somebody changed this"):
        name(flag, executive, product_operations, seen=seen)


def test_a_cleared_or_another_flag_gets_no_reader(flag: Flag, ida: Person, product_operations: Person) -> None:
    cleared = {"cleared_on": TODAY, "cleared_how": "correction", "cleared_because": "x"}
    with pytest.raises(Refused, match="has been cleared"):
        name(FlagFactory(bet=flag.bet, outcome=flag.outcome, kind="near_miss", **cleared), ida, product_operations)
    other = FlagFactory(bet=flag.bet, outcome=flag.outcome, kind="cease")
    with pytest.raises(Refused, match="Only a near miss"):
        name(other, ida, product_operations)
    with pytest.raises(IntegrityError, match="bets_flag_only_cleared"), transaction.atomic():
        Flag.objects.filter(pk=other.pk).update(reader=ida, read_by=SOON)


def test_the_page_offers_it_to_product_operations_only_and_keeps_what_was_chosen(
    flag: Flag, ida: Person, executive: Person, product_operations: Person, client_of: Callable[[Person], Client]
) -> None:
    assert "Name another reader" not in client_of(executive).get("/bets/B-1/second-reading/").content.decode()
    client = client_of(product_operations)
    page = client.get("/bets/B-1/second-reading/").content.decode()
    assert "Name another reader" in page
    assert "Ida Independent" in page
    sent = {"reader": ida.pk, "read_by": (today() + dt.timedelta(days=7)).isoformat(), "seen": seen_of(reader_of(flag))}
    assert client.post(PATH, sent | {"read_by": "soon"}).status_code == 422
    assert client.post(PATH, sent | {"reader": flag.bet.lead_id}).status_code == 422
    stale = client.post(PATH, sent | {"seen": "old"})
    assert stale.status_code == 409
    assert f'<option value="{ida.pk}" selected>' in stale.content.decode()
    assert client.post(PATH, sent).status_code == 302
    assert Flag.objects.get(pk=flag.pk).reader == ida


def test_the_address_is_for_nobody_else(
    flag: Flag, ida: Person, outsider: Person, client_of: Callable[[Person], Client]
) -> None:
    assert Client().post(PATH).status_code == 302
    assert client_of(outsider).post(PATH).status_code == 404
    sent = {"reader": ida.pk, "read_by": today().isoformat(), "seen": seen_of(reader_of(flag))}
    assert client_of(ida).post(PATH, sent).status_code == 409
    assert client_of(ida).get(PATH).status_code == 405

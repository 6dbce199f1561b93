"""The rate of a team: whole minor units in a currency, set by finance or product operations of its domain."""

import pytest

from lib.refusals import Refused
from lib.seen import seen_of
from org.actions import rate_of, set_rate
from org.models import Event, Role
from tests.cast import person
from tests.factories import AT, TeamFactory

pytestmark = pytest.mark.django_db


def refused(*args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        set_rate(*args, **kwargs)
    return " ".join(caught.value.reasons)


@pytest.mark.parametrize("who", ["finance", "product_operations"])
def test_a_rate_is_set_once_and_taken_back(who, request, retail) -> None:
    by, team = request.getfixturevalue(who), TeamFactory(domain=retail)
    for _ in range(2):
        set_rate(team, 2_150_000, "EUR", by=by, at=AT)
    taken = set_rate(team, None, "EUR", by=by, at=AT)
    assert (taken.week_rate, taken.rate_currency) == (None, "")
    assert [event.payload["changes"][1]["amount"] for event in Event.objects.order_by("pk")] == [2_150_000, None]


@pytest.mark.parametrize("who", ["executive", "product_lead", "viewer", "outsider"])
def test_others_set_no_rate(who, request, retail) -> None:
    by = request.getfixturevalue(who)
    assert "finance or product operations" in refused(TeamFactory(domain=retail), 1, "EUR", by=by, at=AT)


def test_finance_of_one_domain_sets_no_rate_in_another(retail) -> None:
    assert refused(TeamFactory(), 1, "EUR", by=person("Fred", Role.FINANCE, retail), at=AT)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [(0, "EUR", "above 0"), (-1, "EUR", "above 0"), (10**13, "EUR", "above 0"), (1, "eur", "three capital letters")],
)
def test_what_is_no_rate_is_refused(amount, currency, words, finance) -> None:
    assert words in refused(TeamFactory(), amount, currency, by=finance, at=AT)


def test_who_saw_another_rate_overwrites_nothing(finance) -> None:
    team = TeamFactory()
    seen = seen_of(rate_of(team))
    set_rate(team, 100, "EUR", seen=seen, by=finance, at=AT)
    assert "Somebody changed this meanwhile" in refused(team, 200, "EUR", seen=seen, by=finance, at=AT)
    team.refresh_from_db()
    assert team.week_rate == 100

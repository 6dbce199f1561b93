"""Weeks that teams have, weeks that bets take of them, and what a tranche costs in full."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet
from funding import actions
from funding.capacity import freed_weeks, plans_of, unplanned
from funding.full_cost import full_costs_of
from funding.models import Capacity
from funding.rules_capacity import Load, Span, load_of, weeks_within
from lib.refusals import Refused
from org.visibility import powers_of
from tests import factories as f
from tests.funding.books import Books, books_of_today
from tests.pages import text

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
HOME = "/money/capacity/"
QUERIES = 13


@pytest.fixture
def books() -> Books:
    return books_of_today()


@pytest.fixture
def effort(books: Books) -> Any:
    """Ten weeks over the hundred days from the first of January; the team costs 1,000.00 a week."""
    Bet.objects.filter(pk=books.bet.pk).update(starts_on=FIRST)
    books.bet.refresh_from_db()
    for tranche in (books.first, books.second):
        tranche.planned_on = FIRST
        tranche.save()
    f.OutcomeFactory(bet=books.bet, decide_by=FIRST + dt.timedelta(days=99))
    team = f.TeamFactory(domain=books.domain, week_rate=100_000, rate_currency="EUR")
    return f.EffortFactory(bet=books.bet, team=team, weeks=Decimal(10))


def test_weeks_are_spread_evenly_over_the_days_of_a_bet() -> None:
    course = Span(FIRST, FIRST + dt.timedelta(days=99))
    halves = [Span(FIRST, FIRST + dt.timedelta(days=49)), Span(FIRST + dt.timedelta(days=50), LAST)]
    assert [weeks_within(Decimal(10), course, half) for half in halves] == [5, 5]
    assert weeks_within(Decimal(10), course, Span(LAST, LAST)) == 0


def test_a_team_is_over_its_weeks_only_beyond_them() -> None:
    loads = [load_of(Decimal(taken), Decimal(10)) for taken in ("9", "10", "10.1")]
    assert loads == [Load.FINE, Load.NEAR, Load.OVER]


def test_a_plan_says_what_is_taken_by_which_bet_and_what_it_costs(books: Books, effort: Any) -> None:
    capacity = f.CapacityFactory(team=effort.team, ends_on=FIRST + dt.timedelta(days=49), weeks=Decimal(4))
    (plan,) = plans_of([capacity], powers_of(books.checker))
    assert ([one.bet for one in plan.by], plan.taken, plan.free, plan.load) == ([books.bet], 5, -1, Load.OVER)
    assert plan.cost == 500_000
    (hidden,) = plans_of([capacity], powers_of(f.RoleGrantFactory(domain=f.DomainFactory()).person))
    assert ([one.bet for one in hidden.by], hidden.taken) == ([None], 5)


def test_what_a_cease_frees_are_the_weeks_that_are_left_and_a_bet_that_is_over_takes_no_more(
    books: Books, effort: Any
) -> None:
    day = FIRST + dt.timedelta(days=49)
    assert freed_weeks(books.bet, day) == [(effort.team, Decimal(5))]
    capacity = f.CapacityFactory(team=effort.team)
    on = dt.datetime(2026, 2, 19, 12, tzinfo=dt.UTC)
    f.DecisionFactory(bet=books.bet, kind="cease", decided_at=on, look_again_on=None)
    Bet.objects.filter(pk=books.bet.pk).update(state="ceased")
    assert plans_of([capacity], powers_of(books.checker))[0].taken == 5
    books.bet.refresh_from_db()
    assert freed_weeks(books.bet, day) == []


def test_teams_at_work_without_a_plan_are_named(books: Books, effort: Any) -> None:
    assert unplanned(powers_of(books.checker), FIRST) == [effort.team]
    f.CapacityFactory(team=effort.team)
    assert unplanned(powers_of(books.checker), FIRST) == []


def test_capacity_is_planned_changed_and_taken_back(books: Books) -> None:
    team = f.TeamFactory(domain=books.domain)
    kept = actions.set_capacity(team, FIRST, LAST, Decimal("44.5"), by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="is planned from 2026-01-01 to 2026-12-31 already"):
        actions.set_capacity(team, LAST, LAST, Decimal(1), by=books.checker, at=f.AT)
    changed = actions.set_capacity(team, FIRST, LAST, Decimal(40), capacity=kept, by=books.checker, at=f.AT)
    assert (changed.pk, Capacity.objects.get().weeks) == (kept.pk, 40)
    with pytest.raises(Refused, match="You may not plan the capacity"):
        actions.drop_capacity(changed, by=books.lead, at=f.AT)
    actions.drop_capacity(changed, by=books.checker, at=f.AT)
    assert not Capacity.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "weeks", "why"),
    [
        (LAST, FIRST, "1", "lies before"), (FIRST, dt.date(2032, 1, 1), "1", "at most five years"),
        (dt.date(1, 1, 1), dt.date(1, 1, 2), "1", "between the years"), (FIRST, LAST, "-1", "between 0 and"),
        (FIRST, LAST, "NaN", "between 0 and"), (FIRST, LAST, "1.25", "one decimal"), (FIRST, LAST, "1e6", "between 0"),
    ],
)  # fmt: skip
def test_unsound_capacity_is_refused(books: Books, first: dt.date, last: dt.date, weeks: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        actions.set_capacity(
            f.TeamFactory(domain=books.domain), first, last, Decimal(weeks), by=books.checker, at=f.AT
        )  # fmt: skip
    assert not Capacity.objects.exists()


def test_tranches_share_the_weeks_by_their_days_and_cost_together_what_the_bet_does(books: Books, effort: Any) -> None:
    books.second.planned_on = FIRST + dt.timedelta(days=25)
    books.second.save()
    effort.team.week_rate = 100_001
    effort.team.save()
    full = full_costs_of(books.bet, [books.second, books.first])
    assert [full[one.pk].weeks for one in (books.first, books.second)] == [Decimal("2.5"), Decimal("7.5")]
    assert sum(one.full or 0 for one in full.values()) == 20_000_000 + 1_000_010


def test_without_a_rate_no_full_cost_is_said(books: Books, effort: Any) -> None:
    effort.team.week_rate, effort.team.rate_currency = None, ""
    effort.team.save()
    assert full_costs_of(books.bet, [books.first])[books.first.pk].full is None
    effort.delete()
    assert full_costs_of(books.bet, [books.first]) == {}


@pytest.mark.parametrize("address", ["", "new/", "{pk}/change/"])
def test_pages_of_capacity_open_to_those_who_see_money(books: Books, client_of: Any, address: str) -> None:
    url = HOME + address.format(pk=f.CapacityFactory(team__domain=books.domain, ends_on=LAST.replace(year=2030)).pk)
    viewer = f.RoleGrantFactory(role="viewer").person
    answers = [Client().get(url), client_of(viewer).get(url), client_of(books.lead).get(url)]
    assert [one.status_code for one in answers] == [302, 404, 200]
    assert "You may not plan the capacity of a team here" in text(answers[2])


def test_capacity_is_kept_on_the_pages_and_too_much_is_warned_of(
    books: Books, finance_client: Client, effort: Any
) -> None:
    sent = {"team": effort.team.key, "weeks": "4", "starts_on": "2026-01-01", "ends_on": "2030-01-01"}
    assert finance_client.post(f"{HOME}new/", sent).status_code == 302
    page = text(finance_client.get(HOME))
    assert "6 too many" in page and books.bet.name in page and "€10" in page
    again = finance_client.post(f"{HOME}new/", sent)
    assert (again.status_code, "change that one" in text(again)) == (409, True)
    capacity = Capacity.objects.get()
    url = f"{HOME}{capacity.pk}/change/"
    seen = finance_client.get(url).context["form"]["seen"].value()
    Capacity.objects.update(weeks=5)
    late = finance_client.post(url, {**sent, "weeks": "6", "seen": seen})
    assert (late.status_code, "Both versions" in text(late)) == (409, True)
    assert finance_client.post(url, {**sent, "weeks": "six"}).status_code == 422
    assert finance_client.post(url, {**sent, "weeks": "6.5", "seen": late.context["seen"]}).status_code == 302
    assert Capacity.objects.get().weeks == Decimal("6.5")
    assert finance_client.post(f"{HOME}{capacity.pk}/drop/").status_code == 302
    assert not Capacity.objects.exists()


def test_the_page_of_a_bets_money_says_what_a_tranche_costs_in_full(
    books: Books, finance_client: Client, effort: Any
) -> None:
    books.second.planned_on = FIRST + dt.timedelta(days=80)
    books.second.save()
    assert "in full €108k, with 8 team-weeks" in text(finance_client.get(f"/bets/{books.bet.key}/money/"))
    request = books.commit(books.first)
    assert "in full €108k, with 8 team-weeks" in text(finance_client.get(f"/money/requests/{request.pk}/"))


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_of_capacity_takes_the_same_queries_for_one_team_and_for_many(
    books: Books, finance_client: Client, effort: Any, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        more = f.EffortFactory(bet=f.BetFactory(domain=books.domain, state="live"))
        f.CapacityFactory(team=more.team, ends_on=LAST.replace(year=2030))
    with django_assert_num_queries(QUERIES):
        finance_client.get(HOME)

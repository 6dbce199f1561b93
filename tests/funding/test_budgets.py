"""The figures of budgets, told as stories of money; and opening, changing and withdrawing a budget."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from funding import actions
from funding.budgets import Figures, Level, figures_of
from funding.models import Account, Budget, Transfer
from lib.refusals import Refused
from org.models import Event
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def figures(books: Books, budget: Budget | None = None) -> Figures:
    """With the sum that holds whatever happened."""
    budget = budget or books.budget
    found = figures_of([budget])[budget.pk]
    assert found.current == found.available + found.used
    return found


def appropriate(books: Books, kind: str, amount: int) -> None:
    """What a request to appropriate does, with one line."""
    outside, available = actions.appropriation_of(books.ledger), books.account("available")
    leaves, reaches = (available, outside) if kind == "hand_back" else (outside, available)
    books.approve(books.submit("appropriate", [actions.Ask(kind, leaves, reaches, amount)], bet=None))


def another(books: Books, code: str = "DS-2", **fields: Any) -> Budget:
    given = {"funding_class": "bet", "starts_on": books.budget.starts_on, "ends_on": books.budget.ends_on, **fields}
    return actions.open_budget(books.ledger, code, f"Budget {code}", books.domain, at=f.AT, **given)


def reallocate(books: Books, source: Budget, target: Budget, amount: int) -> None:
    leaves, reaches = (actions.account_of(one, "available") for one in (source, target))
    books.approve(books.submit("reallocate", [actions.Ask("reallocate", leaves, reaches, amount)], bet=None))


def spend(books: Books, amount: int, source: str = "released", kind: str = "spend") -> Transfer:
    tranche = None if source == "available" else books.first
    ways = [books.account(source, tranche), books.account("spent", tranche)]
    leaves, reaches = ways if kind == "spend" else ways[::-1]
    move = actions.Move(uuid.uuid4(), kind, leaves, reaches, amount, f.TODAY, "actual", document=f"Invoice {amount}")
    return actions.post(move, at=f.AT, by=None)


def test_a_year_of_a_budget_is_told_by_its_figures(books: Books) -> None:
    appropriate(books, "supplement", 20_000_000)
    appropriate(books, "hand_back", 5_000_000)
    other = another(books)
    reallocate(books, books.budget, other, 10_000_000)
    reallocate(books, other, books.budget, 1_000_000)
    books.given(books.first, "released")
    books.approve(books.commit(books.second))
    spend(books, 3_000_000)
    spend(books, 500_000, kind="refund")
    back = actions.Ask(
        "return", books.account("released", books.first), books.account("available"), 1_500_000, books.first
    )
    books.approve(books.submit("return", [back]))
    books.commit(books.second, 2_000_000)
    assert figures(books) == Figures(
        original=100_000_000, supplements=20_000_000, returned=5_000_000, moved_in=1_000_000, moved_out=10_000_000,
        committed=10_000_000, released=6_000_000, spent=2_500_000, available=87_500_000, requested=2_000_000,
    )  # fmt: skip
    assert figures(books).current == 106_000_000
    assert figures(books, other) == Figures(moved_in=10_000_000, moved_out=1_000_000, available=9_000_000)


def test_what_an_import_opens_in_the_middle_of_a_year_is_original_wherever_it_stands(books: Books) -> None:
    for kind, tranche in (("committed", books.first), ("released", books.first), ("spent", None)):
        reaches = books.account(kind, tranche)
        move = actions.Move(uuid.uuid4(), "open", actions.appropriation_of(books.ledger), reaches, 1_000_000, f.TODAY,
                            "opening", document="Opening balance")  # fmt: skip
        actions.post(move, at=f.AT, by=None)
    assert figures(books) == Figures(
        original=103_000_000, committed=1_000_000, released=1_000_000, spent=1_000_000, available=100_000_000
    )


def test_a_reversal_takes_away_from_the_figure_that_the_reversed_transfer_added_to(books: Books) -> None:
    appropriate(books, "supplement", 20_000_000)
    appropriate(books, "hand_back", 5_000_000)
    other = another(books)
    reallocate(books, books.budget, other, 10_000_000)
    for kind in ("supplement", "hand_back", "reallocate"):
        actions.reverse_transfer(
            Transfer.objects.get(kind=kind), key=uuid.uuid4(), document="Mail", memo="Wrong budget.",
            effective_date=f.TODAY, by=books.checker, at=f.AT,
        )  # fmt: skip
    assert figures(books) == Figures(original=100_000_000, available=100_000_000)
    assert figures(books, other) == Figures()


def test_what_is_set_aside_to_wind_a_bet_down_is_neither_released_nor_spent(books: Books) -> None:
    books.given(books.first, "released")
    aside = actions.Ask(
        "set_aside",
        books.account("released", books.first),
        books.account("winddown", books.first),
        400_000,
        books.first,
    )
    books.approve(books.submit("return", [aside]))
    assert (figures(books).set_aside, figures(books).released) == (400_000, 9_600_000)


@pytest.mark.parametrize(
    ("numbers", "level"),
    [
        ({}, "empty"),
        ({"original": 100, "available": 21, "committed": 79}, "fine"),
        ({"original": 100, "available": 20, "spent": 80}, "warned"),
        ({"original": 100, "spent": 100}, "gone"),
        ({"original": 100, "available": 21, "released": 79, "requested": 22}, "short"),
        ({"requested": 1}, "short"),
    ],
)
def test_a_budget_warns_from_its_share_on_and_says_when_more_is_asked_for_than_is_left(
    numbers: dict[str, int], level: str
) -> None:
    assert Figures(**numbers).level(80) == Level(level)


def test_the_share_is_rounded_down_so_that_100_percent_means_nothing_left() -> None:
    assert Figures(original=1_000, spent=999, available=1).percent == 99
    assert Figures().percent is None


def test_the_figures_of_many_budgets_take_the_queries_of_one(books: Books) -> None:
    others = [another(books, f"DS-{number}") for number in range(3, 8)]
    books.given(books.first)
    with CaptureQueriesContext(connection) as one:
        figures_of([books.budget])
    with CaptureQueriesContext(connection) as many:
        found = figures_of([books.budget, *others])
    assert len(one) == len(many) == 3
    assert found[others[0].pk] == Figures()


def opened(books: Books, **changes: Any) -> Budget:
    return another(books, **{"by": books.checker, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": ""}, "The code of a budget has 1 to 40"),
        ({"code": "a/b"}, "The code of a budget has 1 to 40"),
        ({"code": "x" * 41}, "The code of a budget has 1 to 40"),
        ({"funding_class": "gift"}, "A funding class is one of"),
        ({"funding_class": "team"}, "Durable team funding names its team"),
        ({"ends_on": f.TODAY.replace(year=f.TODAY.year - 1)}, "ends on or after the day"),
        ({"starts_on": f.TODAY, "ends_on": f.TODAY.replace(year=f.TODAY.year + 6)}, "lasts five years at most"),
        ({"ends_on": f.TODAY.replace(year=9999)}, "within ten years of today"),
        ({"warn_percent": 0}, "a share of 1 to 100 percent"),
        ({"treatment": "gold"}, "treated as one of opex, capex"),
        ({"cost_centre": "4" * 41}, "at most 40 characters"),
        ({"erp_account": "\x00"}, "cannot be stored"),
        ({"code": "DS-2026"}, "There is a budget DS-2026 in this ledger already"),
    ],
)
def test_a_budget_that_nobody_could_use_is_not_opened(books: Books, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        opened(books, **changes)
    assert Budget.objects.count() == 1


def test_durable_team_funding_belongs_to_a_team_of_its_domain_or_below(books: Books) -> None:
    below = f.TeamFactory(domain=f.DomainFactory(parent=books.domain))
    assert opened(books, funding_class="team", team=below).team == below
    with pytest.raises(Refused, match="another domain"):
        opened(books, code="DS-4", funding_class="team", team=f.TeamFactory())
    with pytest.raises(Refused, match="Only durable team funding"):
        opened(books, code="DS-5", team=below)


def test_durable_team_funding_is_not_touched_by_bets(books: Books) -> None:
    team, other = (
        opened(books, code=f"T-{n}", funding_class="team", team=f.TeamFactory(domain=books.domain)) for n in (1, 2)
    )
    available = actions.account_of(team, "available")
    commit = actions.Ask("commit", available, actions.account_of(team, "committed", books.first), 1, books.first)
    with pytest.raises(Refused, match="not committed to bets"):
        books.submit("commit", [commit])
    with pytest.raises(Refused, match="moves to another team only"):
        reallocate(books, team, books.budget, 1)
    reallocate(books, books.budget, team, 5_000)
    reallocate(books, team, other, 2_000)
    assert (figures(books, team).available, figures(books, other).available) == (3_000, 2_000)


def test_a_budget_is_changed_and_the_event_says_from_what_to_what(books: Books) -> None:
    changed = actions.change_budget(books.budget, warn_percent=70, name=" Motor ", by=books.checker, at=f.AT)
    assert (changed.name, changed.warn_percent, changed.cost_centre) == ("Motor", 70, "4100")
    event = Event.objects.get(kind="budget changed")
    assert event.payload == {"changes": {"name": ["Bets of direct sales", "Motor"], "warn_percent": [80, 70]}}
    actions.change_budget(books.budget, warn_percent=70, by=books.checker, at=f.AT)
    assert Event.objects.filter(kind="budget changed").count() == 1


def test_who_changes_what_somebody_else_has_changed_meanwhile_is_told(books: Books) -> None:
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        actions.change_budget(books.budget, name="Motor", seen="0", by=books.checker, at=f.AT)


@pytest.mark.parametrize("act", ["open", "change", "withdraw"])
def test_only_finance_keeps_budgets(books: Books, act: str) -> None:
    acts = {
        "open": lambda: opened(books, by=books.lead),
        "change": lambda: actions.change_budget(books.budget, name="Mine", by=books.lead, at=f.AT),
        "withdraw": lambda: actions.withdraw_budget(books.budget, by=books.lead, at=f.AT),
    }
    with pytest.raises(Refused, match="You may not open or change a budget here"):
        acts[act]()


def test_an_empty_budget_is_withdrawn_and_takes_no_money_any_more(books: Books) -> None:
    empty = opened(books)
    assert actions.withdraw_budget(empty, by=books.checker, at=f.AT).withdrawn_at == f.AT
    assert not Account.objects.filter(budget=empty, closed=False).exists()
    with pytest.raises(Refused, match="is closed"):
        reallocate(books, books.budget, empty, 1)
    for act in (actions.withdraw_budget, actions.change_budget):
        with pytest.raises(Refused, match="was withdrawn"):
            act(empty, by=books.checker, at=f.AT)


def test_a_budget_with_money_or_with_a_request_that_waits_is_not_withdrawn(books: Books) -> None:
    with pytest.raises(Refused, match="There is money in this budget"):
        actions.withdraw_budget(books.budget, by=books.checker, at=f.AT)
    empty = opened(books)
    ask = actions.Ask("reallocate", books.account("available"), actions.account_of(empty, "available"), 1)
    books.submit("reallocate", [ask], bet=None)
    with pytest.raises(Refused, match="A request waits for this budget"):
        actions.withdraw_budget(empty, by=books.checker, at=f.AT)


def test_the_database_lets_no_bet_take_from_a_team(books: Books) -> None:
    team = f.BudgetFactory(
        ledger=books.ledger, domain=books.domain, funding_class="team", team=f.TeamFactory(domain=books.domain)
    )
    request = f.FundingRequestFactory(ledger=books.ledger, bet=books.bet, domain=books.domain)
    with pytest.raises(DatabaseError, match="team funding is not committed to bets"):
        f.RequestLineFactory(
            request=request, credit_account=f.AccountFactory(ledger=books.ledger, budget=team),
            debit_account=books.account("committed", books.first),
        )  # fmt: skip

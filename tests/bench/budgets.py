"""The page of a budget whose money 1,000 bets hold, with 100,000 transfers; and the list that sums it up."""

import datetime as dt
import uuid

from django.db import connection
from django.test import Client, override_settings

from bets.models import Bet, Tranche
from funding import actions
from funding.models import Account, Budget, FiscalPeriod, Transfer
from org.models import Person, Role, RoleGrant
from tests.bench.enterprise import Enterprise
from tests.bench.pages import SETTINGS, ZIPPED, analyse, measured, own_database, reference_of
from tests.bench.report import Row

SIZES = ((100, 10_000), (1_000, 100_000))  # bets, transfers
CHUNK = 5_000
GIVEN = 10_000_000  # minor units of each bet


def rows() -> list[Row]:
    with own_database(), override_settings(**SETTINGS):
        enterprise = Enterprise()
        client, budget = _finance(enterprise), _budget(enterprise)
        return [row for bets, transfers in SIZES for row in _pages(enterprise, client, budget, bets, transfers)]


def _finance(enterprise: Enterprise) -> Client:
    person = Person.objects.create(email="finance@bench.example", name="Fiona", toured_at=enterprise.at)
    RoleGrant.objects.create(person=person, role=Role.FINANCE)
    client = Client(**ZIPPED)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _budget(enterprise: Enterprise) -> Budget:
    """Enough for everything, in a year that holds today."""
    ledger = actions.open_ledger("bench", "Bench AG", "EUR", at=enterprise.at)
    year = enterprise.today.year
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    FiscalPeriod.objects.create(ledger=ledger, code=str(year), starts_on=first, ends_on=last)
    budget = actions.open_budget(ledger, "BENCH", "Bets", enterprise.domains[0], "bet", first, last, at=enterprise.at)
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(ledger), actions.account_of(budget, "available"),
        2_000 * GIVEN, first, "opening", document="Opening balance",
    )  # fmt: skip
    actions.post(move, at=enterprise.at, by=None)
    return budget


def _pages(enterprise: Enterprise, client: Client, budget: Budget, bets: int, transfers: int) -> list[Row]:
    enterprise.grow(bets)
    _spend(enterprise, budget, transfers)
    analyse()
    size = f"{bets:,} bets, {transfers:,} transfers"
    one = f"/money/budgets/{budget.pk}/"
    pages = (("Budget", one), ("Its transfers", f"{one}transfers/"), ("List of budgets", "/money/budgets/"))
    return [_page(f"{name}, {size}", client, address) for name, address in pages]


def _page(name: str, client: Client, address: str) -> Row:
    seconds, queries, text, _ = measured(client, address)
    reference = reference_of(client, text)
    return Row(
        f"{name}: server time",
        f"{seconds * 1000:.0f} ms, {queries} queries",
        f"the same {len(text) // 1000} kB from memory: {reference * 1000:.1f} ms",
        f"{seconds / reference:.1f}",
    )


def _spend(enterprise: Enterprise, budget: Budget, transfers: int) -> None:
    """Gives each bet money for its first tranche, and spends of it until there are so many transfers."""
    outside = actions.appropriation_of(budget.ledger)
    held, period = _accounts(budget), FiscalPeriod.objects.get(ledger=budget.ledger).pk
    first = enterprise.today.replace(month=1, day=1)
    if fresh := [pair for pair in held if not pair[0].debits.exists()]:
        Transfer.objects.bulk_create(_row(enterprise, "open", outside, one, GIVEN, first, period) for one, _ in fresh)
    missing, days = transfers - Transfer.objects.count(), (enterprise.today - first).days or 1
    for start in range(0, missing, CHUNK):
        Transfer.objects.bulk_create(
            _row(enterprise, "spend", *held[n % len(held)], 100, first + dt.timedelta(days=n % days), period)
            for n in range(start, min(start + CHUNK, missing))
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _accounts(budget: Budget) -> list[tuple[Account, Account]]:
    """Released and spent of the first tranche of every bet."""
    known = set(Account.objects.filter(budget=budget, tranche__isnull=False).values_list("tranche", flat=True))
    firsts = Tranche.objects.filter(sequence=1, bet__in=Bet.objects.all()).select_related("bet")
    kinds = (Account.Kind.RELEASED, Account.Kind.SPENT)
    Account.objects.bulk_create(
        Account(ledger=budget.ledger, budget=budget, tranche=one, kind=kind, code=f"{budget.code}/{one.pk}/{kind}")
        for one in firsts if one.pk not in known for kind in kinds
    )  # fmt: skip
    found = {(one.tranche_id, one.kind): one for one in Account.objects.filter(budget=budget, kind__in=kinds)}
    return [(found[key, kinds[0]], found[key, kinds[1]]) for key in sorted({tranche or 0 for tranche, _ in found})]


def _row(
    enterprise: Enterprise, kind: str, leaves: Account, reaches: Account, amount: int, day: dt.date, period: int
) -> Transfer:
    return Transfer(
        key=uuid.uuid4(), ledger_id=leaves.ledger_id, kind=kind, credit_account=leaves, debit_account=reaches,
        amount=amount, effective_date=day, period_id=period, document="Bench", reason_code="actual",
        posted_at=enterprise.at,
    )  # fmt: skip

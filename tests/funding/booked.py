"""The money of the world that every page is shown: budgets and what bounds them, files, and books side by side."""

import datetime as dt
import uuid

from bets.models import Bet
from funding import actions
from funding.models import Budget, Ledger, Transfer
from lib import clock
from org.models import Domain, Person
from tests.factories import (
    AT,
    TODAY,
    ActualFactory,
    CapacityFactory,
    FiscalPeriodFactory,
    FundingRequestFactory,
    GuardrailFactory,
    MoneyFileFactory,
    MoneyRowFactory,
    ReconciliationFactory,
    ReconciliationLineFactory,
    RequestLineFactory,
    TeamFactory,
)


def budgets_of(domain: Domain, bet: Bet) -> Budget:
    """A budget of which a bet holds money and has spent some, that is asked for more than is left; and a team's."""
    year, ledger = TODAY.year, actions.open_ledger("1000", "‹Northwind AG›", "EUR", at=AT)
    FiscalPeriodFactory(ledger=ledger, code="2026")
    days = {"starts_on": dt.date(year, 1, 1), "ends_on": clock.today() + dt.timedelta(days=99), "at": AT}
    budget = actions.open_budget(ledger, "B-1", "‹Bets of retail›", domain, "bet", **days)
    actions.open_budget(ledger, "T-1", "‹Team›", domain, "team", team=TeamFactory(domain=domain), **days)
    tranche, outside = bet.tranches.first(), actions.appropriation_of(ledger)
    available, released, spent = (
        actions.account_of(budget, kind, of)
        for kind, of in (("available", None), ("released", tranche), ("spent", tranche))
    )
    for kind, leaves, reaches, amount in (
        ("open", outside, available, 90_000_000), ("open", outside, released, 9_000_000),
        ("spend", released, spent, 5_000_000),
    ):  # fmt: skip
        move = actions.Move(uuid.uuid4(), kind, leaves, reaches, amount, TODAY, "opening", document="‹Plan›")
        actions.post(move, at=AT, by=None)
    asked = FundingRequestFactory(ledger=ledger, bet=bet, amount=91_000_000, due_on=clock.today())
    committed = actions.account_of(budget, "committed", tranche)
    RequestLineFactory(
        request=asked, credit_account=available, debit_account=committed, tranche=tranche, amount=91_000_000
    )
    GuardrailFactory(kind="largest", name="‹Small bets›", horizon=None, at_most=1_000_000)
    GuardrailFactory(kind="count", name="‹Few bets›", horizon=None, at_most=1)
    CapacityFactory(team__domain=domain, ends_on=days["ends_on"])
    return budget


def brought_by(by: Person, domain: Domain) -> dict[str, int]:
    """A file of budgets with a sound row, one of which the domain is asked and one with an error; documents that wait
    and that have their place; books set side by side."""
    means = ("code", "name", "domain", "funding_class", "starts", "ends", "amount", "spent", "cost_centre")
    columns = [{"header": f"‹{one}›", "means": one, "day_first": None} for one in means]
    row = ["R-1", "‹Run›", domain.key, "run", "2026-01-01", "2026-12-31", "1000.50", "300", "4711"]
    cells = {f"‹{name}›": value for name, value in zip(means, row, strict=True)}
    ledger = Ledger.objects.get(code="1000")
    file = MoneyFileFactory(ledger=ledger, kind="budgets", columns=columns, uploaded_by=by, rows_seen=3, rows_bad=2)
    wrong = [{"column": "‹amount›", "means": "amount", "said": "It is not an amount.", "of": "file"}]
    for number, other, reasons in ((2, {}, []), (3, {"‹domain›": ""}, wrong), (4, {"‹amount›": "1,000"}, wrong)):
        MoneyRowFactory(file=file, number=number, cells=cells | other, reasons=reasons)
    spent = Transfer.objects.get(ledger=ledger, kind="spend")
    ActualFactory(ledger=ledger, memo="‹Licences›")
    placed = {"transfer": spent, "placed_at": AT, "placed_by": by, "waits_because": ""}
    ActualFactory(ledger=ledger, amount=spent.amount, **placed)
    made = ReconciliationFactory(ledger=ledger, made_by=by)
    ReconciliationLineFactory(reconciliation=made)
    ReconciliationLineFactory(reconciliation=made, theirs=200, name="waiting", document_id="‹51›", note="‹Why.›")
    return {"money_file": file.pk, "reconciled": made.pk}

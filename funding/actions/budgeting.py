"""State changes of budgets: opening, changing and withdrawing them. Money moves by requests and imports alone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from funding import rules_budgets as rules
from funding.actions.books import account_of, lock_accounts, lock_ledger
from funding.authority import above
from funding.models import Account, Budget, FundingRequest, Ledger
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Domain, Person, Team
from org.rules import refusals
from org.visibility import powers_of

KEPT = ("name", "warn_percent", "year_end", "treatment", "cost_centre", "erp_account")  # what can be changed later


@transaction.atomic
def open_budget(
    ledger: Ledger, code: str, name: str, domain: Domain, funding_class: str, starts_on: date, ends_on: date, *,
    at: datetime, by: Person | None = None, team: Team | None = None, **fields: Any,
) -> Budget:  # fmt: skip
    """Opens a budget without money in it: money comes by a request to appropriate, or by an import. Without `by`
    nobody is asked for a role."""
    if by is not None:
        refuse_if(refusals(powers_of(by), "keep_budgets", domain.pk))
    said = _tidied({"name": name, **fields})
    is_reached = team is None or domain.pk in above(team.domain)
    wanted = rules.Budget(code.strip(), said.pop("name"), funding_class, team is not None, starts_on, ends_on,
                          is_reached, **said)  # fmt: skip
    refuse_if(rules.budget_refusals(wanted, today=localdate(at)))
    with refused_when_taken(f"There is a budget {wanted.code} in this ledger already."):
        budget = Budget.objects.create(
            ledger=ledger, code=wanted.code, name=wanted.name, domain=domain, team=team, funding_class=funding_class,
            starts_on=starts_on, ends_on=ends_on, opened_at=at, opened_by=by, **said,
        )  # fmt: skip
    account_of(budget, Account.Kind.AVAILABLE)
    record_event(budget, "budget opened", f"Budget {budget} opened.", at=at, by=by)
    return budget


@transaction.atomic
def change_budget(budget: Budget, *, by: Person, at: datetime, seen: str | None = None, **fields: Any) -> Budget:
    """Changes what a budget is called, when it warns, and how the books treat it; not what is in it."""
    budget = Budget.objects.select_for_update(no_key=True).get(pk=budget.pk)
    refuse_if(refusals(powers_of(by), "keep_budgets", budget.domain_id))
    if budget.withdrawn_at is not None:
        raise Refused("This budget was withdrawn.")
    wanted = standing_of(budget) | _tidied(fields)
    if wanted == standing_of(budget):
        return budget  # a form that was sent twice
    refuse_if(stale_refusals(seen, standing_of(budget)))
    refuse_if(rules.kept_refusals(rules.Budget(
        budget.code, wanted["name"], budget.funding_class, budget.team_id is not None, budget.starts_on,
        budget.ends_on, **{name: value for name, value in wanted.items() if name != "name"},
    )))  # fmt: skip
    was = standing_of(budget)
    changes = {name: [was[name], value] for name, value in wanted.items() if was[name] != value}
    for name in changes:
        setattr(budget, name, wanted[name])
    budget.save(update_fields=list(changes))
    record_event(budget, "budget changed", f"Budget {budget} changed.", at=at, by=by, changes=changes)
    return budget


@transaction.atomic
def withdraw_budget(budget: Budget, *, by: Person, at: datetime) -> Budget:
    """Takes an empty budget back and closes its accounts, so that nothing is posted to it any more."""
    lock_ledger(budget.ledger_id)
    budget = Budget.objects.select_for_update(no_key=True).get(pk=budget.pk)
    refuse_if(refusals(powers_of(by), "keep_budgets", budget.domain_id))
    accounts = lock_accounts(budget.accounts.all())
    refuse_if(why_not_withdrawn(budget))
    Account.objects.filter(pk__in=accounts).update(closed=True)
    budget.withdrawn_at = at
    budget.save(update_fields=["withdrawn_at"])
    record_event(budget, "budget withdrawn", f"Budget {budget} withdrawn: it was empty.", at=at, by=by)
    return budget


def standing_of(budget: Budget) -> dict[str, Any]:
    """What stands there now, by field: what a form is filled with."""
    return {name: getattr(budget, name) for name in KEPT}


def why_not_withdrawn(budget: Budget) -> list[str]:
    """What speaks against taking a budget back, as it stands. Two queries."""
    balances = list(budget.accounts.exclude(balance=0).values_list("balance", flat=True)[:1])
    withdrawn = budget.withdrawn_at is not None
    return list(rules.withdraw_refusals(withdrawn=withdrawn, balances=balances, waiting=waiting_for(budget)))


def waiting_for(budget: Budget) -> int:
    """How many requests wait that would move its money. One query."""
    lines = FundingRequest.objects.filter(state=FundingRequest.State.SUBMITTED)
    touching = lines.filter(lines__credit_account__budget=budget) | lines.filter(lines__debit_account__budget=budget)
    return touching.distinct().count()


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without blanks around them."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}

"""The money that a decision to go on has not asked for: what stands in its way now, for whoever recorded it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from funding.actions import next_of, waits_for_money
from funding.models import Budget
from funding.rules_asking import state_refusals
from org.models import Person
from portfolio.actions.assigning import still_of
from portfolio.models import AgendaItem
from portfolio.rules_table import NO_BUDGET, item_asking_refusals, step_refusals


@dataclass(frozen=True)
class Unasked:
    """`obstacles`: why nothing can be asked for now; none: ask for it."""

    obstacles: list[str]


def unasked_of(item: AgendaItem, person: Person, today: date) -> Unasked | None:
    """None where nothing is left to ask for on this decision, or not by this person. Seven queries at most."""
    if item.decision_id is None or list(item_asking_refusals(still_of(item, person))):
        return None
    return Unasked(list(_obstacles(item, today)))


def _obstacles(item: AgendaItem, today: date) -> Iterator[str]:
    bet = item.bet
    tranche, step, _most = next_of(bet) or ("", "", 0)
    yield from state_refusals("commit", bet.state)
    if step != "release":
        yield from step_refusals(step, str(tranche), waits=waits_for_money(bet))
    if step == "commit":
        paying = Budget.objects.paying_bets(today).filter(domain=bet.domain_id, ledger__currency=bet.currency)
        yield from () if paying.exists() else (NO_BUDGET,)

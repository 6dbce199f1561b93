"""What must be true for a bet: assumptions are added, changed and dropped as long as the bet is not over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from bets.actions.locking import locked_bet
from bets.drafts import assumption_values, assumptions_values
from bets.models import Assumption, Bet
from bets.rules_draft import ASSUMPTIONS_AT_MOST, assumption_refusals, many_refusals, over_refusals
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person


@dataclass(frozen=True)
class Assumed:
    """An assumption as a form has it: the number it had when the form was filled, or None for a new one."""

    number: int | None
    statement: str
    importance: int
    next_test: str


@transaction.atomic
def add_assumption(
    bet: Bet, statement: str, importance: int, *, next_test: str = "", by: Person, at: datetime
) -> Assumption:
    bet = locked_bet(bet, by)
    statement, next_test = statement.strip(), next_test.strip()
    refuse_if([*over_refusals(bet.state), *assumption_refusals(statement, importance, next_test)])
    standing = bet.assumptions.filter(dropped_at=None)
    refuse_if(many_refusals("assumptions", standing.count() + 1, ASSUMPTIONS_AT_MOST))
    if standing.filter(statement=statement).exists():
        raise Refused("This assumption stands there already, word for word.")
    number = (bet.assumptions.aggregate(last=Max("number"))["last"] or 0) + 1
    added = Assumption.objects.create(
        bet=bet, number=number, statement=statement, importance=importance, next_test=next_test
    )
    record_event(
        bet, "assumption added", f"Assumption {number}: {statement}", at=at, by=by, number=number, importance=importance
    )
    return added


@transaction.atomic
def change_assumption(
    assumption: Assumption, *, statement: str, importance: int, next_test: str, seen: str | None = None, by: Person,
    at: datetime,
) -> Assumption:  # fmt: skip
    """Changes an assumption. `seen` is the fingerprint of its values when the person looked at them."""
    bet = locked_bet(assumption.bet, by)
    assumption = _standing(assumption)
    wanted = {"statement": statement.strip(), "importance": importance, "next_test": next_test.strip()}
    refuse_if([*over_refusals(bet.state), *assumption_refusals(statement.strip(), importance, next_test.strip())])
    former = assumption_values(assumption)
    if wanted == former:
        return assumption
    refuse_if(stale_refusals(seen, former))
    for name, value in wanted.items():
        setattr(assumption, name, value)
    assumption.save(update_fields=list(wanted))
    sentence = f"Assumption {assumption.number}: {assumption.statement} (importance {importance})"
    record_event(bet, "assumption changed", sentence, at=at, by=by, number=assumption.number, former=former)
    return assumption


@transaction.atomic
def drop_assumption(assumption: Assumption, *, by: Person, at: datetime) -> Assumption:
    """Nobody assumes this any more; what was found out about it stays readable."""
    bet = locked_bet(assumption.bet, by)
    assumption = _standing(assumption)
    refuse_if(over_refusals(bet.state))
    assumption.dropped_at, assumption.dropped_by = at, by
    assumption.save(update_fields=["dropped_at", "dropped_by"])
    sentence = f"Assumption {assumption.number} dropped: {assumption.statement}"
    record_event(bet, "assumption dropped", sentence, at=at, by=by, number=assumption.number)
    return assumption


def _standing(assumption: Assumption) -> Assumption:
    found = Assumption.objects.get(pk=assumption.pk)
    if found.dropped_at is not None:
        raise Refused("Somebody dropped this assumption meanwhile.")
    return found


@transaction.atomic
def keep_assumptions(bet: Bet, rows: Sequence[Assumed], *, seen: str | None = None, by: Person, at: datetime) -> None:
    """All assumptions as a form has them, or none of it: those that are not among `rows` are dropped."""
    bet = locked_bet(bet, by)
    stands = assumptions_values(bet)
    if [_plain(row) for row in rows] == [{k: v for k, v in row.items() if k != "number"} for row in stands["rows"]]:
        return
    refuse_if(stale_refusals(seen, stands))
    standing = {one.number: one for one in bet.assumptions.filter(dropped_at=None)}
    kept = [row for row in rows if row.number in standing]
    for row in kept:
        change_assumption(standing.pop(row.number or 0), **_plain(row), by=by, at=at)  # type: ignore[arg-type]
    for gone in standing.values():
        drop_assumption(gone, by=by, at=at)
    for row in rows:
        if row not in kept:
            add_assumption(bet, row.statement, row.importance, next_test=row.next_test, by=by, at=at)


def _plain(row: Assumed) -> dict[str, object]:
    return {"statement": row.statement.strip(), "importance": row.importance, "next_test": row.next_test.strip()}

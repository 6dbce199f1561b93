"""What the gate of a tranche needs: outcomes, strength of evidence, a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bets.actions.locking import locked_draft
from bets.models import Bet, GateCriterion, Outcome, Tranche
from bets.rules_gate import Asked, gate_refusals
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person


@dataclass(frozen=True)
class Criterion:
    """One thing that a gate needs: an outcome at its target, clear of its kill line or read; evidence of a strength, of
    one outcome or of any; a decision to fund, or to persist."""

    kind: str
    outcome: Outcome | None = None
    wanted: str = ""
    strength: int | None = None


def gate_values(tranche: Tranche) -> dict[str, Any]:
    """What stands there now, as a form is filled. One query."""
    rows = tranche.criteria.order_by("number").values_list("kind", "outcome__number", "wanted", "strength")
    return {"criteria": [list(row) for row in rows]}


@transaction.atomic
def keep_gate(
    tranche: Tranche, criteria: Sequence[Criterion], *, seen: str | None = None, by: Person, at: datetime
) -> Tranche:
    """Says what the gate of a tranche of a draft needs, all of it; later it is the money that asks for a reason."""
    bet = locked_draft(tranche.bet, by)
    found = Tranche.objects.filter(pk=tranche.pk).first()
    if found is None:
        raise Refused("Somebody dropped this tranche meanwhile.")
    before = gate_values(found)
    if before == _wanted(criteria):
        return found
    refuse_if(stale_refusals(seen, before))
    write_gate(bet, found, criteria)
    said = f"Gate {found.sequence}: what it needs besides words is stated, {len(criteria)} in all."
    record_event(bet, "gate stated", said, at=at, by=by, tranche=found.pk, former=before["criteria"])
    return found


def write_gate(bet: Bet, tranche: Tranche, criteria: Sequence[Criterion]) -> None:
    """Writes what a gate needs, in the caller's transaction, which holds the bet."""
    standing = set(Outcome.objects.current().filter(bet=bet).values_list("pk", flat=True))
    refuse_if(gate_refusals([
        Asked(one.kind, one.outcome.number if one.outcome else None, one.wanted, one.strength,
              one.outcome is None or one.outcome.pk in standing)
        for one in criteria
    ]))  # fmt: skip
    tranche.criteria.all().delete()
    for number, one in enumerate(criteria, start=1):
        GateCriterion.objects.create(
            tranche=tranche, number=number, kind=one.kind, outcome=one.outcome, wanted=one.wanted, strength=one.strength
        )  # fmt: skip


def _wanted(criteria: Sequence[Criterion]) -> dict[str, Any]:
    return {
        "criteria": [
            [one.kind, one.outcome.number if one.outcome else None, one.wanted, one.strength] for one in criteria
        ]
    }

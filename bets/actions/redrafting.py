"""Several parts of a draft, changed together: each by its own action, and all of them or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bets.actions.drafting import change_bet, write_premortem
from bets.actions.locking import locked_draft
from bets.actions.planning import set_cost, set_value
from bets.drafts import draft_values
from bets.models import Bet
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.models import Person, Team

WORTH = {"low": "value_low", "likely": "value_likely", "high": "value_high", "conversion": "value_conversion"}


@transaction.atomic
def change_draft(
    bet: Bet, *, about: Mapping[str, Any], by: Person, at: datetime, teams: Sequence[Team] | None = None,
    premortem: str | None = None, weeks: Mapping[Team, Decimal] | None = None,
    value: Mapping[str, Any] | None = None, seen: str | None = None,
) -> Bet:  # fmt: skip
    """Changes what a draft says of itself, why it may fail, its effort and its value (low, likely, high, conversion);
    what is not given stays. `weeks` are those of every team; `seen` is the fingerprint of its draft_values as they were
    read."""
    refuse_if(stale_refusals(seen, draft_values(locked_draft(bet, by))))
    bet = change_bet(bet, **about, teams=teams, by=by, at=at)
    if premortem is not None:
        bet = write_premortem(bet, premortem, by=by, at=at)
    if weeks is not None:
        set_cost(bet, weeks, by=by, at=at)
    if value:
        stands: dict[str, Any] = {name: getattr(bet, field) for name, field in WORTH.items()}
        set_value(bet, **stands | dict(value), by=by, at=at)
    return bet

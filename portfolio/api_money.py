"""The shape of the money of a bet in the read API: what stands in the ledger, and how long it lasts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rest_framework import serializers

from bets.api_shapes import money_of
from bets.models import Bet, Tranche
from funding.books import standings_of
from funding.runway import runways_of
from funding.tranche_money import total_of
from lib.api import Money
from org.rules import Powers

PACES = [("spent", "Spent over the last 90 days"), ("plan", "The plan"), ("", "Not known")]


class BetMoneyShape(serializers.Serializer[Any]):
    """What was given of the plan, as the ledger has it, and the last day on which a decision is of use."""

    committed = Money(help_text="Reserved for its tranches, not released yet.")
    released = Money(help_text="Released, and not spent.")
    spent = Money()
    set_aside = Money(help_text="To wind it down, once it has ceased.")
    pace = serializers.ChoiceField(choices=PACES, help_text="What the days below rest on.")
    lasts_until = serializers.DateField(allow_null=True, help_text="The day on which the money is gone.")
    decide_at_latest = serializers.DateField(
        allow_null=True, help_text="The day on which what is left only just pays for winding it down."
    )


def money_shown(bet: Bet, tranches: Sequence[Tranche], powers: Powers, today: date) -> dict[str, Any] | None:
    """Nothing for whoever does not see money. One query, two more once something was posted."""
    if not powers.may("see_money", bet.domain_id):
        return None
    stood = standings_of(bet, tranches).values()
    total = total_of(str(bet), stood)
    lefts = {bet.pk: total.committed + total.released} if total.given else {}
    planned = sorted(tranches, key=lambda one: (one.planned_on, one.sequence))
    runway = runways_of([bet], today, lefts, {bet.pk: planned})[bet.pk]
    return {
        "committed": money_of(bet, total.committed), "released": money_of(bet, total.released),
        "spent": money_of(bet, total.spent), "set_aside": money_of(bet, total.winddown), "pace": runway.basis,
        "lasts_until": runway.gone_on, "decide_at_latest": runway.last_day,
    }  # fmt: skip

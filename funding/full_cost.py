"""What each tranche of a bet costs in full: its cash, and its share of the weeks of the bet's teams, by its days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bets.models import Bet, Tranche
from bets.rules_draft import Cost, Effort, cost_of
from funding.capacity import courses_of
from funding.rules_capacity import Span
from funding.rules_runway import stretches


@dataclass(frozen=True)
class FullCost:
    """Minor units; `full` is None where the rate of a team is not set, or is in another currency."""

    cash: int
    weeks: Decimal
    labour: int
    full: int | None


def full_costs_of(bet: Bet, tranches: Sequence[Tranche]) -> dict[int, FullCost]:
    """By tranche; nothing where no team works on the bet. All tranches of the bet have to be given: together they cost
    what the bet does, to the last cent. One query, or four where nobody said until when the last tranche lasts."""
    efforts = [
        Effort(one.team.name, one.weeks, one.team.week_rate, one.team.rate_currency)
        for one in bet.efforts.select_related("team")
    ]  # fmt: skip
    if not efforts or not tranches:
        return {}
    planned = sorted(tranches, key=lambda one: (one.planned_on, one.sequence))
    days = _days(bet, planned)
    upto = [_part(bet, efforts, sum(days[:count]), sum(days)) for count in range(len(days) + 1)]
    return {
        one.pk: _between(one.amount, before, after)
        for one, (before, after) in zip(planned, pairwise(upto), strict=True)
    }


def _days(bet: Bet, planned: Sequence[Tranche]) -> list[int]:
    """How many days each tranche pays for, at least one; the last until the bet is to be decided on."""
    found = stretches([(one.amount, one.planned_on, one.lasts_until) for one in planned])
    ends = [one.ends_on for one in found]
    last = None if ends[-1] else courses_of([bet])[bet.pk].planned.last + timedelta(days=1)
    return [max(1, _until(one.starts_on, one.ends_on or last)) for one in found]


def _until(first: date, end: date | None) -> int:
    return Span(first, end - timedelta(days=1)).days if end else 0


def _part(bet: Bet, efforts: Sequence[Effort], days: int, whole: int) -> Cost:
    """What the teams cost up to so many of all days."""
    return cost_of(0, bet.currency, [replace(one, weeks=one.weeks * days / whole) for one in efforts])


def _between(cash: int, before: Cost, after: Cost) -> FullCost:
    labour = after.labour - before.labour
    full = None if after.full is None else cash + labour
    return FullCost(cash, after.weeks - before.weeks, labour, full)

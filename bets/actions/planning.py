"""Money of a bet while it is stated: tranches with their gates, weeks of its teams, and what it may be worth."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from bets.actions.locking import locked_bet, locked_draft
from bets.drafts import VALUE, money_values, tranche_values
from bets.models import Bet, Effort, Tranche
from bets.rules_draft import (
    TRANCHES_AT_MOST,
    Stage,
    many_refusals,
    over_refusals,
    team_refusals,
    tranche_refusals,
    value_refusals,
    weeks_refusals,
)
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person, Team


@dataclass(frozen=True)
class Row:
    """A tranche as a form has it: the number it had when the form was filled, or None for a new one."""

    number: int | None
    stage: Stage


@dataclass(frozen=True)
class Plan:
    """All the money of a bet as a form has it; tranches that are not among `rows` are dropped."""

    rows: Sequence[Row]
    weeks: Mapping[Team, Decimal]
    low: int | None
    likely: int | None
    high: int | None
    conversion: str


@transaction.atomic
def plan_tranche(
    bet: Bet, amount: int, purpose: str, gate: str, planned_on: date, *, lasts_until: date | None = None, by: Person,
    at: datetime,
) -> Tranche:  # fmt: skip
    """Plans the next stage of money, in minor units of the bet's currency."""
    bet = locked_bet(bet, by)
    stage = Stage(amount, purpose.strip(), gate.strip(), planned_on, lasts_until)
    refuse_if([*over_refusals(bet.state), *tranche_refusals(stage)])
    refuse_if(many_refusals("tranches", bet.tranches.count() + 1, TRANCHES_AT_MOST))
    sequence = (bet.tranches.aggregate(last=Max("sequence"))["last"] or 0) + 1
    tranche = Tranche.objects.create(bet=bet, sequence=sequence, **asdict(stage))
    said = f"Tranche {sequence}: {tranche.purpose}."
    record_event(bet, "tranche planned", said, at=at, by=by, amount=amount, tranche=tranche.pk)
    return tranche


@transaction.atomic
def change_tranche(
    tranche: Tranche, *, amount: int, purpose: str, gate: str, planned_on: date, by: Person, at: datetime,
    lasts_until: date | None = None, seen: str | None = None,
) -> Tranche:  # fmt: skip
    """Changes a tranche of a draft. `seen` is the fingerprint of its values when the person looked at them."""
    bet = locked_draft(tranche.bet, by)
    tranche = _still(tranche)
    stage = Stage(amount, purpose.strip(), gate.strip(), planned_on, lasts_until)
    refuse_if(tranche_refusals(stage))
    former = tranche_values(tranche)
    changed = {name: value for name, value in asdict(stage).items() if value != former[name]}
    if not changed:
        return tranche
    refuse_if(stale_refusals(seen, former))
    for name, value in changed.items():
        setattr(tranche, name, value)
    tranche.save(update_fields=list(changed))
    sentence = f"Tranche {tranche.sequence} changed: {', '.join(_words(name) for name in changed)}."
    _record(bet, "tranche changed", sentence, {name: former[name] for name in changed}, by, at)
    return tranche


@transaction.atomic
def drop_tranche(tranche: Tranche, *, by: Person, at: datetime) -> None:
    """Takes a tranche out of a draft; those after it move up."""
    bet = locked_draft(tranche.bet, by)
    tranche = _still(tranche)
    former, number = tranche_values(tranche), tranche.sequence
    try:
        with transaction.atomic():
            tranche.delete()
    except ProtectedError as error:
        raise Refused(f"Tranche {number} stays: people have stated forecasts on its gate.") from error
    for later in bet.tranches.filter(sequence__gt=number).order_by("sequence"):
        later.sequence -= 1
        later.save(update_fields=["sequence"])
    _record(bet, "tranche dropped", f"Tranche {number} dropped: {former['purpose']}.", former, by, at)


def _still(tranche: Tranche) -> Tranche:
    found = Tranche.objects.filter(pk=tranche.pk).first()
    if found is None:
        raise Refused("Somebody dropped this tranche meanwhile.")
    return found


@transaction.atomic
def set_cost(bet: Bet, weeks: Mapping[Team, Decimal], *, by: Person, at: datetime) -> None:
    """Says how many weeks of which of its teams a draft takes; a team that is not named takes none."""
    bet = locked_draft(bet, by)
    refuse_if(team_refusals([str(team) for team in weeks], {str(team) for team in bet.teams.all()} | _known(bet)))
    refuse_if(reason for team, count in weeks.items() for reason in weeks_refusals(str(team), count))
    former = {effort.team: effort.weeks for effort in bet.efforts.select_related("team")}
    wanted = {team: count for team, count in weeks.items() if count}
    if wanted == former:
        return
    bet.efforts.exclude(team__in=wanted).delete()
    for team, count in wanted.items():
        Effort.objects.update_or_create(bet=bet, team=team, defaults={"weeks": count})
    said = ", ".join(f"{count:f} of {team}" for team, count in wanted.items()) or "none"
    _record(bet, "effort planned", f"Team-weeks: {said}.", {team.key: count for team, count in former.items()}, by, at)


def _known(bet: Bet) -> set[str]:
    """A team that left the bet may still have weeks, to be taken out."""
    return {str(effort.team) for effort in bet.efforts.select_related("team")}


@transaction.atomic
def set_value(
    bet: Bet, *, low: int | None, likely: int | None, high: int | None, conversion: str, by: Person, at: datetime
) -> None:
    """Says what reaching the target of a draft is worth: a range in minor units, and how it follows."""
    bet = locked_draft(bet, by)
    refuse_if(value_refusals(low, likely, high, conversion.strip()))
    wanted = dict(zip(VALUE, (low, likely, high, conversion.strip()), strict=True))
    former = {name: getattr(bet, name) for name in VALUE}
    if wanted == former:
        return
    for name, value in wanted.items():
        setattr(bet, name, value)
    bet.save(update_fields=list(VALUE))
    said = "Value taken out." if likely is None else "Value stated as a range."
    _record(bet, "value stated", f"{said} {conversion.strip()}".strip(), former, by, at)


@transaction.atomic
def keep_money(bet: Bet, plan: Plan, *, seen: str | None = None, by: Person, at: datetime) -> None:
    """Everything that the money step of a draft says, or nothing of it."""
    bet = locked_draft(bet, by)
    if _says(bet, plan):
        return
    refuse_if(stale_refusals(seen, money_values(bet)))
    standing = {one.sequence: one for one in bet.tranches.all()}
    kept = [row for row in plan.rows if row.number in standing]
    for row in kept:
        change_tranche(standing.pop(row.number or 0), **asdict(row.stage), by=by, at=at)
    for gone in sorted(standing.values(), key=lambda one: -one.sequence):
        drop_tranche(gone, by=by, at=at)
    for row in plan.rows:
        if row not in kept:
            plan_tranche(bet, **asdict(row.stage), by=by, at=at)
    set_cost(bet, plan.weeks, by=by, at=at)
    set_value(bet, low=plan.low, likely=plan.likely, high=plan.high, conversion=plan.conversion, by=by, at=at)


def _says(bet: Bet, plan: Plan) -> bool:
    """All of the plan stands there already: it was sent twice."""
    stands = money_values(bet)
    stages = [{name: value for name, value in row.items() if name != "number"} for row in stands["rows"]]
    return (
        stages == [asdict(row.stage) for row in plan.rows]
        and stands["weeks"] == {team.pk: count for team, count in plan.weeks.items() if count}
        and [stands[name] for name in VALUE] == [plan.low, plan.likely, plan.high, plan.conversion.strip()]
    )


def _record(bet: Bet, kind: str, sentence: str, former: Mapping[str, Any], by: Person, at: datetime) -> None:
    plain = {name: value if isinstance(value, int | None) else str(value) for name, value in former.items()}
    record_event(bet, kind, sentence, at=at, by=by, former=plain)


def _words(name: str) -> str:
    return {"planned_on": "day it is planned on", "lasts_until": "day it lasts until"}.get(name, name)

"""What people foretell, and what they find has come: forecasts, gates, realised value. All of it append-only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from bets.models import Bet, Forecast, GateResult, Outcome, RealisedValue, Resolution, Tranche
from bets.rules import text_refusals
from bets.rules_foretold import (
    Foretold,
    forecast_refusals,
    forecaster_refusals,
    gate_refusals,
    teller_refusals,
    thing_refusals,
    value_refusals,
)
from lib.money import exact
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


@transaction.atomic
def state_forecast(
    person: Person, probability: float, *, outcome: Outcome | None = None, tranche: Tranche | None = None,
    note: str = "", at: datetime, today: date,
) -> Forecast:  # fmt: skip
    """Writes what a person holds likely of one outcome or of one gate; the latest one counts, and the same again
    writes nothing. The event keeps the number to itself: who has not stated theirs yet must not read it."""
    of = outcome or tranche
    if of is None or (outcome and tranche):
        raise Refused("A forecast is of one outcome or of one gate.")
    bet = Bet.objects.select_for_update(no_key=True).get(pk=of.bet_id)
    refuse_if(forecaster_refusals(powers_of(person), bet))
    refuse_if(thing_refusals(_foretold(bet, of), today=today))
    note = note.strip()
    refuse_if(forecast_refusals(probability, note))
    latest = Forecast.objects.filter(person=person, outcome=outcome, tranche=tranche).first()
    if latest and (latest.probability, latest.note) == (probability, note):
        return latest
    stated = Forecast.objects.create(
        person=person, probability=probability, note=note, outcome=outcome, tranche=tranche, stated_at=at
    )
    sentence = f"{person} {'changed a' if latest else 'stated a'} forecast of {_named(of)}."
    record_event(bet, "forecast stated", sentence, at=at, by=person, forecast=stated.pk)
    return stated


class Foretelling(NamedTuple):
    """What one person holds likely of an outcome, and when they said so."""

    person: int
    outcome: Outcome
    probability: float
    stated_at: datetime


def foretell_by_vote(
    bet: Bet, votes: Sequence[Foretelling], *, note: str, by: Person, at: datetime, today: date
) -> list[Forecast]:
    """Keeps the chances of votes that everybody sees from now on as the forecasts of those who voted, as of the moment
    at which they did; in the caller's transaction. What can no longer be foretold is left out: an outcome that has
    resolved, was restated, or is being measured."""
    known = {vote.outcome.pk: vote.outcome for vote in votes}
    replaced = set(Outcome.objects.filter(replaces__in=known).values_list("replaces", flat=True)) if known else set()
    resolved = set(Resolution.objects.filter(outcome__in=known).values_list("outcome", flat=True)) if known else set()
    over = {
        pk for pk, one in known.items()
        if any(thing_refusals(Foretold(bet, pk not in replaced, pk in resolved, one.decide_by), today=today))
    }  # fmt: skip
    kept = [
        Forecast(
            person_id=one.person, outcome=one.outcome, probability=one.probability, note=note[:300],
            stated_at=one.stated_at,
        )
        for one in votes if one.outcome.pk not in over
    ]  # fmt: skip
    if kept:
        people = len({one.person_id for one in kept})
        said = f"{note}: kept as the forecasts of {people} {'people' if people > 1 else 'person'}."
        record_event(bet, "forecasts by vote", said, at=at, by=by)
    return Forecast.objects.bulk_create(kept)


def _foretold(bet: Bet, of: Outcome | Tranche) -> Foretold:
    """Two queries at most: what is known of it by now."""
    if isinstance(of, Tranche):
        return Foretold(bet, is_known=GateResult.objects.filter(tranche=of).exists())
    is_current = not Outcome.objects.filter(replaces=of).exists()
    return Foretold(bet, is_current, Resolution.objects.filter(outcome=of).exists(), of.decide_by)


def _named(of: Outcome | Tranche) -> str:
    return f"gate {of.sequence}" if isinstance(of, Tranche) else f"outcome {of.number}, {of.series.metric}"


@transaction.atomic
def record_gate(tranche: Tranche, met: bool, note: str, *, by: Person, at: datetime) -> GateResult:
    """Says once whether the gate of a tranche was met; never the lead of the bet."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=tranche.bet_id)
    is_said = GateResult.objects.filter(tranche=tranche).exists()
    refuse_if(gate_refusals(powers_of(by), by.pk, bet, is_said=is_said))
    refuse_if(text_refusals("what you looked at", note, 500))
    result = GateResult.objects.create(tranche=tranche, met=met, note=note.strip(), said_at=at, said_by=by)
    sentence = f"Gate {tranche.sequence} was {'met' if met else 'not met'}: {result.note}"
    record_event(bet, "gate said", sentence, at=at, by=by, tranche=tranche.pk, met=met)
    return result


@transaction.atomic
def record_value(
    bet: Bet, month: date, amount: int, note: str, *, by: Person, at: datetime, today: date, seen: int | None = None
) -> RealisedValue:
    """Says what a bet brought in one month, in minor units of its currency; the latest of a month counts, and the same
    again writes nothing. `seen` is the latest one that whoever types has seen: a later one of this month is not
    replaced unseen."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(teller_refusals(powers_of(by), bet))
    note = note.strip()
    latest = RealisedValue.objects.filter(bet=bet, month=month).order_by("-pk").first()
    if latest and (latest.amount, latest.note, latest.said_by_id) == (amount, note, by.pk):
        return latest
    changed = latest is not None and seen is not None and latest.pk > seen
    refuse_if(value_refusals(bet, month, amount, note, today=today, changed=changed))
    said = RealisedValue.objects.create(bet=bet, month=month, amount=amount, note=note, said_at=at, said_by=by)
    sentence = f"Value realised in {month:%B %Y}: {exact(amount, bet.currency)}. {note}"
    before = latest.amount if latest else None
    record_event(bet, "value said", sentence, at=at, by=by, month=month.isoformat(), amount=amount, before=before)
    return said

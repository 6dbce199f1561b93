"""What a draft says of itself, why it may fail, and what somebody typed and left half-way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from bets.actions.locking import locked_draft
from bets.actions.stating import bet_refusals
from bets.drafts import about_values, premortem_values
from bets.models import Bet, Sketch
from bets.rules_draft import currency_refusals, premortem_refusals, sketch_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from lib.storable import storable
from org.actions import record_event
from org.models import Person, Team
from org.rules import refusals
from org.visibility import powers_of

ABOUT = ("name", "domain", "lead", "goal", "stage", "horizon", "currency", "starts_on")


@transaction.atomic
def change_bet(
    bet: Bet, *, seen: str | None = None, by: Person, at: datetime, teams: Sequence[Team] | None = None, **fields: Any
) -> Bet:
    """Changes what a draft says of itself (ABOUT, and its teams); what is not given stays."""
    bet = locked_draft(bet, by)
    former, currency = about_values(bet), bet.currency
    for name in ABOUT:
        if name in fields:
            setattr(bet, name, fields[name].strip() if name == "name" else fields[name])
    now = about_values(bet) | ({} if teams is None else {"teams": sorted(team.pk for team in teams)})
    changed = [name for name, value in now.items() if value != former[name]]
    if not changed:
        return bet
    refuse_if(stale_refusals(seen, former))
    refuse_if(refusals(powers_of(by), "state_bet", bet.domain_id))
    planned = bet.value_likely is not None or bet.tranches.exists()
    refuse_if([*bet_refusals(bet, at.date()), *currency_refusals(currency, bet.currency, planned=planned)])
    bet.save(update_fields=ABOUT)
    if teams is not None:
        bet.teams.set(teams)
    sentence = f"Changed: {', '.join(name.replace('_', ' ') for name in changed)}."
    record_event(bet, "bet changed", sentence, at=at, by=by, former=_plain(former, changed), now=_plain(now, changed))
    return bet


def _plain(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What an event keeps of some values."""
    kept = {name: values[name] for name in names}
    return {name: value if isinstance(value, int | list | None) else str(value) for name, value in kept.items()}


@transaction.atomic
def write_premortem(bet: Bet, text: str, *, seen: str | None = None, by: Person, at: datetime) -> Bet:
    """Writes why a draft may fail: it has failed, a year from now."""
    bet = locked_draft(bet, by)
    text = text.replace("\r\n", "\n").strip()
    refuse_if(premortem_refusals(text))
    if text == bet.premortem:
        return bet
    refuse_if(stale_refusals(seen, premortem_values(bet)))
    bet.premortem = text
    bet.save(update_fields=["premortem"])
    record_event(bet, "premortem written", f"Premortem: {text}", at=at, by=by)
    return bet


@transaction.atomic
def leave_sketch(
    person: Person, bet: Bet | None, step: str, typed: Mapping[str, Sequence[str]], *, at: datetime
) -> Sketch:
    """Keeps what somebody typed into a step, sound or not, until they come back; without a bet, that of a new one."""
    refuse_if(refusals(powers_of(person), "state_bet", bet.domain_id if bet else None))
    kept = {name: [storable(one) for one in values] for name, values in typed.items()}
    refuse_if(sketch_refusals(sum(len(one) for values in kept.values() for one in values)))
    sketch, _ = Sketch.objects.update_or_create(
        person=person, bet=bet, step=step, defaults={"typed": kept, "left_at": at}
    )
    return sketch


@transaction.atomic
def drop_sketch(person: Person, bet: Bet | None, step: str) -> None:
    """What was left is forgotten: it has been saved, or is not wanted any more."""
    Sketch.objects.filter(person=person, bet=bet, step=step).delete()

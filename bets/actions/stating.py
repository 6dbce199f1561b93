"""What people state: bets and their hypotheses; and the act that takes a bet live."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from bets import rules
from bets.actions.following import answer_pivot
from bets.actions.learning import discovery_refusals
from bets.actions.locking import locked_bet
from bets.drafts import claim_values, ready_of
from bets.models import Bet, Hypothesis, Template
from bets.rules_draft import (
    MOST_OF,
    Parts,
    claim_length_refusals,
    claim_refusals,
    currency_refusals,
    lead_refusals,
    live_refusals,
    name_refusals,
    rewrite_refusals,
    start_refusals,
)
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Domain, Person, Team
from org.rules import refusals
from org.visibility import powers_of


@dataclass(frozen=True)
class Claim:
    """The parts of “We believe that *change* for *whom* will result in *result*, because *reason*.”"""

    change: str
    whom: str
    result: str
    reason: str


@transaction.atomic
def state_bet(
    key: str, name: str, domain: Domain, claim: Claim | None, *, lead: Person, by: Person, at: datetime,
    teams: Sequence[Team] = (), template: Template | None = None, **fields: Any,
) -> Bet:  # fmt: skip
    """States a bet, with the first version of its hypothesis when there is one; it stays a draft until it goes live."""
    key, name = key.strip(), name.strip()
    refuse_if(refusals(powers_of(by), "state_bet", domain.pk))
    stated = Bet(key=key, name=name, domain=domain, lead=lead, template=template, **fields)
    refuse_if([*rules.key_refusals(key), *bet_refusals(stated, at.date())])
    if Bet.objects.filter(key=key).exists():
        raise Refused(_taken(key))
    with refused_when_taken(_taken(key)):
        stated.save(force_insert=True)
    stated.teams.set(teams)
    record_event(stated, "bet stated", f"{stated} stated.", at=at, by=by)
    if claim is not None:
        refuse_if(_length_refusals(claim))
        _write(stated, claim, "", by=by, at=at)
    return stated


def _taken(key: str) -> str:
    return f"There is a bet with the key {key} already."


def bet_refusals(bet: Bet, today: date) -> list[str]:
    """Why a bet cannot have these values of its own."""
    return [
        *name_refusals(bet.name),
        *lead_refusals(powers_of(bet.lead), bet.lead.name, bet.domain_id),
        *start_refusals(bet.starts_on, today),
        *currency_refusals(bet.currency, bet.currency, planned=False),
    ]


def _length_refusals(claim: Claim) -> list[str]:
    """A draft may be stated with half a claim, but never with one that would not fit."""
    return [one for part, most in MOST_OF.items() for one in claim_length_refusals(part, getattr(claim, part), most)]


@transaction.atomic
def write_hypothesis(
    bet: Bet, claim: Claim, *, by: Person, at: datetime, why: str = "", seen: str | None = None
) -> Hypothesis:
    """Writes the hypothesis of a draft anew; of any other bet the next version, with the reason `why`.

    `seen` is the fingerprint of what the person looked at; what is there already is not written again.
    """
    bet = locked_bet(bet, by)
    parts = Parts(**{part: getattr(claim, part).strip() for part in MOST_OF})
    refuse_if([*rewrite_refusals(bet.state, why), *claim_refusals(parts)])
    standing, stands = bet.hypotheses.first(), claim_values(bet)
    if standing and asdict(parts) == stands:
        if bet.state == Bet.State.DRAFT:
            return standing
        raise Refused("This is, word for word, the version that stands already.")
    refuse_if(stale_refusals(seen, stands))
    return _write(bet, Claim(**asdict(parts)), why.strip(), by=by, at=at)


def _write(bet: Bet, claim: Claim, why: str, *, by: Person, at: datetime) -> Hypothesis:
    last = bet.hypotheses.aggregate(last=Max("version"))["last"] or 0
    draft = bet.state == Bet.State.DRAFT and last
    written, _ = Hypothesis.objects.update_or_create(
        bet=bet, version=last if draft else last + 1,
        defaults=asdict(claim) | {"why": why, "written_at": at, "written_by": by},
    )  # fmt: skip
    kind, said = ("hypothesis rewritten", ", written anew") if draft else ("hypothesis written", "")
    sentence = f"Version {written.version}{said}: {written}" + (f" Why: {why}" if why else "")
    record_event(bet, kind, sentence, at=at, by=by, version=written.version, why=why)
    answer_pivot(written)
    return written


@transaction.atomic
def go_live(bet: Bet, *, by: Person, at: datetime, today: date) -> Bet:
    """A draft goes live: what it is judged by freezes, and from now on the night reads it."""
    bet = locked_bet(bet, by)
    learning = list(discovery_refusals(bet)) if bet.learning_outcomes.exists() else None
    refuse_if(live_refusals(ready_of(bet, learning, today)))
    bet.state, bet.live_at, bet.live_by = Bet.State.LIVE, at, by
    bet.save(update_fields=["state", "live_at", "live_by"])
    record_event(bet, "bet went live", f"{bet} went live.", at=at, by=by)
    return bet

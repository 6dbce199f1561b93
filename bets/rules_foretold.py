"""Why a forecast, a word on a gate, a release or a realised value is refused. Plain Python."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from bets.rules import DecidedOn, text_refusals
from org.rules import Powers, refusals

STEPS = 200  # whole or half per cent: finer ones claim more than anybody knows
MARKED_WITHIN = 3653  # days back; a mistyped century is no release
MOST = 10**15  # minor units: beyond any month of any bet


class Stated(DecidedOn, Protocol):
    """What is asked of a bet before its value is said."""

    @property
    def starts_on(self) -> date: ...


@dataclass(frozen=True)
class Foretold:
    """What somebody states a probability of: an outcome with its decide-by date, or a gate, which has none."""

    bet: DecidedOn
    is_current: bool = True
    is_known: bool = False  # the outcome has resolved, the gate has been said
    decide_by: date | None = None


def forecaster_refusals(powers: Powers, bet: DecidedOn) -> Iterator[str]:
    """Why this person states no forecast on the bet, whatever it is of."""
    yield from refusals(powers, "state_forecast", bet.domain_id)
    if bet.state == "draft":
        yield "This bet is a draft: forecasts are stated once it is live."
    if bet.state in ("ceased", "concluded"):
        yield f"This bet is {bet.state}: there is nothing left to foretell."


def thing_refusals(thing: Foretold, *, today: date) -> Iterator[str]:
    """Why nobody can state a forecast of this any more."""
    if not thing.is_current:
        yield "This outcome has been restated: forecast its current version."
    if thing.is_known and thing.decide_by is None:
        yield "Whether this gate was met has been said already."
    elif thing.is_known:
        yield "This outcome has resolved: what came of it is known."
    elif thing.decide_by is not None and thing.decide_by <= today:
        yield f"The decide-by date of this outcome, {thing.decide_by:%-d %B %Y}, has come: it is being measured."


def forecast_refusals(probability: float, note: str) -> Iterator[str]:
    """Why a forecast cannot say this."""
    if not math.isfinite(probability) or not 0 <= probability <= 1:
        yield "A forecast lies between 0 % and 100 %."
    elif abs(probability * STEPS - round(probability * STEPS)) > 1e-6:
        yield "State whole or half per cent: more digits would claim more than anybody knows."
    if len(note) > 300:
        yield f"That is too long: a note takes at most 300 characters, this has {len(note):,}."


def gate_refusals(powers: Powers, person_id: int, bet: DecidedOn, *, is_said: bool) -> Iterator[str]:
    """Why this person does not say whether a gate of the bet was met."""
    yield from refusals(powers, "say_gate", bet.domain_id)
    if bet.lead_id == person_id:
        yield "You lead this bet: somebody else says whether its gates are met."
    if bet.state == "draft":
        yield "This bet is a draft: its gates are looked at once it is live."
    if is_said:
        yield "Whether this gate was met has been said already: it is said once."


def marker_refusals(powers: Powers, bet: DecidedOn) -> Iterator[str]:
    """Why this person marks no release of the bet, and withdraws none."""
    yield from refusals(powers, "mark_release", bet.domain_id)
    if bet.state == "draft":
        yield "This bet is a draft: releases are marked once it is live."


def release_refusals(name: str, shipped_on: date, note: str, url: str, *, today: date, taken: bool) -> Iterator[str]:
    """Why a release cannot be marked like this; `taken` says that the same one is marked already."""
    yield from text_refusals("a name for what shipped", name, 160)
    if shipped_on > today:
        yield f"{shipped_on:%-d %B %Y} is not here yet: mark a release once it has shipped."
    if (today - shipped_on).days > MARKED_WITHIN:
        yield f"{shipped_on:%-d %B %Y} lies more than ten years back."
    if len(note) > 500:
        yield f"That is too long: a note takes at most 500 characters, this has {len(note):,}."
    yield from _url_refusals(url)
    if taken:
        yield "A release of this name is marked on that day already."


def _url_refusals(url: str) -> Iterator[str]:
    if not url:
        return
    if len(url) > 500:
        yield f"That is too long: an address takes at most 500 characters, this has {len(url):,}."
    elif not _is_address(url):
        yield "The address begins with https:// or http:// and names a site."


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in url)


def teller_refusals(powers: Powers, bet: DecidedOn) -> Iterator[str]:
    """Why this person does not say what the bet has realised."""
    yield from refusals(powers, "say_value", bet.domain_id)
    if bet.state == "draft":
        yield "This bet is a draft: value is said once it is live."


def value_refusals(bet: Stated, month: date, amount: int, note: str, *, today: date, changed: bool) -> Iterator[str]:
    """Why the value of this month cannot be said; `changed` when somebody else has said it meanwhile."""
    if month.day != 1:
        yield "A month is named by its first day."
    elif month > today:
        yield f"{month:%B %Y} has not begun: say what has been realised, not what is hoped for."
    elif month < bet.starts_on.replace(day=1):
        yield f"The bet started on {bet.starts_on:%-d %B %Y}: {month:%B %Y} lies before that."
    if abs(amount) > MOST:
        yield "The amount is larger than any that can be booked."
    yield from text_refusals("what the amount rests on", note, 300)
    if changed:
        yield (
            f"Somebody else said the value of {month:%B %Y} meanwhile. It stands beside the form, yours is still in"
            " it: record it again to replace theirs."
        )

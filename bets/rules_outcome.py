"""Who may state, change or drop an outcome of a bet, and when."""

from collections.abc import Iterator

from bets.rules import DecidedOn
from org.rules import Powers, refusals

OVER = ("ceased", "concluded")


def series_refusals(powers: Powers, series: str, domain: int) -> Iterator[str]:
    """Why an outcome cannot be read from this series, whose source is of that domain."""
    if not powers.may("see_sources", domain):
        yield f"The series {series} belongs to a domain whose sources you may not use: choose another one."


def add_refusals(powers: Powers, bet: DecidedOn) -> Iterator[str]:
    """Why this person cannot state an outcome of the bet; nothing when they can."""
    yield from refusals(powers, "state_bet", bet.domain_id)
    if bet.state in OVER:
        yield f"This bet is {bet.state}: no outcome is stated any more."


def change_refusals(powers: Powers, bet: DecidedOn) -> Iterator[str]:
    """Why this person cannot change or drop an outcome of the bet; nothing when they can."""
    yield from refusals(powers, "state_bet", bet.domain_id)
    if bet.state != "draft":
        yield "The outcomes of this bet are frozen since it went live: moving a line is a new version with a reason."


def twice_refusals(number: int | None) -> Iterator[str]:
    """Why the same lines are not stated a second time; `number` is that of the outcome that has them."""
    if number is not None:
        yield f"Outcome {number} says the same already: same series, same lines, same date."

"""Why money is not meant for a bet at the table of a review, or not taken back. Plain Python; minor units."""

from collections.abc import Iterator
from dataclasses import dataclass

from lib.money import exact
from portfolio.rules_reviews import agenda_refusals

NO_BUDGET = "No budget for bets of this domain runs today in the currency of the bet."


@dataclass(frozen=True)
class Seat:
    """A bet at the table of a review, and who wants to mean money for it; `state` is that of the review."""

    state: str
    is_chair: bool
    leads: bool
    decided: bool


def seat_refusals(seat: Seat) -> Iterator[str]:
    """Why this person means no money for this bet, and takes none back, whatever the amount."""
    if not seat.is_chair:
        yield "The chair assigns the money."
    yield from agenda_refusals(seat.state, 0)
    if seat.leads:
        yield "You lead this bet: nobody assigns money to their own bet."
    if seat.decided:
        yield "This bet has been decided on in this review: what was assigned to it stands."


def step_refusals(step: str, tranche: str, *, waits: bool) -> Iterator[str]:
    """Why a bet takes no money of a budget now; `step` is what its next tranche asks for, empty where there is none."""
    if waits:
        yield "Money is asked for already: that request waits."
    elif step == "release":
        yield f"{tranche} is committed already: the decision asks for its release."
    elif not step:
        yield "All that is planned for this bet is released."


@dataclass(frozen=True)
class Room:
    """How much there is room for: what is `planned` of the next tranche and not committed yet, and what is `free` in
    the budget beside what is assigned to other bets."""

    tranche: str
    planned: int
    budget: str
    free: int


def amount_refusals(amount: int, room: Room, currency: str) -> Iterator[str]:
    """Why so much is not meant for a bet."""
    if amount <= 0:
        yield "Assign an amount above 0; to assign nothing, take it back."
    if amount > room.planned:
        yield f"Only {exact(room.planned, currency)} of {room.tranche} is planned and not committed yet."
    if amount > room.free:
        yield f"Only {exact(max(0, room.free), currency)} of {room.budget} is free beside what is assigned to others."


@dataclass(frozen=True)
class Still:
    """A decision whose money may still be asked for: its `kind`, whether this person recorded it, whether none was
    taken since, and whether a request was `carried` by it already."""

    kind: str
    is_decider: bool
    is_latest: bool
    carried: bool


def item_asking_refusals(still: Still) -> Iterator[str]:
    """Why nothing more is asked for on the decision of an item."""
    if still.kind not in ("fund", "persist"):
        yield "Money is asked for once it was decided to fund the bet, or to persist."
        return
    if still.carried:
        yield "This decision has asked for its money already: ask again on the page of that request."
    if not still.is_latest:
        yield "Another decision was taken since: money follows the latest one."
    if not still.is_decider:
        yield "Whoever recorded the decision asks for what follows from it."

"""Why money cannot be asked for like this, for a tranche or for a budget. Plain Python; amounts are minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lib.money import exact


@dataclass(frozen=True)
class Purse:
    """A budget as a rule sees it."""

    name: str
    currency: str
    funding_class: str
    reaches: bool  # is its domain that of the bet?
    starts_on: date
    ends_on: date
    withdrawn: bool = False


@dataclass(frozen=True)
class Stood:
    """What stands in the accounts of a tranche, and what was planned."""

    name: str
    planned: int
    committed: int = 0
    released: int = 0
    spent: int = 0
    winddown: int = 0

    @property
    def given(self) -> int:
        """All that was ever committed and has not come back."""
        return self.committed + self.released + self.spent + self.winddown

    @property
    def to_commit(self) -> int:
        return max(0, self.planned - self.given)


def next_step(stood: Sequence[tuple[int, Stood]]) -> tuple[int, str, int] | None:
    """Of the tranches of a bet, by id and in their order, the first one of which something can be asked for: which,
    how (release what is committed, else commit what is planned), and how much of it."""
    for pk, one in stood:
        if one.committed:
            return pk, "release", one.committed
        if one.to_commit and not one.given:
            return pk, "commit", one.to_commit
    return None


STILL = {
    "draft": "The bet is still a draft.",
    "held": "The bet is held until its new hypothesis has been funded.",
    "ceased": "The bet has ceased.",
    "concluded": "The bet is concluded.",
}


def state_refusals(kind: str, state: str) -> Iterator[str]:
    """Why a bet in that state is given nothing; what it does not need is given back even so."""
    if state in STILL and kind != "return":
        yield STILL[state]


def purse_refusals(purse: Purse, currency: str, today: date) -> Iterator[str]:
    """Why a bet in this currency is not paid from this budget."""
    if purse.withdrawn:
        yield f"{purse.name} was taken back: choose another budget."
    if purse.currency != currency:
        yield f"{purse.name} is in {purse.currency} and the bet in {currency}: money never crosses over."
    if purse.funding_class != "bet":
        yield f"{purse.name} is not money for bets: its funding class says otherwise."
    if not purse.reaches:
        yield f"{purse.name} belongs to another domain."
    if not purse.starts_on <= today <= purse.ends_on:
        yield f"{purse.name} runs from {purse.starts_on} to {purse.ends_on}."


def tranche_refusals(kind: str, stood: Stood, amount: object, currency: str) -> Iterator[str]:
    """Why so much of a tranche cannot be asked for now."""
    most = {"commit": stood.to_commit, "release": stood.committed}.get(kind, stood.committed + stood.released)
    words = {"commit": "is planned and not committed yet", "release": "is committed and not released yet"}
    if most == 0:
        yield f"Nothing of {stood.name} {words.get(kind, 'can be given back')}."
    elif isinstance(amount, int) and amount > most:
        said = words.get(kind, "can be given back")
        yield f"Only {exact(most, currency)} of {stood.name} {said}: ask for that, or change the plan first."

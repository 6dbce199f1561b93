"""What of a bet's money returns when it ceases, and what is set aside to wind it down. Plain Python, minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lib.money import exact

RETURNS = ("released", "committed")  # the order in which the cost of winding down is taken from them


@dataclass(frozen=True)
class Part:
    """Money of one tranche in one account, committed or released, that nobody has spent."""

    account: int
    kind: str
    budget: int
    tranche: int
    currency: str
    amount: int


@dataclass(frozen=True)
class Split:
    """What becomes of a part."""

    part: Part
    set_aside: int

    @property
    def returns(self) -> int:
        return self.part.amount - self.set_aside


def there(parts: Sequence[Part], currency: str) -> int:
    """How much there is in a currency that can return, or be set aside."""
    return sum(part.amount for part in parts if part.currency == currency)


def set_aside_of(parts: Sequence[Part], currency: str, wanted: int) -> int:
    """What is set aside when nobody says how much: what was planned for it, and no more than there is."""
    return min(wanted, there(parts, currency))


def wind_down_refusals(parts: Sequence[Part], currency: str, wanted: object) -> Iterator[str]:
    """Why so much cannot be set aside."""
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 0:
        yield "The cost of winding down is a whole number of minor units from 0 on."
        return
    most = there(parts, currency)
    if wanted > most and most == 0:
        yield "Nothing of this bet's money is left, so nothing can be set aside to wind it down."
    elif wanted > most:
        yield (
            f"Only {exact(most, currency)} of this bet's money is left: no more than that can be set aside to wind it"
            " down."
        )


def split(parts: Sequence[Part], currency: str, set_aside: int) -> list[Split]:
    """Takes what is set aside from what has been released first, then from what is only committed; the earliest
    tranche first. All the rest returns."""
    left, found = set_aside, []
    for part in sorted(parts, key=lambda one: (RETURNS.index(one.kind), one.tranche)):
        taken = min(left, part.amount) if part.currency == currency else 0
        left -= taken
        found.append(Split(part, taken))
    return found


def finish_refusals(state: str, *, is_set_aside: bool) -> Iterator[str]:
    """Why winding a bet down cannot be finished."""
    if state != "ceased":
        yield "Only a bet that has ceased is wound down."
    elif not is_set_aside:
        yield "Nothing is set aside to wind this bet down, or it has been given back already."

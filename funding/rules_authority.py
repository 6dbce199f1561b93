"""Why authority is not given like this: limits, thresholds, sign-offs and delegations. Plain Python."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from funding.rules import LINES, amount_refusals
from lib.money import exact

KINDS = tuple(LINES)
DELEGATED_AT_MOST = 92  # days
WITHIN = 3653  # days from today
APPROVERS = (2, 5)
NOTE_AT_MOST = 200


@dataclass(frozen=True)
class Limit:
    """A limit as somebody wants to set it."""

    kind: str
    currency: str
    max_amount: object
    valid_from: date
    valid_to: date | None
    role: str = ""
    person: int | None = None
    is_active: bool = True  # of the person


def limit_refusals(
    wanted: Limit, *, by: int, held: Collection[str], roles: Sequence[str], today: date
) -> Iterator[str]:  # fmt: skip
    """Why a limit cannot be set like this; `by` is who sets it, and `held` are their own roles."""
    yield from kind_refusals(wanted.kind, wanted.currency)
    yield from amount_refusals(wanted.max_amount)
    if not wanted.is_active:
        yield "The account of that person is not active."
    if (wanted.person is None) == (wanted.role == ""):
        yield "A limit is that of a role or that of one person."
    elif wanted.person is None and wanted.role not in roles:
        yield f"A role is one of {', '.join(roles)}."
    yield from own_refusals(wanted.person, wanted.role, by, held)
    yield from stretch_refusals(wanted.valid_from, wanted.valid_to, today)
    if wanted.valid_to is not None and wanted.valid_to < today:
        yield "A limit that has ended already gives no authority."


def own_refusals(person: int | None, role: str, by: int, held: Collection[str]) -> Iterator[str]:
    """Why this limit is set or ended by somebody else: it is that of who asks, or of a role which they hold."""
    if person == by:
        yield "Nobody sets a limit of their own: another admin does."
    elif role and role in held:
        yield "Nobody sets the limit of a role that they hold: another admin does."


def overlap_refusals(starts: Sequence[date], valid_from: date, today: date) -> Iterator[str]:
    """Why a limit does not take the place of those that hold on some of its days, from `starts` on. One that begins
    today ends them in the same moment; one that begins later would leave nothing in force until then."""
    if starts and valid_from > today:
        yield (
            "A limit of this kind holds on some of these days already: end it first, or let this one begin today, "
            "and it takes the place of the other."
        )


def kind_refusals(kind: str, currency: str) -> Iterator[str]:
    """Why there is nothing of this kind, or in this currency."""
    if kind not in KINDS:
        yield f"A request is one of {', '.join(KINDS)}."
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        yield "A currency is three capital letters, like EUR."


def stretch_refusals(first: date, last: date | None, today: date) -> Iterator[str]:
    """Why nothing holds between these two days."""
    if last is not None and last < first:
        yield "The last day lies before the first."
    if any(day is not None and abs((day - today).days) > WITHIN for day in (first, last)):
        yield "The days lie within ten years."


def threshold_refusals(kind: str, currency: str, from_amount: object, approvers: int) -> Iterator[str]:
    """Why no number of approvers is asked for from an amount on."""
    yield from kind_refusals(kind, currency)
    yield from from_refusals(from_amount)
    if not APPROVERS[0] <= approvers <= APPROVERS[1]:
        yield f"A rule asks for {APPROVERS[0]} to {APPROVERS[1]} approvers; one is asked for anyhow."


def from_refusals(amount: object) -> Iterator[str]:
    """Why nothing begins at this amount; 0 is from the first cent on."""
    if amount != 0 or isinstance(amount, bool):
        yield from amount_refusals(amount)


def signoff_refusals(
    question: str, role: str, currency: str, kind: str, from_amount: object, *, roles: Sequence[str]
) -> Iterator[str]:
    """Why no sign-off is asked for like this; without a question it is asked for always."""
    yield from kind_refusals(kind or KINDS[0], currency)
    yield from from_refusals(from_amount)
    if role not in roles:
        yield f"A role is one of {', '.join(roles)}."
    if len(question) > 200 or "\x00" in question:
        yield "A question has at most 200 characters, and all of them can be printed."


@dataclass(frozen=True)
class Delegated:
    """A delegation as somebody wants to make it. `most` is the highest limit of the giver, None without any."""

    giver: int
    taker: int
    taker_active: bool
    currency: str
    max_amount: object
    starts_on: date
    ends_on: date
    most: int | None
    overlaps: bool  # with one that the giver made to the same person
    by: int  # who makes it: the giver, or an admin
    giver_active: bool = True
    taker_approves: bool = True  # holds a role in which money is approved
    note: str = ""


def delegation_refusals(wanted: Delegated, *, today: date) -> Iterator[str]:
    """Why nobody speaks for the giver like this. What the taker holds from others is not passed on: no chains."""
    yield from kind_refusals(KINDS[0], wanted.currency)
    yield from amount_refusals(wanted.max_amount)
    if wanted.giver == wanted.taker:
        yield "A delegation is given to somebody else."
    elif wanted.by == wanted.taker:
        yield "Nobody takes over the approvals of somebody else by themselves: another admin does."
    if not (wanted.taker_active and wanted.giver_active):
        yield "The account of that person is not active."
    elif not wanted.taker_approves:
        yield "That person holds no role in which money is approved."
    if len(wanted.note) > NOTE_AT_MOST or "\x00" in wanted.note:
        yield f"A note has at most {NOTE_AT_MOST} characters, and all of them can be printed."
    if wanted.most is None:
        yield "Whoever has no authority of their own cannot delegate any; what was delegated to them is not passed on."
    elif isinstance(wanted.max_amount, int) and wanted.max_amount > wanted.most:
        yield f"A delegation reaches no further than the giver's own limit, {exact(wanted.most, wanted.currency)}."
    yield from stretch_refusals(wanted.starts_on, wanted.ends_on, today)
    if wanted.ends_on < today:
        yield "A delegation ends on a day to come."
    if (wanted.ends_on - wanted.starts_on).days >= DELEGATED_AT_MOST:
        yield f"A delegation lasts at most {DELEGATED_AT_MOST} days."
    if wanted.overlaps:
        yield "There is a delegation to this person for some of these days: end it first."

"""Why forums, reviews, votes and decisions of a review are refused, and on which days a forum meets. Plain Python."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lib.money import exact
from org.rules import ACTS, Powers, refusals

KINDS = ("fund", "persist", "pivot", "cease", "defer")
RHYTHM, QUORUM, MINUTES = (7, 366), (1, 50), (15, 600)
MEMBERS, AHEAD, AT_MOST = 50, 400, 60  # people; days, and reviews that are planned ahead
ITEM_MINUTES, ITEMS = (1, 240), 60
NAME, BECAUSE, WORDS = 120, 500, 1000  # characters
WITHIN = 3653  # days from today; a mistyped century is no day of a review
DRAFT, DRAFT_FIELDS = 60_000, 80  # characters of a decision half written, and fields: those of a form with all dissent
# What the evidence recommends, as a decision; the other verdicts recommend nothing.
RECOMMENDED = {"cease": "cease", "pivot": "pivot", "persist": "persist"}
# Which decisions follow a recommendation.
FOLLOWS = {"cease": {"cease"}, "pivot": {"pivot", "cease"}, "persist": {"persist", "fund"}}
SPREAD_IS_WIDE = 2 / 3  # of the votes, that the most frequent one must reach for the spread to be narrow


def keeper_refusals(powers: Powers, domain: int | None) -> Iterator[str]:
    """Why somebody does not keep the forums of a domain, or with None those of the whole portfolio: that takes the role
    everywhere."""
    yield from refusals(powers, "keep_forums", domain)
    if domain is None and powers.may("keep_forums") and powers.domains(ACTS["keep_forums"]) is not None:
        yield "A forum of the whole portfolio is kept by somebody who holds that role for every domain."


def key_refusals(key: str) -> Iterator[str]:
    """Why a forum cannot stand under this key in addresses."""
    if not re.fullmatch("[A-Za-z0-9_-]{1,40}", key):
        yield "The key of a forum is 1 to 40 letters, digits, hyphens or underscores."
    elif key == "new":
        yield "“new” is an address of its own: choose another key."


@dataclass(frozen=True)
class ForumWanted:
    """A forum as somebody wants it to be; `members` and `chair` are ids, `deciders` those who may decide there."""

    name: str
    level: str
    domain: int | None
    chair: int
    members: Collection[int]
    deciders: Collection[int]
    every_days: int
    quorum: int
    minutes: int
    starts_on: date


def forum_refusals(wanted: ForumWanted, *, today: date) -> Iterator[str]:
    """Why a forum cannot be like this; nothing when it can."""
    if not wanted.name.strip():
        yield "Give the forum a name."
    elif len(wanted.name) > NAME or not wanted.name.isprintable():
        yield f"The name of a forum has at most {NAME} characters that can be printed."
    if wanted.level not in ("product", "portfolio"):
        yield "A forum reviews one domain, or the whole portfolio."
    elif (wanted.level == "product") != (wanted.domain is not None):
        yield "A forum of the level product names its domain; one of the whole portfolio has none."
    yield from _bounds("Days from one review to the next", wanted.every_days, RHYTHM)
    yield from _bounds("The minutes of a review", wanted.minutes, MINUTES)
    yield from _people(wanted)
    if abs((wanted.starts_on - today).days) > WITHIN:
        yield "The first review lies within ten years."


def _people(wanted: ForumWanted) -> Iterator[str]:
    if wanted.chair not in wanted.members:
        yield "The chair is a member too."
    if wanted.chair not in wanted.deciders:
        yield "The chair must be allowed to decide on the bets of this forum: that takes the role executive there."
    if len(wanted.members) > MEMBERS:
        yield f"A forum has at most {MEMBERS} members."
    yield from _bounds("The quorum", wanted.quorum, QUORUM)
    if wanted.quorum > len(wanted.members):
        yield f"The quorum is {wanted.quorum}, and there are only {len(wanted.members)} members."


def _bounds(what: str, number: int, bounds: tuple[int, int]) -> Iterator[str]:
    if not bounds[0] <= number <= bounds[1]:
        yield f"{what}: a whole number from {bounds[0]} to {bounds[1]}."


def right_refusals(rights: Mapping[tuple[str, str], int | None]) -> Iterator[str]:
    """Why these rights, by kind and currency with the most money in minor units, cannot be given."""
    for (kind, currency), at_most in rights.items():
        if kind not in KINDS:
            yield f"A decision is one of {', '.join(KINDS)}."
        if len(currency) != 3 or not currency.isascii() or not currency.isupper():
            yield f"“{currency[:10]}” is no currency: three capital letters, like EUR."
        if at_most is not None and at_most < 0:
            yield "The most money that a forum decides on is not below 0."


def days_of(first: date, every: int, after: date, until: date) -> Iterator[date]:
    """The days of reviews after one day and until another, every so many days from the first; what falls on a weekend
    is on the Monday after it."""
    number = max(0, (after - first).days // every)
    while (day := first + timedelta(days=number * every)) <= until:
        moved = day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
        if after < moved <= until:
            yield moved
        number += 1


def move_refusals(state: str, day: date, because: str, taken: Collection[date], *, today: date) -> Iterator[str]:
    """Why a review cannot be held on that day instead."""
    yield from planned_refusals(state)
    if day < today:
        yield "A review is moved to today or to a day that is still to come."
    elif (day - today).days > WITHIN:
        yield "A review is held within ten years."
    if day in taken:
        yield f"The forum meets on {day} already."
    yield from because_refusals("Say why the review is moved.", because)


def prepare_refusals(powers: Powers, domain: int | None, state: str, *, is_chair: bool) -> Iterator[str]:
    """Why somebody does not move or cancel a review: its chair does, and whoever keeps the forum."""
    if not is_chair:
        yield from keeper_refusals(powers, domain)
    yield from planned_refusals(state)


def planned_refusals(state: str) -> Iterator[str]:
    """Why a review can no longer be prepared, moved or cancelled."""
    if state == "open":
        yield "This review is under way."
    elif state != "planned":
        yield f"This review is over: it was {'cancelled' if state == 'cancelled' else 'held'}."


def because_refusals(words: str, because: str) -> Iterator[str]:
    """`words` when no reason is given, or another sentence when it is too long."""
    if not because.strip():
        yield words
    elif len(because) > BECAUSE:
        yield f"The reason has {len(because):,} characters: {BECAUSE} are the most."


def agenda_refusals(state: str, count: int) -> Iterator[str]:
    """Why nothing more comes on an agenda."""
    if state not in ("planned", "open"):
        yield from planned_refusals(state)
    if count >= ITEMS:
        yield f"An agenda has at most {ITEMS} items."


def order_refusals(known: Collection[int], wanted: Mapping[int, int]) -> Iterator[str]:
    """Why the items of an agenda, by id with their minutes, cannot be put in this order."""
    if set(known) != set(wanted):
        yield "The agenda has changed meanwhile: look at it again."
    for minutes in wanted.values():
        yield from _bounds("The minutes of an item", minutes, ITEM_MINUTES)


@dataclass(frozen=True)
class Opening:
    """A review that its chair wants to open, with how many of its members are there."""

    state: str
    held_on: date
    is_chair: bool
    chair_there: bool
    there: int
    quorum: int
    other_open: bool


def opening_refusals(wanted: Opening, *, today: date) -> Iterator[str]:
    """Why a review does not open."""
    if not wanted.is_chair:
        yield "The chair opens the review."
    yield from planned_refusals(wanted.state)
    if wanted.held_on > today:
        yield f"This review is planned for {wanted.held_on}: move it to today to hold it now."
    if wanted.other_open:
        yield "Another review of this forum is still under way: close that one first."
    if not wanted.chair_there:
        yield "The chair is there when a review opens."
    if wanted.there < wanted.quorum:
        yield f"There is no quorum: {wanted.there} of at least {wanted.quorum} members are there."


def chair_refusals(state: str, *, is_chair: bool) -> Iterator[str]:
    """Why somebody does not lead a review that should be under way."""
    if not is_chair:
        yield "The chair leads the review."
    if state == "planned":
        yield "This review has not been opened yet."
    elif state != "open":
        yield "This review is over."


def draft_refusals(typed: Mapping[str, str]) -> Iterator[str]:
    """Why a decision half written is not kept."""
    characters = sum(len(name) + len(text) for name, text in typed.items())
    if characters > DRAFT or len(typed) > DRAFT_FIELDS:
        yield f"That is too long to be kept: at most {DRAFT:,} characters, this has {characters:,}."


def comes_next(settled: Sequence[bool], at: int) -> int | None:
    """Which item of an agenda comes onto the table after the one at this place (-1: at the start), given which are
    decided on: the next open one, or else the first of those that were passed over."""
    places = [*range(at + 1, len(settled)), *range(max(at, 0))]
    return next((place for place in places if not settled[place]), None)


def came_before(opened: Sequence[bool], at: int) -> int | None:
    """Which item that was on the table already stands before this place."""
    return next((place for place in range(at - 1, -1, -1) if opened[place]), None)


@dataclass(frozen=True)
class Ballot:
    """A vote as somebody wants to cast it: `chances` by the number of the outcome, each a share; `outcomes` are the
    numbers there are."""

    kind: str
    because: str
    chances: Mapping[int, float]
    outcomes: Collection[int]


def voter_refusals(
    *, is_member: bool, leads: bool, review: str, bet: str, opened: bool, again: bool, decided: bool
) -> Iterator[str]:
    """Why somebody does not vote on an item now; `review` and `bet` are states."""
    if not is_member:
        yield "Only members of the forum vote."
    if leads:
        yield "You lead this bet: the others vote on it."
    if review not in ("planned", "open"):
        yield "This review is over."
    if decided:
        yield "This bet has been decided on in this review."
    elif bet not in ("live", "held"):
        yield "This bet is no longer live: there is nothing to vote on."
    elif opened and not again:
        yield "The votes are open: no one votes any more, unless the chair calls a second vote."


def rounds_shown(voters: Mapping[int, Collection[int]], *, opened: bool, decided: bool) -> list[int]:
    """The rounds of votes that everybody may see, given who voted in each: the first once the item is open, the second
    once it is decided on, or all who voted before have voted again."""
    first, second = set(voters.get(1, ())), set(voters.get(2, ()))
    again = decided or (bool(first) and first <= second)
    return [*([1] if opened else []), *([2] if opened and again else [])]


def ballot_refusals(ballot: Ballot) -> Iterator[str]:
    """Why a vote cannot be cast like this."""
    if ballot.kind not in KINDS:
        yield "Say what you would decide: fund, persist, pivot, cease or defer."
    if len(ballot.because) > BECAUSE:
        yield f"The reason has {len(ballot.because):,} characters: {BECAUSE} are the most."
    if set(ballot.chances) != set(ballot.outcomes):
        yield "Say for each outcome how likely you think it."
    if any(not 0 <= chance <= 1 for chance in ballot.chances.values()):
        yield "A probability lies between 0 and 100 percent."


@dataclass(frozen=True)
class Deciding:
    """A decision that the chair wants to record on an item; money in minor units."""

    kind: str
    state: str  # of the bet
    planned: int
    currency: str
    rights: Mapping[tuple[str, str], int | None]
    recommended: str
    has_reader: bool
    rescore_on: date | None
    reader_is_chair: bool
    reader_leads: bool
    learned: str
    opened: bool
    decided: bool


def ceased_refusals(state: str) -> Iterator[str]:
    """Why nothing is decided in a review on a bet that has ceased meanwhile: whoever takes that back has to see it."""
    if state == "ceased":
        yield "This bet is ceased: only a reversal of that decision, on the page of the bet, brings it back."


def item_refusals(wanted: Deciding, *, today: date) -> Iterator[str]:
    """Why an item cannot be decided like this, besides what refuses the decision itself."""
    if wanted.decided:
        yield "This item has been decided already."
    elif not wanted.opened:
        yield "Open the item first, so that the votes are seen before anything is decided."
    yield from ceased_refusals(wanted.state)
    yield from _without_right(wanted)
    if wanted.kind == "cease" and not wanted.learned.strip():
        yield "Say what the bet has taught: it is kept for everybody."
    yield from _looked_at_again(wanted, today)


def _without_right(wanted: Deciding) -> Iterator[str]:
    right = (wanted.kind, wanted.currency)
    if right not in wanted.rights:
        yield f"This forum has no right to decide “{wanted.kind}” on bets in {wanted.currency}."
        return
    at_most = wanted.rights[right]
    if at_most is not None and wanted.planned > at_most:
        yield (
            f"This forum decides “{wanted.kind}” up to {exact(at_most, wanted.currency)}, and "
            f"{exact(wanted.planned, wanted.currency)} are planned for this bet: it belongs to a forum above."
        )


def against_refusals(wanted: Deciding) -> Iterator[str]:
    """Why a second look is asked for: whoever goes against the evidence names who looks at it again, and when. Only
    advice in shadow mode."""
    if goes_against(wanted.recommended, wanted.kind) and not wanted.has_reader and wanted.rescore_on is None:
        yield (
            f"The evidence recommends “{wanted.recommended}”: to decide otherwise, name who looks at this again, "
            "and on which day."
        )


def _looked_at_again(wanted: Deciding, today: date) -> Iterator[str]:
    """Why those who are named do not look at it again like this."""
    if wanted.has_reader != (wanted.rescore_on is not None):
        yield "Name both who looks at it again and on which day, or neither."
    if wanted.rescore_on is None or not goes_against(wanted.recommended, wanted.kind):
        return
    if wanted.reader_is_chair or wanted.reader_leads:
        yield "Somebody other than the chair and the lead looks at it again."
    if not today < wanted.rescore_on <= today + timedelta(days=366):
        yield "The day to look at it again lies within the next year."


def goes_against(recommended: str, kind: str) -> bool:
    """Does this decision go against what the evidence recommends? To defer does, because it lets the money run on."""
    return bool(recommended) and kind not in FOLLOWS[recommended]


def again_refusals(kinds: Collection[str], *, opened: bool, decided: bool) -> Iterator[str]:
    """Why no second vote is called, given what was voted in the first round."""
    if not opened or decided:
        yield "A second vote is called on an item that is open and not decided yet."
    elif not is_wide(kinds):
        yield "The votes do not differ widely: a second vote is called only where they do."


def is_wide(kinds: Collection[str]) -> bool:
    """Do the votes differ so much that talking is worth it? One vote, or none, never does."""
    votes = list(kinds)
    most = max((votes.count(kind) for kind in set(votes)), default=0)
    return len(votes) > 1 and most < SPREAD_IS_WIDE * len(votes)

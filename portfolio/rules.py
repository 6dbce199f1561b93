"""Why a view of the list of bets cannot be saved, changed or deleted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from org.rules import Powers

NAME, QUERY, VIEWS = 80, 2000, 50  # characters of a name and of a query; views of one person


@dataclass(frozen=True)
class Wanted:
    """A view as somebody wants to keep it."""

    name: str
    query: str


def view_refusals(powers: Powers, wanted: Wanted, names: Collection[str]) -> Iterator[str]:
    """Why this cannot be kept beside the owner's other views with these names."""
    if not powers.active:
        yield "This account is not active."
    if not wanted.name:
        yield "Give the view a name."
    if len(wanted.name) > NAME:
        yield f"The name is {len(wanted.name)} characters long: {NAME} are the most."
    if len(wanted.query) > QUERY:
        yield "These are too many filters for one view: take some away."
    if wanted.name.casefold() in {name.casefold() for name in names}:
        yield f"There is a view “{wanted.name}” already: choose another name, or delete that one first."
    if len(names) >= VIEWS:
        yield f"There are {VIEWS} views already, and more cannot be kept: delete one first."


def tidy_refusals(powers: Powers, *, is_owner: bool, shared: bool) -> Iterator[str]:
    """Why somebody may not change or delete a view: it is the owner's; shared ones product operations may tidy too."""
    if not powers.active:
        yield "This account is not active."
    elif not is_owner and not (shared and powers.may("tidy_views")):
        yield "Only its owner may change this view; shared ones can be changed by product operations too."

"""Why finance cannot agree what a bet is worth. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass

COMMENT = 500


@dataclass(frozen=True)
class Worth:
    """What a bet says of its value: a range in minor units, and how its outcome turns into it."""

    low: int | None
    likely: int | None
    high: int | None
    conversion: str


def agree_refusals(worth: Worth, *, is_over: bool, is_lead: bool, is_agreed: bool) -> Iterator[str]:
    """Asked before the page is shown: whoever reads it sees why."""
    if is_over:
        yield "The bet is over: what it is worth is no longer agreed."
    if worth.likely is None:
        yield "The bet does not say what it is worth."
    if is_lead:
        yield "You lead this bet: somebody else agrees what it is worth."
    if is_agreed:
        yield "This value is agreed already; it is agreed anew when the bet says something else."


def comment_refusals(worth: Worth, comment: str) -> Iterator[str]:
    """What the comment lacks."""
    if len(comment) > COMMENT or "\x00" in comment:
        yield f"A comment has at most {COMMENT} characters."
    if not worth.conversion.strip() and not comment.strip():
        yield "The bet does not say how its outcome turns into that value: say in the comment what you rest on."

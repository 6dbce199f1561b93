"""Who may name another reader of a near miss, and whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from org.rules import Powers, refusals

READERS = ("executive", "product_operations", "product_lead")
READ_WITHIN = 92  # days


@dataclass(frozen=True)
class Naming:
    """A near miss, and who is to read it until when."""

    kind: str
    is_open: bool
    is_read: bool
    domain: int
    lead: int
    reader: int
    powers: Powers  # of the reader to be
    read_by: date
    changes: bool


def naming_refusals(powers: Powers, person: int, wanted: Naming, *, today: date) -> Iterator[str]:
    """Why `person` does not name this reader; nothing when they do."""
    yield from refusals(powers, "name_reader", wanted.domain)
    if person == wanted.lead:
        yield "You lead this bet: somebody else names who reads its near miss."
    yield from near_miss_refusals(wanted.kind, is_open=wanted.is_open, is_read=wanted.is_read)
    if wanted.reader == wanted.lead:
        yield "The reader leads this bet: name somebody independent."
    elif not may_read(wanted.powers, wanted.domain):
        roles = " or ".join(role.replace("_", " ") for role in READERS)
        yield f"A reader is active and holds the role {roles} for this domain."
    if not today <= wanted.read_by <= today + timedelta(days=READ_WITHIN):
        yield f"The day to read it by lies between today and {READ_WITHIN} days from now."
    if not wanted.changes:
        yield "This reader is named until that day already."


def near_miss_refusals(kind: str, *, is_open: bool, is_read: bool) -> Iterator[str]:
    """Why a flag gets no other reader, whoever it is."""
    if kind != "near_miss":
        yield "Only a near miss is read a second time."
    if not is_open:
        yield "This near miss has been cleared: there is nothing left to read."
    if is_read:
        yield "This near miss has been read a second time already."


def may_read(powers: Powers, domain: int) -> bool:
    """Whether somebody can be named as the reader of a near miss in a domain."""
    reached = powers.domains(READERS)
    return powers.active and (reached is None or domain in reached)

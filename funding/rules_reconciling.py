"""Our books beside those of the enterprise: each difference with its name. Plain Python; whole minor units."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

Key = tuple[str, str]  # cost centre and account


@dataclass(frozen=True)
class Beside:
    """What stands here and there of one cost centre and account, or of one document of it."""

    cost_centre: str
    erp_account: str
    document_id: str
    ours: int
    theirs: int
    name: str
    note: str = ""


@dataclass(frozen=True)
class Known:
    """A document that their books have, and where it is in ours: `effective` is its day there, None while it waits."""

    cost_centre: str
    erp_account: str
    document_id: str
    amount: int
    posted_on: date
    effective: date | None
    waits_because: str = ""


def beside(
    ours: Mapping[Key, int], theirs: Mapping[Key, int], documents: Iterable[Known], as_of: date
) -> Iterator[Beside]:
    """Sums by cost centre and account, without the documents that explain a difference; these come each on a line of
    their own. All lines together make the two sums again."""
    explained: dict[Key, list[Beside]] = defaultdict(list)
    for one in documents:
        if (line := _explained(one, as_of)) and (line.cost_centre, line.erp_account) in theirs:
            explained[line.cost_centre, line.erp_account].append(line)
    for key in sorted(ours.keys() | theirs.keys() | explained.keys()):
        lines = explained.get(key, [])
        here = ours.get(key, 0) - sum(line.ours for line in lines)
        there = theirs.get(key, 0) - sum(line.theirs for line in lines)
        if here or there or not lines:
            yield Beside(*key, "", here, there, name_of(here, there))
        yield from lines


def _explained(one: Known, as_of: date) -> Beside | None:
    """The line of a document that only one of the two books has by that day."""
    there = one.posted_on <= as_of
    if one.effective is None:
        if not there:
            return None
        return Beside(one.cost_centre, one.erp_account, one.document_id, 0, one.amount, "waiting", one.waits_because)
    here = one.effective <= as_of
    if here == there:
        return None
    note = f"Posted on {one.posted_on} there, on {one.effective} here."
    amounts = (one.amount, 0) if here else (0, one.amount)
    return Beside(one.cost_centre, one.erp_account, one.document_id, *amounts, "other_day", note)


def name_of(ours: int, theirs: int) -> str:
    """What a difference is called."""
    if ours == theirs:
        return "agrees"
    if ours == 0:
        return "not_here"
    return "not_there" if theirs == 0 else "differs"

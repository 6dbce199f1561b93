"""Whose money a request moves, what it has to answer and rest on, and when it may be asked again. Plain Python."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Owned:
    """A line of a request with whose its accounts are; `budget` is the one that the money leaves, or for new money the
    one that it reaches, and `above` its domain with all above it."""

    tranches: Sequence[int]
    bets: Sequence[int]
    tranche: int | None  # that the line names
    budget: str
    above: frozenset[int]
    budget_domain: int | None


def owner_refusals(
    lines: Sequence[Owned], *, bet: int | None, bet_domain: int | None, domain: int, currencies: tuple[str, str]
) -> Iterator[str]:
    """Why these lines cannot be asked for in one request: it is about one bet, and decided where its money belongs.

    A bet is paid by its own domain; what leaves any other budget is decided in its domain, or in one above it.
    """
    if bet is not None and domain != bet_domain:
        yield "Money of a bet is decided in the domain of the bet."
    if currencies[0] != currencies[1]:
        yield f"The bet is in {currencies[0]} and the ledger in {currencies[1]}: money never crosses over."
    for line in lines:
        if any(one != bet for one in line.bets):
            yield "A request is about one bet: it names another one, or none."
        if {*line.tranches} != ({line.tranche} if line.tranche else set()):
            yield "A line names the tranche whose money it moves, and no other."
        fits = line.budget_domain == domain if bet is not None else domain in line.above
        if line.budget and not fits:
            yield f"{line.budget} belongs to another domain: what leaves it is decided there."


def purpose(kind: str, tranches: Sequence[int], leaves: Sequence[str], reaches: Sequence[str]) -> str:
    """What a request is for, as its history says it: “release tranche 2”, “move it from Sales to Payments”. `leaves`
    and `reaches` are budgets; there is none where money comes in or is handed back."""
    if tranches:
        numbers = [str(one) for one in sorted(set(tranches))]
        named = f"tranche{'s' if len(numbers) > 1 else ''} {_and(numbers)}"
        return f"return money of {named}" if kind == "return" else f"{kind} {named}"
    if leaves and reaches:
        return f"move it from {_and(leaves)} to {_and(reaches)}"
    return f"hand it back from {_and(leaves)}" if leaves else f"give it to {_and(reaches)}"


def _and(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    return " and ".join([", ".join(once[:-1]), once[-1]] if len(once) > 1 else once) or "its budget"


def decision_refusals(of: int, bet: int | None, number: int, latest: int) -> Iterator[str]:
    """Why a request does not rest on this decision."""
    if of != bet:
        yield "A request rests on a decision on its own bet."
    elif number != latest:
        yield f"Decision {latest} was taken since: money follows the latest decision."


def gate_refusals(tranches: Sequence[str]) -> Iterator[str]:
    """Why nothing is released of these tranches: their gates are those of an earlier hypothesis."""
    for name in tranches:
        yield f"The hypothesis was written anew since the gate of {name} was stated: state what its gate needs now."


def answer_refusals(asked: Mapping[str, str], known: Collection[str], risks: Mapping[str, object]) -> Iterator[str]:
    """Why the answers to questions about risk do not do: all that are asked, each with yes or no, and no others."""
    for key, question in asked.items():
        if question and not isinstance(risks.get(key), bool):
            yield f"Answer with yes or no: {question}"
    for key, answer in risks.items():
        if key not in known:
            yield f"Nobody asks “{str(key)[:60]}”."
        elif not isinstance(answer, bool):
            yield f"The answer to “{key}” is yes or no."


AGAIN = {"voided", "expired", "withdrawn", "rejected"}


def withdraw_refusals(state: str, *, is_own: bool) -> Iterator[str]:
    """Why this person does not take a request back."""
    if not is_own:
        yield "Only who asked takes a request back."
    if state != "submitted":
        yield f"This request is {state}: there is nothing to take back."


def again_refusals(state: str, proposer: int, person: int, successor: int | None) -> Iterator[str]:
    """Why this person may not ask again for the same."""
    if proposer != person:
        yield "Only who asked asks again; others submit a request of their own."
    if successor is not None:
        yield f"It was asked for again already, by request {successor}."
    elif state not in AGAIN:
        yield "It has been posted." if state == "posted" else "It still waits: withdraw it first."


def unmet_refusals(kind: str, unmet: Sequence[str], comment: str) -> Iterator[str]:
    """Why a yes needs a comment: the gate is not met, so whoever releases the money says why all the same."""
    if kind == "release" and unmet and not comment.strip():
        yield f"The gate is not met ({'; '.join(unmet)}): say why the money is released all the same."


def revision_refusals(name: str, state: str, amount: int, held: int, released: int, reason: str) -> Iterator[str]:
    """Why a tranche of a bet is not revised: what is released stays, and money that is committed is returned first."""
    if state == "draft":
        yield "The bet is still a draft: change its plan."
    elif state in ("ceased", "concluded"):
        yield f"The bet is {state}: its plan stays as it was."
    if released:
        yield f"Money of {name} has been released already: plan another tranche."
    elif amount < held:
        yield f"More than that is committed to {name}: return what it no longer needs first."
    if not reason.strip():
        yield "Say why the tranche is revised."


FILES_AT_MOST = 10


def file_refusals(name: str, state: str, *, held: int, is_known: bool) -> Iterator[str]:
    """Why a request takes no further file, or not this one."""
    if state != "submitted":
        yield f"This request is {state}: its files stay as they are."
    elif held >= FILES_AT_MOST:
        yield f"A request has at most {FILES_AT_MOST} files: “{name}” is one too many."
    elif is_known:
        yield f"“{name}” has been attached already: it has the same content as another file."


def is_half_gone(submitted: date, due: date, today: date) -> bool:
    """Has half of the time passed in which a request waits?"""
    return 2 * (today - submitted) >= due - submitted

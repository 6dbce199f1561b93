"""Why what the gate of a tranche is to need cannot be kept. Plain Python."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CRITERIA_AT_MOST = 10
WANTED = {"outcome": ("target", "alive", "read"), "strength": ("",), "decision": ("fund", "persist")}


@dataclass(frozen=True)
class Asked:
    """One thing that a gate is to need; `outcome` is the number of an outcome, `stands` whether the bet has it."""

    kind: str
    outcome: int | None = None
    wanted: str = ""
    strength: object = None
    stands: bool = True


def gate_refusals(asked: Sequence[Asked]) -> Iterator[str]:
    """Why a gate cannot need these."""
    if len(asked) > CRITERIA_AT_MOST:
        yield f"A gate needs {CRITERIA_AT_MOST} things at most."
    for one in asked:
        yield from criterion_refusals(one)
    counted = Counter((one.kind, one.outcome) for one in asked)
    if any(count > 1 for count in counted.values()):
        yield "A gate names the same thing twice: name it once."


def criterion_refusals(one: Asked) -> Iterator[str]:
    """Why one of them means nothing."""
    if one.kind not in WANTED:
        yield f"A gate needs one of {', '.join(WANTED)}."
        return
    if one.wanted not in WANTED[one.kind]:
        known = ", ".join(wanted for wanted in WANTED[one.kind] if wanted)
        yield f"Of {_article(one.kind)} a gate wants one of {known}." if known else "A strength is a number alone."
    if not one.stands:
        yield f"The bet has no outcome {one.outcome} that stands."
    if one.kind == "outcome" and one.outcome is None:
        yield "Say which outcome the gate is about."
    if one.kind == "decision" and one.outcome is not None:
        yield "A decision is on the whole bet, not on an outcome."
    is_number = isinstance(one.strength, int) and not isinstance(one.strength, bool)
    if one.kind == "strength" and not (is_number and one.strength in range(1, 6)):
        yield "The strength of evidence that a gate needs is a number from 1 to 5."
    if one.kind != "strength" and one.strength is not None:
        yield "A strength is asked of evidence alone."


def _article(kind: str) -> str:
    return "an outcome" if kind == "outcome" else f"a {kind}"

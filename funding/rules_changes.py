"""What has changed of that on which a request for money rests. Plain Python, on evidence packs as they are stored."""

from collections.abc import Callable, Iterator
from typing import Any

from lib.money import exact

Pack = dict[str, Any]
TOLD = 200  # characters of what an entry says


def rests_on(pack: Pack) -> dict[str, Any]:
    """What a yes rests on: versions, entries, verdict, flags and decision; not what a night reads anew each time."""
    verdict, decision, hypothesis = (pack.get(name) or {} for name in ("verdict", "decision", "hypothesis"))
    return {
        "hypothesis": hypothesis.get("version"),
        "outcomes": {str(one["number"]): one["version"] for one in pack.get("outcomes", [])},
        "evidence": {str(one["number"]): [one["strength"], one["revision"]] for one in pack.get("evidence", [])},
        "flags": sorted(one["kind"] for one in pack.get("flags", [])),
        "verdict": verdict.get("kind"),
        "decision": decision.get("number"),
    }


def changes(old: Pack, new: Pack, measured: tuple[int, int], currency: str) -> Iterator[str]:
    """Sentences that say what has changed since a request was submitted; nothing when nothing has."""
    was, now = rests_on(old), rests_on(new)
    if was["hypothesis"] != now["hypothesis"]:
        yield f"The hypothesis has version {now['hypothesis']} now."
    yield from _rows(was["outcomes"], now["outcomes"], "Outcome", lambda _number: "stated.", _restated)
    logged = {str(one["number"]): one for one in new.get("evidence", [])}
    yield from _rows(
        was["evidence"], now["evidence"], "Evidence", lambda number: f"logged: {_said(logged[number])}", _relogged
    )
    yield from _flags(old, new)
    if was["verdict"] != now["verdict"]:
        yield _other_verdict(_word(was["verdict"]), _word(now["verdict"]))
    if was["decision"] != now["decision"]:
        yield f"Decision {now['decision']} was taken: {new['decision']['kind']}."
    if measured[0] != measured[1]:
        yield f"It is measured at {exact(measured[1], currency)} now, not at {exact(measured[0], currency)}."


def _said(entry: Pack) -> str:
    """What somebody has found, with its strength."""
    words = " ".join(entry["learned"].split())
    return f"“{words if len(words) <= TOLD else words[: TOLD - 1].rstrip() + '…'}” (strength {entry['strength']})."


def _rows(
    was: Pack, now: Pack, name: str, made: Callable[[str], str], changed: Callable[[Any, Any], str]
) -> Iterator[str]:
    for number in sorted(was.keys() | now.keys(), key=int):
        if number not in was:
            yield f"{name} {number} was {made(number)}"
        elif number not in now:
            yield f"{name} {number} no longer stands."
        elif was[number] != now[number]:
            yield f"{name} {number} {changed(was[number], now[number])}"


def _restated(was: int, now: int) -> str:
    return f"has version {now} now; it had version {was}."


def _relogged(was: list[int], now: list[int]) -> str:
    if was[0] == now[0]:
        return "was written anew."
    return f"has strength {now[0]} now; it had strength {was[0]}."


def _other_verdict(was: str, now: str) -> str:
    if now == "none":
        return f"There is no verdict any more; it was “{was}”."
    return f"The verdict is “{now}” now; {'there was none' if was == 'none' else f'it was “{was}”'}."


def _flags(old: Pack, new: Pack) -> Iterator[str]:
    was = {one["kind"] for one in old.get("flags", [])}
    raised = {one["kind"]: one["sentence"] for one in new.get("flags", [])}
    for kind in sorted(raised.keys() - was):
        yield f"A flag was raised, “{_word(kind)}”: {raised[kind]}"
    for kind in sorted(was - raised.keys()):
        yield f"The flag “{_word(kind)}” was cleared."


def _word(kind: str | None) -> str:
    return (kind or "none").replace("_", " ")

"""The evidence pack of a request: what its money rests on, as it stood, and the fingerprint that tells a change."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import override

from bets.models import Bet, Evidence, Outcome, Reading, Tranche
from funding.books import money_of
from funding.gates import needs
from funding.grounds import Grounds, figure, grounds_of
from funding.rules_changes import rests_on

Pack = dict[str, Any]


def pack_of(bet: Bet, today: date, tranches: Iterable[Tranche] = ()) -> Pack:
    """What a request on a bet rests on, in English, as a record: twelve queries, however much there is."""
    wanted = sorted({one.pk: one for one in tranches}.values(), key=lambda one: one.sequence)
    grounds = grounds_of(bet)
    with override("en"):
        pack: Pack = {
            "as_of": today.isoformat(),
            "bet": {"key": bet.key, "name": bet.name, "stage": bet.stage, "horizon": bet.horizon},
            "hypothesis": _hypothesis(grounds),
            "outcomes": [_outcome(one) for one in grounds.outcomes],
            "readings": [_reading(one, grounds.readings[one.number]) for one in grounds.outcomes
                         if one.number in grounds.readings],
            "evidence": [_entry(one) for one in grounds.evidence],
            "flags": [{"kind": one.kind, "raised_on": one.raised_on.isoformat(), "sentence": one.sentence}
                      for one in grounds.flags],
            "verdict": _verdict(grounds),
            "decision": _decision(grounds),
            "gates": _gates(grounds, wanted),
            "money": money_of(bet),
        }  # fmt: skip
    return pack | {"sha256": checksum(pack)}


def checksum(pack: Pack) -> str:
    """Of everything in a pack, so that a copy of it can be told from what was approved."""
    return _hash({name: value for name, value in pack.items() if name != "sha256"})


def fingerprint_of(pack: Pack, measured: int, lines: Sequence[Sequence[Any]]) -> str:
    """Changes as soon as anything does on which a yes rests: lines, money the bet holds, or its evidence."""
    return _hash([rests_on(pack), measured, [list(line) for line in lines]])


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _hypothesis(grounds: Grounds) -> Any:
    one = grounds.hypothesis
    return {"version": one.version, "text": str(one)} if one else None


def _outcome(one: Outcome) -> Any:
    return {
        "number": one.number, "version": one.version, "name": one.series.metric.name, "role": one.role,
        "target": one.target, "kill_line": one.kill_line, "target_words": figure(one, one.target),
        "kill_line_words": figure(one, one.kill_line), "higher_is_better": one.higher_is_better,
        "decide_by": one.decide_by.isoformat(),
    }  # fmt: skip


def _reading(outcome: Outcome, one: Reading) -> Any:
    """`snapshot` is the checksum of the signals that were read."""
    numbers = {name: getattr(one, name) for name in ("estimate", "lower", "upper")}
    return {
        "outcome": outcome.number, "version": outcome.version, "as_of": one.as_of.isoformat(), "grade": one.grade,
        "health": one.health, "health_note": one.health_note, "snapshot": one.snapshot, "engine": one.engine,
    } | numbers | {
        f"{name}_words": figure(outcome, number) if number is not None else "" for name, number in numbers.items()
    }  # fmt: skip


def _entry(one: Evidence) -> Any:
    return {
        "number": one.number, "kind": one.kind.name, "learned": one.learned, "strength": one.strength,
        "confirmed": one.is_confirmed, "revision": one.revision, "happened_on": one.happened_on.isoformat(),
    }  # fmt: skip


def _verdict(grounds: Grounds) -> Any:
    one = grounds.verdict
    return {"kind": one.kind, "sentence": one.sentence, "as_of": one.as_of.isoformat()} if one else None


def _decision(grounds: Grounds) -> Any:
    one = grounds.decision
    return {
        "number": one.number, "kind": one.kind, "rationale": one.rationale, "by": str(one.decided_by),
        "at": one.decided_at.isoformat(),
    } if one else None  # fmt: skip


def _gates(grounds: Grounds, tranches: list[Tranche]) -> Any:
    found = needs(grounds, tranches)
    return [
        {
            "tranche": one.sequence, "purpose": one.purpose, "gate": one.gate,
            "needs": [{"words": need.words, "met": need.met, "now": need.now} for need in found[one.pk]],
        }
        for one in tranches
    ]  # fmt: skip

"""Readings of outcomes: signals in, one vectorised pass of the evidence engine a shape, readings out."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from bets.feeds import feeds_of, last_period, rows_aside
from bets.forecasts import LOG_20, Forecasts, forecasts_of, known, plans_of
from bets.models import Hypothesis, Outcome, Reading
from bets.rules import Feed, grade, health, is_silent
from bets.signals import Read, cutoff_of, reads_of
from metrics import evidence
from metrics.evidence.standard import crude_differs
from metrics.reading import Arrays
from org.models import Run

COLUMNS = ("n", "y", "q", "cn", "cy", "cq")
EVIDENCE = ("log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive")
NUMBERS = ("estimate", "recent", "lower", "upper", "phi", "nu", "autocorrelation")


@dataclass(frozen=True)
class Findings:
    """What the engine says of one shape; `crude` without standardising, where there are segments."""

    read: Read
    result: evidence.Result
    crude: evidence.Result | None

    @property
    def mixed(self) -> NDArray[np.bool_]:
        """(S,) where crude and standardised numbers would lead to different verdicts."""
        if self.crude is None:
            return np.zeros(len(self.read.group), dtype=np.bool_)
        return crude_differs(self.result, self.crude, LOG_20)


def read_outcomes(outcomes: Iterable[Outcome], run: Run) -> list[Reading]:
    """Readings (not yet written) of `outcomes`, which come with series and metric; as of the run's day.

    The number of queries does not grow with the outcomes, only with their shapes.
    """
    return readings_of(reads_of(outcomes, run.as_of), run)


def readings_of(reads: Sequence[Read], run: Run) -> list[Reading]:
    """Readings (not yet written) of what was read of outcomes, be they stored yet or not. Four queries."""
    listed = [outcome for read in reads for outcome in read.group]
    aside, plans, versions = rows_aside(reads), plans_of(listed, run), _versions(listed)
    readings = []
    for found in map(findings_of, reads):
        feeds = feeds_of(found.read, found.result, found.mixed, aside, run.as_of)
        foretold = forecasts_of(found.read, found.result, plans, run.as_of)
        readings += [_reading(found, place, feed, foretold, versions, run) for place, feed in enumerate(feeds)]
    return readings


def findings_of(read: Read) -> Findings:
    """One pass of the engine, and one more for the crude numbers where there are segments. No query."""
    crude = evidence.read(replace(read.series, segments=(), weights=None), read.question) if read.parts else None
    return Findings(read, evidence.read(read.series, read.question), crude)


def _versions(outcomes: Sequence[Outcome]) -> dict[int, int]:
    """By bet: the version of its hypothesis. One query."""
    hypotheses: Any = Hypothesis.objects.filter(bet__in={outcome.bet_id for outcome in outcomes}).order_by()
    return dict(hypotheses.values_list("bet").annotate(Max("version")))


def _reading(
    found: Findings, place: int, feed: Feed, foretold: Forecasts, versions: dict[int, int], run: Run
) -> Reading:
    read, outcome = found.read, found.read.group[place]
    (state, note), silent = health(feed), is_silent(feed)
    return Reading(
        outcome=outcome, run=run, as_of=run.as_of, engine=evidence.ENGINE_VERSION, snapshot=snapshot_of(read, place),
        cutoff=cutoff_of(outcome, run.as_of), bet_version=versions.get(outcome.bet_id, 1),
        last_period=last_period(read, place), exposures=float(found.result.exposures[place]),
        blocks=int(found.result.blocks[place]), health=state, health_note=note,
        grade=grade(silent=silent, has_contrast=bool(outcome.contrast), kind=read.shape.kind),
        **_evidence(found, place, silent=silent), **_history(read, place), **foretold.of(place, state),
    )  # fmt: skip


def _evidence(found: Findings, place: int, *, silent: bool) -> dict[str, Any]:
    """The numbers of one row. An unhealthy feed proves nothing either way: its e-values are 1."""
    result = found.result
    logs = {name: float(getattr(result, name)[place]) for name in EVIDENCE}
    if silent:
        logs = dict.fromkeys(logs, 0.0)
    elif result.uncapped[place]:
        logs["log_e_cease"] = 0.0
    since = {
        f"{family}_since": found.read.day(place, _since(result, family, place))
        for family in ("cease", "scale")
        if logs[f"log_e_{family}"] > 0
    }
    numbers = {name: known(getattr(result, name)[place]) for name in NUMBERS}
    return logs | since | numbers | {"crude": known(found.crude.estimate[place]) if found.crude else None}


def _history(read: Read, place: int) -> dict[str, Any]:
    phi, weeks = read.noise
    return {"phi_history": known(phi[place]), "history_weeks": int(weeks[place])}


def snapshot_of(read: Read, place: int) -> str:
    """Hash of exactly what was read of one outcome, its history and its segments included, the same however far the
    chunk pads it."""
    hashed = hashlib.sha256()
    for arrays in (read.arrays, read.history, *read.parts, *read.history_parts):
        if arrays is not None:
            hashed.update(_bytes(arrays, place))
    return hashed.hexdigest()


def _bytes(arrays: Arrays, place: int) -> bytes:
    """The number of periods up to the last one with a signal, and of each what there is."""
    present = arrays.present[place]
    used = int(np.flatnonzero(present)[-1]) + 1 if present.any() else 0
    rows = np.stack([getattr(arrays, name)[place, :used] for name in COLUMNS] + [present[:used].astype(np.float64)])
    return used.to_bytes(4, "big") + rows.tobytes()


def _since(result: evidence.Result, family: str, place: int) -> int:
    """The column where the stretch begins that speaks most; the first one where the whole history says it too."""
    whole = float(getattr(result, f"whole_log_e_{family}")[place])
    return 0 if whole >= LOG_20 else int(getattr(result, f"{family}_since")[place])

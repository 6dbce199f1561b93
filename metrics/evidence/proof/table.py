"""The verdicts as a table of plain text."""

from collections.abc import Iterable
from itertools import groupby

import numpy as np

from metrics.evidence.mixtures import Floats
from metrics.evidence.proof.prove import Verdict

COLUMNS = ("", "", "promised", "measured", "naive z", "unit leg", "verdict", "")
RIGHT = (2, 3, 4, 5)


def lines_of(verdicts: Iterable[Verdict]) -> list[str]:
    """One block per table of scenarios, with its heading."""
    out: list[str] = []
    for heading, group in groupby(verdicts, key=lambda verdict: verdict.scenario.table):
        cells = [COLUMNS, *(_cells(verdict) for verdict in group)]
        widths = [max(len(row[place]) for row in cells) for place in range(len(COLUMNS))]
        out += ["", heading, *(_line(row, widths) for row in cells)]
    return out


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    aligned = [
        cell.rjust(width) if place in RIGHT else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return ("  " + "  ".join(aligned)).rstrip()


def _cells(verdict: Verdict) -> tuple[str, ...]:
    scenario, tally = verdict.scenario, verdict.tally
    limits = "at least" if scenario.least else "at most"
    return (
        scenario.name,
        scenario.says,
        f"{limits} {scenario.bound * 100:g} %",
        f"{verdict.measured * 100:.1f} % ± {verdict.error * 100:.1f}",
        _share(None if scenario.least else tally.naive),
        _share(tally.unit),
        "kept" if verdict.kept else "BROKEN",
        _notes(verdict),
    )


def _share(values: Floats | None) -> str:
    return "–" if values is None else f"{values.mean() * 100:.1f} %"


def _notes(verdict: Verdict) -> str:
    scenario, tally = verdict.scenario, verdict.tally
    notes = ["a known limit"] if scenario.limit else []
    if scenario.least and tally.day is not None:
        day = float(np.quantile(tally.day, 0.5, method="higher"))
        notes.append(f"median day {day:.0f}" if np.isfinite(day) else "median day: later")
    if np.isfinite(scenario.best):
        notes.append(f"one look at best: day {scenario.best:.0f}")
    notes += [f"{name}: {values.mean() * 100:.0f} %" for name, values in tally.shares.items()]
    return "; ".join(notes)

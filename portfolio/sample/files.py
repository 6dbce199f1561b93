"""Writes the sample's files the way real systems export them, and says how each is read (its column mapping)."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from portfolio.sample.shapes import Aim
from portfolio.sample.simulate import Arm, Drawn, Floats

FOLDER = "sample"
Table = tuple[str, str, list[list[Any]]]  # file name, delimiter, rows with the header first
Feeds = list[tuple[Aim, str, Drawn]]  # outcome, kind of its metric, signals


@dataclass(frozen=True)
class Place:
    """A source of the sample: key, name, domain, how its file is written and how it is read (none: typed in)."""

    key: str
    name: str
    domain: str
    form: str


PLACES = [
    Place("direct", "Sales data mart, direct channel", "direct", "long"),
    Place("claims", "Claims system, nightly export", "claims", "german"),
    Place("service", "Contact centre and app events", "service", "soiled"),
    Place("ventures", "Partner reporting", "ventures", "long"),
    Place("experiments", "Web experiments, daily per arm", "direct", "wide"),
    Place("app", "App experiments, totals so far", "service", "checkpoints"),
    Place("marketplace", "Marketplace sales feed", "ventures", "missing"),
    Place("desk", "Video advice desk, counted by hand", "direct", "typed"),
]


def config_of(place: Place) -> dict[str, Any]:
    """The column mapping of a place, as the CSV source stores it."""
    where = {"location": {"file": f"{FOLDER}/{place.key}.csv"}, "grain": "day"}
    form = {"soiled": "long", "missing": "long"}.get(place.form, place.form)
    return {} if form == "typed" else where | CONFIGS[form]


def _one(n: str, total: str, squares: str) -> dict[str, dict[str, str]]:
    counted, squared = {"n": n, "sum": total}, {"n": n, "sum": total, "squares": squares}
    return {"proportion": counted, "rate": counted, "mean": squared, "level": {"value": total}}


def _series(column: str, shapes: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [{"when": {column: kind}, "kind": kind, "arms": {"treatment": arm}} for kind, arm in shapes.items()]


def _so_far(kind: str) -> dict[str, Any]:
    figures = ("n", "mean", "variance") if kind == "mean" else ("n", "mean")
    columns = {"n": "users", "mean": "mean", "variance": "variance"}
    arms = {arm: {figure: f"{columns[figure]}_{arm}" for figure in figures} for arm in ("treatment", "control")}
    return {"when": {"statistic": kind}, "kind": kind, "arms": arms}


CONFIGS: dict[str, dict[str, Any]] = {
    "long": {
        "period": {"column": "day"},
        "key": ["series"],
        "series": _series("statistic", _one("count", "sum", "sum_of_squares")),
    },
    "german": {
        "delimiter": ";",
        "decimal": ",",
        "encoding": "cp1252",
        "period": {"column": "Tag", "format": "%d.%m.%Y"},
        "key": ["Kennzahl"],
        "series": _series("Art", _one("Vorgänge", "Summe", "Quadratsumme")),
    },
    "wide": {
        "period": {"column": "day"},
        "key": ["experiment"],
        "series": [
            {
                "key": "conversion",
                "kind": "proportion",
                "arms": {arm: {"n": f"{arm}_visitors", "sum": f"{arm}_policies"} for arm in ("treatment", "control")},
            },
            {
                "key": "premium",
                "kind": "mean",
                "arms": {
                    arm: {"n": f"{arm}_visitors", "sum": f"{arm}_premium", "squares": f"{arm}_premium_squares"}
                    for arm in ("treatment", "control")
                },
            },
        ],
    },
    "checkpoints": {
        "period": {"column": "checkpoint", "format": "%Y-%m-%d %H:%M"},
        "cumulative": True,
        "key": ["experiment"],
        "series": [_so_far("proportion"), _so_far("mean")],
    },
}


def write_all(feeds: dict[str, Feeds], folder: Path, anchor: date) -> list[Path]:
    """Writes a file for each place that has one; the folder is made. The same input gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for place in PLACES:
        if place.form not in ("missing", "typed"):
            written.append(_write(folder / f"{place.key}.csv", place.form, feeds[place.key], anchor))
    return written


def _write(path: Path, form: str, feeds: Feeds, anchor: date) -> Path:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if form == "german" else ",", lineterminator="\n")
    for row in sorted_rows(form, feeds, anchor):
        writer.writerow(row)
    half = path.with_suffix(".part")
    half.write_bytes(text.getvalue().encode("cp1252" if form == "german" else "utf-8"))
    half.replace(path)
    return path


def sorted_rows(form: str, feeds: Feeds, anchor: date) -> Iterator[list[str]]:
    """Header, then rows by day."""
    yield HEADERS[form]
    rows = [row for aim, kind, drawn in feeds for row in ROWS[form](aim, kind, drawn)]
    if form == "soiled":
        rows += list(_soil(rows, anchor))
    rows.sort(key=lambda row: row[0])
    for _, fields in rows:
        yield fields


Rows = Iterator[tuple[tuple[date, str, int], list[str]]]  # sort key, fields
HEADERS = {
    "long": ["day", "series", "statistic", "count", "sum", "sum_of_squares"],
    "german": ["Tag", "Kennzahl", "Art", "Vorgänge", "Summe", "Quadratsumme"],
    "wide": ["day", "experiment"]
    + [
        f"{arm}_{what}"
        for arm in ("control", "treatment")
        for what in ("visitors", "policies", "premium", "premium_squares")
    ],
    "checkpoints": ["checkpoint", "experiment", "statistic"]
    + [f"{what}_{arm}" for arm in ("control", "treatment") for what in ("users", "mean", "variance")],
}
HEADERS["soiled"] = HEADERS["long"]


def _long(aim: Aim, kind: str, drawn: Drawn) -> Rows:
    for day, n, total, squares in _days(drawn, drawn.treatment):
        yield (day, aim.series, 0), [day.isoformat(), aim.series, kind, _figure(n), _figure(total), _figure(squares)]


def _german(aim: Aim, kind: str, drawn: Drawn) -> Rows:
    for day, n, total, squares in _days(drawn, drawn.treatment):
        figures = [_figure(value).replace(".", ",") for value in (n, total, squares)]
        yield (day, aim.series, 0), [day.strftime("%d.%m.%Y"), aim.series, kind, *figures]


def _wide(aim: Aim, kind: str, drawn: Drawn) -> Rows:
    name = aim.series.partition("/")[0]
    both = zip(_columns(drawn.control, kind), _columns(drawn.treatment, kind), strict=True)
    for day, (control, treatment) in zip(drawn.days, both, strict=True):
        yield (day, name, 0), [day.isoformat(), name, *control, *treatment]


def _columns(arm: Arm | None, kind: str) -> Iterator[list[str]]:
    """Visitors, policies and premium of one arm; what the outcome does not count follows from what it does."""
    assert arm is not None  # noqa: S101 - wide files hold experiments only
    for n, total, squares in zip(arm.n, arm.total, arm.squares, strict=True):
        policies = total if kind == "proportion" else np.minimum(np.round(total / 312), n)
        premium = (total * 312.4, total * 312.4**2 * 1.2) if kind == "proportion" else (total, squares)
        yield [_figure(value) for value in (n, policies, *premium)]


def _checkpoints(aim: Aim, kind: str, drawn: Drawn) -> Rows:
    arms = [_cumulative(arm, kind) for arm in (drawn.control, drawn.treatment) if arm is not None]
    for place, day in enumerate(drawn.days):
        for half, clock in enumerate(("12:00", "23:55")):
            figures = [field for arm in arms for field in arm[2 * place + half]]
            yield (day, aim.series, half), [f"{day} {clock}", aim.series, kind, *figures]


def _cumulative(arm: Arm, kind: str) -> list[list[str]]:
    """Users, mean and variance so far, at noon and at the end of each day."""
    out, so_far = [], np.zeros(3)
    for n, total, squares in zip(arm.n, arm.total, arm.squares, strict=True):
        share = np.floor(n * 0.45) / n if n else 0.0
        noon = so_far + share * np.array([n, np.floor(total) if kind == "proportion" else total, squares])
        so_far = so_far + np.array([n, total, squares])
        out += [_so_far_figures(noon, kind), _so_far_figures(so_far, kind)]
    return out


def _so_far_figures(sums: Floats, kind: str) -> list[str]:
    n, total, squares = sums.tolist()
    if kind == "proportion":
        total = squares = float(np.floor(total))
    mean = total / n if n else 0.0
    variance = (squares - n * mean * mean) / (n - 1) if n > 1 else 0.0
    return [f"{n:.0f}", f"{mean:.12g}", f"{variance:.12g}"]


ROWS = {"long": _long, "soiled": _long, "german": _german, "wide": _wide, "checkpoints": _checkpoints}


def _days(drawn: Drawn, arm: Arm) -> Iterator[tuple[date, float, float, float]]:
    yield from zip(drawn.days, arm.n.tolist(), arm.total.tolist(), arm.squares.tolist(), strict=True)


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# What goes wrong in one export: days before the anchor, statistic, count, sum.
SOIL = [
    (64, "proportion", "531", "642"),
    (57, "proportion", "n/a", "498"),
    (43, "proportion", "-12", "0"),
    (36, "proportion", "548", "511"),
    (29, "proportion", "550", ""),
    (22, "proportion", "541", "487.5"),
    (15, "proportion", "", ""),
    (8, "proportion", "537", "601"),
    (3, "proportion", "545", "n/a"),
]


def _soil(rows: Sequence[tuple[tuple[date, str, int], list[str]]], anchor: date) -> Rows:
    """Second and damaged rows of one series, as an export that was repeated by hand would leave them."""
    for ago, statistic, count, total in SOIL:
        day = anchor - timedelta(days=ago)
        yield (day, "loyalty-bonus", 1), [day.isoformat(), "loyalty-bonus", statistic, count, total, "0"]

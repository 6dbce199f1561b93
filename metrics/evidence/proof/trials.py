"""How one promise is measured: draw bets from a world, look at them after every period, write down what was said."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.random import Generator

from metrics.evidence.engine import path, read
from metrics.evidence.fdr import Family
from metrics.evidence.mixtures import Bools, Floats, two_sided_normal
from metrics.evidence.model import Ints, Path, Question, Series
from metrics.evidence.proof.draws import Book, Draw
from metrics.evidence.proof.rivals import (
    NAIVE,
    NAIVE_INTERVAL,
    benjamini_hochberg,
    score,
    unit_log_e,
)
from metrics.evidence.proof.worlds import question as asked_of

FLAG = float(np.log(20.0))
FIRST = 13  # column of the fourteenth day: nothing is flagged before it, by anybody
FALSE_SHARE = 0.10  # of the flags of one kind, the share that may be wrong


@dataclass(frozen=True)
class Tally:
    """One number in [0, 1] per run, (R,): whether, or in what share, that happened which the promise speaks of."""

    ours: Floats
    naive: Floats | None = None  # the textbook's test, repeated after every period
    unit: Floats | None = None  # the engine without its period leg
    day: Floats | None = None  # of the flag; inf = never
    shares: dict[str, Floats] = field(default_factory=dict)  # further shares, by name


Trial = Callable[[Generator, int], Tally]


@dataclass(frozen=True)
class Scenario:
    """A promise and the trial that measures it."""

    name: str  # for --only
    table: str
    says: str
    bound: float
    trial: Trial
    least: bool = False  # the bound is a floor (of power), not a ceiling (of errors)
    part: float = 1.0  # share of the runs asked for; portfolios and long histories cost more
    chunk: int = 50  # runs drawn at once: bounds the memory
    best: float = np.nan  # day of one look by somebody who knew the effect and looked once
    limit: bool = False  # a documented weakness: the bound is wider than that of an e-value


def joined(tallies: list[Tally]) -> Tally:
    def of(name: str) -> Floats | None:
        parts = [getattr(tally, name) for tally in tallies]
        return None if parts[0] is None else np.concatenate(parts)

    shares = {name: np.concatenate([tally.shares[name] for tally in tallies]) for name in tallies[0].shares}
    known = {item.name: of(item.name) for item in fields(Tally) if item.name != "shares"}
    return Tally(**known, shares=shares)  # type: ignore[arg-type]


def flagged(draw: Draw, family: str = "cease", *, by: int | None = None) -> Trial:
    """Whether the bet is flagged at an e-value of 20 at any period (up to the period `by`, counted from 1)."""

    def trial(rng: Generator, size: int) -> Tally:
        series, question = draw(rng, size)
        seen, whole = path(series, question), read(series, question)
        until = slice(FIRST // series.days, by)
        silent = whole.uncapped[:, None] if family == "cease" else np.zeros((size, 1), dtype=np.bool_)
        ours = (getattr(seen, f"log_e_{family}") >= FLAG) & seen.ready & ~silent
        unit = unit_log_e(series, question, family)
        shares = _shares(series, question, seen, family, until, whole.no_verdict)
        return Tally(
            ours=_ever(ours[:, :by]),
            naive=_ever(score(series, question, family).z[:, until] > NAIVE),
            unit=None if unit is None else _ever(unit[:, until] >= FLAG),
            day=_first(ours) * series.days,
            shares=shares,
        )

    return trial


def _shares(
    series: Series, question: Question, seen: Path, family: str, until: slice, no_verdict: Bools
) -> dict[str, Floats]:
    if series.kind == "level":
        return {"abstains at the end": no_verdict.astype(np.float64)}
    if question.restarts is not None and family in ("cease", "scale"):
        whole = getattr(seen, f"whole_log_e_{family}")
        return {"without restarts": _ever((whole >= FLAG)[:, until])}
    return {}


def outside(draw: Draw, truth: float) -> Trial:
    """Whether the truth ever leaves the 95 % interval. What is asked must put the kill line at the truth."""

    def trial(rng: Generator, size: int) -> Tally:
        series, question = draw(rng, size)
        seen = path(series, question)
        at_truth = asked_of(size, kill=truth, planned=float(question.planned[0]))
        known = score(series, at_truth, "cease")
        kappa = known.information / (question.planned[:, None] / 10.0)
        return Tally(
            ours=_ever((seen.lower > truth) | (seen.upper < truth)),
            naive=_ever(np.abs(known.z[:, FIRST:]) > NAIVE_INTERVAL),
            unit=_ever(two_sided_normal(known.z[:, FIRST:], kappa[:, FIRST:]) >= FLAG),
        )

    return trial


def false_discoveries(book: Book) -> Trial:
    """A run is a portfolio: of the bets ever flagged, the share that is flagged wrongly. `book` draws series, question,
    whether each bet is truly below its kill line, and the night on which it joined."""

    def trial(rng: Generator, size: int) -> Tally:
        runs = [_portfolio(*book(rng)) for _ in range(size)]
        columns = {name: np.array([run[name] for run in runs]) for name in runs[0]}
        ours, naive, unit = (columns.pop(name) for name in ("ours", "naive", "unit"))
        return Tally(ours=ours, naive=naive, unit=unit, shares=columns)

    return trial


def _portfolio(series: Series, question: Question, below: Bools, joins: Ints) -> dict[str, float]:
    seen = path(series, question)
    ours = _issued(_by_night(np.where(seen.ready, seen.log_e_cease, 0.0), joins))
    alone = unit_log_e(series, question, "cease")
    unit = _issued(_by_night(np.zeros_like(seen.log_e_cease) if alone is None else alone, joins))
    naive = _ever(benjamini_hochberg(_by_night(score(series, question, "cease").z, joins), FALSE_SHARE)) > 0
    return {
        "ours": _false_share(ours, below),
        "naive": _false_share(naive, below),
        "unit": _false_share(unit, below),
        "of the bad ones found": float(ours[below].mean()),
        "portfolios with a false flag": float((ours & ~below).any()),
    }


def _by_night(by_age: Floats, joins: Ints) -> Floats:
    """Columns by age become columns by night; nan before a bet has joined and in its first two weeks."""
    age = np.arange(by_age.shape[1])[None, :] - joins[:, None]
    values = np.take_along_axis(by_age, np.maximum(age, 0), axis=1)
    return np.where(age >= FIRST, values, np.nan)


def _issued(log_e: Floats) -> Bools:
    """Ever flagged by e-BH, night after night, with flags frozen; m counts the bets that have had a say."""
    family, frozen = Family("cease", FALSE_SHARE), np.full(len(log_e), np.nan)
    for night in np.flatnonzero(~np.isnan(log_e).all(axis=0)):
        tonight = log_e[:, night]
        known = ~np.isnan(tonight)
        flags = family.flag(tonight[known], frozen[known]).flagged
        new = np.flatnonzero(known)[flags & np.isnan(frozen[known])]
        frozen[new] = tonight[new]
    out: Bools = ~np.isnan(frozen)
    return out


def _false_share(flags: Bools, below: Bools) -> float:
    return float((flags & ~below).sum() / max(int(flags.sum()), 1))


def _ever(happened: Bools) -> Floats:
    out: Floats = np.asarray(happened.any(axis=1), dtype=np.float64)
    return out


def _first(happened: Bools) -> Floats:
    out: Floats = np.where(happened.any(axis=1), happened.argmax(axis=1) + 1.0, np.inf)
    return out

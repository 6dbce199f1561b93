"""Made-up signals and questions for the tests of the evidence engine."""

from dataclasses import fields, replace

import numpy as np

from metrics.evidence import Result, Series, path
from metrics.evidence.proof.worlds import amounts, contrast, proportion, question

__all__ = ["FLAG", "amounts", "contrast", "ever", "proportion", "question", "rows", "some_series"]

FLAG = np.log(20.0)


def ever(series, asked, name="log_e_cease", at=FLAG):
    """Share of series flagged on any day after the burn-in."""
    seen = path(series, asked)
    return ((getattr(seen, name) >= at) & seen.ready).any(axis=1).mean()


def some_series(kind, seed, *, size=7, periods=40, control=False, days=1):
    """Untidy but sound signals: missing periods, empty ends, a dead series, series of one period."""
    rng = np.random.default_rng(seed)
    arms = [_arm(rng, kind, size, periods) for _ in range(2 if control else 1)]
    names = ("n", "y", "q") if len(arms) == 1 else ("n", "y", "q", "control_n", "control_y", "control_q")
    return Series(kind, **dict(zip(names, sum(arms, ()), strict=True)), days=days)


def _arm(rng, kind, size, periods):
    n = rng.poisson(rng.choice([3, 60, 3000], (size, 1)), (size, periods)) * (rng.random((size, periods)) > 0.15)
    n[0] = 0
    n[1, 1:] = 0
    level = rng.uniform(0.03, 0.08, (size, 1)) * (1 + 0.1 * rng.normal(size=n.shape))
    if kind == "proportion":
        return n, rng.binomial(n, np.clip(level, 0, 1)), None
    if kind == "rate":
        return n, rng.poisson(n * np.clip(level, 0, None)), None
    sums = n * np.clip(level, 0, None)
    return n, sums, sums * rng.uniform(0.08, 0.15, n.shape)


def rows(thing, chosen):
    """The same series or question, only some rows, in this order."""
    picked = {field.name: getattr(thing, field.name) for field in fields(thing)}
    return replace(thing, **{name: value[chosen] for name, value in picked.items() if isinstance(value, np.ndarray)})


def padded(series, extra):
    picked = {field.name: getattr(series, field.name) for field in fields(series)}
    arrays = {name: value for name, value in picked.items() if isinstance(value, np.ndarray)}
    return replace(series, **{name: np.pad(value, ((0, 0), (0, extra))) for name, value in arrays.items()})


def assert_same_bytes(one: Result, other: Result):
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left.tobytes() == right.tobytes(), field.name

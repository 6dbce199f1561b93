"""The evidence engine on 10,000 series x 365 days in memory: CPU seconds, and memory above the inputs."""

import time
import tracemalloc

import numpy as np

from metrics import evidence
from tests.bench.report import Row, best

SERIES, DAYS, CHUNK = 10_000, 365, 1_000


def rows() -> list[Row]:
    random = np.random.default_rng(11)
    n = np.full((SERIES, DAYS), 200.0)
    y = random.binomial(200, 0.05, (SERIES, DAYS)).astype(float)
    control = random.binomial(200, 0.05, (SERIES, DAYS)).astype(float)
    plain = best(3, lambda: y.cumsum(axis=1), time.process_time)
    one = _measure("Reading 10,000 proportions x 365 days, both legs", n, y, None, plain)
    return [*one, *_measure("The same as A/B contrasts", n, y, control, plain)]


def _measure(what: str, n: np.ndarray, y: np.ndarray, control: np.ndarray | None, plain: float) -> list[Row]:
    cpu = best(3, lambda: _read_all(n, y, control), time.process_time)
    tracemalloc.start()
    _read_all(n, y, control)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return [
        Row(what, f"{cpu:.2f} CPU s", f"one cumulative sum of the same array: {plain:.3f} CPU s", f"{cpu / plain:.0f}"),
        Row(f"{what}: peak memory above the inputs", f"{peak:.0f} MiB", "limit: 200 MiB", f"{peak / 200:.2f}"),
    ]


def _read_all(n: np.ndarray, y: np.ndarray, control: np.ndarray | None) -> None:
    for start in range(0, SERIES, CHUNK):
        part = slice(start, start + CHUNK)
        arms = {} if control is None else {"control_n": n[part], "control_y": control[part]}
        size = len(n[part])
        question = evidence.Question(
            kill=np.full(size, 0.0 if arms else 0.048),
            target=np.full(size, 0.01 if arms else 0.06),
            higher_is_better=np.ones(size, dtype=bool),
            cap=np.full(size, np.nan),
            planned=np.full(size, 24_000.0),
        )
        evidence.read(evidence.Series("proportion", n[part], y[part], **arms), question)

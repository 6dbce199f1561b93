"""The evidence engine on 1,000 to 100,000 series x 365 days in memory: CPU seconds, memory above the inputs, growth;
and the history of one outcome, as its chart asks for it."""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from metrics import evidence
from metrics.evidence import Question, Series
from metrics.evidence.proof import worlds
from tests.bench.report import Row, best

SIZES, DAYS, PER_DAY, RESTARTS = (1_000, 10_000, 100_000), 365, 200, 13
CHARTED_MS, MEMORY_MIB = 50, 200


def rows() -> list[Row]:
    random = np.random.default_rng(11)
    n = np.full((SIZES[-1], DAYS), PER_DAY, dtype=np.int32)
    y = random.binomial(PER_DAY, 0.05, n.shape).astype(np.int32)
    whole = {size: _seconds(n[:size], y[:size], 0) for size in SIZES}
    mixed = {size: _seconds(n[:size], y[:size], RESTARTS) for size in SIZES}
    out = _by_size("Reading proportions, both legs", n, y, 0, whole)
    out += _by_size(f"The same with {RESTARTS} restarts", n, y, RESTARTS, mixed)
    out += [_growth("Reading", whole), _growth(f"Reading with {RESTARTS} restarts", mixed)]
    return [*out, _contrasts(random, n[:10_000], y[:10_000]), *_charts(n[:1], y[:1])]


def _by_size(what: str, n: np.ndarray, y: np.ndarray, restarts: int, cpu: dict[int, float]) -> list[Row]:
    out = []
    for size in SIZES[1:]:
        plain = best(3, lambda size=size: y[:size].cumsum(axis=1, dtype=float), time.process_time)
        name = f"{what}: {size:,} series x {DAYS} days"
        peak = _peak(lambda size=size: _read(n[:size], y[:size], restarts))
        out += [_against_a_sum(name, cpu[size], plain), _memory(name, peak)]
    return out


def _seconds(n: np.ndarray, y: np.ndarray, restarts: int) -> float:
    return best(1 if len(n) > 10_000 else 3, lambda: _read(n, y, restarts), time.process_time)


def _read(n: np.ndarray, y: np.ndarray, restarts: int, control: np.ndarray | None = None) -> None:
    arms = {} if control is None else {"control_n": n, "control_y": control}
    evidence.read(Series("proportion", n, y, **arms), _asked(len(n), restarts, contrast=control is not None))


def _asked(size: int, restarts: int, *, contrast: bool = False) -> Question:
    lines = {"kill": 0.0, "target": 0.01} if contrast else {"kill": 0.048, "target": 0.06}
    known = {"restarts": restarts, "history_weeks": 12, "phi_floor": 1.1} if restarts else {}
    return worlds.question(size, planned=PER_DAY * DAYS / 3, **lines, **known)


def _peak(work: Callable[[], None]) -> float:
    """MiB at the highest point, above what was there before."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def _against_a_sum(name: str, cpu: float, plain: float) -> Row:
    reference = f"one cumulative sum of the same array: {plain:.3f} CPU s"
    return Row(name, f"{cpu:.2f} CPU s", reference, f"{cpu / plain:.0f}")


def _memory(name: str, peak: float) -> Row:
    measured, limit = f"{peak:.0f} MiB", f"limit: {MEMORY_MIB} MiB"
    return Row(f"{name}: peak memory above the inputs", measured, limit, f"{peak / MEMORY_MIB:.2f}")


def _growth(what: str, cpu: dict[int, float]) -> Row:
    micros = {size: seconds / size * 1e6 for size, seconds in cpu.items()}
    small, *larger = SIZES
    return Row(
        f"{what}, CPU per series at {' and '.join(f'{size:,}' for size in larger)} series",
        " and ".join(f"{micros[size]:.0f} µs" for size in larger),
        f"at {small:,} series: {micros[small]:.0f} µs",
        " and ".join(f"{micros[size] / micros[small]:.2f}" for size in larger),
    )


def _contrasts(random: np.random.Generator, n: np.ndarray, y: np.ndarray) -> Row:
    control = random.binomial(PER_DAY, 0.05, n.shape).astype(np.int32)
    plain = best(3, lambda: y.cumsum(axis=1, dtype=float), time.process_time)
    cpu = best(3, lambda: _read(n, y, RESTARTS, control), time.process_time)
    return _against_a_sum(f"A/B contrasts with {RESTARTS} restarts: {len(n):,} series x {DAYS} days", cpu, plain)


def _charts(n: np.ndarray, y: np.ndarray) -> list[Row]:
    out = []
    for restarts in (0, RESTARTS):
        series, asked = Series("proportion", n, y), _asked(1, restarts)
        ms = best(20, lambda series=series, asked=asked: evidence.path(series, asked)) * 1000
        name = f"History of one outcome over {DAYS} days for its chart, {restarts or 'no'} restarts"
        out.append(Row(name, f"{ms:.1f} ms", f"limit: {CHARTED_MS} ms", f"{ms / CHARTED_MS:.2f}"))
    return out

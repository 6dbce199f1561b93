"""Measured rows, and the page they are written to."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

HEAD = """# Benchmarks

Measured by `make bench`, which writes this page. Machines differ and are noisy: read ratios, whose two sides were
measured in the same run, before seconds.

{machine}

| what | measured | reference, same run | ratio |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    reference: str = ""
    ratio: str = ""


def page(rows: list[Row]) -> str:
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}"
    lines = [f"| {row.what} | {row.measured} | {row.reference} | {row.ratio} |" for row in rows]
    return HEAD.format(machine=f"{os.cpu_count()} cores, {versions}.") + "\n".join(lines) + "\n"


def best(repeat: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The least seconds of `repeat` runs: noise only ever adds."""
    times = []
    for _ in range(repeat):
        begun = clock()
        work()
        times.append(clock() - begun)
    return min(times)

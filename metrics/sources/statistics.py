"""Reads one arm of a row as sufficient statistics, or says why it cannot be sound.

From n, mean m and sample variance v (divisor n - 1): total = n·m, squares = v·(n - 1) + n·m².
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from metrics.sources.base import Kind, Stat

Row = Sequence[str]
Number = Callable[[str], float]
ArmReader = Callable[[Row], Stat]

# Files carry means with six or more digits: what differs by less than a millionth of the whole is rounding.
ROUNDING = 1e-6
# Beyond this a float no longer counts by ones.
LARGEST_COUNT = 2**53


class Unsound(Exception):
    """The reason why a row is set aside, as a sentence without its full stop."""


def number_reader(decimal: str) -> Number:
    """Reads one number, blank and not finite refused. With a decimal comma, a point is refused rather than guessed."""
    return _with_point if decimal == "." else _with_comma


def _with_point(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Unsound("is missing" if not text.strip() else f"is not a number: {shown(text)}") from None
    if not isfinite(value):
        raise Unsound(f"is not a finite number: {shown(text)}")
    if "_" in text:
        raise Unsound(f"is not a number: {shown(text)}")
    return value


def _with_comma(text: str) -> float:
    if "." in text:
        raise Unsound(f"is not a number with a decimal comma: {shown(text)}")
    return _with_point(text.replace(",", "."))


def shown(text: str) -> str:
    """Foreign text inside a sentence: quoted, short, nothing invisible."""
    return repr(text if len(text) <= 60 else text[:60] + "…")


def figure(value: float) -> str:
    """A number inside a sentence: 12,345 or 0.125."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < LARGEST_COUNT else f"{value:,.6g}"


def arm_reader(kind: Kind, columns: Mapping[str, str], index: Mapping[str, int], number: Number) -> ArmReader:
    """The function that reads this arm from a row."""

    def cell(name: str) -> Callable[[Row], float]:
        column = columns[name]
        return _cell(column, index[column], number)

    if kind == "level":
        return _level(cell("value"))
    count = _count(columns["n"], cell("n"))
    if kind == "mean":
        by_sums = "sum" in columns
        return (
            _mean_by_sums(count, cell("sum"), cell("squares"), _blank(columns["sum"], index))
            if by_sums
            else _mean_by_variance(count, cell("mean"), cell("variance"), _blank(columns["mean"], index))
        )
    name = "sum" if "sum" in columns else "mean"
    total = _total(cell(name), _blank(columns[name], index), is_mean=name == "mean")
    return _proportion(count, total, is_mean=name == "mean") if kind == "proportion" else _rate(count, total)


def _cell(column: str, at: int, number: Number) -> Callable[[Row], float]:
    def read(row: Row) -> float:
        try:
            return number(row[at])
        except Unsound as reason:
            raise Unsound(f"{shown(column)} {reason}") from None

    return read


def _blank(column: str, index: Mapping[str, int]) -> Callable[[Row], bool]:
    at = index[column]
    return lambda row: not row[at].strip()


def _count(column: str, cell: Callable[[Row], float]) -> Callable[[Row], int]:
    def read(row: Row) -> int:
        value = cell(row)
        n = int(value)
        if n != value or not 0 <= n <= LARGEST_COUNT:
            raise Unsound(f"{shown(column)} {_no_count(value)}: {figure(value)}")
        return n

    return read


def _no_count(value: float) -> str:
    if value < 0:
        return "is negative"
    return "is too large to be a count" if value > LARGEST_COUNT else "is not a whole number"


def _level(value: Callable[[Row], float]) -> ArmReader:
    return lambda row: Stat(0, value(row), None)


def _total(cell: Callable[[Row], float], blank: Callable[[Row], bool], *, is_mean: bool) -> Callable[[Row, int], float]:
    """Nobody counted and nothing written is a total of zero, not a missing number."""

    def read(row: Row, n: int) -> float:
        if n == 0 and blank(row):
            return 0.0
        value = cell(row)
        if n == 0 and value != 0:
            raise Unsound(f"the {'mean' if is_mean else 'sum'} is {figure(value)} though the count is 0")
        return _finite(value * n) if is_mean else value

    return read


def _finite(value: float) -> float:
    if not isfinite(value):
        raise Unsound("the numbers are too large")
    return value


def _proportion(count: Callable[[Row], int], total: Callable[[Row, int], float], *, is_mean: bool) -> ArmReader:
    def read(row: Row) -> Stat:
        n = count(row)
        successes = total(row, n)
        if successes < 0:
            raise Unsound(f"the number of successes is negative: {figure(successes)}")
        if successes > n * (1 + 1e-9 if is_mean else 1):
            raise Unsound(f"there are more successes ({figure(successes)}) than trials ({figure(n)})")
        if is_mean:
            return Stat(n, float(min(round(successes), n)), None)
        if successes != int(successes):
            raise Unsound(f"the number of successes is not a whole number: {figure(successes)}")
        return Stat(n, successes, None)

    return read


def _rate(count: Callable[[Row], int], total: Callable[[Row, int], float]) -> ArmReader:
    def read(row: Row) -> Stat:
        n = count(row)
        events = total(row, n)
        if events < 0:
            raise Unsound(f"the number of events is negative: {figure(events)}")
        return Stat(n, events, None)

    return read


def _mean_by_sums(
    count: Callable[[Row], int],
    total: Callable[[Row], float],
    squares: Callable[[Row], float],
    blank: Callable[[Row], bool],
) -> ArmReader:
    def read(row: Row) -> Stat:
        n = count(row)
        if n == 0 and blank(row):
            return Stat(0, 0.0, 0.0)
        s, q = total(row), squares(row)
        if n == 0 and (s != 0 or q != 0):
            raise Unsound(f"the sum is {figure(s)} though the count is 0")
        return Stat(n, s, possible_squares(n, s, q, q))

    return read


def _mean_by_variance(
    count: Callable[[Row], int],
    mean: Callable[[Row], float],
    variance: Callable[[Row], float],
    blank: Callable[[Row], bool],
) -> ArmReader:
    def read(row: Row) -> Stat:
        n = count(row)
        if n == 0 and blank(row):
            return Stat(0, 0.0, 0.0)
        m = mean(row)
        if n == 0 and m != 0:
            raise Unsound(f"the mean is {figure(m)} though the count is 0")
        # One value has no sample variance, and none is needed.
        v = variance(row) if n > 1 else 0.0
        if v < 0:
            raise Unsound(f"the variance is negative: {figure(v)}")
        return Stat(n, _finite(n * m), _finite(v * (n - 1) + n * m * m))

    return read


def possible_squares(n: int, total: float, squares: float, scale: float) -> float:
    """The sum of squares, raised to the least that n and total allow if it falls short by no more than the rounding
    of numbers as large as `scale`; further short is Unsound, for then the variance is negative."""
    least = _finite(total * total / n) if n else 0.0
    if squares >= least:
        return squares
    if squares < least - ROUNDING * abs(scale):
        raise Unsound(f"the variance is negative: squares {figure(squares)}, sum {figure(total)}, count {figure(n)}")
    return least

"""Bad input, for every kind of metric and every design: refused with a sentence, or read without a false flag."""

from dataclasses import replace

import numpy as np
import pytest

from metrics.evidence import Series, path, read
from tests.metrics.evidence.test_standard import whole_of
from tests.metrics.evidence.worlds import FLAG, question

KINDS = ["proportion", "rate", "mean"]
DESIGNS = [(kind, design) for kind in KINDS for design in ("alone", "control", "segments")] + [("level", "alone")]
LOGS = ("log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive", "whole_log_e_cease", "whole_log_e_scale")


def made(kind, design, n, y, spread=1.5):
    """A series in which every arm or segment has these counts and sums."""
    n, y = np.asarray(n, float), np.asarray(y, float)
    q = None
    if kind == "mean":
        q = spread * np.divide(y * y, n, out=np.zeros_like(y), where=n > 0)
    if design == "segments":
        return whole_of(kind, np.array([n, n]), np.array([y, y]), (0.5, 0.5), None if q is None else np.array([q, q]))
    control = {"control_n": n, "control_y": y, "control_q": q} if design == "control" else {}
    return Series(kind, n, y, q, **control)


def drawn(kind, design, seed=1, size=2, periods=70):
    rng = np.random.default_rng(seed)
    if kind == "level":
        return made(kind, design, np.ones((size, periods)), rng.normal(5, 1, (size, periods)))
    n = rng.poisson(200, (size, periods))
    return made(kind, design, n, rng.binomial(n, 0.05))


def asked(kind, design, size=2, **more):
    lines = {"kill": 0.0, "target": 0.1} if design == "control" else {"kill": 0.05, "target": 0.06}
    more = {"cap": 100.0} | more if kind == "mean" else more
    return question(size, **lines | ({"kill": 5.0, "target": 6.0} if kind == "level" else {}) | more)


def tables(series):
    """Where each table of the series lies: (segment or None, name)."""
    names = ("n", "y", "q", "control_n", "control_y", "control_q")
    for place, part in [(None, series), *enumerate(series.segments)]:
        yield from ((place, name) for name in names if getattr(part, name) is not None)


def with_value(series, place, name, value, where=(0, 3)):
    part = series if place is None else series.segments[place]
    table = np.array(getattr(part, name), dtype=float)
    table[where] = value
    changed = replace(part, **{name: table})
    if place is None:
        return changed
    return replace(series, segments=tuple(changed if at == place else old for at, old in enumerate(series.segments)))


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_wherever_it_stands(kind, design, value):
    series = drawn(kind, design)
    for place, name in tables(series):
        if name.endswith("q") and kind != "mean":
            continue
        with pytest.raises(ValueError, match="not a finite number"):
            read(with_value(series, place, name, value), asked(kind, design))


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
def test_successes_without_exposures_and_negative_counts_are_refused_wherever_they_stand(kind, design):
    series = drawn(kind, design)
    for place, name in tables(series):
        if name.endswith("n"):
            for value in (0.0, -3.0):
                with pytest.raises(ValueError, match=r"\.$"):
                    read(with_value(series, place, name, value), asked(kind, design))
        if name.endswith("y") and kind in ("proportion", "rate"):
            with pytest.raises(ValueError, match=r"\.$"):
                read(with_value(series, place, name, -1.0), asked(kind, design))


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
def test_a_gap_is_absence_and_never_zero(kind, design):
    series, what = drawn(kind, design), asked(kind, design)
    gap = np.zeros(70, dtype=bool)
    gap[[3, 4, 20]] = gap[35:42] = True

    def emptied(part):
        names = [
            name for name in ("n", "y", "q", "control_n", "control_y", "control_q") if getattr(part, name) is not None
        ]
        return replace(part, **{name: np.where(gap, 0, getattr(part, name)) for name in names})

    parts = tuple(emptied(part) for part in series.segments)
    holed = replace(emptied(series), segments=parts)
    reading, full = read(holed, what), read(series, what)
    weeks = 9
    assert reading.blocks.tolist() == [weeks, weeks]
    assert (reading.exposures < full.exposures).all()
    if design == "control":
        kept = [getattr(series, name)[:, ~gap].sum(axis=1) for name in ("n", "control_n")]
        assert reading.exposures == pytest.approx(sum(kept))
    arms = 2 if design == "segments" else 1
    if design != "control":
        n, y = (getattr(series if design == "alone" else series.segments[0], name) for name in "ny")
        assert reading.exposures == pytest.approx(arms * n[:, ~gap].sum(axis=1))
        assert reading.estimate == pytest.approx(y[:, ~gap].sum(axis=1) / n[:, ~gap].sum(axis=1), rel=1e-9)


@pytest.mark.parametrize(("kind", "design"), [(k, d) for k, d in DESIGNS if k != "level"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_conversions_and_all_conversions_are_read(kind, design, share):
    n = np.full((1, 60), 300.0)
    chart = path(made(kind, design, n, n * share, spread=1.0), asked(kind, design, 1))
    for name in LOGS[:4]:
        assert np.isfinite(getattr(chart, name)).all(), name
    assert not np.isnan(chart.lower).any()
    assert not np.isnan(chart.upper).any()
    below, above = chart.log_e_cease[0, -1] >= FLAG, chart.log_e_scale[0, -1] >= FLAG
    if kind == "mean" or design == "control":  # constant, or nothing apart
        assert not below
        assert not above
    else:
        assert (below, above) == (share == 0, share == 1)


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
def test_a_handful_of_exposures_never_flags(kind, design):
    n = np.zeros((1, 21))
    for days, value in (([2], 1.0), ([2, 9], 1.0), ([1, 2, 8, 9, 16], 0.0)):
        n[0, days] = 1
        chart = path(made(kind, design, n, n * value), asked(kind, design, 1, planned=60.0))
        for name in ("log_e_cease", "log_e_scale"):
            log_e = getattr(chart, name)
            assert np.isfinite(log_e).all()
            assert not ((log_e >= FLAG) & chart.ready).any(), name


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
@pytest.mark.parametrize("magnitude", [6, 9, 12])
def test_huge_numbers_for_the_null_never_become_a_flag(kind, design, magnitude):
    rng = np.random.default_rng(4)
    periods = 100
    if kind == "level":
        good = Series("level", np.ones((1, periods)), rng.normal(10.0**magnitude, 1, (1, periods)))
        reading = read(good, asked(kind, design, 1, planned=100.0))
        assert reading.log_e_cease[0] <= 0
        assert reading.log_e_alive[0] > FLAG
        return
    n = np.full((1, periods), 10.0**magnitude)
    high = np.round(n * 0.3 * (1 + 0.01 * rng.normal(size=n.shape)))
    low = np.round(n * 0.02 * (1 + 0.01 * rng.normal(size=n.shape)))
    for higher, y in ((True, high), (False, low)):
        series = made(kind, design, n, y)
        if design == "control":
            other = made(kind, "alone", n, low if higher else high)
            series = replace(series, control_n=other.n, control_y=other.y, control_q=other.q)
        more = {"restarts": 2, "phi_floor": 1.0, "history_weeks": 12}
        what = asked(kind, design, 1, higher=higher, **more)
        what = what if higher else replace(what, target=what.kill.copy())
        reading = read(series, what)
        for name in ("log_e_cease", "log_e_miss", "whole_log_e_cease"):
            assert getattr(reading, name)[0] <= 0, name
        assert np.isfinite(reading.log_e_scale[0])


def test_counts_near_the_end_of_their_type_do_not_wrap():
    n = np.full((1, 40), 2_000_000_000, dtype=np.int32)
    series = Series("proportion", n, n // 10)
    reading = read(series, question(1))
    assert reading.exposures[0] == 8e10
    assert reading.estimate[0] == pytest.approx(0.1)
    assert reading.log_e_cease[0] <= 0


@pytest.mark.parametrize("design", ["alone", "control", "segments"])
def test_amounts_as_large_as_numbers_get_are_read_or_refused(design):
    n = np.full((1, 30), 10.0)
    for size in (1e100, 1e150, 1e200):
        y = n * size * (1 + 0.1 * np.random.default_rng(5).normal(size=n.shape))
        with np.errstate(over="ignore"):
            series = made("mean", design, n, y)
        what = asked("mean", design, 1, cap=np.nan)
        if size > 1e153:
            with pytest.raises(ValueError, match="not a finite number"):
                read(series, what)
        else:
            reading = read(series, what)
            assert all(np.isfinite(getattr(reading, name)).all() for name in LOGS)
            assert (reading.log_e_cease <= 0).all()


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
def test_one_period_and_no_period_say_nothing(kind, design):
    for periods in (0, 1):
        n = np.ones((2, periods))
        reading = read(made(kind, design, n, n), asked(kind, design))
        assert not reading.ready.any()
        assert all(np.isfinite(getattr(reading, name)).all() for name in LOGS)
        assert (reading.exposures == periods * (1 if design == "alone" else 2)).all()


@pytest.mark.parametrize(("kind", "design"), DESIGNS)
def test_no_series_at_all_are_no_readings(kind, design):
    nothing = np.zeros((0, 5))
    reading = read(made(kind, design, nothing, nothing), asked(kind, design, 0))
    assert reading.log_e_cease.shape == (0,)

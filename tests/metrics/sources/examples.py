"""Configurations and files for the tests of CSV sources."""

from metrics.sources.csv_config import CsvConfig, parse_config
from metrics.sources.csv_reader import read_csv

ARMS = {
    "proportion": {"n": "n", "sum": "sum"},
    "rate": {"n": "n", "sum": "sum"},
    "mean": {"n": "n", "mean": "mean", "variance": "variance"},
    "level": {"value": "value"},
}


def raw_config(kind="proportion", **changes):
    series = {"kind": kind, "arms": {"treatment": changes.pop("arm", ARMS[kind])}}
    if "control" in changes:
        series["arms"]["control"] = changes.pop("control")
    return {
        "location": {"file": "signals.csv"},
        "period": {"column": "day"},
        "grain": "day",
        "cumulative": False,
        "key": ["key"],
        "series": [series],
        **changes,
    }


BY_BET = raw_config(key=["bet"], arm={"n": "trials", "sum": "successes"})  # columns day, bet, trials, successes


def config(kind="proportion", **changes) -> CsvConfig:
    return parse_config(raw_config(kind, **changes))


def read(text, kind="proportion", *, closed_before=None, limits=None, **changes):
    """Reads `text` (or bytes) and holds the account of rows to its word."""
    data = text if isinstance(text, bytes) else text.encode()
    batch = read_csv(data, config(kind, **changes), closed_before=closed_before, limits=limits)
    assert_accounted(batch)
    return batch


def assert_accounted(batch):
    parts = (batch.rows_kept, batch.rows_folded, batch.rows_open, batch.rows_unselected, batch.rows_set_aside)
    assert batch.rows_seen == sum(parts)


def rows(*lines, header="key,day,n,sum"):
    return "\n".join([header, *lines]) + "\n"


def only_reason(batch):
    assert len(batch.set_aside) == 1, batch.set_aside
    return batch.set_aside[0].reason


def values(batch, arm="treatment"):
    """(period as text, n, total) of every point of an arm."""
    return [(str(point.period), point.n, point.total) for point in batch.points if point.arm == arm]

"""A real, untidy file: the ASOS digital experiments (Liu et al., NeurIPS 2021, arXiv 2111.10198)."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from metrics.sources.csv_config import parse_config
from metrics.sources.csv_source import CsvSource
from tests.metrics.sources.examples import assert_accounted

PATH = os.environ.get("ASOS_CSV", "")
pytestmark = pytest.mark.skipif(not PATH, reason="ASOS_CSV does not name the file of the ASOS experiments")


def series(metric, kind, *statistics):
    arms = {arm: {name: f"{column}_{arm[0]}" for name, column in statistics} for arm in ("treatment", "control")}
    return {"when": {"metric_id": metric}, "kind": kind, "arms": arms}


def asos_config():
    counted, mean, variance = ("n", "count"), ("mean", "mean"), ("variance", "variance")
    return parse_config(
        {
            "location": {"file": Path(PATH).name},
            "period": {"column": "time_since_start", "days_since": "2020-01-01"},
            "grain": "day",
            "cumulative": True,
            "key": ["experiment_id", "variant_id", "metric_id"],
            "series": [
                series("1", "proportion", counted, mean),
                *(series(metric, "mean", counted, mean, variance) for metric in "234"),
            ],
        }
    )


def test_every_row_of_the_real_file_is_accounted_for(capsys):
    batch = CsvSource(asos_config(), Path(PATH).parent).pull()
    assert_accounted(batch)
    lines = Path(PATH).read_text().splitlines()
    assert batch.rows_seen == len(lines) - 1
    assert batch.rows_kept * 2 == len(batch.points), "two arms to a row"
    assert all(lines[aside.row - 1] == aside.raw for aside in batch.set_aside)
    with capsys.disabled():
        _print(batch)


def _print(batch):
    fates = ("seen", "kept", "folded", "open", "unselected", "set_aside")
    print("\n" + ", ".join(f"{fate} {getattr(batch, f'rows_{fate}'):,}" for fate in fates))
    reasons = Counter(re.sub(r"-?\d[\d,.e+]*", "#", aside.reason.rstrip(".")) for aside in batch.set_aside)
    for reason, count in reasons.most_common():
        print(f"{count:6,}  {reason}")

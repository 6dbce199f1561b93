"""Whoever has the file of the data used can compute the checksum of its reading again, with nothing else."""

import csv
import datetime as dt
import hashlib
import struct

import pytest

from bets.models import Outcome, Reading
from bets.reading import read_outcomes
from lib.bulk import copy_in
from metrics.models import Signal
from portfolio.used import data_csv
from tests.bets.feeding import START, feed, night_on, on, shares
from tests.factories import OutcomeFactory, SeriesFactory

pytestmark = pytest.mark.django_db
Cells = dict[str, str]


def checksum(text: str, start: dt.date) -> str:
    """As docs/evidence.md says: what was read, then the twelve weeks before; of each the number of days up to the last
    one with a signal in four bytes, then, measure after measure, a number in eight bytes for each day."""
    rows = list(csv.DictReader(text.splitlines()))
    hashed = hashlib.sha256()
    for before, first in ((False, start), (True, start - dt.timedelta(days=84))):
        arms: dict[tuple[str, int], Cells] = {}
        for row in rows:
            if bool(row["before the bet"]) == before:
                arms[row["arm"], (dt.date.fromisoformat(row["period"]) - first).days] = row
        days = max((day for _, day in arms), default=-1) + 1
        hashed.update(struct.pack(">I", days))
        for arm in ("treatment", "control"):
            for name in ("exposures", "sum", "sum of squares"):
                cells = [arms.get((arm, day), {}).get(name) or 0 for day in range(days)]
                hashed.update(struct.pack(f"={days}d", *map(float, cells)))
        there = [any((arm, day) in arms for arm in ("treatment", "control")) for day in range(days)]
        hashed.update(struct.pack(f"={days}d", *map(float, there)))
    return hashed.hexdigest()


def read(outcome: Outcome) -> Reading:
    run = night_on(40)
    copy_in(list(read_outcomes(Outcome.objects.filter(pk=outcome.pk), run)))
    return Reading.objects.select_related("run").get(outcome=outcome)


@pytest.mark.parametrize("contrast", ["", "relative"])
def test_the_checksum_of_a_reading_follows_from_the_file_of_its_data(contrast: str) -> None:
    series = SeriesFactory(has_control=bool(contrast))
    lines = {"target": 0.1, "kill_line": 0.0} if contrast else {}
    given = {"number": 1, "starts_on": START, "decide_by": on(300), "contrast": contrast} | lines
    outcome = OutcomeFactory(series=series, **given)
    feed(series, shares(60), first=-20)
    if contrast:
        feed(series, shares(60, 0.40, seed=2), first=-20, arm="control")
    Signal.objects.filter(period=on(7)).delete()
    reading = read(outcome)
    text = data_csv(outcome, reading)
    assert checksum(text, START) == reading.snapshot
    assert checksum(text.replace(",1000,", ",1001,", 1), START) != reading.snapshot

"""Exactly the data that a reading used, as CSV: the rows that its checksum covers, as they were known that night."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from itertools import chain

from django.db.models import Q
from django.utils.translation import gettext as _

from bets.models import Outcome, Reading
from bets.signals import cutoff_of, first_day
from lib.cells import harmless
from metrics.models import Signal, SignalRevision
from metrics.reading import HISTORY, HISTORY_DAYS
from portfolio.numbers import cell


def data_csv(outcome: Outcome, reading: Reading) -> str:
    """A line for each period and arm, oldest first: exposures, sum, sum of squares (not known: empty), the segment
    where there are some, and whether it is history from before the bet. Three queries."""
    lines = StringIO()
    writer = csv.writer(lines)
    names = [_("period"), _("arm"), _("segment"), _("exposures"), _("sum"), _("sum of squares"), _("before the bet")]
    writer.writerow(names)
    named = {outcome.series_id: ""} | {part.series_id: part.name for part in outcome.segments.all()}
    for one in sorted(
        _known(outcome, reading, list(named)), key=lambda one: (named[one.series_id], one.period, one.arm)
    ):
        before = _("yes") if one.period < outcome.starts_on else ""
        segment = harmless(named[one.series_id])
        numbers = [cell(float(one.n)), cell(one.total), cell(one.squares)]
        writer.writerow([one.period.isoformat(), one.arm, segment, *numbers, before])
    return lines.getvalue()


def _known(outcome: Outcome, reading: Reading, series: list[int]) -> Iterator[Signal | SignalRevision]:
    """What was known at the end of the reading's run: later corrections are taken back, later arrivals left out."""
    until = reading.run.finished_at or reading.run.started_at
    used = _used(outcome, reading) & Q(series__in=series, recorded_at__lte=until)
    return chain(Signal.objects.filter(used), SignalRevision.objects.filter(used, replaced_at__gt=until))


def _used(outcome: Outcome, reading: Reading) -> Q:
    """The periods that are read, and the weeks before the bet that say how the metric wanders."""
    read = Q(period__gte=first_day(outcome))
    if HISTORY[outcome.series.grain]:
        since = outcome.starts_on - timedelta(days=HISTORY_DAYS)
        read |= Q(period__gte=since, period__lt=outcome.starts_on)
    return read & Q(period__lt=reading.cutoff or cutoff_of(outcome, reading.as_of))

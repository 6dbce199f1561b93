"""Flags whose data were corrected afterwards: read again as of the night that raised them, from what is known now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Max, Min

from bets.joint import join, joining_of
from bets.models import Flag, Outcome, Reading, Segment
from bets.reading import read_outcomes
from bets.rules import BROKEN
from metrics.models import SignalRevision
from org.models import Run

SERIES = ("series__metric", "series__source")
FAMILY = {Flag.Kind.CEASE: "cease", Flag.Kind.PIVOT: "miss", Flag.Kind.SCALE: "scale"}


@dataclass(frozen=True)
class Withdrawal:
    """A flag that its corrected data do not support, with the log e-value that they come to."""

    flag: Flag
    log_e: float


def withdrawals(flags: Iterable[Flag]) -> list[Withdrawal]:
    """Of these flags (with run and bet) those that corrected data take back: below the cut of their night.

    Three queries, and a few more for each night that raised a flag whose data were corrected since.
    """
    nights: dict[Run, list[Flag]] = defaultdict(list)
    for flag in corrected([flag for flag in flags if flag.kind in FAMILY]):
        nights[flag.run].append(flag)
    return [found for run, theirs in nights.items() for found in _reread(run, theirs)]


def corrected(flags: Sequence[Flag]) -> list[Flag]:
    """Those of which a signal from before their night was replaced after it began. Three queries; none without
    flags."""
    if not flags:
        return []
    series = _series_of(flags)
    since = min(flag.run.started_at for flag in flags)
    revisions = SignalRevision.objects.filter(series__in=set().union(*series.values()), replaced_at__gt=since)
    spans = revisions.order_by().values_list("series").annotate(Min("period"), Max("replaced_at"))
    known: dict[int, tuple[date, datetime]] = {pk: (first, last) for pk, first, last in spans}
    return [flag for flag in flags if any(_touches(known.get(pk), flag) for pk in series[flag.bet_id])]


def _series_of(flags: Sequence[Flag]) -> dict[int, set[int]]:
    """The series that each bet is read from, its segments among them."""
    bets = {flag.bet_id for flag in flags}
    series: dict[int, set[int]] = {bet: set() for bet in bets}
    for bet, pk in Outcome.objects.filter(bet__in=bets).values_list("bet", "series"):
        series[bet].add(pk)
    for bet, pk in Segment.objects.filter(outcome__bet__in=bets).values_list("outcome__bet", "series"):
        series[bet].add(pk)
    return series


def _touches(span: tuple[date, datetime] | None, flag: Flag) -> bool:
    return span is not None and span[0] < flag.raised_on and span[1] > flag.run.started_at


def _reread(run: Run, flags: Sequence[Flag]) -> list[Withdrawal]:
    readings: dict[int, list[Reading]] = defaultdict(list)
    for reading in read_outcomes(_read_then(run, [flag.bet_id for flag in flags]), run):
        readings[reading.outcome.bet_id].append(reading)
    found = [
        Withdrawal(flag, _evidence(flag, readings[flag.bet_id])) for flag in flags if _sound(readings[flag.bet_id])
    ]
    return [one for one in found if one.flag.cut is not None and one.log_e < one.flag.cut]


def _read_then(run: Run, bets: Sequence[int]) -> list[Outcome]:
    """The outcomes that were current that night: read in it, and no version after them was."""
    read = Outcome.objects.filter(bet__in=bets, readings__run=run).order_by("bet", "number", "version")
    newest = {(outcome.bet_id, outcome.number): outcome for outcome in read.select_related("bet", *SERIES)}
    return list(newest.values())


def _sound(readings: Sequence[Reading]) -> bool:
    """A feed that is broken by now proves nothing either way: then the flag stays."""
    return bool(readings) and all(reading.health != BROKEN for reading in readings)


def _evidence(flag: Flag, readings: Sequence[Reading]) -> float:
    family = FAMILY[Flag.Kind(flag.kind)]
    ordered = sorted(readings, key=lambda reading: reading.outcome.number)
    logs = np.array([getattr(reading, f"log_e_{family}") for reading in ordered])
    return float(join(family, logs, joining_of(flag.bet, [reading.outcome for reading in ordered])))

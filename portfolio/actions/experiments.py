"""State changes that turn a file of experiments into bets that are read."""

from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction

from bets.actions import Claim, add_outcome, go_live, state_bet
from bets.models import Bet, Outcome
from lib.periods import end_of
from lib.refusals import Refused
from metrics.actions import register_metric, register_series, register_source
from metrics.models import Metric, Pull, Source
from metrics.sources.base import Batch
from metrics.sources.errors import SourceError
from metrics.tasks import read_source
from org.actions import start_run
from org.models import Domain, Person, Run
from portfolio.imports import Entry, Mapping, entries_of
from portfolio.replay import perform_run


@transaction.atomic
def import_experiments(mapping: Mapping, *, at: datetime, today: date) -> Run:
    """Turns a file of experiments into live bets and reads them, in one run; the same file again changes nothing.

    Everything or nothing: Refused with a sentence when a part of it cannot be done, and then nothing is written.
    """
    domain, lead = _domain_and_lead(mapping)
    batch, as_of = _first_look(mapping, today)
    source = _source_of(mapping, domain, lead, at)
    metrics = {entry["key"]: _metric_of(entry, at) for entry in mapping.metrics.values()}
    for key, entries in groupby(entries_of(mapping, batch), key=lambda entry: entry.bet):
        _import_bet(key, list(entries), metrics, mapping, source, lead, at)
    run = start_run("import", f"import {source.key} {as_of} {batch.digest[:16]}", as_of=as_of, at=at, by=lead)
    if run is None:
        return _former_run(f"import {source.key} {as_of} {batch.digest[:16]}")
    perform_run(run, at=at)
    pull = Pull.objects.get(job__run=run)
    if pull.state != Pull.State.OK:
        raise Refused(pull.message)
    return run


def _former_run(key: str) -> Run:
    run = Run.objects.filter(key=key, state=Run.State.DONE).first()
    if run is None:
        raise Refused("Another import is under way: try again once it has ended.")
    return run


def _domain_and_lead(mapping: Mapping) -> tuple[Domain, Person]:
    domain = Domain.objects.filter(key=mapping.domain).first()
    if domain is None:
        raise Refused(f"There is no domain with the key {mapping.domain}.")
    lead = Person.objects.filter(email__iexact=mapping.lead, is_active=True).first()
    if lead is None:
        raise Refused(f"There is no active person with the e-mail {mapping.lead}.")
    return domain, lead


def _first_look(mapping: Mapping, today: date) -> tuple[Batch, date]:
    """The file, and the day as of which it is read: the one given, or the day after its last period."""
    if mapping.as_of is not None and mapping.as_of > today:
        raise Refused(f"The day in bets.as_of, {mapping.as_of}, is in the future: only ended periods are read.")
    if mapping.starts_on > today:
        raise Refused(f"The day in bets.starts_on, {mapping.starts_on}, is in the future.")
    try:
        batch = read_source(Source(config=mapping.source), mapping.as_of or today)
    except SourceError as reason:
        raise Refused(reason.sentence) from None
    if not batch.points:
        first = f" The first row set aside: {batch.set_aside[0].reason}" if batch.set_aside else ""
        raise Refused(f"The file has {batch.rows_seen:,} rows, but none of a series and an ended period.{first}")
    last = max(point.period for point in batch.points)
    return batch, mapping.as_of or end_of(last, mapping.config.grain)


def _source_of(mapping: Mapping, domain: Domain, lead: Person, at: datetime) -> Source:
    source = Source.objects.filter(key=mapping.key).first()
    if source is None:
        return register_source(mapping.key, mapping.name, "csv", domain, at=at, by=lead, config=mapping.source)
    if source.config != mapping.source or source.domain != domain:
        raise Refused(f"There is a source {mapping.key} already, with another mapping or domain: choose another key.")
    return source


def _metric_of(entry: dict[str, str], at: datetime) -> Metric:
    """The metric of that key, or a new one; the operator who imports defines it, not the lead of the bets."""
    fields = {name: value for name, value in entry.items() if name not in ("key", "name", "kind")}
    metric = Metric.objects.filter(key=entry["key"]).first()
    if metric is None:
        return register_metric(entry["key"], entry["name"], entry["kind"], at=at, by=None, **fields)
    if (metric.kind, metric.direction) != (entry["kind"], entry["direction"]):
        raise Refused(f"There is a metric {metric.key} already, of another kind or direction: choose another key.")
    return metric


def _import_bet(
    key: str, entries: list[Entry], metrics: dict[str, Metric], mapping: Mapping, source: Source, lead: Person,
    at: datetime,
) -> None:  # fmt: skip
    """States the bet unless it is there; adds outcomes of series that are new; takes it live."""
    name = entries[0].name
    bet = Bet.objects.filter(key=key).first()
    if bet is not None and bet.outcomes.exclude(series__source=source).exists():
        raise Refused(f"There is a bet {key} already that this file does not know: choose another key in the mapping.")
    if bet is None:
        claim = Claim(name, "the people in the experiment", _promise(mapping), "it was put to the test against control")
        bet = state_bet(
            key, name, source.domain, claim, lead=lead, by=lead, at=at, stage=Bet.Stage.VALIDATION,
            starts_on=mapping.starts_on,
        )  # fmt: skip
    stated = {outcome.series.key: outcome for outcome in bet.outcomes.select_related("series")}
    for entry in entries:
        if entry.series in stated:
            _same_statement(stated[entry.series], mapping)
        else:
            _import_outcome(bet, entry, metrics[entry.metric["key"]], mapping, source, lead, at)
    if bet.state == Bet.State.DRAFT:
        go_live(bet, by=lead, at=at, today=mapping.starts_on)


def _promise(mapping: Mapping) -> str:
    if mapping.contrast == "relative":
        return f"each metric at least {mapping.target:+.1%} against control"
    return f"each metric at {mapping.target:g} or better" + (" against control" if mapping.contrast else "")


def _same_statement(outcome: Outcome, mapping: Mapping) -> None:
    stated = (outcome.target, outcome.kill_line, outcome.contrast, outcome.starts_on, outcome.planned_exposures)
    wanted = (
        *_lines(mapping, outcome.higher_is_better),
        mapping.contrast,
        mapping.starts_on,
        mapping.planned_exposures,
    )
    if stated != wanted:
        raise Refused(f"The outcome {outcome} is stated differently already: choose another key in the mapping.")


def _lines(mapping: Mapping, higher_is_better: bool) -> tuple[float, float]:
    """Target and kill line; a contrast is given as a gain, which is a fall where lower is better."""
    side = -1.0 if mapping.contrast and not higher_is_better else 1.0
    return side * mapping.target, side * mapping.kill_line


def _import_outcome(
    bet: Bet, entry: Entry, metric: Metric, mapping: Mapping, source: Source, lead: Person, at: datetime
) -> None:
    series = register_series(
        source, entry.series, metric, at=at, by=lead, grain=mapping.config.grain, has_control=bool(mapping.contrast)
    )
    target, kill_line = _lines(mapping, metric.direction == "higher")
    # The experiment has long begun: its outcome is judged as one that was stated on its first day.
    add_outcome(
        bet, series, target=target, kill_line=kill_line, contrast=mapping.contrast, by=lead, at=at,
        decide_by=mapping.starts_on + timedelta(days=mapping.decide_after), today=mapping.starts_on,
        planned_exposures=mapping.planned_exposures,
    )  # fmt: skip

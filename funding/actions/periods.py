"""State changes of fiscal periods. The row of the ledger is locked first, as every posting locks it: what is closed
under that lock is closed for every posting that waits for it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from funding import rules_periods as rules
from funding.actions.books import lock_ledger
from funding.models import FiscalPeriod, Ledger
from funding.periods import State, before, closing_of, latest_closed, span, spans_of, totals_of
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


def standing_of(period: FiscalPeriod) -> dict[str, Any]:
    """What whoever closes, reopens or locks a period has seen of it."""
    return {"state": period.state, "closed_at": period.closed_at, "reopened_at": period.reopened_at}


@transaction.atomic
def add_period(
    ledger: Ledger, code: str, starts_on: date, ends_on: date, *, at: datetime, by: Person | None = None
) -> FiscalPeriod:  # fmt: skip
    """Adds one open period; without `by` a program of the operator adds it."""
    return _add(ledger, [rules.Span(code.strip(), starts_on, ends_on)], at=at, by=by)[0]


@transaction.atomic
def add_year(
    ledger: Ledger, year: int, grain: str = "quarter", *, at: datetime, by: Person | None = None, first_month: int = 1
) -> list[FiscalPeriod]:  # fmt: skip
    """Adds the periods of a fiscal year, all of them or none."""
    refuse_if(rules.year_refusals(year, grain, first_month))
    return _add(ledger, rules.year_of_periods(year, grain, first_month), at=at, by=by)


def _add(ledger: Ledger, wanted: Iterable[rules.Span], *, at: datetime, by: Person | None) -> list[FiscalPeriod]:
    if by is not None:
        refuse_if(rules.books_refusals(powers_of(by), "close_period"))
    ledger = lock_ledger(ledger.pk)
    others, added = spans_of(ledger), []
    refuse_if(reason for one in wanted for reason in rules.period_refusals(one, others, ledger.closed_through))
    for one in wanted:
        period = FiscalPeriod.objects.create(
            ledger=ledger, code=one.code, starts_on=one.starts_on, ends_on=one.ends_on
        )  # fmt: skip
        said = f"Period {one.code} of {ledger.code} added: {one.starts_on} to {one.ends_on}."
        record_event(period, "period added", said, at=at, by=by, ledger=ledger.pk)
        added.append(period)
    return added


@transaction.atomic
def close_period(period: FiscalPeriod, *, by: Person, at: datetime, seen: str | None = None) -> FiscalPeriod:
    """Closes a period: nothing is posted on its days any more. Keeps the head of the chain and the control totals as
    they stand then. Who closed it and asks again is answered with it."""
    refuse_if(rules.books_refusals(powers_of(by), "close_period"))
    ledger, period = _locked(period)
    if period.state == State.CLOSED and period.closed_by_id == by.pk:
        return period
    refuse_if(stale_refusals(seen, standing_of(period)))
    refuse_if(rules.close_refusals(closing_of(period, today=timezone.localdate(at))))
    period.state, period.seq, period.head, period.totals = State.CLOSED, ledger.seq, ledger.head, totals_of(period)
    period.closed_at, period.closed_by = at, by
    period.reopened_at, period.reopened_by, period.reopened_because = None, None, ""
    period.save()
    _close_through(ledger, period.ends_on)
    said = f"Period {period.code} of {ledger.code} closed at transfer {ledger.seq}."
    record_event(
        period, "period closed", said, at=at, by=by, ledger=ledger.pk, seq=ledger.seq, head=ledger.head,
        totals=period.totals,
    )  # fmt: skip
    return period


@transaction.atomic
def reopen_period(
    period: FiscalPeriod, *, because: str, by: Person, at: datetime, seen: str | None = None
) -> FiscalPeriod:  # fmt: skip
    """Opens the latest closed period again; another person than the one who closed it does that, with a reason."""
    refuse_if(rules.books_refusals(powers_of(by), "close_period"))
    ledger, period = _locked(period)
    if period.state == State.OPEN and period.reopened_by_id == by.pk:
        return period
    refuse_if(stale_refusals(seen, standing_of(period)))
    latest = latest_closed(ledger)
    refuse_if(rules.reopen_refusals(span(period), latest.code if latest else "", by.pk, because))
    period.state, period.reopened_at, period.reopened_by = State.OPEN, at, by
    period.reopened_because = because.strip()
    period.save()
    left = latest_closed(ledger)
    _close_through(ledger, left.ends_on if left else None)
    said = f"Period {period.code} of {ledger.code} reopened: {period.reopened_because}"
    record_event(period, "period reopened", said, at=at, by=by, ledger=ledger.pk, because=period.reopened_because)
    return period


@transaction.atomic
def lock_period(period: FiscalPeriod, *, by: Person, at: datetime) -> FiscalPeriod:
    """Locks a closed period for good: it can never be reopened."""
    refuse_if(rules.books_refusals(powers_of(by), "close_period"))
    ledger, period = _locked(period)
    if period.state == State.LOCKED:
        return period
    refuse_if(rules.lock_refusals(span(period), before(period, State.CLOSED)))
    period.state = State.LOCKED
    period.save(update_fields=["state"])
    said = f"Period {period.code} of {ledger.code} locked for good."
    record_event(period, "period locked", said, at=at, by=by, ledger=ledger.pk)
    return period


def _locked(period: FiscalPeriod) -> tuple[Ledger, FiscalPeriod]:
    """The ledger, then the period, as they stand now."""
    ledger = lock_ledger(period.ledger_id)
    return ledger, FiscalPeriod.objects.select_for_update(no_key=True).get(pk=period.pk)


def _close_through(ledger: Ledger, day: date | None) -> None:
    ledger.closed_through = day
    ledger.save(update_fields=["closed_through"])

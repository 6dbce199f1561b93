"""Reads of fiscal periods that actions and pages share: what hangs on one, and its control totals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Sum

from funding.models import Account, Actual, ExportBatch, FiscalPeriod, FundingRequest, Ledger, Reconciliation, Transfer
from funding.rules_periods import Closing, Span
from funding.year_end import open_in, words_of

State = FiscalPeriod.State


def span(period: FiscalPeriod) -> Span:
    """A period as rules see it."""
    return Span(period.code, period.starts_on, period.ends_on, period.state, period.closed_by_id)


def spans_of(ledger: Ledger) -> list[Span]:
    """All periods of a ledger, the earliest first. One query."""
    return [span(period) for period in ledger.periods.order_by("starts_on")]


def before(period: FiscalPeriod, *states: str) -> list[str]:
    """Codes of the periods that lie before this one and are in one of the states, the earliest first."""
    earlier = FiscalPeriod.objects.filter(ledger=period.ledger_id, ends_on__lt=period.starts_on, state__in=states)
    return list(earlier.order_by("starts_on").values_list("code", flat=True))


def latest_closed(ledger: Ledger) -> FiscalPeriod | None:
    """The last one that is not open; only that can be reopened."""
    return ledger.periods.exclude(state=State.OPEN).order_by("-ends_on").first()


def closing_of(period: FiscalPeriod, *, today: date) -> Closing:
    """What hangs on a period that somebody wants to close. Seven queries."""
    days = (period.starts_on, period.ends_on)
    waiting = FundingRequest.objects.filter(
        ledger=period.ledger_id, state=FundingRequest.State.SUBMITTED, effective_date__range=days
    )
    exported = ExportBatch.objects.filter(ledger=period.ledger_id).aggregate(last=Max("last_seq"))["last"] or 0
    reconciled = Reconciliation.objects.filter(ledger=period.ledger_id, as_of__gte=period.ends_on)
    return Closing(
        span(period), today, before(period, State.OPEN),
        actuals=Actual.objects.filter(ledger=period.ledger_id, transfer=None, posted_on__range=days).count(),
        requests=waiting.count(),
        unexported=Transfer.objects.filter(period=period, seq__gt=exported).count(),
        reconciled_on=reconciled.aggregate(last=Max("as_of"))["last"],
        ending=[words_of(one) for one in open_in(period)],
    )  # fmt: skip


def totals_of(period: FiscalPeriod) -> dict[str, Any]:
    """Control totals: the transfers of a period by kind, and what stands in the accounts of its ledger by kind. Debits
    and credits are the same by construction; both are there for whoever compares."""
    rows = Transfer.objects.filter(period=period).order_by()
    sums = rows.aggregate(transfers=Count("pk"), debits=Sum("amount"), first_seq=Min("seq"), last_seq=Max("seq"))
    kinds = rows.values("kind").annotate(transfers=Count("pk"), amount=Sum("amount"))
    balances = Account.objects.filter(ledger=period.ledger_id).order_by().values("kind").annotate(sum=Sum("balance"))
    return {
        **sums, "debits": sums["debits"] or 0, "credits": sums["debits"] or 0,
        "kinds": {row["kind"]: {"transfers": row["transfers"], "amount": row["amount"]} for row in kinds},
        "balances": {row["kind"]: row["sum"] for row in balances},
    }  # fmt: skip


def kinds_of(totals: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Control totals by kind of transfer: its words, how many there are, and what they sum up to."""
    kinds = totals.get("kinds", {})
    words = {str(key): str(label) for key, label in Transfer.Kind.choices}
    return [(words[key], kinds[key]["transfers"], kinds[key]["amount"]) for key in words if key in kinds]


def open_periods(ledgers: Sequence[Ledger]) -> dict[int, FiscalPeriod]:
    """The earliest open period of each ledger, by its key. One query."""
    found = FiscalPeriod.objects.filter(ledger__in=ledgers, state=State.OPEN).order_by("-starts_on")
    return {period.ledger_id: period for period in found}

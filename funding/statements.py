"""Reads of the books for pages, files and programs: who sees what of them, statements, and what stands at a glance.

Whoever sees money in all domains sees whole ledgers; whoever sees it in some sees the transfers and accounts of those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Case, F, Max, Q, QuerySet, Sum, When, Window

from funding.ledger_forms import StatementFilter
from funding.models import Account, Budget, ExportBatch, FiscalPeriod, Ledger, Transfer
from funding.periods import open_periods
from funding.rules import REASONS
from funding.rules_periods import JOURNAL_AT_MOST
from org.models import Event
from org.rules import ACTS, Powers

ROWS = 50
READ = ("debit_account__budget", "debit_account__tranche__bet", "credit_account__budget",
        "credit_account__tranche__bet", "period", "posted_by", "line", "reversal", "reverses")  # fmt: skip


def domains_of_money(powers: Powers) -> frozenset[int] | None:
    """Domains in which these powers see money; None means everywhere."""
    return powers.domains(ACTS["see_money"])


def ledgers_seen(powers: Powers) -> QuerySet[Ledger]:
    """Ledgers that hold a budget of the domains in which these powers see money. No order."""
    domains = domains_of_money(powers)
    if domains is None:
        return Ledger.objects.all()
    return Ledger.objects.filter(pk__in=Budget.objects.filter(domain__in=domains).order_by().values("ledger"))


def transfers_seen(powers: Powers) -> QuerySet[Transfer]:
    """Transfers that leave or reach a budget of the domains in which these powers see money. No order; two joins when
    they are limited."""
    domains = domains_of_money(powers)
    if domains is None:
        return Transfer.objects.all()
    ours = Q(debit_account__budget__domain__in=domains) | Q(credit_account__budget__domain__in=domains)
    return Transfer.objects.filter(ours)


def accounts_seen(powers: Powers) -> QuerySet[Account]:
    """Accounts of the budgets in the domains in which these powers see money; the appropriation for those who see it
    everywhere."""
    domains = domains_of_money(powers)
    found = Account.objects.select_related("ledger", "budget", "tranche__bet")
    return found if domains is None else found.filter(budget__domain__in=domains)


@dataclass(frozen=True)
class Asked:
    """What a statement is narrowed to; blank: not by that."""

    kind: str = ""
    period: str = ""
    account: str = ""
    q: str = ""

    def of(self, transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
        """Those that were asked for. `q` is searched in document, memo, cost centre and ERP account; digits alone also
        name a transfer."""
        if self.kind:
            transfers = transfers.filter(kind=self.kind)
        if self.period:
            transfers = transfers.filter(period__code=self.period)
        if self.account:
            named = Q(debit_account__code__icontains=self.account) | Q(credit_account__code__icontains=self.account)
            transfers = transfers.filter(named)
        return transfers.filter(_found(self.q)) if self.q else transfers


def _found(text: str) -> Q:
    found = Q(document__icontains=text) | Q(memo__icontains=text) | Q(cost_centre=text) | Q(erp_account=text)
    return found | Q(seq=int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else found


@dataclass(frozen=True)
class Statement:
    """Transfers, newest first, as far as they were asked for."""

    page: Page[Transfer]
    form: StatementFilter
    narrowed: bool


def statement_of(ledger: Ledger, powers: Powers, data: Mapping[str, str]) -> Statement:
    """Three queries."""
    form = StatementFilter(data, periods=ledger.periods.values_list("code", flat=True))
    asked = form.asked
    found = Asked(**asked).of(transfers_seen(powers).filter(ledger=ledger)).select_related(*READ)
    page = Paginator(found.order_by("-seq"), ROWS).get_page(data.get("page"))
    return Statement(page, form, bool(asked))


def entries_of(account: Account) -> QuerySet[Transfer]:
    """The transfers of an account, newest first, each with what it adds (`adds`, less than nothing for what leaves)
    and what stands in the account after it (`stands`)."""
    adds = Case(When(debit_account=account, then=F("amount")), default=-F("amount"), output_field=BigIntegerField())
    found = Transfer.objects.filter(Q(debit_account=account) | Q(credit_account=account)).annotate(adds=adds)
    return found.annotate(stands=Window(Sum("adds"), order_by="seq")).select_related(*READ).order_by("-seq")


@dataclass(frozen=True)
class Glance:
    """A ledger in one line."""

    ledger: Ledger
    period: FiscalPeriod | None = None
    verified: Event | None = None
    batch: ExportBatch | None = None
    money: dict[str, int] = field(default_factory=dict)  # what stands in its accounts, by kind

    @property
    def unexported(self) -> int:
        return self.ledger.seq - (self.batch.last_seq if self.batch else 0)

    @property
    def handing_over(self) -> int:
        """How many transfers the next journal takes."""
        return min(self.unexported, JOURNAL_AT_MOST)

    @property
    def given(self) -> int:
        """All that was appropriated."""
        return -self.money.get("appropriation", 0)


def glances(ledgers: Sequence[Ledger]) -> list[Glance]:
    """Each ledger with its earliest open period, its latest verification and journal, and its money. Five queries."""
    periods, verified = open_periods(ledgers), _verified(ledgers)
    batches = {one.ledger_id: one for one in ExportBatch.objects.filter(ledger__in=ledgers).order_by("number")}
    sums = Account.objects.filter(ledger__in=ledgers).order_by().values("ledger", "kind").annotate(sum=Sum("balance"))
    money: dict[int, dict[str, int]] = {}
    for row in sums:
        money.setdefault(row["ledger"], {})[row["kind"]] = row["sum"]
    return [
        Glance(one, periods.get(one.pk), verified.get(one.pk), batches.get(one.pk), money.get(one.pk, {}))
        for one in ledgers
    ]


def _verified(ledgers: Sequence[Ledger]) -> dict[int, Event]:
    """The latest verification of each. Two queries."""
    said = Event.objects.filter(
        subject_type=Ledger._meta.label_lower, subject_id__in=[one.pk for one in ledgers], kind="ledger verified"
    )
    latest = said.values("subject_id").annotate(last=Max("pk")).values("last").order_by()
    return {one.subject_id: one for one in Event.objects.filter(pk__in=latest).select_related("by")}


def batch_of(transfer: Transfer) -> ExportBatch | None:
    """The journal that handed this transfer over."""
    found = ExportBatch.objects.filter(
        ledger=transfer.ledger_id, first_seq__lte=transfer.seq, last_seq__gte=transfer.seq
    )
    return found.first()


def reading(transfer: Transfer) -> dict[str, Any]:
    """What the page of one transfer shows besides it."""
    request = transfer.line.request if transfer.line else None
    return {
        "asked": request, "batch": batch_of(transfer),
        "reason": REASONS.get(transfer.reason_code, transfer.reason_code),
        "approvals": request.approvals.select_related("approver", "on_behalf_of") if request else [],
    }  # fmt: skip

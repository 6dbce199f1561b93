"""Pages of the books: ledgers, statements, one transfer and its reversal, accounts, verification, journals."""

from collections.abc import Callable, Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from funding import actions
from funding.journal import csv_of, json_of, name_of
from funding.ledger_forms import LedgerForm, ReverseForm
from funding.models import ExportBatch, Ledger, Transfer
from funding.reach import money_powers
from funding.rules_periods import books_refusals, reversal_refusals
from funding.statements import (
    READ,
    ROWS,
    accounts_seen,
    domains_of_money,
    entries_of,
    glances,
    ledgers_seen,
    reading,
    statement_of,
    transfers_seen,
)
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of

VERIFIED_HERE = 20_000  # transfers; more takes longer than a page should
Render = Callable[[ExportBatch], Iterator[bytes]]


def ledger_of(request: PersonRequest, code: str) -> Ledger:
    """For those who see money of it; 404 for others. What they see of it depends on their domains."""
    return get_object_or_404(ledgers_seen(money_powers(request)), code=code)


def books_of(request: PersonRequest, code: str) -> Ledger:
    """For those who see money everywhere: closing, journals and verification concern the whole of a ledger."""
    found = Ledger.objects.all() if domains_of_money(money_powers(request)) is None else Ledger.objects.none()
    return get_object_or_404(found, code=code)


@require_GET
def list_ledgers(request: PersonRequest) -> HttpResponse:
    """Every ledger, with its head, its open period, when it was verified and what no journal has handed over yet."""
    powers = money_powers(request)
    shown = {
        "glances": glances(list(ledgers_seen(powers).order_by("code"))), "sees_all": domains_of_money(powers) is None,
        "may_not": list(books_refusals(powers, "keep_budgets")),
    }  # fmt: skip
    return render(request, "funding/ledgers.html", shown)


@require_http_methods(["GET", "POST"])
def open_ledger(request: PersonRequest) -> HttpResponse:
    """Opens the books of one entity in one currency."""
    powers = money_powers(request)
    form = LedgerForm(typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.open_ledger(**typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("The ledger is open. It needs fiscal periods next."))
            return redirect("list_periods", form.cleaned_data["code"])
    shown = {"form": form, "refusals": list(books_refusals(powers, "keep_budgets"))}
    return render(request, "funding/open_ledger.html", shown, status=status)


@require_GET
def show_ledger(request: PersonRequest, code: str) -> HttpResponse:
    """The statement of a ledger, newest first; narrowed by what the URL asks for."""
    ledger, powers = ledger_of(request, code), powers_of(request.user)
    shown = {
        "ledger": ledger, "glance": glances([ledger])[0], "statement": statement_of(ledger, powers, request.GET),
        "sees_all": domains_of_money(powers) is None, "here": "statement",
    }  # fmt: skip
    return render(request, "funding/ledger.html", shown)


@require_GET
def list_accounts(request: PersonRequest, code: str) -> HttpResponse:
    """What stands in each account of a ledger."""
    ledger, powers = ledger_of(request, code), powers_of(request.user)
    found = accounts_seen(powers).filter(ledger=ledger).order_by("code")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    shown = {"ledger": ledger, "page": page, "sees_all": domains_of_money(powers) is None, "here": "accounts"}
    return render(request, "funding/accounts.html", shown)


@require_GET
def show_account(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """The statement of one account, with what stood in it after each transfer."""
    ledger, powers = ledger_of(request, code), powers_of(request.user)
    account = get_object_or_404(accounts_seen(powers).filter(ledger=ledger), pk=pk)
    page = Paginator(entries_of(account), ROWS).get_page(request.GET.get("page"))
    shown = {
        "ledger": ledger, "account": account, "page": page, "sees_all": domains_of_money(powers) is None,
        "here": "accounts",
    }  # fmt: skip
    return render(request, "funding/account.html", shown)


def transfer_of(request: PersonRequest, code: str, seq: int) -> Transfer:
    found = transfers_seen(money_powers(request)).select_related("ledger", "line__request__proposer", *READ)
    return get_object_or_404(found, ledger__code=code, seq=seq)


@require_GET
def show_transfer(request: PersonRequest, code: str, seq: int) -> HttpResponse:
    """One transfer in full: who asked for it, who approved it, what reversed it, which journal handed it over."""
    transfer = transfer_of(request, code, seq)
    powers = powers_of(request.user)
    shown = {
        "ledger": transfer.ledger, "transfer": transfer, "refusals": _may_not_reverse(request, transfer),
        "sees_all": domains_of_money(powers) is None, "here": "statement", **reading(transfer),
    }  # fmt: skip
    return render(request, "funding/transfer.html", shown)


def _may_not_reverse(request: PersonRequest, transfer: Transfer) -> list[str]:
    reversal = getattr(transfer, "reversal", None)
    taken = reversal.seq if reversal else None
    return [
        *books_refusals(powers_of(request.user), "correct_ledger"),
        *reversal_refusals(transfer.reverses_id, taken, transfer.seq, "-", "-"),
    ]


@require_http_methods(["GET", "POST"])
def reverse_transfer(request: PersonRequest, code: str, seq: int) -> HttpResponse:
    """Takes a transfer back by its mirror image, dated in an open period."""
    transfer = transfer_of(request, code, seq)
    form = ReverseForm(typed_in(request), initial={"effective_date": today()})
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.reverse_transfer(transfer, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("The transfer is reversed."))
            return redirect("show_transfer", code, seq)
    shown = {
        "ledger": transfer.ledger, "transfer": transfer, "form": form, "refusals": _may_not_reverse(request, transfer),
        "sees_all": domains_of_money(powers_of(request.user)) is None, "here": "statement",
    }  # fmt: skip
    return render(request, "funding/reverse.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def verify_ledger(request: PersonRequest, code: str) -> HttpResponse:
    """Does every row still fit? Verified here as long as that takes no time to speak of; else by the command."""
    ledger = books_of(request, code)
    verdict = None
    if request.method == "POST" and ledger.seq <= VERIFIED_HERE:
        verdict = actions.verify_ledger(ledger, by=request.user, at=now())
    shown = {
        "ledger": ledger, "verdict": verdict, "glance": glances([ledger])[0], "most": VERIFIED_HERE, "sees_all": True,
        "here": "verify",
    }  # fmt: skip
    return render(request, "funding/verify.html", shown)


@require_http_methods(["GET", "POST"])
def export_journal(request: PersonRequest, code: str) -> HttpResponse:
    """The journals that were handed over; and hands over what no journal has taken yet."""
    ledger = books_of(request, code)
    if request.method == "POST":
        batch = actions.export_journal(ledger, by=request.user, at=now())
        messages.success(request, _("Journal %(number)d is ready to be downloaded.") % {"number": batch.number})
        return redirect("export_journal", code)
    page = Paginator(ledger.batches.select_related("made_by"), ROWS).get_page(request.GET.get("page"))
    may_not = list(books_refusals(powers_of(request.user), "export_journal"))
    shown = {
        "ledger": ledger, "page": page, "glance": glances([ledger])[0], "refusals": may_not, "sees_all": True,
        "here": "journals",
    }  # fmt: skip
    return render(request, "funding/journals.html", shown)


@require_GET
def download_journal(request: PersonRequest, code: str, number: int, form: str) -> StreamingHttpResponse:
    """One of the two files of a journal: the same bytes every time."""
    batches = ExportBatch.objects.select_related("ledger").filter(ledger=books_of(request, code))
    batch = get_object_or_404(batches, number=number)
    renders: dict[str, tuple[Render, str, str]] = {
        "csv": (csv_of, "text/csv; charset=utf-8", batch.sha256_csv), "json": (json_of, "application/json",
        batch.sha256_json),
    }  # fmt: skip
    render_file, content_type, sha256 = renders[form]
    headers = {"Content-Disposition": f'attachment; filename="{name_of(batch)}.{form}"', "X-Content-SHA256": sha256}
    return StreamingHttpResponse(render_file(batch), content_type=content_type, headers=headers)

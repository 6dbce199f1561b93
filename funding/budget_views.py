"""Pages of budgets: the list with its sums and exports, one budget with its pictures, and forms for finance."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funding import actions
from funding.actions.budgeting import standing_of, why_not_withdrawn
from funding.budget_charts import burnup_figure, waterfall_figure
from funding.budget_filters import BudgetFilter
from funding.budget_forms import ChangeBudgetForm, OpenBudgetForm
from funding.budget_list import WIDTHS, cells, header, listing_of, rows_of
from funding.budget_months import months_of
from funding.budget_page import budget_page, moves_of, transfers_of
from funding.budgets import figures_of
from funding.models import Budget
from funding.reach import budget_of, money_powers
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from lib.tables import TYPES, csv_lines, workbook
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of

TRANSFERS = 100  # shown on a page at once


@require_GET
def list_budgets(request: PersonRequest) -> HttpResponse:
    """Every budget this person may see: durable team funding first, then domain by domain."""
    powers, narrow = money_powers(request), _narrowed(request)
    shown = {"narrow": narrow, "listing": listing_of(narrow, request.GET.get("page"))}
    return render(request, "funding/budgets.html", shown | {"may_keep": powers.may("keep_budgets"), "today": today()})


@require_GET
def export_budgets(request: PersonRequest, kind: str) -> HttpResponse:
    """All that the query string chooses, not one page of it, as CSV or for Excel."""
    rows, day = map(cells, rows_of(_narrowed(request))), today()
    content = "".join(csv_lines(header(), rows)) if kind == "csv" else workbook(
        _("Budgets"), header(), rows, WIDTHS, today=day
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="budgets-{day.isoformat()}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


@require_GET
def show_budget(request: PersonRequest, budget_id: int) -> HttpResponse:
    """One budget: how it came to be what it is, where it stands, how it is used up, and who holds its money."""
    budget, powers = budget_of(request, budget_id), powers_of(request.user)
    stands = budget.withdrawn_at is None
    shown = {
        "page": budget_page(budget, powers, today()), "budget": budget,
        "may_keep": stands and powers.may("keep_budgets", budget.domain_id),
        "may_ask": stands and powers.may("request_money", budget.domain_id),
    }  # fmt: skip
    return render(request, "funding/budget.html", shown)


@require_GET
def chart_waterfall(request: PersonRequest, budget_id: int) -> HttpResponse:
    """From the original budget to what is available, as data for the browser to draw."""
    budget = budget_of(request, budget_id)
    return JsonResponse(waterfall_figure(figures_of([budget])[budget.pk], budget.ledger.currency))


@require_GET
def chart_burnup(request: PersonRequest, budget_id: int) -> HttpResponse:
    """What was planned, released and spent month by month, as data for the browser to draw."""
    budget, day = budget_of(request, budget_id), today()
    current = figures_of([budget])[budget.pk].current
    return JsonResponse(burnup_figure(months_of(budget, day), current, budget.ledger.currency, day))


@require_GET
def list_budget_transfers(request: PersonRequest, budget_id: int) -> HttpResponse:
    """Every transfer from, to or within a budget, the latest first."""
    budget = budget_of(request, budget_id)
    page = Paginator(transfers_of(budget), TRANSFERS).get_page(request.GET.get("page"))
    moves = moves_of(page, budget, powers_of(request.user))
    return render(request, "funding/budget_transfers.html", {"budget": budget, "page": page, "moves": moves})


@require_http_methods(["GET", "POST"])
def open_budget(request: PersonRequest) -> HttpResponse:
    """Opens a budget; its money comes by a request to appropriate, or by an import."""
    powers, day = money_powers(request), today()
    form = OpenBudgetForm(powers, day, typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.open_budget(**typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Budget opened. There is no money in it yet."))
            return redirect("show_budget", _just_opened(form).pk)
    shown = {"form": form, "refusals": list(refusals(powers, "keep_budgets"))}
    return render(request, "funding/budget_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def change_budget(request: PersonRequest, budget_id: int) -> HttpResponse:
    """Changes what a budget is called, when it warns and how the books treat it; here it is taken back, too."""
    budget = budget_of(request, budget_id)
    form = ChangeBudgetForm(typed_in(request), standing=standing_of(budget))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.change_budget(budget, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Saved."))
            return redirect("show_budget", budget_id)
    fresh = ChangeBudgetForm(standing=standing_of(budget_of(request, budget_id)))
    rows = beside(form, fresh) if status == REFUSED else []
    shown = {"form": form, "budget": budget, "beside": rows, "seen": (fresh if rows else form)["seen"].value()}
    return render(request, "funding/budget_form.html", shown | _reasons(request, budget), status=status)


@require_POST
def withdraw_budget(request: PersonRequest, budget_id: int) -> HttpResponse:
    """Takes an empty budget back."""
    actions.withdraw_budget(budget_of(request, budget_id), by=request.user, at=now())
    messages.success(request, _("The budget is withdrawn."))
    return redirect("list_budgets")


def _just_opened(form: OpenBudgetForm) -> Budget:
    return Budget.objects.get(ledger=form.cleaned_data["ledger"], code=form.cleaned_data["code"].strip())


def _reasons(request: PersonRequest, budget: Budget) -> dict[str, Any]:
    """Why this person cannot change the budget, and why it cannot be taken back."""
    may_not = list(refusals(powers_of(request.user), "keep_budgets", budget.domain_id))
    if budget.withdrawn_at is not None:
        may_not.append(_("This budget was withdrawn."))
    return {"refusals": may_not, "stays_because": why_not_withdrawn(budget)}


def _narrowed(request: PersonRequest) -> BudgetFilter:
    return BudgetFilter(request.GET, Budget.objects.visible_to(money_powers(request)), today=today())

"""The page on which product operations change a definition: it says first which outcomes of which bets that touches."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets.touched import touched_by
from lib.beside import beside
from lib.clock import now
from lib.edge import OK, REFUSED, perform, typed_in
from metrics import actions
from metrics.defining_forms import ChangeMetricForm
from metrics.defining_views import warn_of_delivery
from metrics.models import Metric, Signal
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of


@require_http_methods(["GET", "POST"])
def change_metric(request: PersonRequest, key: str) -> HttpResponse:
    """Changes a definition for a reason, as a new version where it says what is measured."""
    metric, powers = get_object_or_404(Metric.objects.select_related("owner"), key=key), powers_of(request.user)
    form = ChangeMetricForm(typed_in(request), metric=metric)
    fresh, status = ChangeMetricForm(metric=metric), OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.change_metric(metric, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("The definition is changed. Every outcome that is measured by it shows that."))
            warn_of_delivery(request, form.cleaned_data)
            return redirect("show_metric", key)
    rows = beside(form, fresh) if status == REFUSED else []
    shown = {
        "metric": metric,
        "form": form,
        "touched": touched_by(metric, powers),
        "has_signals": Signal.objects.filter(series__metric=metric).exists(),
        "refusals": list(refusals(powers, "keep_standards")),
        "beside": rows,
        "seen": (fresh if rows else form)["seen"].value() or "",
    }
    return render(request, "bets/change_metric.html", shown, status=status)

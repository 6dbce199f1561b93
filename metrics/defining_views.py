"""The page on which product operations add a metric to the library."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lib.clock import now
from lib.edge import OK, perform, typed_in
from metrics import actions
from metrics.defining_forms import RegisterMetricForm
from metrics.rules import delivery_hint
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of


@require_http_methods(["GET", "POST"])
def register_metric(request: PersonRequest) -> HttpResponse:
    """Adds a definition; who may not sees why beside a disabled button."""
    form = RegisterMetricForm(typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.register_metric(**typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("The metric is in the library."))
            warn_of_delivery(request, form.cleaned_data)
            return redirect("show_metric", form.cleaned_data["key"])
    shown = {"form": form, "refusals": list(refusals(powers_of(request.user), "keep_standards"))}
    return render(request, "metrics/register_metric.html", shown, status=status)


def warn_of_delivery(request: PersonRequest, typed: dict[str, object]) -> None:
    """Says so when a name sounds like a measure of delivery that is classed as something else."""
    if delivery_hint(str(typed.get("key", "")), str(typed["name"]), str(typed["metric_class"])):
        said = _("The name sounds like a measure of delivery. If it is one, class it so: no bet can rest on it then.")
        messages.warning(request, said)

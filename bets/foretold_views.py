"""Pages on which people say how sure they are, and what came of it: forecasts, gates, releases, realised value."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets import actions
from bets.calibration_page import calibration_page, sees_others
from bets.foretold import ForecastsPage, Thing, forecasts_page
from bets.foretold_forms import ForecastForm, GateForm, ReleaseForm, ValueForm
from bets.models import Bet, Release, Tranche
from bets.promises import promises_by_domain
from bets.reach import bet_of
from bets.rules_foretold import gate_refusals, marker_refusals
from bets.value import value_page
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.models import Domain, Person
from org.requests import PersonRequest
from org.visibility import powers_of


@require_http_methods(["GET", "POST"])
def state_forecast(request: PersonRequest, key: str) -> HttpResponse:
    """One probability for each outcome and each gate of a bet; those of others only once one has stated one's own."""
    bet, day = bet_of(request, key), today()
    if request.method != "POST":
        return _forecasts(request, forecasts_page(bet, request.user, day))
    thing = forecasts_page(bet, request.user, day).thing(request.POST.get("thing", ""))
    if thing is None:
        raise Http404
    form = ForecastForm(request.POST, auto_id=f"{thing.key}_%s")
    status = perform(
        form,
        lambda typed: actions.state_forecast(
            request.user, _share(typed["percent"]), outcome=thing.outcome, tranche=thing.tranche, note=typed["note"],
            at=now(), today=day,
        ),
    )  # fmt: skip
    if status == OK:
        messages.success(request, _("Your forecast is stated: %(percent)s %%.") % {"percent": form["percent"].value()})
        return redirect(f"{request.path}#{thing.key}")
    return _forecasts(request, forecasts_page(bet, request.user, day), form, thing.key, status)


def _share(percent: Decimal) -> float:
    return float(percent / 100)


def _forecasts(
    request: PersonRequest, page: ForecastsPage, form: ForecastForm | None = None, key: str = "", status: int = OK
) -> HttpResponse:
    things = [(thing, form if thing.key == key and form else _fresh(thing)) for thing in page.things]
    context = {"page": page, "bet": page.bet, "things": things, "form": form, "typed": key}
    return render(request, "bets/forecasts.html", context, status=status)


def _fresh(thing: Thing) -> ForecastForm:
    own = thing.own
    known = {"percent": f"{100 * own[0].probability:g}", "note": own[0].note} if own else {}
    return ForecastForm(initial=known, auto_id=f"{thing.key}_%s")


@require_http_methods(["GET", "POST"])
def record_gate(request: PersonRequest, key: str, sequence: int) -> HttpResponse:
    """Somebody who does not lead the bet says once whether the gate of a tranche was met."""
    bet = bet_of(request, key)
    tranche = get_object_or_404(Tranche.objects.select_related("gate_result__said_by"), bet=bet, sequence=sequence)
    result = getattr(tranche, "gate_result", None)
    refusals = list(gate_refusals(powers_of(request.user), request.user.pk, bet, is_said=result is not None))
    form, status = GateForm(typed_in(request)), OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.record_gate(tranche, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Recorded. The forecasts of this gate can now be scored."))
            return redirect("show_bet", key)
    context = {"bet": bet, "tranche": tranche, "result": result, "refusals": refusals, "form": form}
    return render(request, "bets/gate.html", context, status=status)


@require_http_methods(["GET", "POST"])
def mark_release(request: PersonRequest, key: str) -> HttpResponse:
    """Marks what shipped when, on the charts of all outcomes of a bet."""
    bet, day = bet_of(request, key), today()
    form, status = ReleaseForm(typed_in(request), initial={"shipped_on": day}), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.mark_release(bet, **typed, by=request.user, at=now(), today=day)
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Release marked. It stands on the charts of this bet."))
            return redirect("mark_release", key)
    releases = Release.objects.filter(bet=bet, withdrawn_at=None).select_related("marked_by")
    context = {"bet": bet, "form": form, "releases": releases, "refusals": _markers(request, bet)}
    return render(request, "bets/release.html", context, status=status)


@require_POST
def withdraw_release(request: PersonRequest, key: str, pk: int) -> HttpResponse:
    """Takes a release that was marked by mistake off the charts."""
    release = get_object_or_404(Release, bet=bet_of(request, key), pk=pk)
    actions.withdraw_release(release, by=request.user, at=now())
    messages.success(request, _("Release withdrawn. The history keeps it."))
    return redirect("mark_release", key)


def _markers(request: PersonRequest, bet: Bet) -> list[str]:
    return list(marker_refusals(powers_of(request.user), bet))


@require_http_methods(["GET", "POST"])
def record_value(request: PersonRequest, key: str) -> HttpResponse:
    """What a bet has brought, month by month, beside what it promised; finance adds to it."""
    bet, day = bet_of(request, key), today()
    form, status = ValueForm(bet.currency, typed_in(request), initial={"month": day.replace(day=1)}), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.record_value(bet, **typed, by=request.user, at=now(), today=day)
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Value recorded."))
            return redirect("record_value", key)
    page, refusals = value_page(bet, request.user, day)
    context = {"bet": bet, "page": page, "refusals": refusals, "form": form}
    return render(request, "bets/value.html", context, status=status)


@require_GET
def show_calibration(request: PersonRequest) -> HttpResponse:
    """How good one's forecasts were. Executives and product operations see those of others, too."""
    who, asked = request.user, request.GET.get("person", "")
    if asked and asked != str(who.pk):
        if not sees_others(powers_of(who)) or not asked.isdecimal() or len(asked) > 18:
            raise Http404
        who = get_object_or_404(Person, pk=int(asked))
    page = calibration_page(who, request.user, today())
    return render(request, "bets/calibration.html", {"page": page})


@require_GET
def show_promises(request: PersonRequest) -> HttpResponse:
    """What bets promised against what they brought, in each domain that this person sees."""
    ids = powers_of(request.user).domains()
    domains = Domain.objects.all() if ids is None else Domain.objects.filter(pk__in=ids)
    return render(request, "bets/promises.html", {"records": promises_by_domain(list(domains), today())})

"""Pages on which outcomes are stated, changed and restated. What the signals can prove is said before anything is."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bets import actions
from bets.baseline import baseline_of
from bets.draft_page import guide_of
from bets.library import library_of, usable_series
from bets.models import Bet, Outcome, Segment, Sketch
from bets.outcome_forms import OutcomeForm, RestateForm
from bets.outcome_page import (
    back_from,
    check,
    check_stored,
    first_lines,
    initial_of,
    restate_initial,
    restating,
    stating,
)
from bets.outcomes_step import step_of
from bets.reach import bet_of
from bets.rules_outcome import add_refusals
from bets.sketching import as_typed, forget, leave, left, sketch_of, step_of_outcome
from lib.clock import now, today
from lib.edge import OK, UNSOUND, perform, typed_in
from metrics.models import Series
from org.requests import PersonRequest
from org.visibility import powers_of


@require_GET
def change_outcomes(request: PersonRequest, bet: Bet) -> HttpResponse:
    """The step of the guide: every outcome as a sentence with what it can prove, and what is to be learnt."""
    step, guide = step_of(bet, request.user, today=today()), guide_of(bet, request.user, today(), "outcomes")
    return render(request, "bets/draft_outcomes.html", {"bet": bet, "step": step, "guide": guide})


@require_http_methods(["GET", "POST"])
def add_outcome(request: PersonRequest, key: str) -> HttpResponse:
    """Picks a series from the metric library; then states the outcome, with its baseline read from the series."""
    bet = bet_of(request, key)
    if not (request.POST.get("series") or request.GET.get("series")):
        return _pick(request, bet)
    series, day = _series(request), today()
    step, known = step_of_outcome(series), baseline_of(series, day)
    if "forget" in request.POST:
        return forget(request, bet, step, f"{reverse('add_outcome', args=[key])}?series={series.pk}")
    sketch = _offered(request, bet, step)
    begins = first_lines(bet, known, series, today=day) | (as_typed(sketch) if sketch else {})
    form = OutcomeForm(series, known, typed_in(request), initial=begins)
    status = _perform(
        request, bet, step, form,
        lambda typed: actions.add_outcome(bet, series, **typed, by=request.user, at=now(), today=day),
    )  # fmt: skip
    if _is_done(request, status):
        return _done(request, bet, step, _("Outcome stated."))
    tried = _tried(form, sketch)
    page = stating(bet, series, request.user, today=day, checked=check(tried, bet, (), today=day) if tried else None)
    return render(request, "bets/outcome.html", _shown(bet, page=page, form=form, sketch=sketch), status=status)


@require_http_methods(["GET", "POST"])
def change_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Changes what an outcome of a draft says; who was slower sees both versions and loses nothing."""
    bet, day = bet_of(request, key), today()
    outcome = _outcome(bet, number)
    segments, step = _segments(outcome), step_of_outcome(outcome.series, outcome)
    if "forget" in request.POST:
        return forget(request, bet, step, "change_outcome", key, str(number))
    sketch = _offered(request, bet, step)
    begins = initial_of(outcome) | (as_typed(sketch) if sketch else {})
    form = OutcomeForm(outcome.series, baseline_of(outcome.series, day), typed_in(request), initial=begins)
    seen = request.POST.get("seen", "")
    status = _perform(
        request, bet, step, form,
        lambda typed: actions.change_outcome(outcome, seen=seen, **typed, by=request.user, at=now(), today=day),
    )  # fmt: skip
    if _is_done(request, status):
        return _done(request, bet, step, _("Outcome changed."))
    tried = _tried(form, sketch)
    checked = check(tried, bet, segments, today=day) if tried else check_stored(outcome, segments, today=day)
    page = stating(bet, outcome.series, request.user, today=day, outcome=outcome, checked=checked, form=tried)
    return render(request, "bets/outcome.html", _shown(bet, page=page, form=form, sketch=sketch), status=status)


@require_GET
def check_outcome(request: PersonRequest, key: str) -> HttpResponse:
    """What the lines typed so far can prove; nothing is written. Says what is missing while they are not complete."""
    bet, series, day = bet_of(request, key), _series(request), today()
    known = baseline_of(series, day)
    form = OutcomeForm(series, known, request.GET)
    number = request.GET.get("outcome", "")
    segments = _segments(_outcome(bet, int(number))) if number.isdecimal() and len(number) < 5 else ()
    page = stating(bet, series, request.user, today=day, checked=check(form, bet, segments, today=day))
    wrong = [error for name, errors in form.errors.items() if request.GET.get(name) for error in errors]
    return render(request, "bets/_provable.html", {"bet": bet, "checked": page.checked, "wrong": wrong})


@require_http_methods(["GET", "POST"])
def drop_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Takes an outcome out of a draft; whoever only opens the address is led to where it stands."""
    bet = bet_of(request, key)
    outcome = _outcome(bet, number)
    if request.method == "POST":
        actions.drop_outcome(outcome, by=request.user, at=now())
        messages.success(request, _("Outcome dropped."))
    return redirect(back_from(bet))


@require_http_methods(["GET", "POST"])
def restate_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Moves the lines of an outcome, with a reason; the verdict against the lines as they were stays visible."""
    bet = bet_of(request, key)
    current = _outcome(bet, number)
    form = RestateForm(current, typed_in(request), initial=restate_initial(current))
    looked_at = _version(bet, number, request.POST.get("version", "")) or current
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: _restate(request, looked_at, typed))
    if request.method == "POST" and status == OK:
        messages.success(request, _("Outcome restated. The version before is read on beside it."))
        return redirect("show_bet", key)
    page, moved = restating(current, request.user), looked_at != current
    shown = _shown(bet, page=page, form=form, moved=moved)
    return render(request, "bets/outcome_restate.html", shown, status=status)


def _restate(request: PersonRequest, outcome: Outcome, typed: Any) -> None:
    lines = {name: typed[name] for name in ("target", "kill_line", "decide_by", "reason")}
    actions.restate_outcome(outcome, **lines, by=request.user, at=now(), today=today())


def _perform(request: PersonRequest, bet: Bet, step: str, form: OutcomeForm, act: Any) -> int:
    """As `perform`; a check only looks whether the form is sound, and what is left is kept as it is."""
    if request.method != "POST":
        return OK
    if "leave" in request.POST:
        return leave(request, bet, step, form)
    if "check" in request.POST:
        return OK if form.is_valid() else UNSOUND
    return perform(form, lambda typed: act({name: value for name, value in typed.items() if name != "seen"}))


def _is_done(request: PersonRequest, status: int) -> bool:
    return request.method == "POST" and status == OK and "check" not in request.POST


def _done(request: PersonRequest, bet: Bet, step: str, said: str) -> HttpResponse:
    """Back to where outcomes are stated; what was left of this one is not wanted any more once it is saved."""
    if "leave" in request.POST:
        return left(request, back_from(bet))
    actions.drop_sketch(request.user, bet, step)
    messages.success(request, said)
    return redirect(back_from(bet))


def _offered(request: PersonRequest, bet: Bet, step: str) -> Sketch | None:
    """What this person left here, for whoever comes back to it; what is sent now takes its place."""
    return sketch_of(request, bet, step) if request.method == "GET" else None


def _tried(form: OutcomeForm, sketch: Sketch | None) -> OutcomeForm | None:
    """The form with what somebody typed, to be checked: sent now, or left before."""
    if form.is_bound:
        return form
    return OutcomeForm(form.series, form.known, as_typed(sketch)) if sketch else None


def _pick(request: PersonRequest, bet: Bet) -> HttpResponse:
    powers = powers_of(request.user)
    library = library_of(request.GET.dict(), powers, bet, today=today())
    shown = _shown(bet, library=library, refusals=list(add_refusals(powers, bet)))
    return render(request, "bets/outcome_pick.html", shown)


def _series(request: PersonRequest) -> Series:
    asked = request.POST.get("series") or request.GET.get("series", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    found: Series = get_object_or_404(usable_series(powers_of(request.user)), pk=number)
    return found


def _shown(bet: Bet, **shown: Any) -> dict[str, Any]:
    return {"bet": bet, "back": back_from(bet), **shown}


def _outcome(bet: Bet, number: int) -> Outcome:
    """The current version of an outcome."""
    found = bet.outcomes.current().select_related("bet", "series__metric", "series__source")
    return get_object_or_404(found, number=number if number < 32_768 else 0)


def _version(bet: Bet, number: int, version: str) -> Outcome | None:
    if not version.isdecimal() or len(version) > 5:
        return None
    return Outcome.objects.filter(bet=bet, number=number, version=int(version)).first()


def _segments(outcome: Outcome) -> list[Segment]:
    return list(outcome.segments.select_related("series__metric", "series__source").order_by("name"))

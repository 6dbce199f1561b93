"""What somebody typed into a form and left half-way: kept as it is for them alone, offered again, forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bets import actions
from bets.library import usable_series
from bets.models import Bet, Outcome, Sketch
from lib.clock import now
from lib.edge import perform
from metrics.models import Series
from org.models import Person
from org.requests import PersonRequest
from org.visibility import powers_of

NOT_TYPED = {"csrfmiddlewaretoken", "leave", "forget", "then", "check"}
NEW_OUTCOME, OUTCOME = "outcome-new-", "outcome-"


def sketch_of(request: PersonRequest, bet: Bet | None, step: str) -> Sketch | None:
    """What this person left there."""
    return Sketch.objects.filter(person=request.user, bet=bet, step=step).first()


def as_typed(sketch: Sketch) -> dict[str, Any]:
    """What was typed as a form is filled with it: a list where several could be chosen."""
    return {name: values if name == "teams" else "".join(values[-1:]) for name, values in sketch.typed.items()}


def forget(request: PersonRequest, bet: Bet | None, step: str, *address: str) -> HttpResponse:
    """Drops it, and shows the page as it was saved."""
    actions.drop_sketch(request.user, bet, step)
    messages.success(request, _("Forgotten: the page is as it was saved."))
    return redirect(*address)


def leave(request: PersonRequest, bet: Bet | None, step: str, form: Form) -> int:
    """Keeps for later exactly what is typed; what cannot be kept stays in the form, with the reason."""
    typed = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    kept = Form(request.POST)
    status = perform(kept, lambda _typed: actions.leave_sketch(request.user, bet, step, typed, at=now()))
    for reason in kept.non_field_errors():
        form.add_error(None, reason)
    return status


def left(request: PersonRequest, *address: str) -> HttpResponse:
    """Where somebody goes who left a form."""
    messages.success(request, _("Kept as it is. It is here when you come back."))
    return redirect(*address)


# ---- outcomes, of which several can be left at a time


def step_of_outcome(series: Series, outcome: Outcome | None = None) -> str:
    """Under which step an outcome is kept: a new one by its series, else by its number."""
    return f"{OUTCOME}{outcome.number}" if outcome else f"{NEW_OUTCOME}{series.pk}"


@dataclass(frozen=True)
class LeftOutcome:
    """An outcome that somebody left half-way, and where they go on."""

    words: str
    is_new: bool
    url: str
    left_at: datetime


def left_outcomes(bet: Bet, person: Person) -> list[LeftOutcome]:
    """Outcomes of a bet that this person left half-way, the latest first. One query, three when there are any."""
    found = list(Sketch.objects.filter(bet=bet, person=person, step__startswith=OUTCOME))
    if not found:
        return []
    places = _places(bet, person, found)
    return [LeftOutcome(*places[one.step], one.left_at) for one in found if one.step in places]


def _places(bet: Bet, person: Person, found: list[Sketch]) -> Mapping[str, tuple[str, bool, str]]:
    new = [one.step.removeprefix(NEW_OUTCOME) for one in found if one.step.startswith(NEW_OUTCOME)]
    places = {}
    for outcome in bet.outcomes.current().select_related("series__metric"):
        url = reverse("change_outcome", args=[bet.key, outcome.number])
        places[step_of_outcome(outcome.series, outcome)] = (str(outcome.series.metric), False, url)
    for series in usable_series(powers_of(person)).filter(pk__in=new):
        url = f"{reverse('add_outcome', args=[bet.key])}?series={series.pk}"
        places[step_of_outcome(series)] = (str(series.metric), True, url)
    return places

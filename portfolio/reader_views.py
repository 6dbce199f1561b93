"""Product operations name another reader of a near miss."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bets import actions
from bets.reach import bet_of
from lib.clock import now, today
from lib.edge import OK, perform
from org.requests import PersonRequest
from portfolio.decide_forms import SecondReadingForm
from portfolio.decided import near_miss_page
from portfolio.nights import latest_night
from portfolio.reader_forms import ReaderForm


@require_POST
def name_reader(request: PersonRequest, key: str) -> HttpResponse:
    """Names who reads the near miss from now on; the page of the second reading carries the form."""
    bet = bet_of(request, key)
    page = near_miss_page(bet, latest_night(), request.user)
    if page is None:
        raise Http404
    form = ReaderForm(page.flag, request.POST)
    status = perform(
        form, lambda typed: actions.name_reader(page.flag, **typed, by=request.user, at=now(), today=today())
    )
    if status != OK:
        shown = {"page": page, "bet": bet, "form": SecondReadingForm(), "reader_form": form}
        return render(request, "portfolio/second_reading.html", shown, status=status)
    messages.success(request, _("%(reader)s reads it now.") % {"reader": form.cleaned_data["reader"]})
    return redirect("record_second_reading", key)

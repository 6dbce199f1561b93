"""Pages on which a bet is stated: in steps, each of which can be left half-way and taken up again."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bets import actions
from bets.draft_forms import NewBetForm, NewVersionForm
from bets.draft_page import guide_of, meanwhile, reads_of
from bets.draft_steps import STEPS, Step, claim_of
from bets.drafts import claim_values, next_key_of
from bets.imports.origin import origin_of
from bets.models import Bet
from bets.outcome_views import change_outcomes
from bets.promises import promises_of
from bets.reach import bet_of
from bets.rules_draft import rewrite_refusals
from bets.sketching import as_typed, forget, leave, left, sketch_of
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.seen import seen_of
from org.models import Domain
from org.requests import PersonRequest
from org.rules import ACTS, refusals
from org.visibility import powers_of

NEW = "new"


@require_http_methods(["GET", "POST"])
def state_bet(request: PersonRequest) -> HttpResponse:
    """A new bet: what it is, and whose. It becomes a draft, and its steps follow."""
    if "forget" in request.POST:
        return forget(request, None, NEW, "state_bet")
    powers, sketch, status = powers_of(request.user), sketch_of(request, None, NEW), OK
    initial = as_typed(sketch) if sketch else _beginning(request, today())
    form = NewBetForm(powers, typed_in(request), initial=initial)
    if request.method == "POST":
        status = leave(request, None, NEW, form) if "leave" in request.POST else perform(form, _state(request))
        if status == OK:
            return left(request, "portfolio") if "leave" in request.POST else _stated(request, form)
    page = {"form": form, "sketch": sketch, "refusals": list(refusals(powers, "state_bet"))}
    return render(request, "bets/draft_new.html", page, status=status)


def _state(request: PersonRequest) -> Callable[[Mapping[str, Any]], object]:
    def act(typed: Mapping[str, Any]) -> None:
        actions.state_bet(**typed, claim=None, by=request.user, at=now())
        actions.drop_sketch(request.user, None, NEW)

    return act


def _stated(request: PersonRequest, form: NewBetForm) -> HttpResponse:
    messages.success(request, _("It is a draft now: nobody judges it before you take it live."))
    return redirect("change_draft", form.cleaned_data["key"], "hypothesis")


def _beginning(request: PersonRequest, day: date) -> dict[str, Any]:
    """What most likely is meant: one's own bet, in one's own domain, counted as the latest one was."""
    powers = powers_of(request.user)
    own = powers.domains(ACTS["state_bet"])
    domain = Domain.objects.filter(pk__in=own).first() if own is not None and len(own) == 1 else None
    seen = Bet.objects.visible_to(powers).order_by("-pk")
    latest = (seen if own is None else seen.filter(domain__in=own)).first()
    return {
        "lead": request.user.pk, "starts_on": day, "currency": latest.currency if latest else "EUR", "template": "",
        "key": next_key_of(domain) if domain else "",
    }  # fmt: skip


@require_GET
def show_draft(request: PersonRequest, key: str) -> HttpResponse:
    """The guide: how far each step is, what is missing, and the bet as it reads so far."""
    bet = _bet(request, key)
    if bet.state != Bet.State.DRAFT:
        return redirect("show_bet", key)
    page = {
        "bet": bet, "guide": guide_of(bet, request.user, today()), "reads": reads_of(bet), "origin": origin_of(bet),
        "promises": promises_of(bet.domain, today()),
    }  # fmt: skip
    return render(request, "bets/draft.html", page)


@require_http_methods(["GET", "POST"])
def change_draft(request: PersonRequest, key: str, step: str) -> HttpResponse:
    """One step of the guide."""
    bet, asked = _bet(request, key), STEPS.get(step)
    if asked is None:
        raise Http404
    if step == "outcomes":
        return change_outcomes(request, bet)
    if step == "review":
        return _review(request, bet, OK, [])
    if "forget" in request.POST:
        return forget(request, bet, step, "change_draft", key, step)
    return _change(request, bet, asked)


def _change(request: PersonRequest, bet: Bet, step: Step) -> HttpResponse:
    assert step.form and step.values and step.keep  # noqa: S101 # every step but those with a page of their own
    sketch, status, keep = sketch_of(request, bet, step.key), OK, step.keep
    stored = step.form(bet, request.user, initial=(step.filled or step.values)(bet))
    form, seen = stored, seen_of(step.values(bet))
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        form = step.form(bet, request.user, data=request.POST)
        if "leave" in request.POST:
            status = leave(request, bet, step.key, form)
        else:
            at = now()
            status = perform(form, lambda typed: keep(bet, typed, seen=seen, by=request.user, at=at))
        if status == OK:
            return left(request, "show_draft", bet.key) if "leave" in request.POST else _kept(request, bet, step)
    elif sketch:
        seen = "".join(sketch.typed.get("seen", [seen]))
        form = step.form(bet, request.user, initial=as_typed(sketch))
    bet = _bet(request, bet.key)  # as it stands now, whatever the form holds
    values = step.values(bet)
    page = {
        "bet": bet, "step": step, "form": form, "sketch": sketch if request.method == "GET" else None,
        "seen": seen_of(values), "guide": guide_of(bet, request.user, today(), step.key), "reads": reads_of(bet),
        **meanwhile(bet, values, seen, stored, form),
    }  # fmt: skip
    return render(request, "bets/draft_step.html", page, status=status)


def _kept(request: PersonRequest, bet: Bet, step: Step) -> HttpResponse:
    actions.drop_sketch(request.user, bet, step.key)
    messages.success(request, _("Saved: %(step)s.") % {"step": step.word})
    order = list(STEPS)
    to = step.key if request.POST.get("then") == "stay" else order[order.index(step.key) + 1]
    return redirect("change_draft", bet.key, to)


def _review(request: PersonRequest, bet: Bet, status: int, reasons: list[str]) -> HttpResponse:
    guide = guide_of(bet, request.user, today(), "review")
    page = {"bet": bet, "step": STEPS["review"], "guide": guide, "reads": reads_of(bet), "reasons": reasons}
    return render(request, "bets/draft_review.html", page, status=status)


@require_http_methods(["GET", "POST"])
def go_live(request: PersonRequest, key: str) -> HttpResponse:
    """The act that takes a draft live; the page says before what it freezes."""
    bet, form = _bet(request, key), Form(request.POST)
    if request.method == "GET":
        return redirect("change_draft", key, "review")
    status = perform(form, lambda _typed: actions.go_live(bet, by=request.user, at=now(), today=today()))
    if status == OK:
        messages.success(request, _("The bet is live: the next night reads its signals."))
        return redirect("show_bet", key)
    return _review(request, _bet(request, key), status, [str(reason) for reason in form.non_field_errors()])


@require_http_methods(["GET", "POST"])
def write_hypothesis(request: PersonRequest, key: str) -> HttpResponse:
    """The next version of the hypothesis of a bet that went live, with the reason."""
    bet = _bet(request, key)
    if bet.state == Bet.State.DRAFT:
        return redirect("change_draft", key, "hypothesis")
    values = claim_values(bet)
    stored, seen, status = NewVersionForm(initial=values), seen_of(values), OK
    form: Form = stored
    if request.method == "POST":
        form, seen = NewVersionForm(request.POST), request.POST.get("seen", "")
        status = perform(
            form,
            lambda typed: actions.write_hypothesis(
                bet, claim_of(typed), why=typed["why"], seen=seen, by=request.user, at=now()
            ),
        )
        if status == OK:
            messages.success(request, _("The hypothesis is written anew; the version before stays readable."))
            return redirect("show_bet", key)
        values = claim_values(bet)
        stored = NewVersionForm(initial=values | {"why": form["why"].value()})
    reasons = [*refusals(powers_of(request.user), "state_bet", bet.domain_id), *rewrite_refusals(bet.state, "why")]
    page = {
        "bet": bet, "form": form, "seen": seen_of(values), "refusals": reasons,
        **meanwhile(bet, values, seen, stored, form),
        "standing": bet.hypotheses.select_related("written_by").first(),
    }  # fmt: skip
    return render(request, "bets/hypothesis.html", page, status=status)


def _bet(request: PersonRequest, key: str) -> Bet:
    return bet_of(request, key, "goal", "template")

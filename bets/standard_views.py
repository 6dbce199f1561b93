"""Pages of the standards: everybody with a role reads them; product operations keep them, finance sets rates too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets import actions
from bets.actions.standards import ALLOWANCE, GOAL, KIND, TEMPLATE, standing_of
from bets.models import Allowance, EvidenceKind, Goal, Template
from bets.rules_standards import GOALS_AT_MOST
from bets.standard_forms import AllowanceForm, GoalForm, KindForm, RateForm, StandardForm, TemplateForm
from bets.standards import above_cap, goals_of, standards_of
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from org.actions import rate_of, set_rate
from org.models import Team
from org.requests import PersonRequest
from org.rules import Powers, refusals
from org.visibility import powers_of

Act = Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True)
class Keeping:
    """A page on which one standard is added or changed; `refusals` say why this person cannot."""

    heading: str
    section: str  # of the page of standards, to which it leads back
    refusals: list[str]
    notes: list[str] = field(default_factory=list)
    drop: str = ""  # address that takes it back


@require_GET
def list_standards(request: PersonRequest) -> HttpResponse:
    """All standards on one page, with what rests on them."""
    page = standards_of(_powers(request), today=today())
    return render(request, "bets/standards.html", {"page": page, "goals_at_most": GOALS_AT_MOST})


@require_http_methods(["GET", "POST"])
def keep_kind(request: PersonRequest, key: str | None = None) -> HttpResponse:
    """Adds a kind of evidence, or changes the one of that key."""
    powers = _powers(request)
    kind = get_object_or_404(EvidenceKind, key=key) if key else None
    above = above_cap(kind) if kind else 0
    notes = (
        [_("When the most strength is lowered, evidence that was logged keeps the strength it has.")] if kind else []
    )
    if above:
        said = ngettext(
            "%(count)s piece of evidence stands above it.", "%(count)s pieces of evidence stand above it.", above
        )
        notes.append(said % {"count": above})
    heading = _("Change a kind of evidence") if kind else _("Add a kind of evidence")
    page = Keeping(heading, "kinds", _refusals(powers), notes)
    standing = standing_of(kind, KIND) if kind else None
    return _keep(
        request, page, KindForm, standing,
        lambda typed: actions.keep_kind(kind, **typed, by=request.user, at=now()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def keep_template(request: PersonRequest, key: str | None = None) -> HttpResponse:
    """Adds a template for bets of one kind, or changes the one of that key."""
    powers = _powers(request)
    template = get_object_or_404(Template, key=key) if key else None
    page = Keeping(_("Change a template") if template else _("Add a template"), "templates", _refusals(powers))
    standing = standing_of(template, TEMPLATE) if template else None
    return _keep(
        request, page, TemplateForm, standing,
        lambda typed: actions.keep_template(template, **typed, by=request.user, at=now()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def keep_allowance(request: PersonRequest, currency: str | None = None) -> HttpResponse:
    """Sets what discovery bets may cost and last in one currency."""
    powers = _powers(request)
    allowance = get_object_or_404(Allowance, currency=currency) if currency else None
    heading = _("Add a discovery allowance")
    if allowance:
        heading = _("Change the discovery allowance in %(currency)s") % {"currency": allowance}
    drop = reverse("drop_allowance", args=[currency]) if allowance else ""
    notes = [_("Bets that are live already stay as they are.")]
    page = Keeping(heading, "allowances", _refusals(powers), notes, drop)
    standing = standing_of(allowance, ALLOWANCE) if allowance else None
    return _keep(
        request, page, partial(AllowanceForm, currency=currency or ""), standing,
        lambda typed: actions.keep_allowance(allowance, **typed, by=request.user, at=now()),
    )  # fmt: skip


@require_POST
def drop_allowance(request: PersonRequest, currency: str) -> HttpResponse:
    """Takes an allowance back."""
    _powers(request)
    allowance = get_object_or_404(Allowance, currency=currency)
    actions.drop_allowance(allowance, by=request.user, at=now())
    messages.success(request, _("The allowance is taken back."))
    return _back("allowances")


@require_http_methods(["GET", "POST"])
def keep_goal(request: PersonRequest, key: str | None = None) -> HttpResponse:
    """Adds a goal, or changes the one of that key; more than seven open ones are warned of."""
    powers = _powers(request)
    goal = get_object_or_404(Goal, key=key) if key else None
    page = Keeping(
        _("Change a goal") if goal else _("Add a goal"), "goals", _refusals(powers), _goal_notes(powers, goal)
    )

    def act(typed: Mapping[str, Any]) -> object:
        if goal is None:
            return actions.add_goal(**typed, by=request.user, at=now())
        return actions.change_goal(goal, **typed, by=request.user, at=now())

    return _keep(request, page, GoalForm, standing_of(goal, GOAL) if goal else None, act)


@require_http_methods(["GET", "POST"])
def set_team_rate(request: PersonRequest, key: str) -> HttpResponse:
    """Says what a team costs for a week."""
    powers = _powers(request)
    domains = powers.domains()
    teams = Team.objects.all() if domains is None else Team.objects.filter(domain__in=domains)
    team = get_object_or_404(teams, key=key)
    heading = _("Rate of %(team)s") % {"team": team}
    notes = [_("The full cost of every bet that this team works on follows it at once.")]
    page = Keeping(heading, "rates", list(refusals(powers, "keep_rates", team.domain_id)), notes)
    standing = rate_of(team)
    return _keep(
        request, page, RateForm, standing,
        lambda typed: set_rate(team, **typed, by=request.user, at=now()),
    )  # fmt: skip


def _keep(
    request: PersonRequest,
    page: Keeping,
    made_of: Callable[..., StandardForm],
    standing: dict[str, Any] | None,
    act: Act,
) -> HttpResponse:
    """The form page; both versions side by side where somebody else was faster."""
    form = made_of(typed_in(request), standing=standing)
    fresh = None if standing is None else made_of(standing=standing)
    status = perform(form, act) if request.method == "POST" else OK
    if request.method == "POST" and status == OK:
        messages.success(request, _("Saved."))
        return _back(page.section)
    rows = beside(form, fresh) if fresh and status == REFUSED else []
    shown = {"page": page, "form": form, "beside": rows, "seen": _seen(form, fresh, bool(rows))}
    return render(request, "bets/keep_standard.html", shown, status=status)


def _seen(form: StandardForm, fresh: StandardForm | None, shown_both: bool) -> str:
    """What the form was filled with; once both versions have been shown, what stands there now."""
    if fresh is None:
        return ""
    return str((fresh if shown_both else form)["seen"].value() or "")


def _goal_notes(powers: Powers, goal: Goal | None) -> list[str]:
    goals = [shown for shown in goals_of(powers, today=today()) if shown.is_open]
    if goal is None and len(goals) >= GOALS_AT_MOST:
        said = _("%(count)s goals are open already. Few goals steer; more than %(most)s spread the bets thin.")
        return [said % {"count": len(goals), "most": GOALS_AT_MOST}]
    return []


def _refusals(powers: Powers) -> list[str]:
    return list(refusals(powers, "keep_standards"))


def _powers(request: PersonRequest) -> Powers:
    """Of somebody who holds a role; to others there are no standards."""
    powers = powers_of(request.user)
    if powers.domains() == frozenset():
        raise Http404
    return powers


def _back(section: str) -> HttpResponse:
    return redirect(f"{reverse('list_standards')}#{section}")

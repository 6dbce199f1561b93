"""Pages on which evidence is logged, read, changed, confirmed and superseded; its files; and the assumption map."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets import actions
from bets.finding_forms import CARRIED, ConfirmForm, EvidenceForm, things_of
from bets.finding_page import differences, entry_page, initial_of, log_of, map_of
from bets.findings import evidence_of, snapshots_of
from bets.models import Bet, Evidence, EvidenceFile, EvidenceKind, Reading
from bets.reach import bet_of
from bets.rules_findings import FILES_AT_MOST, change_refusals, logger_refusals, supersede_refusals
from bets.serving import handed_out
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from lib.uploads import takes_files
from org.requests import PersonRequest
from org.visibility import powers_of

Write = Callable[[Mapping[str, Any]], object]


@require_GET
def list_evidence(request: PersonRequest, key: str) -> HttpResponse:
    """All evidence of a bet, newest first; narrowed by what the URL asks for."""
    bet = bet_of(request, key)
    return render(request, "bets/evidence.html", {"bet": bet, "log": log_of(bet, request.user, request.GET)})


@require_GET
def show_assumptions(request: PersonRequest, key: str) -> HttpResponse:
    """What must be true, how important it is and how well it has been tested; and the next test worth doing."""
    bet = bet_of(request, key)
    may_not = list(logger_refusals(powers_of(request.user), bet))
    return render(request, "bets/assumptions.html", {"bet": bet, "map": map_of(bet), "refusals": may_not})


@require_http_methods(["GET", "POST"])
@takes_files("FILES_MAX_BYTES", files=FILES_AT_MOST)
def log_evidence(request: PersonRequest, key: str) -> HttpResponse:
    """Logs a finding on a bet: half a minute, by keyboard alone."""
    bet, day = bet_of(request, key), today()
    form = _form(request, bet, initial={"happened_on": day})

    def write(typed: Mapping[str, Any]) -> Evidence:
        return actions.log_evidence(bet, **_said(typed), by=request.user, at=now(), today=day)

    status = _written(request, form, write, _("Evidence logged."))
    if status == OK and request.method == "POST":
        return redirect("show_bet", key)
    shown = {"bet": bet, "form": form, "refusals": list(logger_refusals(powers_of(request.user), bet))}
    return render(request, "bets/evidence_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@takes_files("FILES_MAX_BYTES", files=FILES_AT_MOST)
def change_evidence(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Changes evidence that nobody has confirmed; of two who do, the second sees both versions."""
    evidence, day = _evidence(request, key, number), today()
    form = _form(request, evidence.bet, evidence)

    def write(typed: Mapping[str, Any]) -> Evidence:
        revision = typed["seen_revision"] or 0
        return actions.change_evidence(
            evidence, **_said(typed), seen_revision=revision, by=request.user, at=now(), today=day
        )

    status = _written(request, form, write, _("Evidence changed."))
    if status == OK and request.method == "POST":
        return redirect("show_evidence_entry", key, number)
    stored = _evidence(request, key, number) if status == REFUSED else evidence
    refusals = [*logger_refusals(powers_of(request.user), stored.bet), *change_refusals(stored, stored.revision)]
    shown = {"bet": stored.bet, "form": form, "evidence": stored, "refusals": refusals, "mode": "change"}
    if status == REFUSED and form.data.get("seen_revision") != str(stored.revision):
        shown["beside"] = differences(form, stored)
        form.meet(stored)
    return render(request, "bets/evidence_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@takes_files("FILES_MAX_BYTES", files=FILES_AT_MOST)
def supersede_evidence(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Logs what takes the place of confirmed evidence; the form begins with what that says."""
    old, day = _evidence(request, key, number), today()
    form = _form(request, old.bet, old)

    def write(typed: Mapping[str, Any]) -> Evidence:
        return actions.log_evidence(old.bet, **_said(typed), supersedes=old, by=request.user, at=now(), today=day)

    status = _written(request, form, write, _("Evidence logged; the former stays readable."))
    if status == OK and request.method == "POST":
        return redirect("list_evidence", key)
    is_over = hasattr(old, "successor")
    refusals = [
        *logger_refusals(powers_of(request.user), old.bet),
        *supersede_refusals(old, of_this_bet=True, is_superseded=is_over),
    ]
    shown = {"bet": old.bet, "form": form, "evidence": old, "refusals": refusals, "mode": "supersede"}
    return render(request, "bets/evidence_form.html", shown, status=status)


@require_GET
def show_evidence_entry(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """One piece of evidence in full, with its files and what it bears on."""
    evidence = _evidence(request, key, number)
    return _entry(request, evidence, ConfirmForm(evidence, initial=_unlowered(evidence)))


@require_http_methods(["GET", "POST"])
def confirm_evidence(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Product operations confirm the strength of evidence, or lower it."""
    evidence = _evidence(request, key, number)
    form = ConfirmForm(evidence, typed_in(request), initial=_unlowered(evidence))
    status = _written(
        request,
        form,
        lambda typed: actions.confirm_evidence(evidence, **typed, by=request.user, at=now()),
        _("Strength confirmed."),
    )
    if status == OK and request.method == "POST":
        return redirect("show_evidence_entry", key, number)
    if status == REFUSED:
        evidence = _evidence(request, key, number)
        form.meet(evidence)
    return _entry(request, evidence, form, status)


@require_GET
def show_file(request: PersonRequest, key: str, number: int, file_id: int) -> FileResponse:
    """A file of evidence, to be saved and never shown inside this site, whatever it calls itself."""
    file = _file(request, key, number, file_id)
    return handed_out(file.name, file.stored_as, file.content_type)


@require_POST
def remove_file(request: PersonRequest, key: str, number: int, file_id: int) -> HttpResponse:
    """Takes a file from evidence that nobody has confirmed."""
    actions.remove_file(_file(request, key, number, file_id), by=request.user, at=now())
    messages.success(request, _("File removed."))
    return redirect("show_evidence_entry", key, number)


def _entry(request: PersonRequest, evidence: Evidence, form: ConfirmForm, status: int = OK) -> HttpResponse:
    shown = {"bet": evidence.bet, "page": entry_page(evidence, request.user), "form": form}
    return render(request, "bets/evidence_entry.html", shown, status=status)


def _unlowered(evidence: Evidence) -> dict[str, int]:
    return {"strength": evidence.strength, "seen_revision": evidence.revision}


def _written(request: PersonRequest, form: Any, write: Write, done: str) -> int:
    """Performs what was sent, if something was, and says so to its reader when it worked."""
    if request.method != "POST":
        return OK
    status = perform(form, write)
    if status == OK:
        messages.success(request, done)
    return status


def _form(
    request: PersonRequest, bet: Bet, evidence: Evidence | None = None, initial: Mapping[str, Any] | None = None
) -> EvidenceForm:
    things = things_of(bet, evidence)
    held = [evidence.reading_id] if evidence and evidence.reading_id else []
    readings = [*(one.pk for one in snapshots_of(bet)), *held]
    found = Reading.objects.filter(pk__in=readings).select_related("outcome__series__metric")
    return EvidenceForm(
        typed_in(request), request.FILES if request.method == "POST" else None,
        things=things, readings=found,
        kinds=EvidenceKind.objects.filter(Q(is_active=True) | Q(pk=evidence.kind_id if evidence else None)),
        initial=initial_of(evidence, things) if evidence else initial,
        skipped=getattr(request, "skipped_files", ()) if request.method == "POST" else (),
        asked="" if evidence else request.GET.get("about", ""),
    )  # fmt: skip


def _said(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: typed[name] for name in (*CARRIED, "kind", "reading", "links", "files")}


def _evidence(request: PersonRequest, key: str, number: int) -> Evidence:
    return get_object_or_404(evidence_of(bet_of(request, key)), number=number)


def _file(request: PersonRequest, key: str, number: int, file_id: int) -> EvidenceFile:
    found = EvidenceFile.objects.select_related("evidence__bet")
    return get_object_or_404(found, pk=file_id, evidence__number=number, evidence__bet=bet_of(request, key))

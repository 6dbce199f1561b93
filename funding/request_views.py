"""Pages on which requests for money are read, approved, rejected, taken back and asked for again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.serving import handed_out
from funding import actions
from funding.bulk import bulk_page
from funding.inbox import inbox_of
from funding.models import FundingRequest, RequestFile
from funding.reach import money_powers, request_of
from funding.request_forms import (
    ApproveForm,
    ApproveManyForm,
    FileForm,
    NoteForm,
    RejectForm,
    ResubmitForm,
    WithdrawForm,
)
from funding.request_page import RequestPage, heading_of, request_page, risks_of
from funding.rules_requests import again_refusals, withdraw_refusals
from funding.words import REASON_WORDS
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.uploads import takes_files
from org.requests import PersonRequest

Write = Callable[[Mapping[str, Any]], object]


@require_GET
def list_requests(request: PersonRequest) -> HttpResponse:
    """The inbox: what waits for this person, what waits for others, and what is done."""
    powers = money_powers(request)
    return render(request, "funding/inbox.html", {"inbox": inbox_of(request.user, powers, request.GET, today())})


@never_cache
@require_GET
def show_request(request: PersonRequest, pk: int) -> HttpResponse:
    """One request, with all that a yes rests on."""
    return _shown(request, request_of(request, pk))


@require_http_methods(["GET", "POST"])
def approve_request(request: PersonRequest, pk: int) -> HttpResponse:
    """Repeats the amount in full, and says yes to it."""
    asked, day = request_of(request, pk), today()
    page = request_page(asked, request.user, day)
    form = ApproveForm(page.givers or [None], typed_in(request))
    kept: list[FundingRequest] = []
    status = _written(
        request, form,
        lambda typed: kept.append(actions.approve_request(
            asked, by=request.user, at=now(), today=day, on_behalf_of=form.principal(), comment=typed["comment"]
        )),
    )  # fmt: skip
    if kept and status == OK:
        _say_approved(request, kept[0])
        return redirect("show_request", pk)
    return _form(request, "funding/approve.html", page, form, status)


@require_http_methods(["GET", "POST"])
def reject_request(request: PersonRequest, pk: int) -> HttpResponse:
    """Says no, with a reason that whoever asked can use."""
    asked, day = request_of(request, pk), today()
    page = request_page(asked, request.user, day)
    form = RejectForm(page.rejecters or [None], typed_in(request))
    status = _written(
        request, form,
        lambda typed: actions.reject_request(
            asked, reason_code=typed["reason_code"], comment=typed["comment"], by=request.user, at=now(), today=day,
            on_behalf_of=form.principal(),
        ),
    )  # fmt: skip
    if status == OK and request.method == "POST":
        messages.success(request, _("The request is rejected; whoever asked can read why."))
        return redirect("show_request", pk)
    return _form(request, "funding/reject.html", page, form, status)


@require_http_methods(["GET", "POST"])
def withdraw_request(request: PersonRequest, pk: int) -> HttpResponse:
    """Whoever asked takes the request back."""
    asked = request_of(request, pk)
    form = WithdrawForm(typed_in(request))
    status = _written(
        request, form,
        lambda typed: actions.withdraw_request(asked, because=typed["because"], by=request.user, at=now()),
    )  # fmt: skip
    if status == OK and request.method == "POST":
        messages.success(request, _("The request is taken back."))
        return redirect("show_request", pk)
    why_not = list(withdraw_refusals(asked.state, is_own=asked.proposer_id == request.user.pk))
    page = request_page(asked, request.user, today())
    return _form(request, "funding/withdraw.html", page, form, status, why_not)


@require_http_methods(["GET", "POST"])
def resubmit_request(request: PersonRequest, pk: int) -> HttpResponse:
    """Asks again for what was refused, or is void: on the evidence of today, with approvals to be given anew."""
    asked, day = request_of(request, pk), today()
    form = ResubmitForm(typed_in(request), initial={"justification": asked.justification})
    kept: list[FundingRequest] = []
    status = _written(
        request, form,
        lambda typed: kept.append(actions.resubmit_request(
            asked, typed["key"], justification=typed["justification"], by=request.user, at=now(), today=day
        )),
    )  # fmt: skip
    if kept and status == OK:
        messages.success(request, _("Asked again, on the evidence of today."))
        return redirect("show_request", kept[0].pk)
    why_not = list(again_refusals(asked.state, asked.proposer_id, request.user.pk, _successor(asked)))
    page = request_page(asked, request.user, day)
    return _form(request, "funding/resubmit.html", page, form, status, why_not)


@require_http_methods(["GET", "POST"])
def approve_requests(request: PersonRequest) -> HttpResponse:
    """Several requests at once: first their totals for each budget, then one yes to each, each for itself."""
    money_powers(request)
    day = today()
    sent = request.POST if request.method == "POST" else request.GET
    page = bulk_page(request.user, sent.getlist("shown") or sent.getlist("request"), day)
    form = ApproveManyForm([one.request.pk for one in page.items], typed_in(request))
    results: list[tuple[FundingRequest, str]] = []
    status = _written(
        request, form,
        lambda typed: results.extend(actions.approve_requests(
            [one.request for one in page.items if one.request.pk in typed["request"]], by=request.user, at=now(),
            today=day, comment=typed["comment"],
        )),
    )  # fmt: skip
    ticked = [one.request.pk for one in page.items if one.is_clear]
    if form.is_bound:
        ticked = [one.request.pk for one in page.items if str(one.request.pk) in sent.getlist("request")]
    shown = {"page": page, "form": form, "results": results, "ticked": ticked}
    return render(request, "funding/bulk.html", shown, status=status)


@require_POST
def write_note(request: PersonRequest, pk: int) -> HttpResponse:
    """Says something about a request."""
    asked, form = request_of(request, pk), NoteForm(request.POST)
    status = perform(form, lambda typed: actions.write_note(asked, typed["text"], by=request.user, at=now()))
    if status == OK:
        messages.success(request, _("Your note is kept."))
        return redirect("show_request", pk)
    return _shown(request, asked, status, note_form=form)


@require_POST
@takes_files("FILES_MAX_BYTES")
def attach_request_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Adds a file to a request that waits."""
    asked = request_of(request, pk)
    form = FileForm(request.POST, request.FILES, skipped=getattr(request, "skipped_files", ()))
    status = perform(form, lambda typed: actions.attach_file(asked, typed["file"], by=request.user, at=now()))
    if status == OK:
        messages.success(request, _("The file is attached."))
        return redirect("show_request", pk)
    return _shown(request, asked, status, file_form=form)


@require_GET
def show_request_file(request: PersonRequest, pk: int, file_id: int) -> FileResponse:
    """A file of a request, to be saved and never shown inside this site, whatever it calls itself."""
    file = get_object_or_404(RequestFile, request=request_of(request, pk), pk=file_id)
    return handed_out(file.name, file.stored_as, file.content_type)


def _shown(request: PersonRequest, asked: FundingRequest, status: int = OK, **forms: Any) -> HttpResponse:
    page = request_page(asked, request.user, today())
    shown = {
        "page": page, "heading": heading_of(asked), "reason": REASON_WORDS.get(asked.reason_code, asked.reason_code),
        "risks": risks_of(asked), "note_form": NoteForm(), "file_form": FileForm(), **forms,
    }  # fmt: skip
    return render(request, "funding/request.html", shown, status=status)


def _successor(asked: FundingRequest) -> int | None:
    """The request that took its place, if one did."""
    return FundingRequest.objects.filter(replaces=asked).values_list("pk", flat=True).first()


def _form(
    request: PersonRequest, template: str, page: RequestPage, form: BaseForm, status: int, why_not: Sequence[str] = ()
) -> HttpResponse:
    shown = {"page": page, "form": form, "heading": heading_of(page.request), "why_not": why_not}
    return render(request, template, shown, status=status)


def _written(request: PersonRequest, form: BaseForm, write: Write) -> int:
    """Performs what was sent, if something was."""
    return perform(form, write) if request.method == "POST" else OK


def _say_approved(request: PersonRequest, approved: FundingRequest) -> None:
    """What came of a yes: posted, or waiting for somebody else, or void because something had changed."""
    said = {
        FundingRequest.State.POSTED: _("Approved and posted: the money has moved."),
        FundingRequest.State.SUBMITTED: _("Approved. It waits for somebody else as well."),
    }.get(FundingRequest.State(approved.state))
    if said:
        messages.success(request, said)
    else:
        messages.warning(request, _("What it rests on has changed, so it is void: nothing was posted."))

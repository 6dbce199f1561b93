"""State changes of what people say of a request: notes and files."""

from datetime import datetime

from django.db import transaction

from bets.files import Upload, kept
from funding.actions.requesting import lock_request
from funding.models import FundingRequest, RequestFile, RequestNote
from funding.rules import said_refusals
from funding.rules_requests import file_refusals
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

NOTE_AT_MOST = 2000


@transaction.atomic
def write_note(request: FundingRequest, text: str, *, by: Person, at: datetime) -> RequestNote:
    """Says something about a request, for everybody who sees it. The same said twice in a row is written once."""
    request = lock_request(request)
    refuse_if(refusals(powers_of(by), "see_money", request.domain_id))
    refuse_if(said_refusals("Say something.", text, NOTE_AT_MOST))
    last = request.notes.order_by("-pk").first()
    if last is not None and (last.text, last.written_by_id) == (text.strip(), by.pk):
        return last
    note = RequestNote.objects.create(request=request, text=text.strip(), written_at=at, written_by=by)
    said = f"Note on request {request.pk}: {note.text}"
    record_event(request.bet or request.ledger, "funding note", said, at=at, by=by, request=request.pk, note=note.pk)
    return note


def attach_file(request: FundingRequest, upload: Upload, *, by: Person, at: datetime) -> RequestFile:
    """Adds one file to a request that waits; it stays with it for good."""
    refuse_if(refusals(powers_of(by), "see_money", request.domain_id))
    with kept([upload]) as stored, transaction.atomic():
        (one,) = stored
        found = lock_request(request)
        known = found.files.filter(sha256=one.sha256).exists()
        refuse_if(file_refusals(one.name, found.state, held=found.files.count(), is_known=known))
        file = RequestFile.objects.create(
            request=found, name=one.name, content_type=one.content_type, size=one.size, sha256=one.sha256,
            stored_as=one.stored_as, attached_at=at, attached_by=by,
        )  # fmt: skip
        said = f"“{one.name}” attached to request {found.pk}."
        record_event(found.bet or found.ledger, "funding file", said, at=at, by=by, request=found.pk, sha256=one.sha256)
        return file

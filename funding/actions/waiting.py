"""State changes of requests that wait too long, or whose evidence has changed: nobody has to open them for that."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from funding.actions.requesting import close, lock_request
from funding.changes import changes_since
from funding.models import FundingRequest
from funding.rules_requests import is_half_gone
from org.actions import record_event

State = FundingRequest.State


def expire_requests(*, at: datetime, today: date) -> int:
    """Closes what nobody has decided on until its day; how many there were."""
    late = FundingRequest.objects.filter(state=State.SUBMITTED, due_on__lt=today)
    return sum(_once(pk, _expire(at, today)) for pk in late.order_by("pk").values_list("pk", flat=True))


def void_stale_requests(*, at: datetime, today: date) -> int:
    """Voids what rests on something that has changed since, and says what; how many there were."""
    waiting = FundingRequest.objects.filter(state=State.SUBMITTED, bet__isnull=False).select_related("ledger", "bet")
    stale = [request.pk for request in waiting.order_by("pk") if changes_since(request, today)]
    return sum(_once(pk, _void(at, today)) for pk in stale)


def escalate_requests(*, at: datetime, today: date) -> int:
    """Tells those with higher limits of what has waited for half of its time, once; how many there were."""
    waiting = FundingRequest.objects.filter(state=State.SUBMITTED, escalated_at=None, due_on__gte=today)
    half = [
        one.pk for one in waiting.order_by("pk")
        if is_half_gone(timezone.localdate(one.submitted_at), one.due_on, today)
    ]  # fmt: skip
    return sum(_once(pk, _escalate(at)) for pk in half)


@transaction.atomic
def _once(pk: int, act: Callable[[FundingRequest], bool]) -> bool:
    """Each in a transaction of its own, as it stands once it is locked."""
    request = lock_request(FundingRequest.objects.get(pk=pk))
    return request.state == State.SUBMITTED and act(request)


def _expire(at: datetime, today: date) -> Callable[[FundingRequest], bool]:
    def act(request: FundingRequest) -> bool:
        if request.due_on < today:
            close(request, State.EXPIRED, f"Nobody decided on it by {request.due_on}.", at=at, by=None)
        return request.state == State.EXPIRED

    return act


def _void(at: datetime, today: date) -> Callable[[FundingRequest], bool]:
    def act(request: FundingRequest) -> bool:
        if changed := changes_since(request, today):
            close(request, State.VOIDED, " ".join(changed), at=at, by=None)
        return bool(changed)

    return act


def _escalate(at: datetime) -> Callable[[FundingRequest], bool]:
    def act(request: FundingRequest) -> bool:
        if request.escalated_at is not None:
            return False
        request.escalated_at = at
        request.save(update_fields=["escalated_at"])
        said = f"Request {request.pk} has waited for half of its time, which ends on {request.due_on}."
        record_event(request.bet or request.ledger, "funding escalated", said, at=at, request=request.pk)
        return True

    return act

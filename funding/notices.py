"""Whom a request for money concerns, and what they are told of it. Called when events are delivered, at least once."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import zip_longest

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.models import FundingRequest
from funding.sides import domains_of, holders_by_side
from lib.money import short
from org import registry
from org.models import Event, Person
from org.noticing import notify
from org.visibility import people_who_see

KIND = "money"
TOO_OLD = timedelta(days=2)
CLOSED = ("posted", "rejected", "voided", "expired")  # what whoever asked is told of


def register() -> None:
    """Called once, when the apps are ready."""
    registry.notice(KIND, _("Requests for money"))
    registry.on_event("funding requested", lambda event: _told(event, lambda request: levels_of(request, event)[:1]))
    registry.on_event("funding escalated", lambda event: _told(event, lambda request: levels_of(request, event)[1:2]))
    registry.on_event("funding note", lambda event: _told(event, lambda request: [_concerned(request, event)]))
    for state in CLOSED:
        registry.on_event(f"funding {state}", lambda event: _told(event, lambda request: [{request.proposer_id}]))


def levels_of(request: FundingRequest, event: Event) -> list[set[int]]:
    """Those whose limits reach so far, by limit: the lowest of each side are asked first, the next when it has waited
    for long."""
    sides = [[people for _limit, people in sorted(one.items())] for one in holders_by_side(request, event.at.date())]
    return [set().union(*level) - {request.proposer_id} for level in zip_longest(*sides, fillvalue=set[int]())]


def _concerned(request: FundingRequest, event: Event) -> set[int]:
    """Whoever asked, whoever has spoken or written, and while it waits those who are asked for a yes or no."""
    spoken = request.approvals.values_list("approver", flat=True)
    asked = levels_of(request, event)[:1] if request.state == FundingRequest.State.SUBMITTED else []
    return {request.proposer_id, *spoken, *request.notes.values_list("written_by", flat=True), *set().union(*asked)}


def _told(event: Event, whom: Callable[[FundingRequest], Iterable[set[int]]]) -> None:
    request = (
        FundingRequest.objects.select_related("ledger", "bet", "domain").filter(pk=event.payload.get("request")).first()
    )
    if request is None or (event.delivered_at or event.at) - event.at > TOO_OLD:
        return
    keys = {pk for people in whom(request) for pk in people}
    near = {pk for domain in domains_of(request) for pk in people_who_see(domain.pk).values_list("pk", flat=True)}
    people: Iterable[Person] = Person.objects.filter(pk__in=keys & near).order_by("name", "pk")
    notify(people, event, KIND, _sentence(event, request), reverse("show_request", args=[request.pk]), at=event.at)


def _sentence(event: Event, request: FundingRequest) -> str:
    of = f" for {request.bet.name}" if request.bet else ""
    amount = short(request.amount, request.ledger.currency)
    if event.kind == "funding requested":
        return f"{event.by} asks to {request.kind} {amount}{of}: it waits for your yes or no until {request.due_on}."
    if event.kind.removeprefix("funding ") in CLOSED:  # the sentence says how much and what for
        return f"{request.bet.name}: {event.sentence}" if request.bet else event.sentence
    return f"{amount}{of}, to {request.kind}: {event.sentence}"

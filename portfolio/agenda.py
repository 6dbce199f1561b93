"""What a review is about: the bets that its forum reaches, and which of them ask for a decision, the most urgent
first."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef

from bets.models import Bet, BetQuerySet, Decision
from funding.models import Account, FundingRequest
from org.models import Domain
from org.rules import reach
from portfolio.desk_queries import gates_near
from portfolio.models import AgendaItem, Forum
from portfolio.night import ACTIVE
from portfolio.queue import Waiting, waiting_of

Reason = AgendaItem.Reason


def domains_of(forum: Forum) -> frozenset[int] | None:
    """Ids of the domains that the forum reviews; None: all. One query for a forum of a domain."""
    if forum.domain_id is None:
        return None
    children: dict[int, list[int]] = {}
    for child, parent in Domain.objects.exclude(parent=None).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(child)
    return reach(forum.domain_id, children)


def bets_of(forum: Forum) -> BetQuerySet:
    """Live and held bets that the forum may look at."""
    return all_of(forum).filter(state__in=ACTIVE)


def all_of(forum: Forum) -> BetQuerySet:
    """Bets of the domains of the forum in every state, those that are over too."""
    domains = domains_of(forum)
    return Bet.objects.all() if domains is None else Bet.objects.filter(domain__in=domains)


def asking_of(forum: Forum, today: date) -> dict[int, str]:
    """Ids of bets that ask for a decision, in the order of an agenda, with the reason. Five queries, any number."""
    bets = bets_of(forum)
    found = {one.pk: _reason(one, today) for one in waiting_of(bets, today)}
    for reason, more in _others(bets, today):
        for pk in more:
            found.setdefault(pk, reason)
    places = list(Reason.values)
    order = {pk: place for place, pk in enumerate(found)}
    return dict(sorted(found.items(), key=lambda one: (places.index(one[1]), order[one[0]])))


def _reason(one: Waiting, today: date) -> str:
    if one.overdue(today):
        return Reason.OVERDUE
    if one.evidence_since or one.stuck_since or not one.decide_by:
        return Reason.FLAG
    return Reason.DUE


def _others(bets: BetQuerySet, today: date) -> Iterator[tuple[str, list[int]]]:
    """Bets at a gate, those for which money is asked, and live ones that nobody has funded yet."""
    mine = bets.order_by().values("pk")
    given = Account.objects.filter(tranche=OuterRef("pk"), kind=Account.Kind.RELEASED)
    gates = gates_near(today).filter(
        ~Exists(given), bet__in=mine
    )  # once its money is released, a gate asks for nothing
    yield Reason.GATE, list(gates.values_list("bet", flat=True))
    asked = FundingRequest.objects.filter(state=FundingRequest.State.SUBMITTED, bet__in=mine)
    yield Reason.MONEY, list(asked.order_by("due_on", "pk").values_list("bet", flat=True))
    yield Reason.START, ready_in(bets)


def ready_in(bets: BetQuerySet) -> list[int]:
    """Ids of those with planned money that nobody has funded or decided on yet, by their start. One query."""
    paid = Account.objects.filter(tranche__bet=OuterRef("pk"), balance__gt=0)
    decided = Decision.objects.filter(bet=OuterRef("pk"))
    ready = bets.filter(~Exists(paid), ~Exists(decided), tranches__isnull=False).distinct()
    return list(ready.order_by("starts_on", "pk").values_list("pk", flat=True))

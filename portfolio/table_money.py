"""The money at the table of a review: what is free in the budgets that pay its bets, what was freed there, and what the
meeting means for which bet. Nothing here touches the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery, Sum

from bets.models import Bet, Decision
from funding.models import Account, Budget, FundingRequest, RequestLine
from org.rules import Powers
from portfolio.agenda import domains_of
from portfolio.models import AgendaItem, Assignment, Review

SUBMITTED, POSTED = FundingRequest.State.SUBMITTED, FundingRequest.State.POSTED
GOES_ON = (Decision.Kind.FUND, Decision.Kind.PERSIST)


@dataclass(frozen=True)
class Purse:
    """A budget as the table sees it, minor units of its currency. `available` has in it already what was `freed` in
    this meeting; `asked` is what requests wait for that this meeting did not file."""

    budget: Budget
    available: int
    assigned: int = 0
    freed: int = 0
    asked: int = 0

    @property
    def free(self) -> int:
        return self.available - self.assigned

    @property
    def currency(self) -> str:
        return self.budget.ledger.currency

    def pays(self, bet: Bet) -> bool:
        return (self.budget.domain_id, self.currency) == (bet.domain_id, bet.currency)


def assignments_of(review: Review) -> list[Assignment]:
    """What is assigned, with what was decided since: `decided`, and the `carried` state of the request that asks for
    it. One query."""
    items = AgendaItem.objects.filter(review=OuterRef("review"), bet=OuterRef("bet"))
    asked = FundingRequest.objects.filter(decision=OuterRef("decision"), kind="commit").order_by("-submitted_at", "-pk")
    found = review.assignments.select_related("bet", "budget__ledger", "assigned_by").annotate(
        decision=Subquery(items.values("decision")[:1]), decided=Subquery(items.values("decision__kind")[:1])
    )
    return list(found.annotate(carried=Subquery(asked.values("state")[:1])).order_by("pk"))


def is_held(one: Assignment) -> bool:
    """Does it still take from what is free? No longer once its request was answered, or the bet does not go on."""
    decided, carried = getattr(one, "decided", None), getattr(one, "carried", None)
    return decided is None or (decided in GOES_ON and carried in (None, SUBMITTED))


def purses_of(
    review: Review, assigned: Sequence[Assignment], today: date, powers: Powers | None = None
) -> dict[int, Purse]:
    """By budget: those that may pay bets of the forum today, by name; with `powers` those of them that they see. At
    most four queries."""
    found, domains = Budget.objects.paying_bets(today), domains_of(review.forum)
    if domains is not None:
        found = found.filter(domain__in=domains)
    if powers is not None:
        found = found.visible_to(powers)
    budgets = list(found.with_available().order_by("ledger__currency", "name", "pk"))
    freed, asked = _freed(review), _asked(review)
    return {
        one.pk: Purse(
            one, getattr(one, "available", None) or 0, _assigned(assigned, one.pk), freed.get(one.pk, 0),
            asked.get(one.pk, 0),
        )
        for one in budgets
    }  # fmt: skip


def _assigned(assigned: Sequence[Assignment], budget: int) -> int:
    return sum(one.amount for one in assigned if one.budget_id == budget and is_held(one))


def _freed(review: Review) -> Mapping[int, int]:
    """What ceases that this review decided gave back, by budget."""
    decisions = review.items.exclude(decision=None).values("decision")
    lines = RequestLine.objects.filter(
        kind="return", request__decision__in=decisions, request__decision__kind=Decision.Kind.CEASE,
        request__state=POSTED,
    )  # fmt: skip
    return dict(lines.order_by().values_list("debit_account__budget").annotate(sum=Sum("amount")))


def _asked(review: Review) -> Mapping[int, int]:
    """What waiting requests would take of each budget, besides those that carry out what this review decided."""
    decisions = review.items.exclude(decision=None).values("decision")
    lines = RequestLine.objects.filter(
        request__state=SUBMITTED, credit_account__kind=Account.Kind.AVAILABLE, credit_account__budget__isnull=False
    ).exclude(request__decision__in=decisions)
    return dict(lines.order_by().values_list("credit_account__budget").annotate(sum=Sum("amount")))

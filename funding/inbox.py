"""The inbox of the money: requests that wait for one person, that wait for others, and that are done."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from funding.models import Budget, FundingRequest, Ledger, RequestLine
from funding.turns import Turn, my_turn, turns_of
from funding.words import Age, age_of
from metrics.filters import LONGEST, Narrowing
from org.models import Domain, Person
from org.rules import Powers

SHOWN = 25
WAITING = FundingRequest.State.SUBMITTED
TABS = ("mine", "waiting", "done")
AMOUNTS = [(str(10**power), f"{10**power:,}") for power in (4, 5, 6, 7)]  # whole units of the ledger's currency


class RequestFilter(Narrowing):
    """By what requests can be narrowed; an unknown value is ignored and named."""

    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=LONGEST)
    kind = django_filters.ChoiceFilter(
        choices=FundingRequest.Kind.choices, label=_("Kind"), empty_label=_("Every kind")
    )  # fmt: skip
    domain = django_filters.ModelChoiceFilter(
        queryset=Domain.objects.none(), to_field_name="key", label=_("Domain"), empty_label=_("Every domain")
    )
    budget = django_filters.ModelChoiceFilter(
        queryset=Budget.objects.none(), method="by_budget", label=_("Budget"), empty_label=_("Every budget")
    )
    ledger = django_filters.ModelChoiceFilter(
        queryset=Ledger.objects.all(), to_field_name="code", label=_("Ledger"), empty_label=_("Every ledger")
    )
    amount = django_filters.ChoiceFilter(
        choices=AMOUNTS, method="from_amount", label=_("Amount"), empty_label=_("Every amount")
    )

    class Meta:
        model = FundingRequest
        fields: list[str] = []

    def __init__(self, *args: Any, powers: Powers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Domain.objects.filter(pk__in=self.queryset.order_by().values("domain"))
        self.filters["domain"].field.queryset = visible
        self.filters["budget"].field.queryset = Budget.objects.visible_to(powers).order_by("name", "pk")

    def by_budget(self, requests: Any, name: str, budget: Budget) -> Any:
        """Those that touch the money of a budget. Adds no row twice."""
        touched = Q(credit_account__budget=budget) | Q(debit_account__budget=budget)
        return requests.filter(pk__in=RequestLine.objects.filter(touched).values("request"))

    def from_amount(self, requests: Any, name: str, amount: str) -> Any:
        return requests.filter(amount__gte=int(amount) * 100)

    def search(self, requests: Any, name: str, words: str) -> Any:
        """Every word stands in the bet, the reason, who asked or the number of the request."""
        for word in words.replace("\x00", "").split():
            bet = Q(bet__name__icontains=word) | Q(bet__key__icontains=word)
            found = bet | Q(justification__icontains=word) | Q(proposer__name__icontains=word)
            is_number = word.isascii() and word.isdigit() and len(word) < 18
            requests = requests.filter(found | Q(pk=int(word)) if is_number else found)
        return requests


@dataclass(frozen=True)
class Row:
    """One request in the list; `turn` says by which rule it waits for the reader."""

    request: FundingRequest
    age: Age
    is_late: bool
    turn: Turn | None

    @property
    def what(self) -> list[str]:
        """The tranches that it is for, or the budgets between which it moves."""
        lines = self.request.lines.all()
        named = [line.tranche.sequence for line in lines if line.tranche]
        if named:
            return []
        sides = [account.budget for line in lines for account in (line.credit_account, line.debit_account)]
        return list(dict.fromkeys(str(budget) for budget in sides if budget))

    @property
    def tranches(self) -> list[int]:
        return sorted({line.tranche.sequence for line in self.request.lines.all() if line.tranche})


@dataclass(frozen=True)
class Tab:
    """One of the three lists, with how many are in it."""

    key: str
    label: Any
    count: int
    query: str


@dataclass(frozen=True)
class Inbox:
    """The page: one of the lists, narrowed by what the address asks."""

    tabs: list[Tab]
    shown: str
    narrow: RequestFilter
    page: Page[FundingRequest]
    rows: list[Row]


def inbox_of(person: Person, powers: Powers, asked: QueryDict, today: date) -> Inbox:
    """The inbox of a person. A constant number of queries, whatever waits."""
    visible = FundingRequest.objects.visible_to(powers)
    narrow = RequestFilter(asked, visible, powers=powers)
    found = narrow.qs
    mine = found.filter(pk__in=my_turn(person, powers, today).order_by().values("pk"))
    counts = found.aggregate(waiting=Count("pk", filter=Q(state=WAITING)), done=Count("pk", filter=~Q(state=WAITING)))
    counts["mine"] = mine.count()
    counts["waiting"] -= counts["mine"]
    shown = asked.get("show", "")
    shown = shown if shown in TABS else "mine" if counts["mine"] or not counts["waiting"] else "waiting"
    listed = {
        "mine": mine, "waiting": found.filter(state=WAITING).exclude(pk__in=mine.values("pk")),
        "done": found.exclude(state=WAITING),
    }[shown]  # fmt: skip
    page = Paginator(_ordered(listed, shown), SHOWN).get_page(asked.get("page"))
    turns = turns_of(person, page.object_list, today) if shown == "mine" else {}
    rows = [_row(one, turns.get(one.pk), today) for one in page.object_list]
    return Inbox(_tabs(counts, asked), shown, narrow, page, rows)


def _ordered(requests: "QuerySet[FundingRequest]", shown: str) -> "QuerySet[FundingRequest]":
    """What expires first comes first; of what is done, the latest."""
    order = (F("closed_at").desc(), "-pk") if shown == "done" else ("due_on", "submitted_at", "pk")
    full = requests.select_related("ledger", "domain", "bet", "proposer", "closed_by").order_by(*order)
    return full.prefetch_related("lines__tranche", "lines__credit_account__budget", "lines__debit_account__budget")


def _row(request: FundingRequest, turn: Turn | None, today: date) -> Row:
    until = localdate(request.closed_at) if request.closed_at else today
    age = age_of(localdate(request.submitted_at), until)
    return Row(request, age, request.state == WAITING and request.due_on < today, turn)


def _tabs(counts: dict[str, int], asked: QueryDict) -> list[Tab]:
    labels = {"mine": _("My turn"), "waiting": _("Waiting for others"), "done": _("Done")}
    kept = asked.copy()
    kept.pop("page", None)
    found = []
    for key in TABS:
        kept["show"] = key
        found.append(Tab(key, labels[key], counts[key], kept.urlencode()))
    return found

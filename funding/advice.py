"""What shadow mode let pass, and what became of it: for its page, its file and the API."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Decision
from funding.models import Advice, FundingRequest
from lib import tables
from lib.money import plain
from lib.tables import Cell
from org.models import Event
from org.rules import ACTS, Powers

ROWS = 50  # on a page
SHOWN = ("bet__domain", "request__ledger", "request__domain", "given_to")
STATES = FundingRequest.State
# What became of a request, by its state: a word for the filter, in the order of the filter.
ENDS = {
    "posted": (STATES.POSTED,),
    "waiting": (STATES.SUBMITTED,),
    "nothing": (STATES.REJECTED, STATES.WITHDRAWN, STATES.VOIDED, STATES.EXPIRED),
}
END_WORDS = {
    "posted": gettext_lazy("The money moved all the same"),
    "waiting": gettext_lazy("It still waits"),
    "nothing": gettext_lazy("No money moved"),
    "stands": gettext_lazy("The decision stands"),
    "reversed": gettext_lazy("The decision was reversed"),
}
END_ICONS = {
    "posted": "banknote", "waiting": "hourglass", "nothing": "circle-slash", "stands": "gavel", "reversed": "undo-2"
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One piece of advice; `decision` is the one that it was given on, of those against the evidence."""

    advice: Advice
    decision: Any = None

    @property
    def end(self) -> str:
        """What became of it."""
        if self.advice.request:
            return next(end for end, states in ENDS.items() if self.advice.request.state in states)
        return "reversed" if self.decision and self.decision.is_reversed else "stands"

    @property
    def end_words(self) -> str:
        return str(END_WORDS[self.end])

    @property
    def icon(self) -> str:
        return END_ICONS[self.end]

    @property
    def rescored(self) -> str:
        """What its second reader found later, in words; nothing where nobody has looked."""
        rescoring = getattr(self.decision, "rescoring", None)
        return str(rescoring.get_finding_display()) if rescoring else ""

    @property
    def domain(self) -> str:
        about = self.advice.bet or self.advice.request
        return str(about.domain) if about else ""


@dataclass(frozen=True)
class Moved:
    """Requests in one currency of which somebody was advised, and how they ended; money in minor units."""

    currency: str
    amounts: Mapping[str, int]  # by end
    counts: Mapping[str, int]

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def amount(self) -> int:
        return sum(self.amounts.values())

    @property
    def posted(self) -> int:
        return self.amounts["posted"]


def advice_for(powers: Powers) -> QuerySet[Advice]:
    """What was said on bets and requests of which these powers see the money; the latest first."""
    domains = powers.domains(ACTS["see_money"])
    found = Advice.objects.select_related(*SHOWN).order_by("-given_at", "-pk")
    if domains is None:
        return found
    requests = FundingRequest.objects.visible_to(powers).values("pk")
    return found.filter(Q(request__in=requests) | Q(request=None, bet__domain__in=domains))


def narrowed(advice: QuerySet[Advice], asked: Mapping[str, Any]) -> QuerySet[Advice]:
    """As somebody asked: by kind, by what became of it, by a word."""
    if kind := asked.get("kind"):
        advice = advice.filter(kind=kind)
    if end := asked.get("end"):
        reversing = Decision.objects.filter(reverses__bet=OuterRef("bet"), reverses__decided_at=OuterRef("given_at"))
        of_decisions = {"stands": ~Exists(reversing), "reversed": Exists(reversing)}
        of = Q(of_decisions[end], request=None) if end in of_decisions else Q(request__state__in=ENDS[end])
        advice = advice.filter(of)
    if word := asked.get("q"):
        advice = advice.filter(
            Q(sentence__icontains=word) | Q(bet__key__icontains=word) | Q(bet__name__icontains=word)
            | Q(given_to__name__icontains=word)
        )  # fmt: skip
    return advice


def rows_of(advice: Iterable[Advice]) -> list[Row]:
    """With their decisions. One query more."""
    listed = list(advice)
    alone = [one for one in listed if one.request_id is None]
    reversing = Decision.objects.filter(reverses=OuterRef("pk"))
    made = Decision.objects.filter(
        bet__in={one.bet_id for one in alone}, decided_at__in={one.given_at for one in alone}
    )  # fmt: skip
    found = made.select_related("rescoring").annotate(is_reversed=Exists(reversing)) if alone else ()
    decisions: dict[Any, Decision] = {(one.bet_id, one.decided_at): one for one in found}
    return [Row(one, decisions.get((one.bet_id, one.given_at)) if one.request_id is None else None) for one in listed]


def page_of(advice: QuerySet[Advice], number: str | None) -> Page[Any]:
    """A page of rows."""
    page: Page[Any] = Paginator(advice, ROWS).get_page(number)
    page.object_list = rows_of(page.object_list)
    return page


def moved_of(advice: QuerySet[Advice]) -> list[Moved]:
    """The requests among them, each once, by currency. One query."""
    requests = FundingRequest.objects.filter(pk__in=advice.order_by().values("request")).order_by()
    amounts: dict[str, dict[str, int]] = {}
    counts: dict[str, dict[str, int]] = {}
    for currency, state, count, amount in requests.values_list("ledger__currency", "state").annotate(
        Count("pk"), Sum("amount")
    ):
        end = next(end for end, states in ENDS.items() if state in states)
        for into, number in ((amounts, amount), (counts, count)):
            of = into.setdefault(currency, dict.fromkeys(ENDS, 0))
            of[end] += number
    return [Moved(currency, amounts[currency], counts[currency]) for currency in sorted(counts)]


def counts_of(advice: QuerySet[Advice]) -> list[tuple[str, str, int]]:
    """Of each kind its label, and how many requests or decisions it was about. One query."""
    things = Count(Coalesce("request", -F("pk")), distinct=True)  # each decision is one of its own
    found = dict(advice.order_by().values_list("kind").annotate(things=things))
    return [(kind, str(label), found.get(kind, 0)) for kind, label in Advice.Kind.choices]


def began_at() -> datetime | None:
    """When the first thing happened here. One query."""
    return Event.objects.order_by("pk").values_list("at", flat=True).first()


def csv_lines(advice: QuerySet[Advice]) -> Iterator[str]:
    """Lines of CSV; money in major units, exact."""
    header = [
        _("Day"), _("Kind"), _("Bet"), _("Name of the bet"), _("Domain"), _("Request"), _("Amount"), _("Currency"),
        _("What would have stopped it"), _("Said to"), _("What became of it"), _("Looked at again"),
    ]  # fmt: skip
    return tables.csv_lines(header, map(_cells, rows_of(advice)))


def _cells(row: Row) -> list[Cell]:
    one, request = row.advice, row.advice.request
    currency = request.ledger.currency if request else ""
    return [
        localdate(one.given_at), one.get_kind_display(), one.bet.key if one.bet else "",
        one.bet.name if one.bet else "", row.domain, str(request.pk) if request else "",
        Decimal(plain(request.amount, currency)) if request else None, currency, one.sentence, str(one.given_to),
        row.end_words, row.rescored,
    ]  # fmt: skip

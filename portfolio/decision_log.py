"""The decision log: each decision with its reason, what the evidence recommended, dissent and the money it moved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, Lower
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Decision, Dissent
from funding.models import Transfer
from org.models import Person
from org.rules import Powers
from org.visibility import powers_of
from portfolio.asking import PAGE, Asking, Tab, settings_of
from portfolio.decision_filters import AGAINST, FOLLOWED, OPEN, STANDS, DecisionFilter, Found, standing
from portfolio.models import AgendaItem, Review
from portfolio.rules_reviews import RECOMMENDED, goes_against

ROWS = 50  # shown on a page at once
SORTS = {
    "decided": gettext_lazy("Day"),
    "bet": gettext_lazy("Bet"),
    "kind": gettext_lazy("Decision"),
    "by": gettext_lazy("Decided by"),
    "dissent": gettext_lazy("Dissent"),
    "again": gettext_lazy("Look again on"),
}
ORDERS: dict[str, Any] = {
    "decided": F("decided_at"), "bet": F("bet__key"), "kind": F("kind"), "by": Lower("decided_by__name"),
    "dissent": F("dissenters"), "again": F("look_again_on"),
}  # fmt: skip
SETTINGS = {"sort": ["-decided", "decided", *(sign + key for key in list(SORTS)[1:] for sign in ("", "-"))]}
BESIDES = [*SETTINGS, PAGE]
SENTENCE = 160  # characters of a reason that has no full stop before


@dataclass(frozen=True)
class AskedDecisions(Asking):
    """What is asked of the decision log."""

    filters: DecisionFilter

    SETTINGS = SETTINGS
    SORTS = SORTS
    LARGEST_FIRST = ("decided", "dissent")
    TAB = "stands"


@dataclass(frozen=True)
class Logged:
    """A decision as the log shows it. `item` is that of the review which made it, for those who see the review; `moved`
    is what was posted because of it, by kind of transfer in minor units: None for those who do not see money there."""

    decision: Decision
    item: AgendaItem | None
    moved: Mapping[str, int] | None

    @property
    def day(self) -> date:
        return localdate(self.decision.decided_at)

    @property
    def recommended(self) -> str:
        """The kind of decision that the evidence recommended; empty when it recommended none."""
        return RECOMMENDED.get(self.decision.verdict, "")

    @property
    def recommended_words(self) -> str:
        return str(Decision.Kind(self.recommended).label) if self.recommended else ""

    @property
    def stands(self) -> str:
        """A key of STANDS."""
        if not self.recommended:
            return OPEN
        return AGAINST if goes_against(self.recommended, self.decision.kind) else FOLLOWED

    @property
    def stands_words(self) -> str:
        return str(STANDS[self.stands])

    @property
    def dissenters(self) -> int:
        return int(self.decision.dissenters)  # type: ignore[attr-defined] # by with_dissent

    @property
    def moves(self) -> list[tuple[str, int]]:
        """What was done with how much money, in words."""
        return [(str(MOVED[kind]), amount) for kind, amount in (self.moved or {}).items() if kind in MOVED]

    @cached_property
    def reason(self) -> tuple[str, str]:
        """The first sentence of why, and the rest."""
        return first_sentence(self.decision.rationale)


MOVED: dict[str, Any] = {
    Transfer.Kind.COMMIT: gettext_lazy("committed"),
    Transfer.Kind.RELEASE: gettext_lazy("released"),
    Transfer.Kind.RETURN: gettext_lazy("returned"),
    Transfer.Kind.SET_ASIDE: gettext_lazy("set aside"),
}


def first_sentence(text: str) -> tuple[str, str]:
    """A text cut after its first sentence, or between two words when that is long."""
    ends = [at + 1 for mark in ".?!\n" if (at := text.find(f"{mark} " if mark != "\n" else mark)) >= 0]
    end = min(ends, default=len(text))
    if end > SENTENCE:
        space = text.rfind(" ", 0, SENTENCE)
        end = space if space > 0 else SENTENCE
    return text[:end].rstrip(), text[end:].strip()


@dataclass(frozen=True)
class Log:
    """A page of the log with its counts; `complaints` say what of the URL meant nothing."""

    asked: AskedDecisions
    tabs: list[Tab]
    count: int
    page: Page[Decision]
    rows: list[Logged]
    sees_money: bool

    @property
    def complaints(self) -> list[str]:
        return self.asked.filters.complaints + [
            _("“%(asked)s” is not something decisions can be sorted by; it was ignored.") % {"asked": pair[:80]}
            for pair in self.asked.ignored
        ]


def with_dissent(decisions: Found) -> Found:
    """Adds `dissenters`: how many would have decided otherwise. A subquery in the same query."""
    spoke = Dissent.objects.filter(decision=OuterRef("pk")).order_by().values("decision").annotate(n=Count("pk"))
    return decisions.annotate(dissenters=Coalesce(Subquery(spoke.values("n")), 0))


def ask_decisions(decisions: Found, data: QueryDict, person: Person) -> AskedDecisions:
    """Reads the URL. Nothing in it is an error."""
    filters = DecisionFilter(data, decisions, person=person, besides=BESIDES)
    settings, ignored = settings_of(data, SETTINGS)
    return AskedDecisions(filters, settings, data.get(PAGE, ""), ignored)


def found_of(asked: AskedDecisions) -> Found:
    """All that is asked for, in its order, with all that a row shows. Adds no query."""
    sort = asked.settings["sort"]
    found = with_dissent(asked.filters.qs).select_related(*SHOWN)
    return in_order(found, sort.removeprefix("-"), backwards=sort.startswith("-"))


SHOWN = ("bet__domain", "bet__lead", "decided_by", "second_reader", "reverses", "run", "rescoring__scored_by")


def in_order(found: Found, key: str, *, backwards: bool) -> Found:
    """By a key of ORDERS; the latest first among equals."""
    order = ORDERS[key]
    return found.order_by(order.desc(nulls_last=True) if backwards else order.asc(nulls_last=True), "-pk")


def log_of(decisions: Found, data: QueryDict, person: Person) -> Log:
    """A page of what `data` (a query string) asks of `decisions`. Four queries, and what the choices need: three."""
    asked, powers = ask_decisions(decisions, data, person), powers_of(person)
    tabs = _tabs(asked)
    pages = Paginator(found_of(asked), ROWS)
    pages.count = next(tab.count for tab in tabs if tab.key == asked.tab)  # it is known already
    page = pages.get_page(asked.page)
    rows = logged_of(list(page), powers)
    return Log(asked, tabs, pages.count, page, rows, powers.may("see_money"))


def _tabs(asked: AskedDecisions) -> list[Tab]:
    """All, and each standing, with its number under the other filters. One query."""
    found = asked.filters.qs_without("stands").order_by()
    counts = found.aggregate(all=Count("pk"), **{key: Count("pk", filter=standing(key)) for key in STANDS})
    labels = {"": _("All"), **{key: str(words) for key, words in STANDS.items()}}
    wanted = [key for key in labels if key in ("", asked.tab) or counts[key]]
    return [Tab(key, labels[key], counts[key or "all"], asked.url(stands=key)) for key in wanted]


def logged_of(decisions: Iterable[Decision], powers: Powers) -> list[Logged]:
    """With the review of each and the money that it moved. Two queries."""
    listed = list(decisions)
    keys = [one.pk for one in listed]
    reviews = Review.objects.visible_to(powers).order_by().values("pk")
    held = AgendaItem.objects.filter(decision__in=keys, review__in=reviews).select_related("review__forum")
    items = {one.decision_id: one for one in held}
    moved = moved_by(keys)
    return [
        Logged(one, items.get(one.pk), moved[one.pk] if powers.may("see_money", one.bet.domain_id) else None)
        for one in listed
    ]


def moved_by(decisions: Iterable[int]) -> dict[int, dict[str, int]]:
    """What was posted because of each decision, by kind of transfer, without what was reversed. One query."""
    posted = Transfer.objects.filter(line__request__decision__in=list(decisions), reversal=None).order_by()
    sums = posted.values_list("line__request__decision", "kind").annotate(sum=Sum("amount"))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for decision, kind, amount in sums.order_by("kind"):
        found[decision][kind] = amount
    return found


def coming_again(decisions: Found, person: Person, *, mine: bool) -> Found:
    """Decisions that somebody looks at again and has not scored yet, the earliest day first; or those of one reader."""
    waiting = with_dissent(decisions).filter(rescore_on__isnull=False, rescoring=None).select_related(*SHOWN)
    mine_only = waiting.filter(second_reader=person) if mine else waiting
    return mine_only.order_by("rescore_on", "pk")


@dataclass(frozen=True)
class Again:
    """A decision that is looked at again, and in how many days from today; below 0: it is overdue."""

    logged: Logged
    days: int

    @property
    def late(self) -> int:
        """Days overdue."""
        return -self.days


def agains_of(decisions: Iterable[Decision], powers: Powers, today: date) -> list[Again]:
    """Two queries."""
    rows = logged_of(decisions, powers)
    return [Again(one, (one.decision.rescore_on - today).days) for one in rows if one.decision.rescore_on]

"""What the page of shadow mode shows: since when, until when, and what was only advised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Page
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funding.advice import Moved, advice_for, began_at, counts_of, moved_of, narrowed, page_of
from funding.models import Advice, Enforcement
from funding.rules_shadow import leaver_refusals, over_refusals
from funding.shadow import Shadow, shadow_on
from funding.shadow_forms import AdviceFilter
from lib.money_words import short_money
from org.rules import Powers


@dataclass(frozen=True)
class ShadowPage:
    """`decided`: every day that was decided for its end, the latest first; `refusals`: why this person decides none."""

    shadow: Shadow | None
    decided: list[Enforcement]
    began: datetime | None
    moved: list[Moved]
    counts: list[tuple[str, str, int]]  # of each kind
    filter: AdviceFilter
    page: Page[Advice]
    refusals: list[str]

    @property
    def latest(self) -> Enforcement | None:
        return self.decided[0] if self.decided else None

    @cached_property
    def requests(self) -> int:
        return sum(one.count for one in self.moved)

    @property
    def decisions(self) -> int:
        """Those against the evidence."""
        return sum(count for kind, _label, count in self.counts if kind == Advice.Kind.DECISION)

    @property
    def finding(self) -> str:
        """“3 requests over €4.2M and 1 decision would have been stopped; of the requests 2 over €3.1M were posted.”"""
        parts = []
        if self.requests:
            parts.append(
                ngettext("%(count)d request over %(money)s", "%(count)d requests over %(money)s", self.requests)
                % {"count": self.requests, "money": _money(self.moved, "amount")}
            )
        if self.decisions:
            said = ngettext("%(count)d decision", "%(count)d decisions", self.decisions)
            parts.append(said % {"count": self.decisions})
        if not parts:
            return _("Nothing would have been stopped so far.")
        said = _("%(things)s would have been stopped.") % {"things": _(" and ").join(parts)}
        posted = sum(one.counts["posted"] for one in self.moved)
        if posted:
            said += " " + _("Money moved all the same: %(money)s.") % {"money": _money(self.moved, "posted")}
        return said


def shadow_page(powers: Powers, data: Mapping[str, str], today: date) -> ShadowPage:
    """As this person may see it, narrowed by what the URL asks for. Seven queries."""
    decided = list(Enforcement.objects.select_related("decided_by").order_by("-pk"))
    stands = decided[0].from_on if decided else None
    advice, form = advice_for(powers), AdviceFilter(data)
    return ShadowPage(
        shadow_on(stands, today), decided, began_at(), moved_of(advice), counts_of(advice), form,
        page_of(narrowed(advice, form.asked), data.get("page")),
        [*leaver_refusals(powers), *over_refusals(stands, today=today)],
    )  # fmt: skip


def _money(moved: list[Moved], what: str) -> str:
    """Each currency that has any, never added up."""
    return " + ".join(short_money(getattr(one, what), one.currency) for one in moved if getattr(one, what))

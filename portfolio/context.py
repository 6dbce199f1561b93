"""What every page needs: its frame. Anything that asks the database is asked only when the frame is rendered."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from bets.models import Bet
from lib.clock import today
from metrics.models import Source
from org.models import Person
from org.visibility import powers_of
from portfolio.models import SavedView
from portfolio.queue import due
from portfolio.saved import views_for

SECTIONS = {
    "portfolio": "portfolio",
    "show_bet": "portfolio",
    "show_run": "portfolio",
    "record_decision": "portfolio",
    "record_second_reading": "portfolio",
    "list_sources": "sources",
    "show_source": "sources",
    "record_signal": "sources",
    "show_evidence": "evidence",
    "backtest_rule": "evidence",
    "list_metrics": "metrics",
    "show_metric": "metrics",
    "list_views": "views",
    "save_view": "views",
    "change_view": "views",
    "search": "search",
    "show_help": "help",
    "list_tokens": "tokens",
}


class Frame:
    """The side bar and the keys of one person; each count is one query, asked once and only where it is shown."""

    def __init__(self, person: Person, request: HttpRequest) -> None:
        self.person = person
        self.powers = powers_of(person)
        self.page = request.resolver_match.url_name if request.resolver_match else ""
        self.section = SECTIONS.get(self.page or "", "")
        self.tour = self.page == "portfolio" and (person.toured_at is None or "tour" in request.GET)

    @property
    def keys(self) -> str:
        return "on" if self.person.uses_keys else "off"

    @cached_property
    def decisions(self) -> int:
        return due(Bet.objects.visible_to(self.powers), today()).count()

    @cached_property
    def views(self) -> list[SavedView]:
        return views_for(self.person)

    @cached_property
    def attention(self) -> int:
        return Source.objects.visible_to(self.powers).filter(state=Source.State.ATTENTION).count()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The theme of the cookie, and the frame of somebody who has signed in."""
    theme, user = request.COOKIES.get("theme", ""), getattr(request, "user", None)
    frame = Frame(user, request) if user is not None and user.is_authenticated else None
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "frame": frame,
        "sees_sources": bool(frame and frame.powers.may("see_sources")),
        "may_run_night": bool(frame and frame.powers.may("run_night")),
    }

"""What every page needs: its frame. Anything that asks the database is asked only when the frame is rendered."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from funding.rules_shadow import leaver_refusals
from funding.shadow import Shadow, shadow_on
from lib.clock import today
from metrics.models import Source
from org.models import Person, Role
from org.visibility import powers_of
from portfolio.desk_queries import Counts, counts_of
from portfolio.models import SavedView
from portfolio.saved import views_for

SECTIONS = {
    "portfolio": "portfolio",
    "show_bet": "portfolio",
    "show_run": "portfolio",
    "record_decision": "portfolio",
    "finish_wind_down": "portfolio",
    "plan_wind_down": "portfolio",
    "add_outcome": "portfolio",
    "change_outcome": "portfolio",
    "restate_outcome": "portfolio",
    "add_learning_outcome": "portfolio",
    "record_learning": "portfolio",
    "record_second_reading": "portfolio",
    "name_reader": "portfolio",
    "state_bet": "portfolio",
    "show_draft": "portfolio",
    "change_draft": "portfolio",
    "go_live": "portfolio",
    "write_hypothesis": "portfolio",
    "write_comment": "portfolio",
    "show_desk": "desk",
    **dict.fromkeys(("list_notices", "set_notices"), "desk"),
    "list_sources": "sources",
    "show_source": "sources",
    "record_signal": "sources",
    **dict.fromkeys(("state_forecast", "record_gate", "mark_release", "record_value"), "portfolio"),
    **dict.fromkeys(("show_calibration", "show_promises"), "evidence"),
    "show_evidence": "evidence",
    "backtest_rule": "evidence",
    "list_metrics": "metrics",
    "register_metric": "metrics",
    "change_metric": "metrics",
    "list_standards": "standards",
    **dict.fromkeys(("add_kind", "keep_kind", "add_template", "keep_template", "add_allowance"), "standards"),
    **dict.fromkeys(("keep_allowance", "add_goal", "keep_goal", "set_rate"), "standards"),
    "show_metric": "metrics",
    "list_imports": "imports",
    "upload_import": "imports",
    "show_import": "imports",
    "map_columns": "imports",
    "take_over_import": "imports",
    **dict.fromkeys(("list_decisions", "list_again", "show_decision"), "decisions"),
    **dict.fromkeys(("list_lessons", "hold_learning_review"), "decisions"),
    **dict.fromkeys(("show_scoreboard", "list_scores", "score_decision"), "decisions"),
    **dict.fromkeys(("list_goals", "show_goal"), "goals"),
    "show_trends": "portfolio",
    "list_views": "views",
    "save_view": "views",
    "change_view": "views",
    **dict.fromkeys(("list_forums", "open_forum", "show_forum", "change_forum", "end_forum"), "reviews"),
    **dict.fromkeys(("move_review", "cancel_review", "show_review", "show_calendar"), "reviews"),
    **dict.fromkeys(("show_table", "assign_money", "show_pre_read", "show_item"), "reviews"),
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
        self.section = "money" if _of_funding(request) else SECTIONS.get(self.page or "", "")
        self.tour = self.page == "portfolio" and (person.toured_at is None or "tour" in request.GET)

    @property
    def keys(self) -> str:
        return "on" if self.person.uses_keys else "off"

    @cached_property
    def _counts(self) -> Counts:
        return counts_of(self.person, self.powers, today())

    @property
    def decisions(self) -> int:
        return self._counts.decisions

    @property
    def unread(self) -> int:
        return self._counts.unread

    @property
    def waiting(self) -> int:
        return self._counts.waiting

    @property
    def requests(self) -> int:
        return self._counts.requests

    @property
    def shadow(self) -> Shadow | None:
        """Shadow mode, while it lasts."""
        return shadow_on(self._counts.enforced_from, today())

    @property
    def ends_shadow(self) -> bool:
        """Is it for this person to say when shadow mode ends?"""
        return not any(leaver_refusals(self.powers))

    @property
    def leads(self) -> bool:
        """Does this person hold the role of a product lead? Their desk then comes first."""
        return any(role == Role.PRODUCT_LEAD for role, _domains in self.powers.grants)

    @cached_property
    def views(self) -> list[SavedView]:
        return views_for(self.person)

    @cached_property
    def attention(self) -> int:
        return Source.objects.visible_to(self.powers).filter(state=Source.State.ATTENTION).count()


def _of_funding(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.func.__module__.startswith("funding.")


def shell(request: HttpRequest) -> dict[str, Any]:
    """The theme of the cookie, and the frame of somebody who has signed in."""
    theme, user = request.COOKIES.get("theme", ""), getattr(request, "user", None)
    frame = Frame(user, request) if user is not None and user.is_authenticated else None
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "frame": frame,
        "sees_money": bool(frame and frame.powers.may("see_money")),
        "sees_sources": bool(frame and frame.powers.may("see_sources")),
        "may_import": bool(frame and frame.powers.may("import_bets")),
        "may_state_bet": bool(frame and frame.powers.may("state_bet")),
        "may_run_night": bool(frame and frame.powers.may("run_night")),
    }

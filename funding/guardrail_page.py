"""What the page of guardrails shows: each as it stands, as a bar against its limits, and the finding in words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from funding.guardrails import Standing, guardrails_for, limit_words, standings
from funding.models import Guardrail
from funding.rules_guardrails import State
from org.rules import Powers

MARKS: dict[State | None, tuple[Any, str, str]] = {
    State.FINE: (gettext_lazy("Within its limit"), "circle-check", "fine"),
    State.NEAR: (gettext_lazy("Near the limit"), "triangle-alert", "warned"),
    State.BEYOND: (gettext_lazy("Beyond the limit"), "octagon-alert", "short"),
    None: (gettext_lazy("No money yet"), "circle-dashed", "empty"),
}
WORST = [State.BEYOND, State.NEAR, State.FINE, None]


@dataclass(frozen=True)
class Bar:
    """Lengths for a drawing, as plain text: no format of any language."""

    fill: str
    least: str
    most: str


@dataclass(frozen=True)
class Row:
    """A guardrail as it stands."""

    standing: Standing

    @property
    def rail(self) -> Guardrail:
        return self.standing.rail

    @property
    def word(self) -> Any:
        return MARKS[self.standing.state][0]

    @property
    def icon(self) -> str:
        return MARKS[self.standing.state][1]

    @property
    def level(self) -> str:
        return MARKS[self.standing.state][2]

    @property
    def about(self) -> str:
        return about(self.rail)

    @property
    def bar(self) -> Bar:
        rail, value = self.rail, self.standing.value or 0
        limits = [one for one in (rail.at_least, rail.at_most) if one is not None]
        whole = 100 if rail.kind == Guardrail.Kind.SHARE else max(value, *limits) * 1.25
        return Bar(_length(value, whole), _length(rail.at_least, whole), _length(rail.at_most, whole))


@dataclass(frozen=True)
class GuardrailPage:
    rows: list[Row]
    idle: list[tuple[Guardrail, str]]  # not in use, with their limits in words
    finding: str


def guardrail_page(powers: Powers, today: date) -> GuardrailPage:
    """All guardrails that this person may see, what is worst first. Nine queries for one currency."""
    seen = set(guardrails_for(powers).values_list("pk", flat=True))
    rows = [Row(one) for one in standings(today) if one.rail.pk in seen]
    rows.sort(key=lambda row: WORST.index(row.standing.state))
    idle = guardrails_for(powers).filter(is_active=False)
    return GuardrailPage(rows, [(one, limit_words(one)) for one in idle], _finding(rows))


def about(rail: Guardrail) -> str:
    """What a guardrail is about, in words."""
    if rail.kind == Guardrail.Kind.FLOOR:
        return _("Durable funding of %(team)s") % {"team": rail.team}
    if rail.kind != Guardrail.Kind.SHARE:
        named = {"kind": rail.get_kind_display(), "domain": rail.domain}
        return _("%(kind)s in %(domain)s") % named if rail.domain else _("%(kind)s, everywhere") % named
    if rail.funding_class:
        return _("Share of all money: %(of)s") % {"of": rail.get_funding_class_display()}
    if rail.domain:
        return _("Share of the money for bets: %(of)s") % {"of": rail.domain}
    if rail.at_least is not None:
        return _("Share of the money for bets that horizon %(of)s holds, or is left") % {
            "of": rail.get_horizon_display()
        }
    return _("Share of the money for bets: horizon %(of)s") % {"of": rail.get_horizon_display()}


def _finding(rows: list[Row]) -> str:
    states = Counter(row.standing.state for row in rows)
    beyond, near = states[State.BEYOND], states[State.NEAR]
    if not beyond and not near:
        return _("Every guardrail holds.")
    parts = []
    if beyond:
        parts.append(
            ngettext("%(count)d guardrail is beyond its limit", "%(count)d guardrails are beyond their limits", beyond)
            % {"count": beyond}
        )
    if near:
        parts.append(
            ngettext("%(count)d guardrail is near its limit", "%(count)d guardrails are near their limits", near)
            % {"count": near}
        )
    return f"{'; '.join(parts)}."


def _length(value: float | None, whole: float) -> str:
    return "" if value is None else f"{min(100, 100 * value / whole if whole else 0):.2f}%"

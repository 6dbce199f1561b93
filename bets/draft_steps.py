"""The steps of the guide: what each asks, what its form is filled with, and which action keeps it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bets import actions, drafts
from bets.actions import Claim
from bets.draft_forms import AboutForm, AssumptionsForm, HypothesisForm, MoneyForm, PremortemForm
from bets.models import Bet
from bets.rules_draft import MOST_OF
from org.models import Person, Team
from org.visibility import powers_of

Typed = Mapping[str, Any]
SUGGESTED_AT_MOST = 8  # lines that a template brings


@dataclass(frozen=True)
class Step:
    """One page of the guide. Without a form it is a page of its own: outcomes, and the review."""

    key: str
    word: Any
    asks: Any
    hint: Any = ""
    form: Callable[..., forms.Form] | None = None
    values: Callable[[Bet], dict[str, Any]] | None = None
    filled: Callable[[Bet], dict[str, Any]] | None = None  # with what; the values themselves when not said
    keep: Callable[..., object] | None = None


def _about(bet: Bet, person: Person, **given: Any) -> forms.Form:
    return AboutForm(powers_of(person), **given)


def _keep_about(bet: Bet, typed: Typed, *, seen: str, by: Person, at: datetime) -> object:
    return actions.change_bet(bet, **typed, seen=seen, by=by, at=at)


def _hypothesis(bet: Bet, person: Person, **given: Any) -> forms.Form:
    return HypothesisForm(prompts=bet.template, **given)


def claim_of(typed: Typed) -> Claim:
    return Claim(**{part: typed[part] for part in MOST_OF})


def _keep_hypothesis(bet: Bet, typed: Typed, *, seen: str, by: Person, at: datetime) -> object:
    return actions.write_hypothesis(bet, claim_of(typed), seen=seen, by=by, at=at)


def _assumptions(bet: Bet, person: Person, **given: Any) -> forms.Form:
    return AssumptionsForm(order=[one.assumption.number for one in drafts.riskiest(bet)], **given)


def _fill_assumptions(bet: Bet) -> dict[str, Any]:
    """The assumptions that stand; at first those that the template suggests."""
    filled = _lines(drafts.assumptions_values(bet)["rows"])
    suggested = bet.template.assumptions if bet.template and not bet.assumptions.exists() else []
    for number, statement in enumerate(suggested[:SUGGESTED_AT_MOST], start=1):
        filled[f"statement-new{number}"] = str(statement)
    return filled


def _keep_assumptions(bet: Bet, typed: Typed, *, seen: str, by: Person, at: datetime) -> object:
    return actions.keep_assumptions(bet, typed["rows"], seen=seen, by=by, at=at)


def _premortem(bet: Bet, person: Person, **given: Any) -> forms.Form:
    return PremortemForm(**given)


def _keep_premortem(bet: Bet, typed: Typed, *, seen: str, by: Person, at: datetime) -> object:
    return actions.write_premortem(bet, typed["premortem"], seen=seen, by=by, at=at)


def teams_of(bet: Bet) -> list[Team]:
    """Teams that work on the bet, and those that have weeks planned from before. One query."""
    return list(Team.objects.filter(pk__in=bet.teams.values("pk")) | Team.objects.filter(pk__in=_weeks(bet)))


def _weeks(bet: Bet) -> Any:
    return bet.efforts.values("team")


def _money(bet: Bet, person: Person, **given: Any) -> forms.Form:
    return MoneyForm(teams_of(bet), currency=bet.currency, **given)


def _fill_money(bet: Bet) -> dict[str, Any]:
    """The plan that stands; at first the purposes and gates that the template suggests."""
    values = drafts.money_values(bet)
    filled = _lines(values["rows"]) | {name: values[name] for name in drafts.VALUE}
    filled |= {f"weeks_{team}": weeks for team, weeks in values["weeks"].items()}
    suggested = bet.template.tranches if bet.template and not values["rows"] else []
    for number, (purpose, gate) in enumerate(suggested[:SUGGESTED_AT_MOST], start=1):
        filled |= {f"purpose-new{number}": str(purpose), f"gate-new{number}": str(gate)}
    return filled


def _keep_money(bet: Bet, typed: Typed, *, seen: str, by: Person, at: datetime) -> object:
    return actions.keep_money(bet, typed["plan"], seen=seen, by=by, at=at)


def _lines(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{name}-{row['number']}": value for row in rows for name, value in row.items() if name != "number"}


STEPS = {
    step.key: step
    for step in (
        Step(
            "about", _("About"), _("What is it, and whose?"), "", _about, drafts.about_values, None, _keep_about
        ),
        Step(
            "hypothesis", _("Hypothesis"), _("What do you believe?"),
            _("One sentence that could turn out to be wrong."),
            _hypothesis, drafts.claim_values, None, _keep_hypothesis,
        ),
        Step(
            "assumptions", _("Assumptions"), _("What must be true for it?"),
            _("The riskiest first: what all depends on, and nobody has tested yet."),
            _assumptions, drafts.assumptions_values, _fill_assumptions, _keep_assumptions,
        ),
        Step("outcomes", _("Outcomes"), _("How will you know?")),
        Step(
            "premortem", _("Premortem"), _("Why may it fail?"),
            _("Whoever has imagined the failure finds its early signs."),
            _premortem, drafts.premortem_values, None, _keep_premortem,
        ),
        Step(
            "money", _("Money"), _("What does it take, and what is it worth?"),
            _("Money comes in stages: each one waits for the evidence that releases it."),
            _money, drafts.money_values, _fill_money, _keep_money,
        ),
        Step("review", _("Review"), _("Read it once more")),
    )
}  # fmt: skip


def beside(key: str) -> tuple[Step | None, Step | None]:
    """The steps before and after this one."""
    order = list(STEPS)
    at = order.index(key)
    before = STEPS[order[at - 1]] if at else None
    return before, STEPS[order[at + 1]] if at + 1 < len(order) else None

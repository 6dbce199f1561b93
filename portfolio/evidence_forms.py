"""What may be changed about the rule in a backtest: the same fields in the address of a page and on a command line."""

from collections.abc import Mapping
from math import log
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portfolio.backtest.policy import IN_FORCE, Policy

ALL, EACH = "all", "each"
# Where nobody asked yet: what it would be like if every bet were judged as if it were the only one.
FIRST = {"rule": EACH, "e": "20"}


def _number(label: Any, low: float, high: float, help_text: Any) -> forms.FloatField:
    """A number whose every refusal is the same sentence: what may stand there."""
    words = format_lazy(
        _("{label}: give a number from {low} to {high}."), label=label, low=f"{low:.10g}", high=f"{high:.10g}"
    )
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})  # keeps what is no number, too
    return forms.FloatField(
        label=label, min_value=low, max_value=high, help_text=help_text, error_messages=messages, widget=widget
    )


def _choice(label: Any, *choices: tuple[str, Any]) -> forms.ChoiceField:
    words = format_lazy(_("{label}: choose one of the two."), label=label)
    return forms.ChoiceField(label=label, choices=choices, error_messages={"invalid_choice": words})


class BacktestForm(forms.Form):
    """The alternative policy. Numbers are per cent, but for E; a field that is left out is as in the rule in force."""

    rule = _choice(_("Rule"), (ALL, _("All bets counted together")), (EACH, _("Each bet by itself")))
    alpha = _number(
        _("Flags that may be wrong"), 0.1, 50,
        _("Per cent, for the first rule: of all flags of one kind, at most so many are expected to be wrong."),
    )  # fmt: skip
    e = _number(
        _("Evidence asked for, E"), 2, 1_000_000,
        _("For the second rule: with 20, a bet that is fine is flagged at most once in 20 times."),
    )  # fmt: skip
    shift = _number(
        _("Kill lines moved"), -90, 90,
        _("Per cent of the way to the target; below 0 moves them away from it."),
    )  # fmt: skip
    restarts = _choice(_("Bets that went bad late"), ("on", _("Looked for")), ("off", _("Not looked for")))

    def __init__(self, given: Mapping[str, Any]) -> None:
        known = {name: given[name] for name in self.base_fields if given.get(name) not in (None, "")}
        super().__init__(_defaults(known) | known)

    @property
    def policy(self) -> Policy:
        """The policy that a valid form asks for."""
        asked = self.cleaned_data
        return Policy(
            alpha=asked["alpha"] / 100,
            log_e=log(asked["e"]) if asked["rule"] == EACH else None,
            shift=asked["shift"] / 100,
            restarts=asked["restarts"] == "on",
        )

    @property
    def command(self) -> str:
        """The command that replays the policy of a valid form for every bet, night by night."""
        asked = self.cleaned_data
        parts = [f"--e {asked['e']:.10g}" if asked["rule"] == EACH else f"--alpha {asked['alpha']:.10g}"]
        parts += [f"--shift-kill {asked['shift']:.10g}"] if asked["shift"] else []
        parts += ["--no-restarts"] if asked["restarts"] == "off" else []
        return " ".join(["manage.py backtest_rule", *parts])


def _defaults(known: Mapping[str, Any]) -> dict[str, Any]:
    rule = EACH if "e" in known else ALL
    as_now = {"rule": rule, "alpha": f"{100 * IN_FORCE.alpha:g}", "e": "20", "shift": "0", "restarts": "on"}
    return as_now if known else as_now | FIRST

"""Shape of what people type in while they state a bet: one form for each step of the guide."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bets.actions import Assumed, Plan, Row
from bets.drafts import next_key_of
from bets.models import Bet, Goal, Template
from bets.rules_draft import MOST_OF, Stage
from lib.money_field import MoneyField, count_in
from org.models import Domain, Person, Role, RoleGrant, Team
from org.rules import ACTS, Powers

DAY = {"type": "date"}
ROWS_AT_MOST = 60  # of what a browser sends
IMPORTANCE = [
    (1, _("1 · little depends on it")),
    (2, _("2")),
    (3, _("3 · some of it depends on it")),
    (4, _("4")),
    (5, _("5 · all depends on it")),
]
KEY = re.compile(r"[a-z_]+-(\d{1,5}|new\d{1,2})", re.ASCII)


def _day(label: Any, help_text: Any = "", **fields: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs=DAY)
    return forms.DateField(label=label, help_text=help_text, widget=widget, **fields)


def _text(label: Any, most: int, *, rows: int = 2, help_text: Any = "", **fields: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, help_text=help_text, **fields)


class AboutForm(forms.Form):
    """What a draft says of itself; only what its person may choose can be chosen."""

    name = forms.CharField(
        label=_("Name"), max_length=160, help_text=_("What you would call it in a corridor."),
        error_messages={"required": _("Give it a name.")},
    )  # fmt: skip
    domain = forms.ModelChoiceField(label=_("Domain"), queryset=Domain.objects.none(), empty_label=None)
    lead = forms.ModelChoiceField(
        label=_("Product lead"), queryset=Person.objects.none(), empty_label=_("Choose who leads it"),
        error_messages={"required": _("Choose who leads it.")},
    )  # fmt: skip
    goal = forms.ModelChoiceField(
        label=_("Goal it serves"), queryset=Goal.objects.none(), required=False, empty_label=_("It serves no goal")
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=Bet.Stage.choices)
    horizon = forms.TypedChoiceField(label=_("Horizon"), choices=Bet.Horizon.choices, coerce=int)
    starts_on = _day(_("Starts on"), error_messages={"required": _("Say on which day it starts.")})
    currency = forms.CharField(
        label=_("Currency"), max_length=3, help_text=_("Its money is counted in it: three letters, like EUR."),
        error_messages={"required": _("Say in which currency its money is counted.")},
    )  # fmt: skip
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams that work on it"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, powers: Powers, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stating, seen = powers.domains(ACTS["state_bet"]), powers.domains()
        self._choose("domain", _within(Domain.objects.all(), "pk", stating))
        self._choose("lead", leads_in(stating))
        self._choose("goal", Goal.objects.order_by("due_on", "name"))
        self._choose("teams", _within(Team.objects.select_related("domain"), "domain", seen).order_by("domain", "name"))
        self.fields["teams"].label_from_instance = lambda team: f"{team} · {team.domain}"  # type: ignore[attr-defined]

    def _choose(self, name: str, queryset: Any) -> None:
        self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()


def _within(queryset: Any, field: str, ids: frozenset[int] | None) -> Any:
    return queryset if ids is None else queryset.filter(**{f"{field}__in": ids})


def leads_in(domains: frozenset[int] | None) -> Any:
    """Product leads of one of these domains or of one above (None: of any); whether of the one that is chosen, the
    action says. One query for the tree of domains."""
    grants = RoleGrant.objects.filter(role=Role.PRODUCT_LEAD)
    if domains is not None:
        parents, above, waiting = dict(Domain.objects.values_list("pk", "parent")), set[int](), list(domains)
        while waiting:
            one = waiting.pop()
            if one not in above:
                above.add(one)
                waiting += [parent] if (parent := parents.get(one)) else []
        grants = grants.filter(Q(domain=None) | Q(domain__in=above))
    return Person.objects.filter(pk__in=grants.values("person"), is_active=True).order_by("name", "pk")


class NewBetForm(AboutForm):
    """A bet that is not there yet: its key, and the template it starts from."""

    template = forms.ModelChoiceField(
        label=_("Start from"),
        queryset=Template.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        blank=True,
        empty_label=_("An empty page"),
    )
    key = forms.CharField(
        label=_("Key"), max_length=60, required=False,
        help_text=_("A short mark that stands in its address for ever. Left empty: the next free one of the domain."),
    )  # fmt: skip
    field_order = ("template", "name", "key", "domain", "lead", "goal", "stage", "horizon", "starts_on")

    def __init__(self, powers: Powers, *args: Any, **kwargs: Any) -> None:
        super().__init__(powers, *args, **kwargs)
        self._choose("template", Template.objects.filter(is_active=True))
        has_templates = self.fields["template"].queryset.exists()  # type: ignore[attr-defined]
        for name, first in (("stage", Bet.Stage.DISCOVERY), ("horizon", Bet.Horizon.H1)):
            field = self.fields[name]
            field.required = False
            if has_templates:
                field.choices = [("", _("As the template says")), *field.choices]  # type: ignore[attr-defined]
            else:
                self.initial.setdefault(name, first)

    def templates(self) -> list[tuple[Any, Template | None]]:
        """Each choice with its template, whose guidance stands beside it."""
        known = {str(one.pk): one for one in self.fields["template"].queryset}  # type: ignore[attr-defined]
        return [(radio, known.get(str(radio.data["value"]))) for radio in self["template"]]

    def clean(self) -> dict[str, Any]:
        """Stage and horizon that were not chosen are those of the template, or else where most bets begin."""
        typed = super().clean() or self.cleaned_data
        template = typed.get("template")
        typed["stage"] = typed.get("stage") or (template.stage if template else Bet.Stage.DISCOVERY)
        if typed.get("horizon") in ("", None):
            typed["horizon"] = template.horizon if template else Bet.Horizon.H1
        if not typed.get("key", "").strip() and typed.get("domain"):
            typed["key"] = next_key_of(typed["domain"])
        return typed


class HypothesisForm(forms.Form):
    """The four parts of the sentence."""

    change = _text(
        _("What we change"), MOST_OF["change"], help_text=_("We believe that …"),
        error_messages={"required": _("Say what you change.")},
    )  # fmt: skip
    whom = _text(
        _("For whom"), MOST_OF["whom"], rows=1, help_text=_("… for … (people, not systems)"),
        error_messages={"required": _("Say for whom.")},
    )  # fmt: skip
    result = _text(
        _("What it results in"), MOST_OF["result"], help_text=_("… will result in … (what they then do, or have)"),
        error_messages={"required": _("Say what it results in.")},
    )  # fmt: skip
    reason = _text(
        _("Why you believe so"), MOST_OF["reason"], rows=3, help_text=_("… because …"),
        error_messages={"required": _("Say why you believe so.")},
    )  # fmt: skip

    def __init__(self, *args: Any, prompts: Template | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in MOST_OF:
            if prompts and (words := getattr(prompts, part)):
                self.fields[part].widget.attrs["placeholder"] = words


class NewVersionForm(HypothesisForm):
    """The next version of the hypothesis of a bet that went live: it says why."""

    why = _text(
        _("Why this version replaces the one before"), 300,
        help_text=_("What you have learnt since. It is kept for ever beside the version."),
        error_messages={"required": _("Say why this version replaces the one before.")},
    )  # fmt: skip


class PremortemForm(forms.Form):
    premortem = _text(
        _("It is a year later, and it has failed. Why?"), 2000, rows=10,
        error_messages={"required": _("Say why it may have failed.")},
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of a form that has many: its number (None for a new one), and its fields."""

    number: int | None
    fields: Sequence[BoundField]
    drop: BoundField | None

    @property
    def is_bad(self) -> bool:
        return any(field.errors for field in self.fields)


class LinesForm(forms.Form):
    """A form with a growing number of lines. Which lines there are is what was sent, so that nothing typed is lost."""

    line: Mapping[str, Any] = {}  # names of the fields of a line and how to make one
    starts_with = ""  # the field without which a line is empty
    blank: Mapping[str, Any] = {}  # what an empty line holds already
    spare = 1  # empty lines after those that stand

    def __init__(self, *args: Any, order: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = {str(number): place for place, number in enumerate(order)}
        self.keys = self._keys()
        for key in self.keys:
            for name, make in self.line.items():
                self.fields[f"{name}-{key}"] = make()
                if key.startswith("new") and name in self.blank:
                    self.initial.setdefault(f"{name}-{key}", self.blank[name])
            if not key.startswith("new"):
                self.fields[f"drop-{key}"] = forms.BooleanField(label=_("Drop it"), required=False)

    def _keys(self) -> list[str]:
        source: Iterable[str] = self.data if self.is_bound else self.initial
        found = {
            match[1]: None for name in source if (match := KEY.fullmatch(name)) and name.split("-")[0] in self.line
        }
        keys = sorted(found, key=self._place)[:ROWS_AT_MOST]
        spare = self.spare - sum(key.startswith("new") for key in keys)
        first = max((int(key[3:]) for key in keys if key.startswith("new")), default=0) + 1
        return keys if self.is_bound else [*keys, *(f"new{first + more}" for more in range(max(spare, 0)))]

    def _place(self, key: str) -> tuple[bool, int, int]:
        """New lines last, the others in the order that was asked for."""
        return key.startswith("new"), self.order.get(key, len(self.order)), int(key.removeprefix("new"))

    def lines(self) -> list[Line]:
        return [
            Line(
                None if key.startswith("new") else int(key),
                [self[f"{name}-{key}"] for name in self.line],
                None if key.startswith("new") else self[f"drop-{key}"],
            )
            for key in self.keys
        ]

    def kept(self, typed: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Key and values of each line that says something and is not dropped; a gap in one is an error beside it."""
        for key in self.keys:
            values = {name: typed.get(f"{name}-{key}") for name in self.line}
            said = [value for name, value in values.items() if name not in self.blank and value not in ("", None)]
            bad = any(f"{name}-{key}" in self.errors for name in self.line)
            if typed.get(f"drop-{key}") or not (said or bad):
                self._forgive(key)
            elif not bad and not self._gaps(key, values):
                yield key, values

    def _forgive(self, key: str) -> None:
        """What is dropped does not have to be sound."""
        for name in self.line:
            self.errors.pop(f"{name}-{key}", None)

    def _gaps(self, key: str, values: Mapping[str, Any]) -> bool:
        gaps = [name for name, words in self.missing().items() if values[name] in ("", None)]
        for name in gaps:
            self.add_error(f"{name}-{key}", self.missing()[name])
        return bool(gaps)

    def missing(self) -> dict[str, str]:
        """What is said beside a field that a line cannot do without."""
        return {}


class AssumptionsForm(LinesForm):
    """What must be true, one line each."""

    line = {
        "statement": lambda: _text(_("What must be true"), 300, required=False),
        "importance": lambda: forms.TypedChoiceField(label=_("Importance"), choices=IMPORTANCE, coerce=int),
        "next_test": lambda: forms.CharField(label=_("What would tell, cheaply"), max_length=300, required=False),
    }
    blank = {"importance": 3}
    spare = 2

    def missing(self) -> dict[str, str]:
        return {"statement": gettext("Say what must be true, or empty the whole line.")}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        typed["rows"] = [
            Assumed(None if key.startswith("new") else int(key), **values) for key, values in self.kept(typed)
        ]
        return typed


class MoneyForm(LinesForm):
    """Tranches with their gates, weeks of the teams, and what reaching the target is worth."""

    line = {
        "purpose": lambda: _text(_("What it is for"), 200, rows=1, required=False),
        "gate": lambda: _text(_("Gate: what releases it"), 300, rows=1, required=False),
        "amount": lambda: MoneyField(label=_("Amount"), required=False),
        "planned_on": lambda: _day(_("Planned on"), required=False),
        "lasts_until": lambda: _day(_("Lasts until"), _("Empty: until the next one."), required=False),
    }
    value_low = MoneyField(label=_("Low"), required=False)
    value_likely = MoneyField(label=_("Likely"), required=False)
    value_high = MoneyField(label=_("High"), required=False)
    value_conversion = forms.CharField(
        label=_("How the outcome turns into it"), max_length=300, required=False,
        help_text=_("“+1 point = …”: so that finance can check it."),
    )  # fmt: skip

    def __init__(self, teams: Sequence[Team], *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        count_in(self, currency)
        self.teams = teams
        for team in teams:
            self.fields[f"weeks_{team.pk}"] = forms.DecimalField(
                label=team.name, required=False, localize=True, min_value=0, max_digits=6, decimal_places=1,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip

    def weeks(self) -> list[BoundField]:
        return [self[f"weeks_{team.pk}"] for team in self.teams]

    def missing(self) -> dict[str, str]:
        return {
            "purpose": gettext("Say what the tranche is for."),
            "gate": gettext("Say what evidence releases it."),
            "amount": gettext("Say how much it is."),
            "planned_on": gettext("Say on which day it is planned."),
        }

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        rows = [Row(None if key.startswith("new") else int(key), Stage(**values)) for key, values in self.kept(typed)]
        weeks = {team: typed.get(f"weeks_{team.pk}") or Decimal() for team in self.teams}
        low, likely, high = (typed.get(f"value_{name}") for name in ("low", "likely", "high"))
        typed["plan"] = Plan(rows, weeks, low, likely, high, typed.get("value_conversion", ""))
        return typed

"""Shape of what people type in when they open or change a forum, end it, or move or cancel one of its reviews."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bets.models import Decision
from lib.money_field import MoneyField, count_in
from lib.seen import seen_of
from org.models import Domain, Person, RoleGrant
from org.rules import ACTS, Powers
from portfolio.actions import Setting
from portfolio.models import Forum
from portfolio.people import people_seen_by
from portfolio.rules_reviews import BECAUSE, KINDS, MINUTES, NAME, QUORUM, RHYTHM

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
DECIDERS = [*sorted(ACTS["decide_bet"]), "admin"]


def _number(label: Any, bounds: tuple[int, int], help_text: Any = "", **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=bounds[0], max_value=bounds[1], help_text=help_text, **more)


def _because(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=BECAUSE, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text,
        error_messages={"required": _("Say why.")},
    )  # fmt: skip


class SettingForm(forms.Form):
    """What a forum is like; with `standing` it is filled with what stands there now."""

    name = forms.CharField(label=_("Name"), max_length=NAME, error_messages={"required": _("Enter a name.")})
    chair = forms.ModelChoiceField(
        label=_("Chair"), queryset=Person.objects.none(), empty_label=_("Choose somebody"),
        help_text=_("Opens and leads its reviews, and records what is decided. That takes the role executive there."),
        error_messages={"required": _("Choose who chairs it.")},
    )  # fmt: skip
    members = forms.ModelMultipleChoiceField(
        label=_("Members"), queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("They vote on each bet before they see how others vote. The chair is a member too."),
    )  # fmt: skip
    quorum = _number(_("Quorum"), QUORUM, _("So many members must be there, the chair among them."), initial=2)
    every_days = _number(
        _("Days from one review to the next"), RHYTHM,
        _("Usual are 14 (two weeks), 42 (six weeks) and 90 (a quarter)."), initial=90,
    )  # fmt: skip
    starts_at = forms.TimeField(
        label=_("Begins at"), initial="10:00", help_text=_("Like 14:30."),
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
    )  # fmt: skip
    minutes = _number(_("Minutes"), MINUTES, _("15 to 600."), initial=90)
    currency = forms.CharField(
        label=_("Currency of its rights"), min_length=3, max_length=3, initial="EUR",
        help_text=_("Three letters, like EUR."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, powers: Powers, *args: Any, standing: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.others = _others(standing)
        if standing is not None:
            kwargs["initial"] = _filled(standing) | {"seen": seen_of(standing)}
        super().__init__(*args, **kwargs)
        if standing is None:
            del self.fields["seen"]
        people = _people(powers, standing)
        self.fields["members"].queryset = people  # type: ignore[attr-defined]
        self.fields["chair"].queryset = people.filter(_decides())  # type: ignore[attr-defined]
        for kind in KINDS:
            word = Decision.Kind(kind).label
            self.fields[f"may_{kind}"] = forms.BooleanField(label=word, required=False, initial=True)
            self.fields[f"most_{kind}"] = MoneyField(label=_("at most"), required=False)
        count_in(self, str(self["currency"].value() or "").strip().upper())

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def setting(self, typed: Mapping[str, Any]) -> Setting:
        """What was typed, as the action takes it. Rights in other currencies stay as they are."""
        currency = typed["currency"]
        rights = {(kind, currency): typed[f"most_{kind}"] for kind in KINDS if typed[f"may_{kind}"]}
        named = {one.pk: one for one in (*typed["members"], typed["chair"])}
        plain = {name: typed[name] for name in ("name", "chair", "every_days", "quorum", "starts_at", "minutes")}
        kept = {key: most for key, most in self.others.items() if key[1] != currency}
        return Setting(members=list(named.values()), rights=kept | rights, **plain)

    @property
    def rights(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each kind of decision whether the forum may, and on how much money."""
        return [(self[f"may_{kind}"], self[f"most_{kind}"]) for kind in KINDS]


class OpenForm(SettingForm):
    """A new forum; what it reviews and where its rhythm begins never change."""

    key = forms.SlugField(
        label=_("Key"), max_length=40, help_text=_("Stands in addresses, and never changes."),
        error_messages={"required": _("Enter a key.")}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    domain = forms.ModelChoiceField(
        label=_("What it reviews"), queryset=Domain.objects.none(), required=False,
        empty_label=_("The whole portfolio"),
        help_text=_("A domain with all that belongs to it, or the whole portfolio. This never changes."),
    )  # fmt: skip
    starts_on = forms.DateField(
        label=_("First review on"), widget=DATE,
        help_text=_("What would fall on a weekend is held on the Monday after it."),
    )  # fmt: skip
    field_order = ["name", "key", "domain"]

    def __init__(self, powers: Powers, *args: Any, **kwargs: Any) -> None:
        super().__init__(powers, *args, **kwargs)
        kept = powers.domains(ACTS["keep_forums"])
        field: Any = self.fields["domain"]
        field.queryset = Domain.objects.all() if kept is None else Domain.objects.filter(pk__in=kept)
        if kept is not None:
            field.required, field.empty_label = True, _("Choose a domain")

    def opened(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        level = Forum.Level.PRODUCT if typed["domain"] else Forum.Level.PORTFOLIO
        plain = {name: typed[name] for name in ("key", "domain", "starts_on")}
        return {**plain, "level": level, "setting": self.setting(typed)}


class EndForm(forms.Form):
    because = _because(_("Why it ends"), _("Its planned reviews are cancelled. What it has decided stays."))


class MoveForm(forms.Form):
    held_on = forms.DateField(label=_("New day"), widget=DATE, error_messages={"required": _("Choose a day.")})
    because = _because(_("Why it is moved"), _("Every member is told."))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class CancelForm(forms.Form):
    because = _because(
        _("Why it is cancelled"), _("Every member is told. What was on its agenda waits for the next review.")
    )


def _people(powers: Powers, standing: Mapping[str, Any] | None) -> QuerySet[Person]:
    """Those who can be members, and those who are: who has left is seen, so that they can be taken out."""
    held = Exists(RoleGrant.objects.filter(person=OuterRef("pk")))
    there = standing["members"] if standing else []
    can = Q(pk__in=people_seen_by(powers).filter(held, is_active=True).order_by().values("pk"))
    return Person.objects.filter(can | Q(pk__in=there)).order_by("name", "pk")


def _decides() -> Q:
    return Q(Exists(RoleGrant.objects.filter(person=OuterRef("pk"), role__in=DECIDERS)))


def _others(standing: Mapping[str, Any] | None) -> dict[tuple[str, str], int | None]:
    """The rights that stand there, by kind and currency."""
    return {(key[:-3], key[-3:]): most for key, most in standing["rights"].items()} if standing else {}


def _filled(standing: Mapping[str, Any]) -> dict[str, Any]:
    """What stands there, as the fields show it: the rights of the first currency."""
    rights = _others(standing)
    currency = min((code for _kind, code in rights), default="EUR")
    shown = {f"may_{kind}": (kind, currency) in rights for kind in KINDS}
    most = {f"most_{kind}": rights.get((kind, currency)) for kind in KINDS}
    return {**standing, "currency": currency, **shown, **most}

"""Shape of what people type in when they log evidence, change it or confirm its strength."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bets import files as storage
from bets.actions import Link
from bets.finding_words import LEVELS, level, snapshot
from bets.models import Bet, Evidence, EvidenceKind, Outcome
from bets.rules_findings import DID, LEARNED, OBSERVED, REMARK, URL

STANCES = [("", _("Neither")), ("supports", _("Supports")), ("opposes", _("Opposes"))]
CARRIED = ("did", "observed", "learned", "strength", "happened_on", "source_url")


@dataclass(frozen=True)
class Thing:
    """Something of the bet that evidence may bear on; `kind` is assumption, outcome or learning."""

    kind: str
    target: Any

    @property
    def field(self) -> str:
        return f"{self.kind}-{self.target.number}"

    @property
    def words(self) -> str:
        return str(self.target.series.metric) if self.kind == "outcome" else str(self.target)

    @property
    def cap(self) -> int | None:
        return self.target.cap if self.kind == "learning" else None


def things_of(bet: Bet, evidence: Evidence | None = None) -> list[Thing]:
    """What evidence on the bet may bear on: what stands, and what this piece of evidence was linked to. 3 queries."""
    held = list(evidence.links.all()) if evidence else []
    linked = {link.outcome.number: link.outcome for link in held if link.outcome}
    assumptions = bet.assumptions.filter(Q(dropped_at=None) | Q(pk__in=[link.assumption_id or 0 for link in held]))
    outcomes = Outcome.objects.current().filter(bet=bet).select_related("series__metric")
    return [
        *(Thing("assumption", one) for one in assumptions),
        *(Thing("outcome", linked.get(one.number, one)) for one in outcomes),
        *(Thing("learning", one) for one in bet.learning_outcomes.all()),
    ]


class KindSelect(forms.Select):
    """Each kind with the most strength that it can have, for whoever reads and for the script beside the form."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["data-cap"] = value.instance.cap
        return option


class KindField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, kind: EvidenceKind) -> str:
        return _now("%(kind)s, up to %(cap)s") % {"kind": kind.name, "cap": level(kind.cap)}


class ReadingField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, reading: Any) -> str:
        return snapshot(reading)


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name, [])


class FilesField(forms.FileField):
    """Any number of files; what they are is for the action to say."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data or [])


def _area(label: Any, most: int, missing: Any, help_text: Any = "", **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": 2, **attrs}),
    )  # fmt: skip


class SeenForm(forms.Form):
    """A form of evidence that knows which revision its reader saw."""

    def meet(self, evidence: Evidence) -> None:
        """From here on it knows the revision that its reader now sees beside it."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen_revision"] = str(evidence.revision)
        self.data = data


class EvidenceForm(SeenForm):
    """A piece of evidence, with a choice for each thing of the bet that it may support or oppose."""

    kind = KindField(
        label=_("Kind of evidence"), queryset=EvidenceKind.objects.none(), to_field_name="key", widget=KindSelect,
        empty_label=_("Choose"), error_messages={"required": _("Choose the kind of evidence.")},
    )  # fmt: skip
    did = _area(_("What was done"), DID, _("Say what was done."))
    observed = _area(_("What was observed"), OBSERVED, _("Say what was observed."))
    learned = _area(
        _("What was learned"), LEARNED, _("Say what was learned."), _("In one sentence: it is the headline.")
    )
    strength = forms.TypedChoiceField(
        label=_("Strength"), coerce=int, widget=forms.RadioSelect, choices=LEVELS,
        error_messages={"required": _("Choose how strong it is.")},
    )  # fmt: skip
    happened_on = forms.DateField(
        label=_("When"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Say when it was.")},
    )  # fmt: skip
    source_url = forms.URLField(
        label=_("Link to its source"), required=False, max_length=URL, assume_scheme="https"
    )  # fmt: skip
    reading = ReadingField(
        label=_("Snapshot of the signals"), required=False, queryset=EvidenceKind.objects.none(),
        empty_label=_("None"), help_text=_("Attaches what an outcome reads now, with the exact data it used."),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"), required=False, widget=SeveralFiles(attrs={"accept": storage.ACCEPTED, "multiple": True})
    )
    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, things: Sequence[Thing], kinds: Any, readings: Any, skipped: Sequence[str] = (),
        asked: str = "", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        things = sorted(things, key=lambda thing: thing.field != asked)  # first what its reader came for, undecided
        self.things, self.skipped, self.asked = things, skipped, asked
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["reading"].queryset = readings  # type: ignore[attr-defined]
        self.fields["files"].help_text = _now("PDF, pictures, CSV, text, Excel, Word or PowerPoint; up to 10 files.")
        for thing in things:
            self.fields[thing.field] = forms.ChoiceField(
                label=thing.words, required=False, choices=STANCES, widget=forms.RadioSelect
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for name in self.skipped:
            self.add_error("files", storage.too_large(name))
        stances = [(thing, typed.pop(thing.field, "")) for thing in self.things]
        typed["links"] = [Link(thing.target, stance == "supports") for thing, stance in stances if stance]
        if not typed["links"]:
            self.add_error(None, _now("Say what it supports or opposes: at least one assumption or outcome."))
        return typed

    @property
    def offered(self) -> dict[str, Any]:
        """What another form is made with so that it offers the same."""
        return {"kinds": self.fields["kind"].queryset, "readings": self.fields["reading"].queryset}  # type: ignore[attr-defined]

    @property
    def kinds(self) -> list[EvidenceKind]:
        """The standard, the strongest first."""
        return sorted(self.fields["kind"].queryset, key=lambda one: -one.cap)  # type: ignore[attr-defined]

    @property
    def about(self) -> list[tuple[Thing, forms.BoundField]]:
        """Each thing of the bet with its choice."""
        return [(thing, self[thing.field]) for thing in self.things]

    @property
    def lost_files(self) -> bool:
        """Were files chosen that a browser will not send again by itself?"""
        return bool(self.errors) and bool(self.skipped or self.files)


class ConfirmForm(SeenForm):
    """The strength of evidence, as product operations confirm it."""

    strength = forms.TypedChoiceField(label=_("Strength"), coerce=int, widget=forms.RadioSelect)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=REMARK, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why it is lower than it was logged; it is kept for ever."),
    )  # fmt: skip
    seen_revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, evidence: Evidence, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["strength"].choices = LEVELS[: evidence.strength + 1]  # type: ignore[attr-defined]


class LogFilter(forms.Form):
    """What the list of evidence is narrowed to. What means nothing is left out."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    strength = forms.ChoiceField(label=_("Strength at least"), required=False, choices=[("", _("Any")), *LEVELS[1:]])
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[
            ("", _("Any")), ("confirmed", _("Confirmed")), ("unconfirmed", _("Not confirmed")),
            ("superseded", _("Superseded")),
        ],
    )  # fmt: skip
    about = forms.ChoiceField(label=_("Bears on"), required=False)

    def __init__(self, *args: Any, things: Sequence[Thing], kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_one = ("", _("Any"))
        self.fields["kind"].choices = [any_one, *((one.key, one.name) for one in kinds)]  # type: ignore[attr-defined]
        about = [(thing.field, thing.words) for thing in things]
        self.fields["about"].choices = [any_one, *about]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, str]:
        """What was understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

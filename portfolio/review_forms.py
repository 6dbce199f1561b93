"""Shape of what people type in before and during a review."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bets.actions import Aside
from bets.models import Bet, Decision, Outcome
from lib.refusals import Refused
from org.models import Person
from portfolio.decide_forms import DecideForm, KeyedRadios
from portfolio.models import AgendaItem, Draft, Vote


class VoteForm(forms.Form):
    """What one would decide, and how likely one thinks each outcome."""

    kind = forms.ChoiceField(
        label=_("What would you decide?"), widget=KeyedRadios, choices=Decision.Kind.choices,
        error_messages={"required": _("Choose what you would decide.")},
    )  # fmt: skip
    because = forms.CharField(
        label=_("Why, in a few words"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown with your name once the item is open."),
    )  # fmt: skip

    def __init__(self, outcomes: Sequence[Outcome], mine: Vote | None, data: QueryDict | None) -> None:
        initial: dict[str, Any] = {"kind": mine.kind, "because": mine.because} if mine else {}
        known = dict(mine.chances.values_list("outcome", "probability")) if mine else {}
        initial |= {f"chance_{one.number}": round(100 * known[one.pk]) for one in outcomes if one.pk in known}
        # Its fields stand beside those of the decision, which have names of their own.
        super().__init__(data, initial=initial, auto_id="vote_%s")
        for one in outcomes:
            self.fields[f"chance_{one.number}"] = forms.IntegerField(
                label=_("%(metric)s reaches its target, in percent") % {"metric": one.series.metric}, min_value=0,
                max_value=100, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={"required": _("Say how likely you think it, from 0 to 100.")},
            )  # fmt: skip

    @property
    def chances(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("chance_")]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        given = {name: typed.pop(name) for name in list(typed) if name.startswith("chance_")}
        typed["chances"] = {
            int(name.removeprefix("chance_")): percent / 100 for name, percent in given.items() if percent is not None
        }
        return typed


class OpenForm(forms.Form):
    """Who is there."""

    there = forms.ModelMultipleChoiceField(
        queryset=Person.objects.none(), label=_("Who is there"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, members: Iterable[Person], data: QueryDict | None) -> None:
        keys = [one.pk for one in members]
        super().__init__(data, initial={"there": keys})
        people = Person.objects.filter(pk__in=keys).order_by("name", "pk")
        self.fields["there"].queryset = people  # type: ignore[attr-defined]


class PutForm(forms.Form):
    """A bet for the agenda, by its key."""

    bet = forms.ModelChoiceField(
        queryset=Bet.objects.none(), label=_("Put another bet on the agenda"), to_field_name="key",
        help_text=_("Its key, as on its page."),
        widget=forms.TextInput(attrs={"list": "others", "autocomplete": "off"}),
        error_messages={"invalid_choice": _("There is no such bet to put there."), "required": _("Name a bet.")},
    )  # fmt: skip

    def __init__(self, others: Sequence[Bet], data: QueryDict | None = None) -> None:
        super().__init__(data)
        found = Bet.objects.filter(pk__in=[one.pk for one in others])
        self.fields["bet"].queryset = found  # type: ignore[attr-defined]


class ItemDecideForm(DecideForm):
    """The decision of a review: with what was learnt, who looks again, and who dissents."""

    learned = forms.CharField(
        label=_("What the bet has taught"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Asked for when it ceases: what you know now that you did not know before."),
    )  # fmt: skip
    second_reader = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, label=_("Who looks at it again"),
        help_text=_("Asked for when you decide against what the evidence recommends: neither you nor the lead."),
    )  # fmt: skip
    rescore_on = forms.DateField(
        label=_("And when"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, item: AgendaItem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Person.objects.filter(pk__in=item.review.forum.members.filter(left_at=None).values("person")).exclude(
            pk=item.review.forum.chair_id
        )
        self.fields["second_reader"].queryset = members.exclude(  # type: ignore[attr-defined]
            pk=item.bet.lead_id
        ).order_by("name", "pk")
        present = item.review.attended.exclude(person=item.review.forum.chair_id).select_related("person")
        self.people: Mapping[str, Person] = {f"dissent_{one.person_id}": one.person for one in present}
        for name, person in self.people.items():
            self.fields[name] = forms.CharField(
                label=_("%(name)s would decide otherwise, because") % {"name": person}, required=False, max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    draft: Draft | None = None

    def go_on_with(self, draft: Draft | None) -> None:
        """What somebody has left half written stands in the form again."""
        self.draft = draft
        kept = draft.typed if draft else {}
        self.initial.update({name: text for name, text in kept.items() if name in self.fields})

    @property
    def dissents(self) -> list[Any]:
        return [self[name] for name in self.people]

    @property
    def has_dissent(self) -> bool:
        """Is some of it in the form already?"""
        return self.is_bound or any(self.initial.get(name) for name in self.people)

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        said = {person: typed.pop(name, "") for name, person in self.people.items()}
        typed["aside"] = Aside(
            typed.pop("learned", ""), typed.pop("second_reader", None), typed.pop("rescore_on", None),
            {person: words for person, words in said.items() if words},
        )  # fmt: skip
        return typed


def order_from(typed: QueryDict) -> dict[int, int]:
    """The items of an agenda, by id with their minutes, in the order that was typed: each has a place and minutes."""
    places: dict[int, tuple[int, int]] = {}
    for name in typed:
        key = name.removeprefix("place-")
        if name.startswith("place-") and key.isascii() and key.isdigit() and len(key) < 19:
            places[int(key)] = (_whole(typed.get(name)), _whole(typed.get(f"minutes-{key}")))
    ordered = sorted(places, key=lambda key: places[key][0])
    return {key: places[key][1] for key in ordered}


def _whole(typed: str | None) -> int:
    words = (typed or "").strip()
    if not words.isascii() or not words.isdigit() or len(words) > 4:
        raise Refused("Places and minutes are whole numbers.")
    return int(words)

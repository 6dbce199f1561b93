"""What lists of the portfolio share that are narrowed by their URL: what is not understood is set aside and said."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

SHOWN = 80  # characters of what meant nothing that a sentence repeats


def many(label: Any, choices: Any, method: str) -> django_filters.MultipleChoiceFilter:
    """A filter of which several values mean any of them."""
    return django_filters.MultipleChoiceFilter(
        label=label, choices=choices, method=method, widget=forms.CheckboxSelectMultiple
    )


def one_day(label: Any, method: str) -> django_filters.DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return django_filters.DateFilter(label=label, method=method, input_formats=["%Y-%m-%d"], widget=widget)


class Sifting(django_filters.FilterSet):  # type: ignore[misc] # the library has no types
    """`qs` is what is left; `kept` is what was understood, {name: values} in one order for ever; `ignored` is the rest,
    as “name=value”; `complaints` says of each of the ignored what is wrong. Made without data: `sift` reads them, once
    the choices of its filters are known."""

    meaningless: Any = gettext_lazy("“%(asked)s” is not something this list can be filtered by.")
    blank: ClassVar[Mapping[str, str]] = {}  # of a filter, the value that asks for nothing

    def sift(self, data: QueryDict | None, besides: Iterable[str]) -> None:
        """`besides` are names of parameters that mean something else to the caller."""
        self.kept, self.ignored = self._sifted(data or QueryDict(), set(besides))
        self.data = QueryDict(mutable=True)
        for name, values in self.kept.items():
            self.data.setlist(name, values)

    @property
    def complaints(self) -> list[str]:
        """One sentence for each value, or name, that means nothing here."""
        return [self.meaningless % {"asked": shortened(pair)} for pair in self.ignored]

    def value(self, name: str) -> str:
        """The one value kept of a filter, or nothing."""
        return self.kept.get(name, [""])[0]

    def qs_without(self, name: str) -> Any:
        """What would be left if the filter `name` had not been asked for."""
        found = self.queryset if self.is_valid() else self.queryset.none()
        for other, value in self.form.cleaned_data.items():
            if other != name:
                found = self.filters[other].filter(found, value)
        return found

    def _sifted(self, data: QueryDict, besides: set[str]) -> tuple[dict[str, list[str]], list[str]]:
        known = {*self.filters, *besides}
        ignored = [f"{name}={value}" for name in data if name not in known for value in data.getlist(name)]
        kept: dict[str, list[str]] = {}
        for name, one in self.filters.items():
            given = [value.strip() for value in data.getlist(name) if value.strip()]
            sound = [value for value in dict.fromkeys(given) if _is_sound(one, value)]
            ignored += [f"{name}={value}" for value in given if value not in sound]
            values = sorted(sound) if isinstance(one, django_filters.MultipleChoiceFilter) else sound[-1:]
            if values and values != [self.blank.get(name)]:
                kept[name] = values
        return kept, list(dict.fromkeys(ignored))


def _is_sound(one: django_filters.Filter, value: str) -> bool:
    try:
        one.field.clean([value] if isinstance(one, django_filters.MultipleChoiceFilter) else value)
    except forms.ValidationError:
        return False
    return True


def shortened(pair: str) -> str:
    """What meant nothing, short enough for a sentence: anybody can write such a URL."""
    shown = pair if len(pair) <= SHOWN else pair[: SHOWN - 1] + "…"
    return shown.replace("\x00", "�")

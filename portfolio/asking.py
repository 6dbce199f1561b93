"""What a person asks of a list, read from the URL: filters, sort and page; and the one short URL that asks again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters import MultipleChoiceFilter

from portfolio.sifting import Sifting

PAGE = "page"


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the URL without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Tab:
    """One of the ways to see a list, with how many there are and where it leads."""

    key: str
    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Header:
    """The head of a column: where its link leads, and how the list is sorted by it now (a value of aria-sort)."""

    key: str
    label: str
    url: str
    sorted: str


@dataclass(frozen=True)
class Fold:
    """The choices of one filter: value, words, whether it is chosen."""

    name: str
    label: str
    choices: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Asking:
    """`ignored` is what meant nothing, as “name=value”; `settings` are complete, `filters` only what was asked.

    A list says of each of its SETTINGS the values that it knows, of which the first is what an empty URL means; its
    SORTS, which are LARGEST_FIRST, and the filter that its TAB chooses."""

    filters: Sifting
    settings: Mapping[str, str]
    page: str
    ignored: list[str]

    SETTINGS: ClassVar[Mapping[str, Collection[str]]] = {}
    SORTS: ClassVar[Mapping[str, object]] = {}
    LARGEST_FIRST: ClassVar[Collection[str]] = ()
    TAB: ClassVar[str] = ""

    @property
    def query(self) -> str:
        """The canonical query string: defaults left out, one order for ever, without the page."""
        return self._encoded({})

    def url(self, **changes: str | list[str]) -> str:
        """The relative URL of the same list with some parameters changed; an empty value takes one away."""
        return f"?{self._encoded(changes)}"

    @property
    def path(self) -> str:
        """What follows the address of the page: the canonical query with the page, or nothing."""
        query = self._encoded({PAGE: self.page})
        return query and f"?{query}"

    @cached_property
    def chips(self) -> list[Chip]:
        """Each active filter but the tab, one by one."""
        return [
            Chip(self.filters.filters[name].label, self._words(name, value), self._without(name, value))
            for name, values in self.filters.kept.items() if name != self.TAB for value in values
        ]  # fmt: skip

    @property
    def cleared(self) -> str:
        """The URL with no filter, in the same view and tab."""
        return self.url(**{name: "" for name in self.filters.kept if name != self.TAB})

    @property
    def tab(self) -> str:
        """What the tabs have chosen, or nothing."""
        return self.filters.value(self.TAB)

    @cached_property
    def headers(self) -> dict[str, Header]:
        """By key of SORTS: a second click turns the order round."""
        return {key: self._header(key) for key in self.SORTS}

    def _header(self, key: str) -> Header:
        now, first = self.settings["sort"], self._first(key)
        then = ("-" + key if first == key else key) if now == first else first
        order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
        return Header(key, str(self.SORTS[key]), self.url(sort=then), order)

    def _first(self, key: str) -> str:
        """How a column is sorted at the first click."""
        return f"-{key}" if key in self.LARGEST_FIRST else key

    @cached_property
    def folds(self) -> list[Fold]:
        """The filters that offer choices, for the panel; those with nothing to choose are left out."""
        named = {name: one for name, one in self.filters.filters.items() if isinstance(one, MultipleChoiceFilter)}
        folds = [
            Fold(
                name,
                str(one.label),
                [(value, str(words), value in self.filters.kept.get(name, ())) for value, words in one.field.choices],
            )
            for name, one in named.items()
        ]
        return [fold for fold in folds if len(fold.choices) > 1]

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """By what the list can be sorted, to choose from: value, words, whether it is chosen."""
        sorts = {self._first(key): words for key, words in self.SORTS.items()}
        now = self.settings["sort"]
        if now not in sorts:
            sorts[now] = _("%(sort)s, the other way round") % {"sort": self.SORTS[now.removeprefix("-")]}
        return [(key, str(words), key == now) for key, words in sorts.items()]

    def _without(self, name: str, value: str) -> str:
        return self.url(**{name: [other for other in self.filters.kept[name] if other != value]})

    def _words(self, name: str, value: str) -> str:
        choices = dict(getattr(self.filters.filters[name].field, "choices", ()))
        return str(choices.get(value, value))

    def _encoded(self, changes: Mapping[str, str | list[str]]) -> str:
        given: dict[str, str | list[str]] = {**self.filters.kept, **self.settings, **changes}
        pairs = [(name, given[name]) for name in (*self.filters.filters, *self.SETTINGS, PAGE) if name in given]
        return urlencode([(name, one) for name, one in pairs if one and not self.is_default(name, one)], doseq=True)

    def is_default(self, name: str, value: str | list[str]) -> bool:
        """Is this what an empty URL means?"""
        blank = {**self.filters.blank, PAGE: "1"}
        return value == blank.get(name) or value == next(iter(self.SETTINGS.get(name, ())), None)


def settings_of(data: QueryDict, known: Mapping[str, Collection[str]]) -> tuple[dict[str, str], list[str]]:
    """The settings that a URL asks for, complete; and what of them meant nothing."""
    settings, ignored = {}, []
    for name, values in known.items():
        given = data.get(name, "")
        settings[name] = given if given in values else next(iter(values))
        if given and given not in values:
            ignored.append(f"{name}={given}")
    return settings, ignored

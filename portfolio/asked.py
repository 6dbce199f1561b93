"""What a person asks of the list of bets, read from the URL; and the one short URL that asks for it again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import MultipleChoiceFilter

from bets.models import BetQuerySet
from org.models import Person, Run
from portfolio.filters import BetFilter

SORTS = {
    "key": gettext_lazy("Key"),
    "name": gettext_lazy("Name"),
    "verdict": gettext_lazy("Verdict"),
    "health": gettext_lazy("Health of signals"),
    "planned": gettext_lazy("Planned"),
    "at_stake": gettext_lazy("At stake"),
    "decide_by": gettext_lazy("Decide by"),
    "lead": gettext_lazy("Product lead"),
    "flagged": gettext_lazy("Flagged since"),
}
GROUPS = {
    "horizon": gettext_lazy("Horizon"),
    "goal": gettext_lazy("Goal"),
    "domain": gettext_lazy("Domain"),
    "none": gettext_lazy("No groups"),
}
VIEWS = {"table": gettext_lazy("Table"), "board": gettext_lazy("Board")}
COLUMNS = {"verdict": gettext_lazy("Verdict"), "stage": gettext_lazy("Stage")}
# Of each setting, the values that it knows; the first is what an empty URL means.
SETTINGS: Mapping[str, Collection[str]] = {
    "group": GROUPS,
    "sort": [*SORTS, *(f"-{key}" for key in SORTS)],
    "view": VIEWS,
    "columns": COLUMNS,
}
PAGE = "page"
BESIDES = [*SETTINGS, PAGE, "tour"]  # parameters of the page that are no filters
LARGEST_FIRST = {"planned", "at_stake"}


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the URL without it."""

    label: str
    value: str
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
class Asked:
    """`ignored` is what meant nothing, as “name=value”; `settings` are complete, `filters` only what was asked."""

    filters: BetFilter
    settings: Mapping[str, str]
    page: str
    ignored: list[str]

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
            for name, values in self.filters.kept.items() if name != "show" for value in values
        ]  # fmt: skip

    @property
    def cleared(self) -> str:
        """The URL with no filter, in the same view and tab."""
        return self.url(**{name: "" for name in self.filters.kept if name != "show"})

    @cached_property
    def headers(self) -> dict[str, Header]:
        """By key of SORTS: a second click turns the order round."""
        return {key: self._header(key) for key in SORTS}

    def _header(self, key: str) -> Header:
        now, first = self.settings["sort"], f"-{key}" if key in LARGEST_FIRST else key
        then = ("-" + key if first == key else key) if now == first else first
        order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
        return Header(key, str(SORTS[key]), self.url(sort=then), order)

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
    def choices(self) -> dict[str, list[tuple[str, str, bool]]]:
        """Group and sort as lists to choose from: value, words, whether it is chosen."""
        sorts: dict[str, object] = {("-" if key in LARGEST_FIRST else "") + key: words for key, words in SORTS.items()}
        now = self.settings["sort"]
        if now not in sorts:
            sorts[now] = _("%(sort)s, the other way round") % {"sort": SORTS[now.removeprefix("-")]}
        both: dict[str, Mapping[str, object]] = {"group": GROUPS, "sort": sorts}
        return {
            name: [(key, str(words), key == self.settings[name]) for key, words in known.items()]
            for name, known in both.items()
        }

    @property
    def views(self) -> list[tuple[str, str, str, bool]]:
        """The ways to show the list: key, words, URL, whether it is this one."""
        return self._links("view", VIEWS)

    @property
    def lanes(self) -> list[tuple[str, str, str, bool]]:
        """What the board may have columns for, in the same shape."""
        return self._links("columns", COLUMNS)

    def _links(self, name: str, known: Mapping[str, object]) -> list[tuple[str, str, str, bool]]:
        return [(key, str(words), self.url(**{name: key}), key == self.settings[name]) for key, words in known.items()]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of filters carries along unseen: name and value."""
        kept = [("show", self.filters.value("show"))] if self.filters.value("show") else []
        unseen = ["view", "columns"] if self.settings["view"] == "table" else ["view", "columns", "group"]
        return kept + [(name, self.settings[name]) for name in unseen if not _is_default(name, self.settings[name])]

    def _without(self, name: str, value: str) -> str:
        return self.url(**{name: [other for other in self.filters.kept[name] if other != value]})

    def _words(self, name: str, value: str) -> str:
        choices = dict(getattr(self.filters.filters[name].field, "choices", ()))
        return str(choices.get(value, value))

    def _encoded(self, changes: Mapping[str, str | list[str]]) -> str:
        given: dict[str, str | list[str]] = {**self.filters.kept, **self.settings, **changes}
        pairs = [(name, given[name]) for name in (*self.filters.filters, *SETTINGS, PAGE) if name in given]
        return urlencode([(name, value) for name, value in pairs if value and not _is_default(name, value)], doseq=True)


def _is_default(name: str, value: str | list[str]) -> bool:
    return value == {"show": "all", PAGE: "1"}.get(name) or value == next(iter(SETTINGS.get(name, ())), None)


def ask(bets: BetQuerySet, data: QueryDict, person: Person, night: Run | None) -> Asked:
    """Reads the URL. Nothing in it is an error: what means nothing is set aside in `ignored`."""
    filters = BetFilter(data, bets, person=person, night=night, besides=BESIDES)
    settings, ignored = {}, list(filters.ignored)
    for name, known in SETTINGS.items():
        given = data.get(name, "")
        settings[name] = given if given in known else next(iter(known))
        if given and given not in known:
            ignored.append(f"{name}={given}")
    return Asked(filters, settings, data.get(PAGE, ""), ignored)


def ignored_words(asked: Asked) -> list[str]:
    """One sentence for each thing that meant nothing."""
    return [_ignored(pair) for pair in asked.ignored]


def _ignored(pair: str) -> str:
    name, shown = pair.partition("=")[0], pair if len(pair) <= 80 else pair[:79] + "…"
    words = {
        "sort": _("“%(asked)s” is not something bets can be sorted by; it was ignored."),
        "group": _("“%(asked)s” is not something bets can be grouped by; it was ignored."),
        "view": _("“%(asked)s” is not a way to show bets; it was ignored."),
        "columns": _("“%(asked)s” is not something the board has columns for; it was ignored."),
    }.get(name, _("“%(asked)s” is not something bets can be filtered by; it was ignored."))
    return words % {"asked": shown.replace("\x00", "�")}

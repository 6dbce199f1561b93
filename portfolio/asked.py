"""What a person asks of the list of bets, read from the URL; and the one short URL that asks for it again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import BetQuerySet
from org.models import Person, Run
from portfolio.asking import PAGE, Asking, settings_of
from portfolio.filters import BetFilter
from portfolio.sifting import shortened

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
BESIDES = [*SETTINGS, PAGE, "tour"]  # parameters of the page that are no filters


@dataclass(frozen=True)
class Asked(Asking):
    """What is asked of the list of bets."""

    filters: BetFilter

    SETTINGS = SETTINGS
    SORTS = SORTS
    LARGEST_FIRST = ("planned", "at_stake")
    TAB = "show"

    @property
    def choices(self) -> dict[str, list[tuple[str, str, bool]]]:
        """Group and sort as lists to choose from: value, words, whether it is chosen."""
        groups = [(key, str(words), key == self.settings["group"]) for key, words in GROUPS.items()]
        return {"group": groups, "sort": self.sorts}

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
        kept = [("show", self.tab)] if self.tab else []
        unseen = ["view", "columns"] if self.settings["view"] == "table" else ["view", "columns", "group"]
        return kept + [(name, self.settings[name]) for name in unseen if not self.is_default(name, self.settings[name])]


def ask(bets: BetQuerySet, data: QueryDict, person: Person, night: Run | None) -> Asked:
    """Reads the URL. Nothing in it is an error: what means nothing is set aside in `ignored`."""
    filters = BetFilter(data, bets, person=person, night=night, besides=BESIDES)
    settings, ignored = settings_of(data, SETTINGS)
    return Asked(filters, settings, data.get(PAGE, ""), [*filters.ignored, *ignored])


def ignored_words(asked: Asked) -> list[str]:
    """One sentence for each thing that meant nothing."""
    return [_ignored(pair) for pair in asked.ignored]


def _ignored(pair: str) -> str:
    name = pair.partition("=")[0]
    words = {
        "sort": _("“%(asked)s” is not something bets can be sorted by; it was ignored."),
        "group": _("“%(asked)s” is not something bets can be grouped by; it was ignored."),
        "view": _("“%(asked)s” is not a way to show bets; it was ignored."),
        "columns": _("“%(asked)s” is not something the board has columns for; it was ignored."),
    }.get(name, _("“%(asked)s” is not something bets can be filtered by; it was ignored."))
    return words % {"asked": shortened(pair)}

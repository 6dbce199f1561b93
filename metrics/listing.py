"""One page of the list of sources: those of the chosen state, with counts of every state, and what a row shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext

from metrics.filters import SourceFilter
from metrics.health import STATES, Health, Strip, keepers_of, strips_of

SOURCES = 50  # shown on a page at once


@dataclass(frozen=True)
class Tab:
    """A state with the number of sources in it; the first tab has a blank key and them all."""

    key: str
    word: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Row:
    health: Health
    strip: Strip | None
    keepers: str


@dataclass(frozen=True)
class Listing:
    tabs: list[Tab]
    page: Page[Health]
    rows: list[Row]


def listing_of(healths: Sequence[Health], narrow: SourceFilter, number: str | None) -> Listing:
    """Those of `healths` that the filter leaves, in their order. Four queries."""
    wanted = set(narrow.qs.order_by().values_list("pk", flat=True))
    found = [health for health in healths if health.source.pk in wanted]
    chosen = [health for health in found if narrow.chosen_state in ("", health.state)]
    page = Paginator(chosen, SOURCES).get_page(number)
    return Listing(_tabs(found, narrow.chosen_state), page, _rows(page))


def _tabs(found: Sequence[Health], state: str) -> list[Tab]:
    counts = Counter(health.state for health in found)
    tabs = [Tab("", gettext("All sources"), len(found), not state)]
    return tabs + [
        Tab(key, str(word), counts[key], key == state)
        for key, word in STATES.items()
        if counts[key] or key == state
    ]  # fmt: skip


def _rows(page: Page[Health]) -> list[Row]:
    sources = [health.source for health in page]
    strips, keepers = strips_of(sources), keepers_of(sources)
    return [Row(health, strips.get(health.source.pk), keepers[health.source.domain_id]) for health in page]

"""Health of sources at a glance: does each one work, is what it brings fresh, and how did its last pulls end?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext

from metrics.models import Pull, Series, Source
from metrics.rules import FRESH, LATE, WAITING, expected_period, freshness
from org.models import Domain, Role, RoleGrant
from org.rules import reach

STRIP = 14  # pulls that the small picture shows
STATES = {
    "attention": gettext_lazy("Needs attention"),
    "late": gettext_lazy("Late"),
    "waiting": gettext_lazy("Waiting for signals"),
    "ok": gettext_lazy("Working"),
}


@dataclass(frozen=True)
class Fresh:
    """The series of one source: how many are fresh, late, waiting for a first signal; the latest period with a signal,
    and the one expected of the series that should be furthest."""

    counts: Mapping[str, int]
    latest: date | None
    expected: date | None

    @property
    def fresh(self) -> int:
        return self.counts.get(FRESH, 0)

    @property
    def late(self) -> int:
        return self.counts.get(LATE, 0)

    @property
    def waiting(self) -> int:
        return self.counts.get(WAITING, 0)

    @property
    def all(self) -> int:
        return sum(self.counts.values())


NOTHING = Fresh({}, None, None)


@dataclass(frozen=True)
class Health:
    """One source as a list shows it; it comes with its domain and `open_rows`."""

    source: Source
    fresh: Fresh

    @property
    def state(self) -> str:
        """A key of STATES: what a person would want to know first."""
        if self.source.state == Source.State.ATTENTION:
            return "attention"
        if self.fresh.late:
            return "late"
        return "ok" if self.fresh.fresh else "waiting"

    @property
    def word(self) -> str:
        return str(STATES[self.state])


def health_of(sources: Iterable[Source], *, today: date) -> list[Health]:
    """Worst first, then by name. One query, two index look-ups a series."""
    listed = list(sources)
    fresh = freshness_of(listed, today=today)
    found = [Health(source, fresh.get(source.pk, NOTHING)) for source in listed]
    return sorted(found, key=lambda health: (list(STATES).index(health.state), health.source.name.casefold()))


def freshness_of(sources: Sequence[Source], *, today: date) -> dict[int, Fresh]:
    """By id of source; sources without series are left out. One query."""
    rows: Any = Series.objects.filter(source__in=sources).with_last_period().order_by()
    grouped: dict[int, list[tuple[str, int, date | None]]] = defaultdict(list)
    for source, *series in rows.values_list("source_id", "grain", "metric__settle_days", "last_period"):
        grouped[source].append(tuple(series))
    return {source: _fresh(series, today) for source, series in grouped.items()}


def _fresh(series: Sequence[tuple[str, int, date | None]], today: date) -> Fresh:
    counts = Counter(freshness(last, grain, settle_days, today) for grain, settle_days, last in series)
    latest = max((last for _, _, last in series if last), default=None)
    return Fresh(counts, latest, max(expected_period(grain, settle_days, today) for grain, settle_days, _ in series))


@dataclass(frozen=True)
class Glance:
    """The figures above a list of sources."""

    states: Mapping[str, int]
    series: int
    fresh: int
    late: int
    open_rows: int
    with_open_rows: int
    last_pull_at: datetime | None

    @property
    def all(self) -> int:
        return sum(self.states.values())

    @property
    def parts(self) -> list[tuple[str, str, int, str, str]]:
        """(key, word, sources, start, width); the last two are percentages for SVG, never localised."""
        parts, before = [], 0
        for key, word in STATES.items():
            count = self.states[key]
            start, width = (f"{100 * share / max(self.all, 1):.2f}%" for share in (before, count))
            parts.append((key, str(word), count, start, width))
            before += count
        return parts


def glance_of(healths: Sequence[Health]) -> Glance:
    """Adds up a list of sources. No query."""
    rows = [health.source.open_rows for health in healths]  # type: ignore[attr-defined]
    return Glance(
        states=Counter(health.state for health in healths),
        series=sum(health.fresh.all for health in healths),
        fresh=sum(health.fresh.fresh for health in healths),
        late=sum(health.fresh.late for health in healths),
        open_rows=sum(rows),
        with_open_rows=sum(1 for count in rows if count),
        last_pull_at=max((h.source.last_pull_at for h in healths if h.source.last_pull_at), default=None),
    )


@dataclass(frozen=True)
class Mark:
    """One pull in the small picture; `kind` is good, aside or failed; `x` is its left edge in pixels."""

    kind: str
    x: int


@dataclass(frozen=True)
class Strip:
    """The last pulls of one source, oldest first, the newest at the right edge."""

    marks: list[Mark]
    words: str
    last: Pull


def strips_of(sources: Sequence[Source]) -> dict[int, Strip]:
    """By id of source; those never pulled are left out. One query."""
    pulls: dict[int, list[Pull]] = defaultdict(list)
    for pull in Pull.objects.latest_of(sources, STRIP):
        pulls[pull.source_id].append(pull)
    return {source: _strip(found) for source, found in pulls.items()}


def _strip(newest_first: Sequence[Pull]) -> Strip:
    kinds = [_kind(pull) for pull in newest_first]
    marks = [Mark(kind, 8 * (STRIP - 1 - nth)) for nth, kind in enumerate(kinds)]
    return Strip(marks[::-1], _words(Counter(kinds)), newest_first[0])


def _kind(pull: Pull) -> str:
    if pull.state == Pull.State.FAILED:
        return "failed"
    return "aside" if pull.rows_set_aside else "good"


def _words(counts: Mapping[str, int]) -> str:
    numbers = {"count": sum(counts.values()), **{key: counts.get(key, 0) for key in ("good", "aside", "failed")}}
    return ngettext(
        "The last pull: %(good)s good, %(aside)s with rows set aside, %(failed)s failed.",
        "The last %(count)s pulls: %(good)s good, %(aside)s with rows set aside, %(failed)s failed.",
        numbers["count"],
    ) % numbers  # fmt: skip


def keepers_of(sources: Iterable[Source]) -> dict[int, str]:
    """Names of those in product operations who reach the domain of a source, by id of domain. Two queries."""
    wanted = {source.domain_id for source in sources}
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in Domain.objects.exclude(parent=None).values_list("id", "parent_id"):
        children[parent].append(child)
    names: dict[int, list[str]] = {domain: [] for domain in wanted}
    grants = RoleGrant.objects.filter(role=Role.PRODUCT_OPERATIONS, person__is_active=True).select_related("person")
    for grant in grants.order_by("person__name", "person_id"):
        for domain in wanted if grant.domain_id is None else wanted & reach(grant.domain_id, children):
            names[domain] += [str(grant.person)] if str(grant.person) not in names[domain] else []
    return {domain: _some(found) for domain, found in names.items()}


def _some(names: Sequence[str]) -> str:
    """All of a few names; of many the first two and how many more."""
    if len(names) <= 3:
        return ", ".join(names)
    more = {"names": ", ".join(names[:2]), "more": len(names) - 2}
    return gettext("%(names)s and %(more)s more") % more

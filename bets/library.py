"""The metric library as it is picked from: series that a person may use, and delivery measures, which no bet has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, QuerySet, When

from bets.models import Bet
from metrics.models import Metric, Series, Signal, Source
from metrics.rules import freshness
from org.rules import Powers

SHOWN = 12  # series on a page
DELIVERY_SHOWN = 5


@dataclass(frozen=True)
class Choice:
    """A series that may be picked: how fresh it is, how many periods are known, and whether the bet has it already."""

    series: Series
    last: date | None
    fresh: str
    periods: int
    is_used: bool


@dataclass(frozen=True)
class Library:
    """What was asked for, and what was found."""

    words: str
    metric_class: str
    area: str
    page: Page[Series]
    choices: list[Choice]
    delivery: list[Metric]

    @property
    def classes(self) -> list[tuple[str, str]]:
        return [(str(key), str(name)) for key, name in Metric.Class.choices if key != Metric.Class.DELIVERY]

    @property
    def areas(self) -> list[tuple[str, str]]:
        return [(str(key), str(name)) for key, name in Metric.Area.choices if key]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.metric_class or self.area)


def usable_series(powers: Powers) -> QuerySet[Series]:
    """Series from the sources that these powers may use, with metric and source."""
    return Series.objects.filter(source__in=Source.objects.visible_to(powers)).select_related("metric", "source")


def library_of(asked: Mapping[str, str], powers: Powers, bet: Bet, *, today: date) -> Library:
    """What a search finds, the series of the domain of the bet first. Five queries."""
    words, kind, area = (asked.get(name, "").strip()[:200] for name in ("q", "class", "area"))
    found = usable_series(powers).exclude(metric__metric_class=Metric.Class.DELIVERY)
    found = found.select_related("metric__owner", "source").with_last_period()  # type: ignore[attr-defined]
    if kind in Metric.Class.values:
        found = found.filter(metric__metric_class=kind)
    if area in Metric.Area.values and area:
        found = found.filter(metric__area=area)
    for word in words.split():
        found = found.filter(_has(word, "metric__") | Q(key__icontains=word) | Q(source__name__icontains=word))
    near = Case(When(source__domain=bet.domain_id, then=0), default=1)
    page = Paginator(found.order_by(near, "metric__name", "key", "pk"), SHOWN).get_page(asked.get("page"))
    used = set(bet.outcomes.values_list("series", flat=True))
    return Library(words, kind, area, page, _choices(page, used, today), _delivery(words))


def _has(word: str, of: str = "") -> Q:
    """In name, key, what counts, class or area as they are stored."""
    names = ("name", "key", "counts", "metric_class", "area")
    found = Q()
    for name in names:
        found |= Q(**{f"{of}{name}__icontains": word})
    return found


def _choices(page: Page[Series], used: set[int], today: date) -> list[Choice]:
    listed = list(page)
    signals = Signal.objects.filter(series__in=listed, arm="treatment").order_by()
    periods = dict(signals.values_list("series").annotate(Count("pk")))
    return [_choice(series, periods.get(series.pk, 0), series.pk in used, today) for series in listed]


def _choice(series: Series, periods: int, is_used: bool, today: date) -> Choice:
    last: date | None = series.last_period  # type: ignore[attr-defined]
    return Choice(series, last, freshness(last, series.grain, series.metric.settle_days, today), periods, is_used)


def _delivery(words: str) -> list[Metric]:
    """Delivery measures that the words find."""
    found = Metric.objects.filter(metric_class=Metric.Class.DELIVERY)
    for word in words.split():
        found = found.filter(_has(word))
    return list(found[:DELIVERY_SHOWN])

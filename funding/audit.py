"""The audit trail of the money: who did what when, as the events of the actions say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from funding.ledger_forms import AuditFilter
from lib import tables
from org.models import Event, Person

ROWS = 50
CHUNK = 2_000
# Events about things of this app, and about bets when a request or a transfer is behind them.
OF_MONEY = Q(subject_type__startswith="funding.") | Q(payload__has_any_keys=["request", "transfer", "tranche"])


@dataclass(frozen=True)
class Trail:
    """Events of the money, newest first, as far as they were asked for."""

    events: QuerySet[Event]
    form: AuditFilter
    narrowed: bool


def trail_of(data: Mapping[str, str]) -> Trail:
    """Two queries for the form; the events are not read yet."""
    events = Event.objects.filter(OF_MONEY)
    kinds = events.order_by("kind").values_list("kind", flat=True).distinct()
    people = Person.objects.filter(pk__in=events.order_by().values("by")).order_by("name", "pk")
    form = AuditFilter(data, kinds=list(kinds), people=people)
    asked = form.asked
    return Trail(_narrowed(events, asked).select_related("by").order_by("-at", "-pk"), form, bool(asked))


def page_of(trail: Trail, number: str | None) -> Page[Event]:
    return Paginator(trail.events, ROWS).get_page(number)


def _narrowed(events: QuerySet[Event], asked: Mapping[str, Any]) -> QuerySet[Event]:
    if "kind" in asked:
        events = events.filter(kind=asked["kind"])
    if "person" in asked:
        events = events.filter(by=asked["person"])
    if "since" in asked:
        events = events.filter(at__gte=_midnight(asked["since"]))
    if "until" in asked:
        events = events.filter(at__lt=_midnight(asked["until"]) + timedelta(days=1))
    return events


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def csv_lines(events: QuerySet[Event]) -> Iterator[str]:
    """Lines of CSV, as they are read."""
    header = [_("At"), _("By"), _("Kind"), _("What happened"), _("About"), _("Number")]
    return tables.csv_lines(header, map(_cells, events.iterator(CHUNK)))


def _cells(event: Event) -> list[str]:
    at, about = timezone.localtime(event.at).isoformat(timespec="seconds"), event.subject_type.partition(".")[2]
    return [at, str(event.by or ""), event.kind, event.sentence, about, str(event.subject_id)]

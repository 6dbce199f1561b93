"""Search across bets, metrics, people and sources: what this person may see, best match first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bets.models import Bet
from metrics.models import Metric, Source
from org.models import Person, Role, RoleGrant
from org.rules import Powers
from org.visibility import powers_of
from portfolio.people import people_seen_by

LONGEST = 100  # characters of a search; more says nothing more
FIRST, GLANCE = 20, 5  # of a kind on the page, and in the dialog


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `page` holds the things themselves."""

    kind: str
    label: str | Promise
    page: Page[Any]


@dataclass(frozen=True)
class Found:
    """`only` is the one kind that was asked for, or empty."""

    words: str
    only: str
    groups: list[Group]
    count: int


def search(asked: Mapping[str, str], person: Person, *, most: int = FIRST) -> Found:
    """What `asked` (q, kind, page) finds for this person; unknown kinds mean all. Two queries for each kind."""
    words, only = _words(asked.get("q", "")), asked.get("kind", "")
    only = only if only in KINDS else ""
    powers = powers_of(person)
    chosen = [only] if only else list(KINDS)
    page = asked.get("page") if only else None
    groups = [Group(kind, KINDS[kind][0], _page(kind, words, powers, page, most)) for kind in chosen] if words else []
    found = [group for group in groups if group.page.paginator.count]
    return Found(words, only, found, sum(group.page.paginator.count for group in found))


def _words(typed: str) -> str:
    return " ".join(typed[: LONGEST * 2].replace("\x00", " ").split())[:LONGEST].strip()


def _page(kind: str, words: str, powers: Powers, page: str | None, most: int) -> Page[Any]:
    return Paginator(KINDS[kind][1](words, powers), most).get_page(page)


def _bets(words: str, powers: Powers) -> QuerySet[Any]:
    found = Bet.objects.visible_to(powers).matching(words).select_related("lead", "domain", "goal")
    return _best_first(found, words)


def _metrics(words: str, powers: Powers) -> QuerySet[Any]:
    """Definitions are a standard of the enterprise: everyone who has signed in may find them."""
    return _best_first(_each_word(Metric.objects.all(), words, "key", "name", "counts"), words)


def _people(words: str, powers: Powers) -> QuerySet[Any]:
    found = people_seen_by(powers).prefetch_related("grants__domain")
    for word in words.split():
        roles = [role.value for role in Role if word.lower() in str(role.label).lower()]
        holds = RoleGrant.objects.filter(person=OuterRef("pk"), role__in=roles)
        found = found.filter(Q(name__icontains=word) | Exists(holds))
    return _best_first(found, words, key="name")


def _sources(words: str, powers: Powers) -> QuerySet[Any]:
    sources = Source.objects.visible_to(powers).select_related("domain")
    return _best_first(_each_word(sources, words, "key", "name", "domain__name"), words)


def _each_word(found: QuerySet[Any], words: str, *fields: str) -> QuerySet[Any]:
    for word in words.split():
        in_any = Q()
        for field in fields:
            in_any |= Q(**{f"{field}__icontains": word})
        found = found.filter(in_any)
    return found


def _best_first(found: QuerySet[Any], words: str, *, key: str = "key") -> QuerySet[Any]:
    """Exactly the key, then names that begin with the words, then names that hold them, then the rest."""
    rank = Case(
        When(**{f"{key}__iexact": words}, then=Value(0)),
        When(name__istartswith=words, then=Value(1)),
        When(name__icontains=words, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    ranked: QuerySet[Any] = found.annotate(rank=rank).order_by("rank", "name", "pk")
    return ranked


KINDS: dict[str, tuple[str | Promise, Callable[[str, Powers], QuerySet[Any]]]] = {
    "bets": (_("Bets"), _bets),
    "metrics": (_("Metrics"), _metrics),
    "people": (_("People"), _people),
    "sources": (_("Sources"), _sources),
}

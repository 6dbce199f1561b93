"""What the decision log can be narrowed by, for page, exports and API alike."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Bet, BetQuerySet, Decision, Dissent
from org.models import Person
from org.rules import Powers
from org.visibility import powers_of
from portfolio.filters import Option, Options, choices_of
from portfolio.models import AgendaItem, Forum
from portfolio.rules_reviews import FOLLOWS, RECOMMENDED
from portfolio.sifting import Sifting, many, one_day

FOLLOWED, AGAINST, OPEN = "followed", "against", "open"
STANDS = {
    FOLLOWED: gettext_lazy("Followed the evidence"),
    AGAINST: gettext_lazy("Went against the evidence"),
    OPEN: gettext_lazy("Nothing was recommended"),
}
YES_NO = [("yes", gettext_lazy("With dissent")), ("no", gettext_lazy("Without dissent"))]
NOWHERE = "none"
Found = QuerySet[Decision]


def decisions_seen_by(powers: Powers) -> Found:
    """Decisions on the bets that these powers reach. Adds no query."""
    domains = powers.domains()
    return Decision.objects.all() if domains is None else Decision.objects.filter(bet__domain__in=domains)


def standing(name: str) -> Q:
    """Decisions that followed the evidence of their night, went against it, or were left alone by it."""
    recommended = Q(verdict__in=list(RECOMMENDED))
    if name == OPEN:
        return ~recommended
    followed = Q()
    for verdict, kind in RECOMMENDED.items():
        followed |= Q(verdict=verdict, kind__in=FOLLOWS[kind])
    return followed if name == FOLLOWED else recommended & ~followed


class DecisionOptions(Options):
    """The forums and the people who decided, besides what bets are chosen by."""

    def __init__(self, decisions: Found, bets: BetQuerySet, person: Person) -> None:
        super().__init__(bets, person)
        self._decisions, self._powers = decisions.order_by(), powers_of(person)

    @cached_property
    def forum(self) -> list[Option]:
        held = AgendaItem.objects.filter(decision__in=self._decisions.values("pk"))
        forums = Forum.objects.visible_to(self._powers).filter(pk__in=held.values("review__forum"))
        return [*(Option(one.key, one.name, one.pk) for one in forums), Option(NOWHERE, _("Outside a review"), None)]

    @cached_property
    def by(self) -> list[Option]:
        people = Person.objects.filter(pk__in=self._decisions.values("decided_by")).order_by("name", "pk")
        return [Option(str(one.pk), str(one), one.pk) for one in people]  # not everybody may see e-mail addresses


class DecisionFilter(Sifting):
    """Narrows decisions; several values of one filter mean any of them. Without a person, `request` names one."""

    meaningless = gettext_lazy("“%(asked)s” is not something decisions can be filtered by.")

    q = django_filters.CharFilter(label=gettext_lazy("Words"), method="by_words", max_length=100)
    stands = django_filters.ChoiceFilter(
        label=gettext_lazy("Recommendation"), choices=list(STANDS.items()), method="by_standing"
    )
    kind = many(gettext_lazy("Decision"), Decision.Kind.choices, "by_kind")
    forum = many(gettext_lazy("Forum"), list, "by_forum")
    domain = many(gettext_lazy("Domain"), list, "by_domain")
    by = many(gettext_lazy("Decided by"), list, "by_person")
    dissent = django_filters.ChoiceFilter(label=gettext_lazy("Dissent"), choices=YES_NO, method="by_dissent")
    decided_after = one_day(gettext_lazy("Decided, from"), "by_first_day")
    decided_before = one_day(gettext_lazy("Decided, until"), "by_last_day")

    def __init__(
        self, data: QueryDict | None = None, queryset: Found | None = None, *, request: Any = None,
        prefix: str | None = None, person: Person | None = None, besides: Iterable[str] = (),
    ) -> None:  # fmt: skip
        decisions = Decision.objects.none() if queryset is None else queryset
        super().__init__(QueryDict(), decisions, request=request, prefix=prefix)
        self.person: Person = person or request.user
        bets = Bet.objects.visible_to(powers_of(self.person))
        self.options = DecisionOptions(decisions, bets, self.person)
        for name in ("forum", "domain", "by"):
            self.filters[name].extra["choices"] = choices_of(self.options, name)
        self.sift(data, besides)

    # ---- one method a filter; each is called only with a value

    def by_words(self, found: Found, _name: str, words: str) -> Found:
        """Every word stands in the bet, in what was said, or in the name of somebody who took part."""
        for word in words.split():
            spoke = Dissent.objects.filter(decision=OuterRef("pk"), person__name__icontains=word)
            found = found.filter(
                Q(bet__key__icontains=word) | Q(bet__name__icontains=word) | Q(rationale__icontains=word)
                | Q(would_change__icontains=word) | Q(learned__icontains=word) | Q(decided_by__name__icontains=word)
                | Q(bet__lead__name__icontains=word) | Q(second_reader__name__icontains=word) | Q(Exists(spoke))
            )  # fmt: skip
        return found

    def by_standing(self, found: Found, _name: str, stands: str) -> Found:
        return found.filter(standing(stands))

    def by_kind(self, found: Found, _name: str, kinds: list[str]) -> Found:
        return found.filter(kind__in=kinds)

    def by_forum(self, found: Found, _name: str, keys: list[str]) -> Found:
        ids = self.options.ids("forum", keys)
        of_review = AgendaItem.objects.filter(decision=OuterRef("pk"))
        nowhere = Q(~Exists(of_review)) if None in ids else Q()
        there = Q(Exists(of_review.filter(review__forum__in=[pk for pk in ids if pk is not None])))
        return found.filter(there | nowhere)

    def by_domain(self, found: Found, _name: str, keys: list[str]) -> Found:
        return found.filter(bet__domain__in=self.options.domains_below(keys))

    def by_person(self, found: Found, _name: str, ids: list[str]) -> Found:
        return found.filter(decided_by__in=self.options.ids("by", ids))

    def by_dissent(self, found: Found, _name: str, answer: str) -> Found:
        spoke = Exists(Dissent.objects.filter(decision=OuterRef("pk")))
        return found.filter(spoke if answer == "yes" else ~spoke)

    def by_first_day(self, found: Found, _name: str, day: date) -> Found:
        return found.filter(decided_at__date__gte=day)

    def by_last_day(self, found: Found, _name: str, day: date) -> Found:
        return found.filter(decided_at__date__lte=day)

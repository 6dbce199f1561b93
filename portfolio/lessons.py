"""What ceased bets have taught, for whoever begins another one; and the learning reviews that are still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bets.models import LearningReview
from org.rules import Powers
from portfolio.following import Credit, credits_of

ROWS, COMING = 50, "coming"
SHOWN = ("decision__bet__domain", "decision__decided_by", "credited", "held_by")
SOUGHT = ("lesson", "reuse", "decision__learned", "decision__bet__name", "decision__bet__key", "credited__name")
Found = QuerySet[LearningReview]


class LessonsForm(forms.Form):
    """What is asked of the list; what means nothing asks for nothing."""

    q = forms.CharField(label=_("Find lessons by words"), required=False, max_length=100)
    show = forms.ChoiceField(required=False, choices=[(COMING, COMING)])

    def asked(self, name: str) -> str:
        self.full_clean()
        return str(self.cleaned_data.get(name, ""))


@dataclass(frozen=True)
class Lesson:
    """One learning review, with what is free again since its bet ceased."""

    review: LearningReview
    credit: Credit | None
    today: date

    @property
    def is_late(self) -> bool:
        return self.review.held_at is None and self.review.due_on < self.today


@dataclass(frozen=True)
class Lessons:
    q: str
    is_coming: bool
    held: int
    coming: int
    page: Page[LearningReview]
    rows: Sequence[Lesson]


def reviews_seen_by(powers: Powers) -> Found:
    """Of the bets that these powers reach, without those whose bet did not stay ceased before it was held."""
    domains = powers.domains()
    found = LearningReview.objects.exclude(held_at=None, decision__reversal__isnull=False)
    return found if domains is None else found.filter(decision__bet__domain__in=domains)


def with_words(reviews: Found, words: str) -> Found:
    """Those that have each of the words somewhere."""
    for word in words.split():
        anywhere = Q()
        for field in SOUGHT:
            anywhere |= Q(**{f"{field}__icontains": word})
        reviews = reviews.filter(anywhere)
    return reviews


def in_order(reviews: Found, *, coming: bool) -> Found:
    """Those to come, the earliest first; or those that were held, the latest first."""
    found = reviews.filter(held_at__isnull=coming).select_related(*SHOWN)
    return found.order_by("due_on", "pk") if coming else found.order_by(F("held_at").desc(), "-pk")


def lessons_of(powers: Powers, data: QueryDict, today: date) -> Lessons:
    """A page of what `data` (a query string) asks for. Four queries."""
    form = LessonsForm(data)
    q, coming = form.asked("q"), form.asked("show") == COMING
    found = with_words(reviews_seen_by(powers), q)
    counts = {one: found.filter(held_at__isnull=one).count() for one in (True, False)}
    pages = Paginator(in_order(found, coming=coming), ROWS)
    pages.count = counts[coming]  # it is known already
    page = pages.get_page(data.get("page"))
    return Lessons(q, coming, counts[False], counts[True], page, rows_of(list(page), powers, today))


def rows_of(reviews: Sequence[LearningReview], powers: Powers, today: date) -> list[Lesson]:
    """One query."""
    free = credits_of([one.decision for one in reviews], powers)
    return [Lesson(one, free.get(one.decision_id), today) for one in reviews]

"""Addresses of the API about what ceased bets have taught: the lessons of all, and the learning review of one."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bets import actions
from bets.api_writing import OnBet
from bets.models import LearningReview
from bets.rules_after import LESSON, REUSE
from lib.api import Asked, Listing, Money
from lib.api_writing import Making, Sent, Text
from lib.clock import today
from org.visibility import powers_of
from portfolio.api_shapes import TeamWeeksShape
from portfolio.following import Credit, credits_of
from portfolio.lessons import COMING, SHOWN, Found, reviews_seen_by, with_words


class LessonShape(serializers.ModelSerializer[LearningReview]):
    bet = serializers.CharField(source="decision.bet.key")
    decision = serializers.IntegerField(source="decision.number", help_text="Number of the decision to cease.")
    credited = serializers.CharField(help_text="Who led the bet when it was decided to cease.")
    decided_by = serializers.CharField(source="decision.decided_by")
    learned = serializers.CharField(source="decision.learned", help_text="What it had taught when it ceased.")
    held_by = serializers.CharField(allow_null=True)
    freed = serializers.SerializerMethodField(help_text="What was returned; null: you do not see money.")
    team_weeks = serializers.SerializerMethodField(help_text="That are free again, by the name of the team.")
    is_sample = serializers.BooleanField(source="decision.bet.is_sample")

    class Meta:
        model = LearningReview
        fields = [
            "bet", "decision", "credited", "decided_by", "due_on", "learned", "lesson", "reuse", "held_at", "held_by",
            "freed", "team_weeks", "is_sample",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=Money(), allow_null=True))
    def get_freed(self, review: LearningReview) -> list[Any] | None:
        credit = _credit(self, review)
        money = credit.money if credit else []
        return None if money is None else [{"amount": amount, "currency": currency} for currency, amount in money]

    @extend_schema_field(TeamWeeksShape(many=True))
    def get_team_weeks(self, review: LearningReview) -> list[dict[str, Any]]:
        credit = _credit(self, review)
        return [{"team": team, "weeks": float(weeks)} for team, weeks in (credit.weeks if credit else [])]


def _credit(shape: Any, review: LearningReview) -> Credit | None:
    """What is free again; asked once for all that are shown."""
    if "free" not in shape.context:
        rows = shape.parent.instance if shape.parent else [review]
        shape.context["free"] = credits_of([one.decision for one in rows], powers_of(shape.context["request"].user))
    found: Credit | None = shape.context["free"].get(review.decision_id)
    return found


class LessonFilter(Asked):
    q = django_filters.CharFilter(label=_("Words of the lesson, its bet or a name"), method="by_words", max_length=100)
    show = django_filters.ChoiceFilter(
        label=_("Learned already, or still to come"), choices=[("learned", _("Learned")), (COMING, _("Still to come"))],
        method="by_state",
    )  # fmt: skip

    def by_words(self, found: Found, _name: str, words: str) -> Found:
        return with_words(found, words)

    def by_state(self, found: Found, _name: str, state: str) -> Found:
        return found.filter(held_at__isnull=state == COMING)


class ListLessons(Listing):
    """What the ceased bets that you may see have taught, the latest to come or to be held first."""

    serializer_class = LessonShape
    filterset_class = LessonFilter
    orders = {"due": "due_on", "held": "held_at"}

    def get_queryset(self) -> QuerySet[LearningReview]:
        return reviews_seen_by(powers_of(self.request.user)).select_related(*SHOWN).order_by("-due_on", "-pk")


class SentLesson(Sent):
    lesson = Text(max_length=LESSON, help_text="What was learned, seen from some distance.")
    reuse = Text(max_length=REUSE, required=False, allow_blank=True, default="", help_text="What others can use.")


class HoldLearningReview(Making, OnBet):
    """Says once what a bet that ceased has taught: by whoever led it, whoever decided on it, or product operations."""

    sends, status, answers = SentLesson, 200, LessonShape

    def act(self, typed: dict[str, Any]) -> LearningReview:
        found = LearningReview.objects.filter(decision__bet=self.bet()).order_by("-decision__number")
        review = get_object_or_404(found[:1])
        return actions.hold_learning_review(review, **typed, **self.by(), today=today())

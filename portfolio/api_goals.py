"""Goals and trends by API: the same numbers, the same filters and the same sentences as on their pages."""

from collections.abc import Iterable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.actions.standards import GOAL, standing_of
from bets.api import goals_seen_by
from bets.models import Bet, Flag
from bets.standards import goals_of
from funding.api_mix import GuardrailShape
from lib.api import Endpoint, Money, Number, Seen, refuse
from lib.clock import today
from lib.seen import seen_of
from org.visibility import powers_of
from portfolio.filters import BetFilter
from portfolio.goals_page import VERDICTS, Part, Standing, parts_of
from portfolio.nights import latest_night
from portfolio.trends import BYS, Trend
from portfolio.trends_asked import ask_trends
from portfolio.trends_mix import Slice
from portfolio.trends_page import SinceReview, TrendsPage, trends_page

Shape = serializers.Serializer[Any]


class BetCountShape(Shape):
    """How many bets."""

    key = serializers.CharField()
    bets = serializers.IntegerField()


class GoalPartShape(Shape):
    """The bets of a goal in one currency."""

    currency = serializers.CharField()
    bets = serializers.IntegerField(help_text="Under way: drafts, live and held ones.")
    over = serializers.IntegerField(help_text="Ceased or concluded.")
    flagged = serializers.IntegerField()
    stages = serializers.SerializerMethodField(help_text="Of those under way, by stage.")
    verdicts = serializers.SerializerMethodField(help_text="Of live and held ones, by what the evidence says.")
    flags = serializers.SerializerMethodField(help_text="By kind of their open flags.")
    lowest_chance = Number(source="low", allow_null=True, help_text="Of reaching a target, as a fraction.")
    highest_chance = Number(source="high", allow_null=True)
    planned = serializers.SerializerMethodField()
    committed = serializers.SerializerMethodField(help_text="Null: you do not see money.")
    released = serializers.SerializerMethodField(help_text="Null: you do not see money.")
    spent = serializers.SerializerMethodField(help_text="By all of them, those that are over too; null: as above.")

    @extend_schema_field(BetCountShape(many=True))
    def get_stages(self, part: Part) -> Any:
        return _counts(part.stages, Bet.Stage.values)

    @extend_schema_field(BetCountShape(many=True))
    def get_verdicts(self, part: Part) -> Any:
        return _counts(part.verdicts, VERDICTS)

    @extend_schema_field(BetCountShape(many=True))
    def get_flags(self, part: Part) -> Any:
        return _counts(part.flags, Flag.Kind.values)

    @extend_schema_field(Money)
    def get_planned(self, part: Part) -> dict[str, Any]:
        return {"amount": part.planned, "currency": part.currency}

    @extend_schema_field(Money(allow_null=True))
    def get_committed(self, part: Part) -> dict[str, Any] | None:
        return _given(part, "committed")

    @extend_schema_field(Money(allow_null=True))
    def get_released(self, part: Part) -> dict[str, Any] | None:
        return _given(part, "released")

    @extend_schema_field(Money(allow_null=True))
    def get_spent(self, part: Part) -> dict[str, Any] | None:
        return _given(part, "spent")


def _counts(counts: Any, known: Iterable[str]) -> list[dict[str, Any]]:
    return [{"key": str(key), "bets": counts[key]} for key in known if counts[key]]


def _given(part: Part, kind: str) -> dict[str, Any] | None:
    return {"amount": getattr(part.given, kind), "currency": part.currency} if part.given else None


class GoalDetailShape(Shape):
    """A goal, and what serves it; amounts of two currencies are never added."""

    key = serializers.CharField(source="goal.key")
    name = serializers.CharField(source="goal.name")
    measure = serializers.CharField(source="goal.measure")
    due_on = serializers.DateField(source="goal.due_on")
    is_open = serializers.BooleanField(source="shown.is_open")
    bets = serializers.IntegerField(help_text="Under way, of those you may see.")
    more_out_of_sight = serializers.BooleanField(source="shown.has_more", help_text="Do bets you may not see serve it?")
    parts = GoalPartShape(many=True, help_text="One for each currency.")
    seen = Seen(lambda standing: seen_of(standing_of(standing.goal, GOAL)))


class ShowGoal(Endpoint):
    """One goal with what serves it: bets by stage, verdict and flag, chances and money in each currency."""

    serializer_class = GoalDetailShape

    def get(self, request: Request, key: str) -> Response:
        goal, powers = get_object_or_404(goals_seen_by(request.user), key=key), powers_of(request.user)
        shown = next(one for one in goals_of(powers, today=today()) if one.goal == goal)
        mine = Bet.objects.visible_to(powers).filter(goal=goal)
        standing = Standing(shown, parts_of(mine, powers, latest_night())[goal.pk])
        return Response(GoalDetailShape(standing).data)


class SliceShape(Shape):
    """A part of a mix; shares in percent."""

    key = serializers.CharField()
    bets = serializers.IntegerField(allow_null=True, help_text="Null: it is of budgets.")
    share = Number(help_text="Of the bets.")
    money = serializers.IntegerField(allow_null=True, help_text="Minor units; null: you do not see money.")
    money_share = Number()
    guardrails = serializers.SerializerMethodField(help_text="Those that bound its share.")

    @extend_schema_field(GuardrailShape(many=True))
    def get_guardrails(self, one: Slice) -> Any:
        return GuardrailShape([_standing(row) for row in one.rails], many=True).data


def _standing(row: Any) -> Any:
    """A guardrail with what is measured `now` and its `state`, as its shape asks for them."""
    rail = row.rail
    rail.now, rail.state = row.standing.value, row.standing.state
    return rail


class MixTodayShape(Shape):
    key = serializers.CharField(help_text="horizon, domain, stage, or class: budgets by funding class.")
    slices = SliceShape(many=True)


class TrendSeriesShape(Shape):
    key = serializers.CharField()
    values = serializers.ListField(child=serializers.IntegerField())


class TrendShape(Shape):
    """What moved: a value for each label in every series; minor units where it is money."""

    key = serializers.CharField(help_text="money, verdicts or flags.")
    sentence = serializers.CharField(help_text="The finding, or that too little is known.")
    labels = serializers.ListField(child=serializers.CharField())
    series = serializers.SerializerMethodField()

    @extend_schema_field(TrendSeriesShape(many=True))
    def get_series(self, trend: Trend) -> Any:
        return [{"key": one.key, "values": list(one.values)} for one in trend.series]


class BetChangeShape(Shape):
    what = serializers.CharField(help_text="verdict, decided, raised, cleared, passed or live.")
    bet = serializers.CharField(source="key")
    before = serializers.CharField(help_text="Of a verdict.")
    after = serializers.CharField(help_text="A verdict, or the kind of a decision.")
    flag = serializers.CharField()
    day = serializers.DateField(allow_null=True)


class SinceReviewShape(Shape):
    """What changed since a forum last met."""

    forum = serializers.CharField(source="forum.key")
    held_on = serializers.DateField()
    compared_with = serializers.SerializerMethodField(
        help_text="Day of the last night until then; null: there is none."
    )
    changes = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_compared_with(self, since: SinceReview) -> Any:
        return since.changes.since if since.changes else None

    @extend_schema_field(BetChangeShape(many=True))
    def get_changes(self, since: SinceReview) -> Any:
        return BetChangeShape(since.changes.all if since.changes else [], many=True).data


class TrendsShape(Shape):
    """The mix today, what moved over time, and what changed since a review."""

    by = serializers.ChoiceField(list(BYS.items()), source="asked.settings.by")
    currency = serializers.CharField(source="asked.currency")
    mixes = MixTodayShape(many=True)
    trends = TrendShape(many=True)
    since = SinceReviewShape(allow_null=True, help_text="Null: no forum that you see has held a review.")


class ShowTrends(Endpoint):
    """Where the money goes today, how money and evidence moved, and what changed since a review. Filters are those of
    bets."""

    serializer_class = TrendsShape
    parameters = {
        "by": "month, unless quarter", "currency": "Of the money: unless given, that of most bets.",
        "forum": "Since whose last review: unless given, that of the forum that met last.",
    }  # fmt: skip

    def known(self) -> list[str]:
        return [*BetFilter.base_filters, *self.parameters]

    def get(self, request: Request) -> Response:
        night, day = latest_night(), today()
        asked = ask_trends(request.query_params, request.user, night)  # type: ignore[arg-type] # a person
        refuse(asked.complaints)
        page: TrendsPage = trends_page(asked, powers_of(request.user), night, day)
        return Response(TrendsShape(page).data)

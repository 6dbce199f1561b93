"""The decision log by API: the same decisions, the same filters and the same words as on its pages."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.api_shapes import DecisionShape, FlagShape, ReadingShape, VerdictShape, money_of
from bets.models import Bet, Decision, Dissent, Evidence, Flag, GateResult, Hypothesis, Rescoring
from lib.api import Endpoint, Listing, Money, Number
from lib.clock import today
from org.visibility import powers_of
from portfolio.api_reviews import MemberVoteShape
from portfolio.decision_filters import STANDS, DecisionFilter, decisions_seen_by
from portfolio.decision_known import HELD
from portfolio.decision_log import MOVED, ORDERS, SHOWN, Logged, in_order, logged_of, with_dissent
from portfolio.decision_page import DecisionPage, Followed, Round, Since, decision_page
from portfolio.following import FOLLOWED
from portfolio.nights import latest_night

Shape = serializers.Serializer[Any]


class MovedShape(Shape):
    kind = serializers.ChoiceField([(str(kind), words) for kind, words in MOVED.items()])
    amount = Money()


class RescoringShape(serializers.ModelSerializer[Rescoring]):
    scored_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = Rescoring
        fields = ["finding", "verdict", "note", "scored_at", "scored_by"]


class LoggedShape(DecisionShape):
    """A decision in the log: with what the evidence recommended, and what came of it."""

    bet = serializers.CharField(source="bet.key")
    url = serializers.SerializerMethodField(help_text="The page of the decision.")
    forum = serializers.SerializerMethodField(help_text="Key of the forum that made it in a review, if you see it.")
    review = serializers.SerializerMethodField(help_text="Number of that review.")
    recommended = serializers.SerializerMethodField(help_text="What the evidence recommended; null: nothing.")
    stands = serializers.SerializerMethodField(help_text="Did it follow that, or go against it?")
    dissenters = serializers.IntegerField(help_text="How many would have decided otherwise.")
    second_reader = serializers.CharField(allow_null=True, help_text="Who looks again at one against the evidence.")
    scored = serializers.SerializerMethodField(help_text="What the second reader found later.")
    moved = serializers.SerializerMethodField(help_text="What was posted because of it; null: you do not see money.")
    is_sample = serializers.BooleanField(source="bet.is_sample")

    class Meta(DecisionShape.Meta):
        fields = [
            "bet", "url", *DecisionShape.Meta.fields, "learned", "forum", "review", "recommended", "stands",
            "dissenters", "second_reader", "rescore_on", "scored", "moved", "is_sample",
        ]  # fmt: skip

    def get_url(self, decision: Decision) -> str:
        return reverse("show_decision", args=[decision.bet.key, decision.number])

    def get_forum(self, decision: Decision) -> str | None:
        item = _logged(decision).item
        return item.review.forum.key if item else None

    def get_review(self, decision: Decision) -> int | None:
        item = _logged(decision).item
        return item.review.number if item else None

    @extend_schema_field(serializers.ChoiceField(Decision.Kind.choices, allow_null=True))
    def get_recommended(self, decision: Decision) -> str | None:
        return _logged(decision).recommended or None

    @extend_schema_field(serializers.ChoiceField(list(STANDS.items())))
    def get_stands(self, decision: Decision) -> str:
        return _logged(decision).stands

    @extend_schema_field(RescoringShape(allow_null=True))
    def get_scored(self, decision: Decision) -> Any:
        found = getattr(decision, "rescoring", None)
        return RescoringShape(found).data if found else None

    @extend_schema_field(MovedShape(many=True, allow_null=True))
    def get_moved(self, decision: Decision) -> list[dict[str, Any]] | None:
        moved = _logged(decision).moved
        if moved is None:
            return None
        return [{"kind": kind, "amount": money_of(decision.bet, amount)} for kind, amount in moved.items()]


def _logged(decision: Decision) -> Logged:
    found: Logged = decision.logged  # type: ignore[attr-defined] # by logged
    return found


def with_log(decisions: list[Decision], powers: Any) -> list[Decision]:
    """Decisions that know what the log says of them. Two queries."""
    for one in logged_of(decisions, powers):
        one.decision.logged = one  # type: ignore[attr-defined]
    return decisions


class DissentShape(serializers.ModelSerializer[Dissent]):
    person = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = Dissent
        fields = ["person", "words"]


class HypothesisThenShape(serializers.ModelSerializer[Hypothesis]):
    text = serializers.CharField(source="__str__")

    class Meta:
        model = Hypothesis
        fields = ["version", "text"]


class OutcomeThenShape(Shape):
    """An outcome as it was stated then, with what the night of the decision read of it."""

    number = serializers.IntegerField(source="outcome.number")
    version = serializers.IntegerField(source="outcome.version")
    name = serializers.CharField(source="outcome.series.metric.name")
    target = Number(source="outcome.target")
    kill_line = Number(source="outcome.kill_line")
    decide_by = serializers.DateField(source="outcome.decide_by")
    reading = ReadingShape(allow_null=True)


class FlagThenShape(FlagShape):
    class Meta(FlagShape.Meta):
        fields = ["outcome", "kind", "since", "began_on", "act_by", "sentence"]


class EvidenceThenShape(serializers.ModelSerializer[Evidence]):
    kind = serializers.CharField()

    class Meta:
        model = Evidence
        fields = ["number", "kind", "learned", "strength", "happened_on"]


class GateThenShape(serializers.ModelSerializer[GateResult]):
    tranche = serializers.IntegerField(source="tranche.sequence")
    said_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = GateResult
        fields = ["tranche", "met", "note", "said_at", "said_by"]


class StoodShape(Shape):
    """Minor units of the currency of the bet."""

    committed = serializers.IntegerField()
    released = serializers.IntegerField()
    spent = serializers.IntegerField()
    winddown = serializers.IntegerField()


class KnownShape(Shape):
    """What was known at the moment of the decision."""

    hypothesis = HypothesisThenShape(allow_null=True)
    verdict = VerdictShape(allow_null=True)
    outcomes = OutcomeThenShape(many=True)
    flags = serializers.SerializerMethodField(help_text="Those that were open.")
    evidence = EvidenceThenShape(many=True, help_text="Confirmed by then, the strongest first.")
    unconfirmed = serializers.IntegerField(help_text="Entries that were not confirmed yet.")
    planned = serializers.IntegerField(help_text="Minor units of the currency of the bet.")
    stood = serializers.SerializerMethodField(help_text="Before it moved any money; null: you do not see money.")
    gates = GateThenShape(many=True)

    @extend_schema_field(FlagThenShape(many=True))
    def get_flags(self, known: Any) -> Any:
        return FlagThenShape([shown.flag for shown in known.flags], many=True).data

    @extend_schema_field(StoodShape(allow_null=True))
    def get_stood(self, known: Any) -> dict[str, int] | None:
        return {kind: getattr(known.stood, kind) for kind in HELD} if known.stood else None


class TransferThenShape(Shape):
    ledger = serializers.CharField(source="ledger.code")
    number = serializers.IntegerField(source="seq")
    kind = serializers.CharField()
    amount = serializers.IntegerField(help_text="Minor units of the currency of the ledger.")


class FollowedShape(Shape):
    request = serializers.IntegerField(source="request.pk")
    kind = serializers.CharField(source="request.kind")
    state = serializers.CharField(source="request.state")
    amount = serializers.SerializerMethodField()
    transfers = TransferThenShape(many=True)

    @extend_schema_field(Money)
    def get_amount(self, followed: Followed) -> dict[str, Any]:
        return {"amount": followed.request.amount, "currency": followed.request.ledger.currency}


class SinceShape(Shape):
    """What has happened since: none of it was known when the decision was made."""

    days = serializers.IntegerField()
    state = serializers.SerializerMethodField(help_text="Of the bet, now.")
    verdict = VerdictShape(allow_null=True, help_text="Of the latest night.")
    outcomes = serializers.SerializerMethodField(help_text="As they stand, read by the latest night.")
    flags = serializers.SerializerMethodField(help_text="Kinds of the flags that are open.")
    decisions = serializers.SerializerMethodField(help_text="Numbers of later decisions.")

    @extend_schema_field(serializers.ChoiceField(Bet.State.choices))
    def get_state(self, since: Since) -> str:
        return str(self.context["bet"].state)

    @extend_schema_field(OutcomeThenShape(many=True))
    def get_outcomes(self, since: Since) -> Any:
        return OutcomeThenShape([pair.now for pair in since.outcomes], many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Flag.Kind.choices)))
    def get_flags(self, since: Since) -> list[str]:
        return [flag.kind for flag in since.flags]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_decisions(self, since: Since) -> list[int]:
        return [one.number for one in since.later]


class DecisionDetailShape(Shape):
    """One decision in full: what was known, how the votes were, what followed, and, apart from it, what came since."""

    decision = serializers.SerializerMethodField()
    rule = serializers.CharField(help_text="By which the evidence recommended what it did.")
    dissent = DissentShape(many=True)
    known = KnownShape()
    votes = serializers.SerializerMethodField(help_text="Of both rounds, by those who see the review.")
    followed = FollowedShape(many=True, help_text="Requests that rest on it, with their transfers; for who sees money.")
    since = SinceShape()

    @extend_schema_field(LoggedShape)
    def get_decision(self, page: DecisionPage) -> Any:
        return LoggedShape(page.logged.decision).data

    @extend_schema_field(MemberVoteShape(many=True))
    def get_votes(self, page: DecisionPage) -> Any:
        return MemberVoteShape(_votes(page.rounds), many=True).data


def _votes(rounds: list[Round]) -> list[Any]:
    return [shown.vote for one in rounds for shown in one.votes]


class ListDecisionLog(Listing):
    """Every decision on the bets that you may see, the latest first. Filters are those of the page: several values of
    one filter mean any of them."""

    serializer_class = LoggedShape
    filterset_class = DecisionFilter
    orders = dict.fromkeys(ORDERS, "")

    def get_queryset(self) -> QuerySet[Decision]:
        seen = decisions_seen_by(powers_of(self.request.user))
        return with_dissent(seen).select_related(*SHOWN).order_by("-decided_at", "-pk")

    def filterset_of(self, queryset: QuerySet[Decision]) -> DecisionFilter:
        besides = ["ordering", "page", "page_size"]
        return DecisionFilter(self.request.query_params, queryset, person=self.request.user, besides=besides)  # type: ignore[arg-type]

    def ordered(self, queryset: QuerySet[Decision], key: str, *, backwards: bool) -> QuerySet[Decision]:
        return in_order(queryset, key, backwards=backwards)

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_log(list(super().paginate_queryset(queryset) or []), powers_of(self.request.user))


class ShowDecision(Endpoint):
    """One decision with exactly what was known when it was made; and, apart from that, what has happened since."""

    serializer_class = DecisionDetailShape

    def get(self, request: Request, key: str, number: int) -> Response:
        found = with_dissent(decisions_seen_by(powers_of(request.user))).select_related(*SHOWN, *FOLLOWED)
        decision = get_object_or_404(found, bet__key=key, number=number)
        page = decision_page(decision, latest_night(), request.user, today())  # type: ignore[arg-type]
        decision.logged = page.logged  # type: ignore[attr-defined]
        context = {**self.get_serializer_context(), "bet": decision.bet}
        return Response(DecisionDetailShape(page, context=context).data)

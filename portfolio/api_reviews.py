"""Reviews by API: when they are held and what is on their agenda. What others vote is in no answer before its round is
over; one's own vote always is."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.models import Decision
from lib.api import Asked, Endpoint, Listing
from lib.unchanged import unless_known
from org.models import Person
from org.visibility import powers_of
from portfolio.api_forums import WhoShape
from portfolio.meeting_page import state_of
from portfolio.models import AgendaItem, Attendance, Chance, Review, Vote
from portfolio.rules_reviews import rounds_shown

Shape = serializers.Serializer[Any]


class ChanceShape(serializers.ModelSerializer[Chance]):
    outcome = serializers.IntegerField(source="outcome.number")

    class Meta:
        model = Chance
        fields = ["outcome", "probability"]


class MemberVoteShape(serializers.ModelSerializer[Vote]):
    person = WhoShape()
    chances = ChanceShape(many=True, help_text="How likely each outcome reaches its target: shares.")

    class Meta:
        model = Vote
        fields = ["person", "round", "kind", "because", "chances", "voted_at"]


class ItemShape(Shape):
    """A bet on the agenda."""

    bet = serializers.CharField(source="item.bet.key")
    name = serializers.CharField(source="item.bet.name")
    position = serializers.IntegerField(source="item.position")
    minutes = serializers.IntegerField(source="item.minutes")
    reason = serializers.ChoiceField(AgendaItem.Reason.choices, source="item.reason", help_text="Why it is there.")
    opened_at = serializers.DateTimeField(source="item.opened_at", allow_null=True)
    again_at = serializers.DateTimeField(source="item.again_at", allow_null=True, help_text="Of the second vote.")
    votes_cast = serializers.IntegerField(help_text="How many have voted in the round that is asked for.")
    mine = MemberVoteShape(many=True, help_text="Your own votes, one of each round.")
    votes = MemberVoteShape(
        many=True, allow_null=True, help_text="Null until the item is open; those of the second round follow once it is"
        " decided, or all who voted before have voted again.",
    )  # fmt: skip
    decision = serializers.IntegerField(
        source="item.decision.number", allow_null=True, default=None, help_text="Number, as in decisions of the bet."
    )
    decided = serializers.ChoiceField(Decision.Kind.choices, source="item.decision.kind", allow_null=True, default=None)


class ReviewShape(serializers.ModelSerializer[Review]):
    forum = serializers.CharField(source="forum.key")
    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    items = serializers.IntegerField(source="asking", help_text="How many are on the agenda.")
    decided = serializers.IntegerField(source="settled", help_text="How many of them were decided on.")

    class Meta:
        model = Review
        fields = [
            "forum", "number", "held_on", "begins", "ends", "state", "moved_from", "because", "agenda_at", "opened_at",
            "closed_at", "items", "decided",
        ]  # fmt: skip


class ReviewDetailShape(ReviewShape):
    at_item = serializers.CharField(allow_null=True, source="at_bet", help_text="Key of the bet that is on the table.")
    attended = WhoShape(many=True, source="there")
    agenda = ItemShape(many=True, source="shown", help_text="Items on bets that you may see, in their order.")

    class Meta(ReviewShape.Meta):
        fields = [*ReviewShape.Meta.fields, "at_item", "attended", "agenda"]


class ReviewFilter(Asked):
    forum = django_filters.CharFilter(field_name="forum__key", label=_("Key of the forum."))
    state = django_filters.ChoiceFilter(choices=Review.State.choices)


# “from” is a word of Python, so that no line of the class can name it.
_DAYS = {
    "from": django_filters.DateFilter(field_name="held_on", lookup_expr="gte", label=_("Held on this day or later.")),
    "to": django_filters.DateFilter(field_name="held_on", lookup_expr="lte", label=_("Held on this day or before.")),
}
ReviewsFilter = type("ReviewsFilter", (ReviewFilter,), _DAYS)


def reviews_of(person: Any) -> QuerySet[Review]:
    """Those that a person sees, with all that their shape shows."""
    found = Review.objects.visible_to(powers_of(person)).select_related("forum__domain", "forum__chair")
    return found.annotate(asking=Count("items"), settled=Count("items", filter=Q(items__decision__isnull=False)))


class ListReviews(Listing):
    """Reviews of the forums that you see, the latest first."""

    serializer_class = ReviewShape
    filterset_class = ReviewsFilter
    orders = {"held_on": "held_on", "forum": "forum__key", "number": "number"}

    def get_queryset(self) -> QuerySet[Review]:
        return reviews_of(self.request.user).order_by("-held_on", "-pk")


class ShowReview(Endpoint):
    """One review with its agenda. Votes are private: those of others are null until the item is open."""

    @extend_schema(responses=ReviewDetailShape)
    def get(self, request: Request, forum: str, number: int) -> Response:
        return Response(review_shown(request.user, forum, number))


class StateShape(Shape):
    state = serializers.CharField(help_text="Another one as soon as anything that the meeting shows has changed.")


class ReadState(Endpoint):
    """The fingerprint of a review while people meet, cheap to ask for every few seconds: 304 to whoever sends the ETag
    of the one they know, as If-None-Match. It tells nothing of votes but their number."""

    @extend_schema(responses=StateShape)
    def get(self, request: Request, forum: str, number: int) -> HttpResponse:
        powers = powers_of(request.user)
        review = get_object_or_404(Review.objects.visible_to(powers), forum__key=forum, number=number)
        state = state_of(review, powers)
        return unless_known(request._request, state, Response({"state": state}))


def review_shown(person: Any, forum: str, number: int) -> Any:
    """One review as its detail shows it to this person. Eight queries at most, whatever the number of items."""
    review: Any = get_object_or_404(reviews_of(person), forum__key=forum, number=number)
    powers = powers_of(person)
    items = review.items.select_related("bet", "decision").order_by("position")
    votes = Vote.objects.select_related("person").prefetch_related(
        Prefetch("chances", Chance.objects.select_related("outcome").order_by("outcome__number"))
    )
    items = items.prefetch_related(Prefetch("votes", votes.order_by("round", "person__name", "pk")))
    seen = [item for item in items if powers.sees(item.bet.domain_id)]
    review.shown = [item_shown(item, person) for item in seen]
    review.at_bet = next((item.bet.key for item in seen if item.pk == review.at_item_id), None)
    review.there = [one.person for one in Attendance.objects.filter(review=review).select_related("person")]
    return ReviewDetailShape(review).data


def item_shown(item: AgendaItem, person: Person) -> dict[str, Any]:
    """An item with the votes that this person may see."""
    votes = list(item.votes.all())
    return {
        "item": item, "votes_cast": sum(one.round == item.round for one in votes),
        "mine": [one for one in votes if one.person_id == person.pk],
        "votes": open_votes(item, votes),
    }  # fmt: skip


def open_votes(item: AgendaItem, votes: Iterable[Vote]) -> list[Vote] | None:
    """Of the votes those that everybody may see; None before the item is open."""
    if item.opened_at is None:
        return None
    voters = defaultdict[int, set[int]](set)
    for vote in votes:
        voters[vote.round].add(vote.person_id)
    rounds = rounds_shown(voters, opened=True, decided=item.decision_id is not None)
    return [vote for vote in votes if vote.round in rounds]

"""Addresses of the API at which a review is prepared and held: its day, its agenda, votes and decisions. They answer
with the review as it stands."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bets.actions import Aside
from bets.models import Bet, Decision
from lib.api_writing import Acting, Dropping, Finite, Known, Making, Numbered, Sent, Text, Whole
from lib.clock import now, today
from org.visibility import powers_of
from portfolio import actions
from portfolio.api_forums import SentBecause, colleagues
from portfolio.api_reviews import ReviewDetailShape, review_shown
from portfolio.api_writing import SentDecision
from portfolio.models import AgendaItem, Review
from portfolio.rules_reviews import BECAUSE, ITEMS, MEMBERS, WORDS


class OnReview(Acting):
    """About the review in the address: when there is none that the person may see, nothing that was sent is read."""

    answers: Any = ReviewDetailShape
    status = 200

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            self.find()

    def find(self) -> Any:
        return self.review()

    def review(self) -> Review:
        found = Review.objects.visible_to(powers_of(self.request.user)).select_related("forum__domain", "forum__chair")
        return get_object_or_404(found, forum__key=self.kwargs["forum"], number=self.kwargs["number"])

    def by(self) -> Any:
        """Who asks, and when."""
        return {"by": self.request.user, "at": now()}

    def shown(self, made: Any) -> Any:
        return review_shown(self.request.user, self.kwargs["forum"], self.kwargs["number"])


class OnItem(OnReview):
    """About one bet on its agenda."""

    def find(self) -> AgendaItem:
        return self.item()

    def item(self) -> AgendaItem:
        review = self.review()
        bets = Bet.objects.visible_to(powers_of(self.request.user)).filter(key=self.kwargs["key"])
        items = AgendaItem.objects.select_related("bet", "decision").filter(bet__in=bets.values("pk"))
        item = get_object_or_404(items, review=review)
        item.review = review
        return item


class SentMove(SentBecause):
    held_on = serializers.DateField(help_text="The new day.")


class MoveReview(OnReview, Making):
    """Holds a planned review on another day, with a reason."""

    sends = SentMove

    def act(self, typed: dict[str, Any]) -> Review:
        return actions.move_review(self.review(), **typed, **self.by(), today=today())


class CancelReview(OnReview, Making):
    """Cancels a planned review, with a reason."""

    sends = SentBecause

    def act(self, typed: dict[str, Any]) -> Review:
        return actions.cancel_review(self.review(), **typed, **self.by(), today=today())


class MakeAgenda(OnReview, Making):
    """Makes the agenda from the evidence as it stands now; what the chair has put there or ordered stays."""

    def act(self, typed: dict[str, Any]) -> Review:
        return actions.make_agenda(self.review(), **self.by(), today=today())


class SentPosition(Sent):
    bet = Text(max_length=60, help_text="Key of the bet.")
    minutes = Whole(help_text="1 to 240.")


class SentOrder(Sent):
    items = SentPosition(many=True, max_length=ITEMS, help_text="All of them, in their order.")  # type: ignore[call-arg] # of the list of them


class OrderAgenda(OnReview, Making):
    """Puts the items of the agenda in order, each with its minutes."""

    sends = SentOrder

    def act(self, typed: dict[str, Any]) -> Review:
        review, minutes = self.review(), {one["bet"]: one["minutes"] for one in typed["items"]}
        known = dict(review.items.values_list("bet__key", "pk"))
        if unknown := [key for key in minutes if key not in known]:
            raise ValidationError([_("“items”: “%s” is not on the agenda.") % "”, “".join(unknown)])
        return actions.order_agenda(review, {known[key]: length for key, length in minutes.items()}, **self.by())


class SentAgendaBet(Sent):
    bet = Known(lambda person: Bet.objects.visible_to(powers_of(person)), help_text="Key of a live or held bet.")


class PutOnAgenda(OnReview, Making):
    """Puts a bet at the end of the agenda."""

    sends = SentAgendaBet

    def act(self, typed: dict[str, Any]) -> AgendaItem:
        return actions.put_on_agenda(self.review(), typed["bet"], **self.by())


class TakeOffAgenda(OnItem, Dropping):
    """An item of the agenda."""

    def drop(self) -> None:
        """Takes a bet off the agenda that was not opened, and on which nobody has voted."""
        actions.take_off_agenda(self.item(), **self.by())


class SentThere(Sent):
    there = serializers.ListField(child=Numbered(colleagues), max_length=MEMBERS, help_text="Numbers of people.")


class OpenReview(OnReview, Making):
    """Opens a review with the members who are there; its chair does."""

    sends = SentThere

    def act(self, typed: dict[str, Any]) -> Review:
        return actions.open_review(self.review(), typed["there"], **self.by(), today=today())


class JoinReview(OnReview, Making):
    """Says that you take part in a review that is under way."""

    def act(self, typed: dict[str, Any]) -> Review:
        person: Any = self.request.user
        return actions.join_review(self.review(), person, **self.by())


class CloseReview(OnReview, Making):
    """Ends a review that is under way; what was not decided waits for the next one."""

    def act(self, typed: dict[str, Any]) -> Review:
        return actions.close_review(self.review(), **self.by(), today=today())


class SentChance(Sent):
    outcome = Whole(help_text="Number of the outcome.")
    probability = Finite(min_value=0, max_value=1)


class SentVote(Sent):
    kind = serializers.ChoiceField(Decision.Kind.choices)
    because = Text(max_length=BECAUSE, required=False, allow_blank=True)
    chances = SentChance(many=True, max_length=100, help_text="How likely each outcome reaches its target.")  # type: ignore[call-arg] # of the list of them


class CastVote(OnItem, Making):
    """Votes on a bet, or changes your vote while that lasts. Nobody else sees it before the item is open."""

    sends = SentVote

    def act(self, typed: dict[str, Any]) -> Any:
        chances = {one["outcome"]: one["probability"] for one in typed.pop("chances")}
        return actions.cast_vote(self.item(), chances=chances, **typed, **self.by())


class OpenItem(OnItem, Making):
    """Puts a bet on the table: from then on everybody sees the votes."""

    def act(self, typed: dict[str, Any]) -> AgendaItem:
        return actions.open_item(self.item(), **self.by())


class CallSecondVote(OnItem, Making):
    """Asks for a second vote on a bet that is open and not decided yet."""

    def act(self, typed: dict[str, Any]) -> AgendaItem:
        return actions.call_second_vote(self.item(), **self.by())


class SentDissent(Sent):
    person = Numbered(colleagues, help_text="Number of the person.")
    words = Text(max_length=WORDS)


class SentItemDecision(SentDecision):
    learned = Text(max_length=2000, required=False, allow_blank=True, help_text="What it has taught; of a cease.")
    second_reader = Numbered(
        colleagues, required=False, allow_null=True, help_text="Who looks again at a decision against the evidence."
    )
    rescore_on = serializers.DateField(required=False, allow_null=True, help_text="On which day.")
    dissent = SentDissent(many=True, required=False, max_length=MEMBERS)  # type: ignore[call-arg] # of the list of them


class DecideItem(OnItem, Making):
    """Records what a review decides on a bet, with all that follows from it for its money; its chair does. Needs the
    header Idempotency-Key."""

    keyed = True
    sends = SentItemDecision

    def act(self, typed: dict[str, Any]) -> Decision:
        item = self.item()
        dissent = {one["person"]: one["words"] for one in typed.pop("dissent", [])}
        beside = {name: typed.pop(name) for name in ("learned", "second_reader", "rescore_on") if name in typed}
        typed.setdefault("look_again_on", None)
        return actions.decide_item(item, **typed, aside=Aside(**beside, dissent=dissent), **self.by(), today=today())

"""The betting table and the pre-read of a review by API: what the pages show to this person, and no more; and the money
that the chair assigns."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.api_shapes import money_of
from bets.models import Bet, Decision, Flag, Verdict
from funding.models import Budget, FundingRequest
from lib.api import Endpoint, Money, Number
from lib.api_writing import LARGEST, SEEN, Dropping, Making, Numbered, Sent, Whole
from lib.clock import today
from org.visibility import powers_of
from portfolio import actions
from portfolio.api_reviewing import OnItem, OnReview
from portfolio.api_reviews import reviews_of
from portfolio.models import AgendaItem, Review
from portfolio.pre_read import PreRead, ReadItem, pre_read
from portfolio.table_money import Purse
from portfolio.table_page import GROUPS, Seated, TablePage, table_page

Shape = serializers.Serializer[Any]


class PurseShape(Shape):
    """A budget that pays bets of this forum."""

    budget = serializers.IntegerField(source="budget.pk")
    name = serializers.CharField(source="budget.name")
    domain = serializers.CharField(source="budget.domain.key")
    available = Money(help_text="With what was freed.")
    freed = Money(help_text="Given back by bets that ceased in this review.")
    assigned = Money(help_text="Meant for bets by this review, and not posted yet.")
    free = Money(help_text="Available, less what is assigned.")
    asked = Money(help_text="What requests wait for that this review did not file; nothing is reserved for them.")


class NextStepShape(Shape):
    """The next tranche of which something can be asked for."""

    tranche = serializers.IntegerField(source="tranche.sequence")
    purpose = serializers.CharField(source="tranche.purpose")
    gate = serializers.CharField(source="tranche.gate")
    step = serializers.ChoiceField([("commit", "Commit"), ("release", "Release")], source="way")
    amount = Money(source="money")


class WorthShape(Shape):
    """What reaching the target would be worth."""

    low = Money()
    likely = Money()
    high = Money()
    agreed = serializers.BooleanField(help_text="Has finance agreed it as it stands?")


class AssignedShape(Shape):
    budget = serializers.IntegerField(source="budget_id")
    amount = Money(source="money")


class SeatShape(Shape):
    """A bet at the table."""

    bet = serializers.CharField(source="bet.key")
    name = serializers.CharField(source="bet.name")
    group = serializers.ChoiceField([(key, str(label)) for key, (label, _nothing) in GROUPS.items()])
    goal = serializers.CharField(allow_null=True, help_text="Key of the goal it serves.")
    on_agenda = serializers.BooleanField()
    decided = serializers.ChoiceField(Decision.Kind.choices, allow_null=True, help_text="In this review.")
    cash = Money(help_text="All its tranches.")
    team_weeks = Number(help_text="Weeks of its teams.")
    full_cost = Money(allow_null=True, help_text="Cash and team-weeks; null where a rate is not known.")
    worth = WorthShape(allow_null=True)
    shows = serializers.BooleanField(help_text="Do you see already what the evidence recommends?")
    verdict = serializers.ChoiceField(Verdict.Kind.choices, allow_null=True, help_text="Null until it shows.")
    chance = Number(allow_null=True, help_text="Of the target; null until it shows.")
    grade = serializers.CharField(allow_null=True, help_text="A to D; null until it shows.")
    support = serializers.IntegerField(help_text="Strongest finding for it, 0 to 5.")
    against = serializers.IntegerField(help_text="Strongest finding against it, 0 to 5.")
    next = NextStepShape(allow_null=True)
    riskiest = serializers.CharField(allow_null=True, help_text="The riskiest assumption.")
    request = serializers.IntegerField(allow_null=True, help_text="Of the request that waits, for those who see money.")
    assigned = AssignedShape(allow_null=True, help_text="Null also for those who do not see its money.")
    seen = serializers.CharField(help_text="Changes with what is assigned; send it back.")
    refusals = serializers.ListField(child=serializers.CharField(), help_text="Why you assign nothing to it.")


class TableShape(Shape):
    forum = serializers.CharField(source="review.forum.key")
    number = serializers.IntegerField(source="review.number")
    budgets = PurseShape(many=True, help_text="Empty for those who do not see money.")
    bets = SeatShape(many=True, help_text="Those that you may see.")


def table_shown(page: TablePage) -> Any:
    return TableShape({
        "review": page.review, "budgets": [_purse(one) for one in page.purses],
        "bets": [_seat(one) for one in page.seats],
    }).data  # fmt: skip


def _purse(one: Purse) -> dict[str, Any]:
    names = ("available", "freed", "assigned", "free", "asked")
    return {"budget": one.budget} | {name: _money(getattr(one, name), one.currency) for name in names}


def _money(amount: int, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def _seat(one: Seated) -> dict[str, Any]:
    bet, reading, verdict = one.bet, one.reading, one.row.verdict
    assigned = one.assigned if one.sees_money else None
    return {
        "bet": bet, "group": one.group, "goal": bet.goal.key if bet.goal else None, "on_agenda": one.item is not None,
        "decided": one.decision.kind if one.decision else None, "cash": money_of(bet, one.cost.cash),
        "team_weeks": one.cost.weeks, "full_cost": money_of(bet, one.cost.full), "worth": _worth(one),
        "shows": one.shows, "verdict": verdict.kind if verdict and one.shows else None,
        "chance": reading.chance if reading and one.shows else None,
        "grade": reading.grade if reading and one.shows else None, "support": one.support, "against": one.against,
        "next": one.step and {
            "tranche": one.step.tranche, "way": one.step.way, "money": money_of(bet, one.step.amount),
        },
        "riskiest": one.riskiest.assumption.statement if one.riskiest else None,
        "request": one.request.pk if one.request and one.sees_money else None,
        "assigned": assigned and {"budget_id": assigned.budget_id, "money": money_of(bet, assigned.amount)},
        "seen": one.seen, "refusals": one.refusals,
    }  # fmt: skip


def _worth(one: Seated) -> dict[str, Any] | None:
    bet = one.bet
    if bet.value_likely is None:
        return None
    amounts = {"low": bet.value_low, "likely": bet.value_likely, "high": bet.value_high}
    return {name: money_of(bet, amount) for name, amount in amounts.items()} | {"agreed": one.agreed}


class ShowTable(Endpoint):
    """The betting table of a review: the money that is free, and the bets that ask for some, side by side."""

    @extend_schema(responses=TableShape)
    def get(self, request: Request, forum: str, number: int) -> Response:
        person: Any = request.user
        review = get_object_or_404(reviews_of(person), forum__key=forum, number=number)
        return Response(table_shown(table_page(review, person, today())))


class SentAssignment(Sent):
    budget = Numbered(
        lambda person: Budget.objects.visible_to(powers_of(person)), help_text="Number of the budget, as at the table."
    )
    amount = Whole(min_value=1, max_value=LARGEST, help_text="Minor units of its currency.")
    seen = serializers.CharField(max_length=64, required=False, help_text=SEEN)


class OnSeat(OnReview):
    """About one bet at the table of a review, on its agenda or not."""

    answers = TableShape

    def find(self) -> Bet:
        """Nothing that was sent is read when there is no such review or bet for the person."""
        self.review()
        return get_object_or_404(Bet.objects.visible_to(powers_of(self.request.user)), key=self.kwargs["key"])

    def shown(self, made: Any) -> Any:
        person: Any = self.request.user
        return table_shown(table_page(self.review(), person, today()))


class AssignMoney(OnSeat, Making):
    """Means money for the next tranche of a bet, in place of what was meant for it before; the chair does. It reserves
    nothing: the decision asks for it."""

    sends = SentAssignment

    def act(self, typed: dict[str, Any]) -> Any:
        return actions.assign_money(self.review(), self.find(), **typed, **self.by(), today=today())


class TakeBackAssignment(OnSeat, Dropping):
    """What the meeting means for a bet."""

    def drop(self) -> None:
        """Takes back what the meeting means for a bet; the chair does."""
        actions.take_back_assignment(self.review(), self.find(), **self.by())


class AskedShape(Shape):
    request = serializers.IntegerField(source="pk", help_text="Number of the request.")
    kind = serializers.ChoiceField(FundingRequest.Kind.choices)
    amount = Money(source="money")


class AskForItem(OnItem, Making):
    """Files the request for money that a decision could not file when it was made; whoever decided does. Needs the
    header Idempotency-Key."""

    keyed, answers, status = True, AskedShape, 201

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        return actions.ask_for_item(self.item(), **self.by(), today=today())

    def shown(self, made: FundingRequest) -> Any:
        money = _money(made.amount, made.ledger.currency)
        return AskedShape({"pk": made.pk, "kind": made.kind, "money": money}).data


class ReadFlagShape(Shape):
    kind = serializers.ChoiceField(Flag.Kind.choices)
    since = serializers.DateField(source="raised_on")


class ReadItemShape(Shape):
    """An item of the agenda, as its members read it before the review."""

    bet = serializers.CharField(source="entry.row.bet.key")
    name = serializers.CharField(source="entry.row.bet.name")
    position = serializers.IntegerField(source="entry.item.position")
    reason = serializers.ChoiceField(AgendaItem.Reason.choices, source="entry.item.reason")
    why = serializers.CharField(source="entry.why", help_text="In one sentence.")
    planned_ahead = serializers.SerializerMethodField(help_text="Of its tranches what is planned after today.")
    act_by = serializers.DateField(source="last_day", allow_null=True, help_text="Last day on which acting is of use.")
    flags = ReadFlagShape(many=True, help_text="Those that recommend something only once that shows.")
    shows = serializers.BooleanField(help_text="Do you see already what the evidence recommends?")
    recommended = serializers.CharField(help_text="Empty until it shows, or where nothing is recommended.")

    @extend_schema_field(Money)
    def get_planned_ahead(self, one: ReadItem) -> Any:
        bet: Any = one.entry.row.bet
        return money_of(bet, bet.at_stake)


class NearMissShape(Shape):
    bet = serializers.CharField(source="flag.bet.key")
    read_by = serializers.DateField(source="flag.read_by", allow_null=True, help_text="Until when it is read again.")
    words = serializers.CharField()


class ChangeShape(Shape):
    bet = serializers.CharField(source="key")
    what = serializers.CharField(help_text="verdict, decided, raised, cleared, passed or live.")
    before = serializers.CharField(help_text="Of a verdict: what it was.")
    after = serializers.CharField(help_text="Of a verdict or a decision.")
    flag = serializers.CharField(help_text="Kind of the flag.")
    day = serializers.DateField(allow_null=True)


class PreReadShape(Shape):
    forum = serializers.CharField(source="review.forum.key")
    number = serializers.IntegerField(source="review.number")
    items = ReadItemShape(many=True)
    near_misses = NearMissShape(many=True)
    since = serializers.DateField(allow_null=True, help_text="The night with which it is compared.")
    changes = ChangeShape(many=True, help_text="What changed since then.")


class ShowPreRead(Endpoint):
    """What members read before a review; no sooner than on the pages does it say what the evidence recommends."""

    @extend_schema(responses=PreReadShape)
    def get(self, request: Request, forum: str, number: int) -> Response:
        person: Any = request.user
        review: Review = get_object_or_404(reviews_of(person), forum__key=forum, number=number)
        return Response(_read(pre_read(review, person, today())))


def _read(page: PreRead) -> Any:
    changes = page.changes
    return PreReadShape({
        "review": page.review, "items": page.items, "near_misses": page.near_misses,
        "since": changes.since if changes else None, "changes": changes.all if changes else [],
    }).data  # fmt: skip

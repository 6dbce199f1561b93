"""Addresses of the API that change, drop and close what a bet was planned with: assumptions, tranches, what is to be
learnt, releases."""

from typing import Any

from rest_framework import serializers

from bets import actions
from bets.api_desk import AssumptionShape, LearningShape, ReleaseShape
from bets.api_shapes import TrancheShape
from bets.api_writing import OnBet, SentAssumption, SentTranche
from bets.drafts import assumption_values, tranche_values
from bets.models import Assumption, LearningOutcome, Release, Tranche
from lib.api_writing import Changing, Dropping, Making, Sent, SomeSeen, Text, Whole
from lib.seen import seen_of


class SentAssumptionChange(SomeSeen, SentAssumption):
    """What an assumption says."""


class ChangeAssumption(OnBet, Changing, Dropping):
    """Changes an assumption, as long as the bet is not over."""

    sends, answers = SentAssumptionChange, AssumptionShape

    def act(self, typed: dict[str, Any]) -> Assumption:
        assumption = self.assumption()
        stands = assumption_values(assumption)
        return actions.change_assumption(assumption, **stands | {"seen": seen_of(stands)} | typed, **self.by())

    def drop(self) -> None:
        """Drops what nobody assumes any more; what was found out about it stays readable."""
        actions.drop_assumption(self.assumption(), **self.by())

    def assumption(self) -> Assumption:
        found: Assumption = self.one(Assumption.objects.select_related("bet"), number=self.kwargs["number"])
        return found


class SentTrancheChange(SomeSeen, SentTranche):
    """What a tranche says."""


class ChangeTranche(OnBet, Changing, Dropping):
    """Changes a tranche of a draft."""

    sends, answers = SentTrancheChange, TrancheShape

    def act(self, typed: dict[str, Any]) -> Tranche:
        tranche = self.tranche()
        stands = tranche_values(tranche)
        return actions.change_tranche(tranche, **stands | {"seen": seen_of(stands)} | typed, **self.by())

    def drop(self) -> None:
        """Takes a tranche out of a draft; those after it move up."""
        actions.drop_tranche(self.tranche(), **self.by())

    def tranche(self) -> Tranche:
        found: Tranche = self.one(Tranche.objects.select_related("bet"), sequence=self.kwargs["sequence"])
        return found


class SentLearnt(Sent):
    finding = serializers.ChoiceField(LearningOutcome.Finding.choices)
    note = Text(max_length=1000, help_text="What it rests on.")
    counted = Whole(required=False, allow_null=True, max_value=2**31 - 1, help_text="Of a counted behaviour.")


class _Learning(OnBet):
    def learning(self) -> LearningOutcome:
        found: LearningOutcome = self.one(LearningOutcome.objects.all(), number=self.kwargs["number"])
        return found


class RecordLearning(_Learning, Making):
    """Writes down once what was found: the named reader of a question, the lead or product operations of a count."""

    sends, answers, status = SentLearnt, LearningShape, 200

    def act(self, typed: dict[str, Any]) -> LearningOutcome:
        return actions.record_learning(self.learning(), typed.pop("finding"), **typed, **self.by())


class DropLearning(_Learning, Dropping):
    """One thing that a bet is to find out."""

    def drop(self) -> None:
        """Takes a learning outcome out of a draft."""
        actions.drop_learning_outcome(self.learning(), **self.by())


class WithdrawRelease(OnBet, Making):
    """Takes a marker that was a mistake off the charts; the history keeps it."""

    answers, status = ReleaseShape, 200

    def act(self, typed: dict[str, Any]) -> Release:
        return actions.withdraw_release(self.one(Release.objects.all(), pk=self.kwargs["pk"]), **self.by())

"""The address of the API at which a second reader scores a decision that went against the evidence."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers

from bets import actions
from bets.api_writing import OnBet
from bets.models import Rescoring
from bets.rules_rescoring import NOTE
from lib.api_writing import Making, Sent, Text
from lib.clock import today
from portfolio.api_decisions import RescoringShape


class SentScore(Sent):
    finding = serializers.ChoiceField(Rescoring.Finding.choices, help_text="As it is seen today.")
    note = Text(max_length=NOTE, help_text="What has happened since that says so.")


class ScoreDecision(Making, OnBet):
    """Says once whether a decision against the evidence was right: by whoever was named to look at it again, on the day
    for that or later. Who was not named is refused with the reason."""

    sends, answers = SentScore, RescoringShape

    def act(self, typed: dict[str, Any]) -> Rescoring:
        decision = get_object_or_404(self.bet().decisions, number=self.kwargs["number"])
        return actions.rescore_decision(decision, **typed, **self.by(), today=today())

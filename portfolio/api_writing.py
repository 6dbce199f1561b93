"""Addresses of the API that state a bet, change a draft and take it live; they answer with the bet as it stands."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from bets import actions
from bets.actions import Claim
from bets.api_writing import COLLEAGUE, OnBet, SentClaim, colleague
from bets.models import Bet, Goal, Template
from lib.api_writing import Changing, Known, Making, Sent, Text, Whole
from lib.clock import now, today
from org.models import Domain, Team
from org.visibility import powers_of
from portfolio.api import bet_in_full
from portfolio.api_shapes import BetDetailShape


def domains_of(person: Any) -> Any:
    reached = powers_of(person).domains()
    return Domain.objects.all() if reached is None else Domain.objects.filter(pk__in=reached)


def teams_of(person: Any) -> Any:
    return Team.objects.filter(domain__in=domains_of(person))


class SentAbout(Sent):
    """What a bet says of itself."""

    name = Text(max_length=160)
    domain = Known(domains_of, help_text="Key of the domain.")
    lead = Whole(required=False, help_text=f"You, if nobody is named. {COLLEAGUE}")
    goal = Known(lambda person: Goal.objects.all(), required=False, allow_null=True, help_text="Key of the goal.")
    teams = serializers.ListField(child=Known(teams_of), required=False, max_length=100, help_text="Keys of the teams.")
    stage = serializers.ChoiceField(Bet.Stage.choices, required=False)
    horizon = serializers.ChoiceField(Bet.Horizon.choices, required=False)
    currency = Text(max_length=3, required=False)
    starts_on = serializers.DateField()


class SentBet(SentAbout):
    key = Text(max_length=60)
    claim = SentClaim(required=False, allow_null=True)
    template = Known(lambda person: Template.objects.filter(is_active=True), required=False, allow_null=True)


class SentBetChange(SentAbout):
    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class _Whole(OnBet):
    answers = BetDetailShape

    def shown(self, made: Bet) -> Any:
        return BetDetailShape(bet_in_full(self.request, made.key), context={"request": self.request}).data


class StateBet(_Whole, Making):
    """States a bet; it stays a draft until it goes live."""

    sends = SentBet

    def act(self, typed: dict[str, Any]) -> Bet:
        person: Any = self.request.user
        key, name, domain = typed.pop("key"), typed.pop("name"), typed.pop("domain")
        claim = typed.pop("claim", None)
        lead = colleague(domain.pk, typed.pop("lead", None), "lead") or person
        stated = Claim(**claim) if claim else None
        return actions.state_bet(key, name, domain, stated, lead=lead, by=person, at=now(), **typed)

    def where(self, made: Bet) -> str:
        return reverse("api_show_bet", args=[made.key])


class ChangeBet(_Whole, Changing):
    """Changes what a draft says of itself; what is not sent stays."""

    sends = SentBetChange

    def act(self, typed: dict[str, Any]) -> Bet:
        bet = self.bet()
        if "lead" in typed:
            typed["lead"] = colleague(typed.get("domain", bet.domain).pk, typed["lead"], "lead")
        return actions.change_bet(bet, **typed, **self.by())


class GoLive(_Whole, Making):
    """Takes a draft live: what it is judged by freezes."""

    status = 200

    def act(self, typed: dict[str, Any]) -> Bet:
        return actions.go_live(self.bet(), **self.by(), today=today())

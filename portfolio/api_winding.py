"""Addresses of the API about the end of a bet: what winding it down would cost, and giving back what is left of it."""

from typing import Any

from bets.actions import plan_wind_down
from bets.api_writing import OnBet
from bets.models import Bet
from bets.rules_draft import MINOR_AT_MOST
from funding import actions
from lib.api_writing import Making, Sent, Whole
from lib.clock import today
from portfolio.api import bet_in_full
from portfolio.api_shapes import BetDetailShape


class SentCost(Sent):
    amount = Whole(max_value=MINOR_AT_MOST, help_text="Minor units of the bet's currency; 0 if it costs nothing.")


class _Ending(Making, OnBet):
    """Answers with the bet."""

    keyed, status = True, 200
    answers = BetDetailShape

    def shown(self, made: Any) -> Any:
        return BetDetailShape(bet_in_full(self.request, self.kwargs["key"]), context={"request": self.request}).data


class PlanWindDown(_Ending):
    """Says what it would cost to wind a bet down: so much is set aside when it ceases."""

    sends = SentCost

    def act(self, typed: dict[str, Any]) -> Bet:
        return plan_wind_down(self.bet(), typed["amount"], **self.by())


class FinishWindDown(_Ending):
    """Gives back what is left of the money that was set aside to wind a ceased bet down."""

    def act(self, typed: dict[str, Any]) -> Any:
        return actions.finish_wind_down(self.bet(), **self.by(), today=today())

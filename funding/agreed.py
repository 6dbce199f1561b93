"""What finance agreed a bet is worth, and whether the bet still says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bets.models import Bet
from funding.models import ValueAgreement
from funding.rules_agreeing import Worth, agree_refusals
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

OVER = (Bet.State.CEASED, Bet.State.CONCLUDED)


@dataclass(frozen=True)
class Agreed:
    """`every` agreement on the value of a bet, the latest first; `refusals` say why this person adds none."""

    bet: Bet
    every: list[ValueAgreement]
    refusals: list[str]

    @property
    def latest(self) -> ValueAgreement | None:
        return self.every[0] if self.every else None

    @property
    def stands(self) -> bool:
        """Does the bet still say what was agreed?"""
        return self.latest is not None and says(self.latest) == worth_of(self.bet)


def worth_of(bet: Bet) -> Worth:
    return Worth(bet.value_low, bet.value_likely, bet.value_high, bet.value_conversion)


def says(agreement: ValueAgreement) -> Worth:
    return Worth(agreement.low, agreement.likely, agreement.high, agreement.conversion)


def worth_seen(bet: Bet) -> Mapping[str, Any]:
    """What somebody has read who agrees it."""
    return vars(worth_of(bet))


def agreed_of(bet: Bet, person: Person) -> Agreed:
    """One query, none where no value was stated."""
    said = bet.value_likely is not None
    every = list(ValueAgreement.objects.filter(bet=bet).select_related("agreed_by")) if said else []
    return Agreed(bet, every, agreeing_refusals(bet, person, every[0] if every else None))


def agreeing_refusals(bet: Bet, person: Person, latest: ValueAgreement | None) -> list[str]:
    """Why this person does not agree what this bet is worth."""
    worth = worth_of(bet)
    because = agree_refusals(
        worth, is_over=bet.state in OVER, is_lead=bet.lead_id == person.pk,
        is_agreed=latest is not None and says(latest) == worth,
    )  # fmt: skip
    return [*refusals(powers_of(person), "agree_value", bet.domain_id), *because]

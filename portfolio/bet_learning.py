"""What a bet is to learn, and what was found; and who may state or restate its outcomes: a section of its page."""

from dataclasses import dataclass
from datetime import date

from bets.models import Bet, LearningOutcome
from bets.outcome_page import finder_reasons
from bets.rules_outcome import add_refusals
from org.models import Person
from org.visibility import powers_of


@dataclass(frozen=True)
class LearningShown:
    """One learning outcome; `may_record` says that this person says what was found."""

    learning: LearningOutcome
    is_overdue: bool
    may_record: bool


@dataclass(frozen=True)
class BetLearning:
    """`may_add`: one more outcome may be stated; `asks_restating`: a link to moving lines, or to why not, is of use."""

    items: list[LearningShown]
    may_add: bool
    asks_restating: bool

    @property
    def open(self) -> int:
        return sum(not item.learning.finding for item in self.items)


def learning_of(bet: Bet, person: Person, *, today: date) -> BetLearning:
    """One query."""
    powers = powers_of(person)
    known = bet.learning_outcomes.select_related("reader", "found_by").order_by("number")
    is_live = bet.state in (Bet.State.LIVE, Bet.State.HELD)
    moves = powers.may("restate_outcome", bet.domain_id) or powers.may("state_bet", bet.domain_id)
    return BetLearning(
        items=[_shown(learning, bet, person, today=today, is_live=is_live) for learning in known],
        may_add=is_live and not any(add_refusals(powers, bet)),
        asks_restating=is_live and moves,
    )


def _shown(learning: LearningOutcome, bet: Bet, person: Person, *, today: date, is_live: bool) -> LearningShown:
    learning.bet = bet
    is_open = not learning.finding
    return LearningShown(
        learning,
        is_overdue=is_open and is_live and learning.due_on < today,
        may_record=is_open and is_live and not finder_reasons(learning, person),
    )

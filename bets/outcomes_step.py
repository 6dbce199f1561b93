"""The outcomes of a draft all together, and the pages of what is to be learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bets.actions.learning import discovery_of, discovery_refusals
from bets.models import Allowance, Bet, LearningOutcome, Outcome, Segment
from bets.outcome_page import Checked, check_stored, finder_reasons
from bets.rules_learning import learning_refusals
from bets.rules_outcome import add_refusals, change_refusals
from bets.sketching import LeftOutcome, left_outcomes
from org.models import Person
from org.visibility import powers_of


@dataclass(frozen=True)
class Step:
    """The step of the guide. `may_learn`: it is a bet in discovery, for which product operations have set an allowance
    or not yet; `beyond` says why what is to be learnt goes beyond it."""

    outcomes: Sequence[Checked]
    learning: Sequence[LearningOutcome]
    allowance: Allowance | None
    beyond: list[str]
    is_discovery: bool
    add_refusals: list[str]
    change_refusals: list[str]
    left: Sequence[LeftOutcome]


def step_of(bet: Bet, person: Person, *, today: date) -> Step:
    """Seven queries for each outcome, of which a draft has a few."""
    listed = bet.outcomes.current().select_related("bet", "series__metric", "series__source")
    powers = powers_of(person)
    return Step(
        outcomes=[check_stored(outcome, _segments(outcome), today=today) for outcome in listed.order_by("number")],
        learning=list(bet.learning_outcomes.select_related("reader")),
        allowance=Allowance.objects.filter(currency=bet.currency).first(),
        beyond=list(discovery_refusals(bet)), is_discovery=bet.stage == Bet.Stage.DISCOVERY,
        add_refusals=list(add_refusals(powers, bet)), change_refusals=list(change_refusals(powers, bet)),
        left=left_outcomes(bet, person),
    )  # fmt: skip


def _segments(outcome: Outcome) -> list[Segment]:
    return list(outcome.segments.select_related("series__metric", "series__source").order_by("name"))


@dataclass(frozen=True)
class LearningPage:
    """The page on which a learning outcome is stated."""

    allowance: Allowance | None
    refusals: list[str]


def learning_page(bet: Bet, person: Person) -> LearningPage:
    """Four queries."""
    plan = discovery_of(bet)
    reasons = [*add_refusals(powers_of(person), bet), *learning_refusals(plan, [bet.starts_on])]
    return LearningPage(Allowance.objects.filter(currency=bet.currency).first(), reasons)


@dataclass(frozen=True)
class FindingPage:
    """The page on which is said what was found."""

    learning: LearningOutcome
    refusals: list[str]
    is_overdue: bool


def finding_page(learning: LearningOutcome, person: Person, *, today: date) -> FindingPage:
    """No query beyond the powers of the person."""
    reasons = [] if learning.found_at else finder_reasons(learning, person)
    if not learning.found_at and learning.bet.state not in ("live", "held"):
        reasons = ["Only what a bet that is under way has learnt is recorded."]
    return FindingPage(learning, reasons, not learning.found_at and learning.due_on < today)

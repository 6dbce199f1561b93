"""What follows from a decision, as the pages of its bet show it: who is credited for ceasing well, what is free again,
what the bet has taught, and the version of the hypothesis that a pivot asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bets.actions.following import CREDITED, held_of
from bets.models import Bet, Decision, LearningReview, NextHypothesis
from bets.rules_after import held_refusals, holder_refusals
from org.models import Event, Person
from org.rules import Powers
from org.visibility import powers_of

# What a decision is read with, so that nothing more is asked for each.
FOLLOWED = ("learning_review__credited", "learning_review__held_by", "next_hypothesis__written__written_by", "reversal")
SETTLING = (Decision.Kind.FUND, Decision.Kind.PERSIST, Decision.Kind.PIVOT, Decision.Kind.CEASE)


@dataclass(frozen=True)
class Credit:
    """What is free again since a bet ceased: by currency in minor units (None: for who sees money), and by team."""

    money: Sequence[tuple[str, int]] | None
    weeks: Sequence[tuple[str, Decimal]]

    @property
    def all_weeks(self) -> Decimal:
        return sum((count for _team, count in self.weeks), Decimal())


@dataclass(frozen=True)
class Follows:
    """Of one decision; `refusals` say why this person does not hold its learning review."""

    decision: Decision
    today: date
    reversal: Decision | None = None
    review: LearningReview | None = None
    credit: Credit | None = None
    refusals: Sequence[str] = ()
    asked: NextHypothesis | None = None
    is_held: bool = False  # the bet waits for what the pivot has asked for
    may_write: bool = False

    @property
    def waits(self) -> bool:
        """Is the learning review still to be held?"""
        return self.review is not None and self.review.held_at is None and self.reversal is None

    @property
    def is_late(self) -> bool:
        due = self.review.due_on if self.review else self.asked.due_on if self.asked else self.today
        return due < self.today


def reversal_of(decision: Decision) -> Decision | None:
    return getattr(decision, "reversal", None)


def review_of(decision: Decision) -> LearningReview | None:
    found: LearningReview | None = getattr(decision, "learning_review", None)
    if found is not None:
        found.decision = decision
    return found


def follows_of(bet: Bet, decision: Decision, person: Person, today: date) -> Follows | None:
    """What follows from one decision, which was read with FOLLOWED; None where nothing does. One query at most."""
    powers = powers_of(person)
    if review := review_of(decision):
        return Follows(
            decision, today, reversal_of(decision), review, credits_of([decision], powers).get(decision.pk),
            refusals_of(review, bet, person, today),
        )  # fmt: skip
    if decision.kind == Decision.Kind.PIVOT and (asked := _asked_by(bet, decision)):
        return Follows(
            decision, today, reversal_of(decision), asked=asked, is_held=bet.state == Bet.State.HELD,
            may_write=powers.may("state_bet", bet.domain_id),
        )  # fmt: skip
    return None


def _asked_by(bet: Bet, decision: Decision) -> NextHypothesis | None:
    """The version that this pivot has opened; or an earlier one, when it was open then."""
    own: NextHypothesis | None = getattr(decision, "next_hypothesis", None)
    if own:
        return own
    earlier = NextHypothesis.objects.filter(bet=bet, decision__number__lt=decision.number)
    return earlier.select_related("written__written_by").order_by("-decision__number").first()


def follows_of_bet(bet: Bet, decisions: Sequence[Decision], person: Person, today: date) -> Follows | None:
    """What follows from the latest decision that settled where the bet goes; a deferral leaves that as it was.
    `decisions` the latest first, read with FOLLOWED."""
    latest = next((one for one in decisions if one.kind in SETTLING), None)
    return follows_of(bet, latest, person, today) if latest else None


def refusals_of(review: LearningReview, bet: Bet, person: Person, today: date) -> list[str]:
    """Why this person does not hold the learning review now; nothing when they do."""
    powers, by = powers_of(person), review.decision.decided_by_id
    return [
        *holder_refusals(powers, person.pk, bet, review.credited_id, by),
        *held_refusals(held_of(review), today=today),
    ]


def credits_of(decisions: Iterable[Decision], powers: Powers) -> Mapping[int, Credit]:
    """By decision to cease what is free again because of it. One query; `decisions` with their bets."""
    domains = {one.pk: one.bet.domain_id for one in decisions}
    bets = {one.bet_id for one in decisions}
    events = Event.objects.filter(subject_type="bets.bet", subject_id__in=bets, kind=CREDITED)
    found = {}
    for said in events.values_list("payload", flat=True):
        if (key := said.get("decision")) in domains:
            found[key] = _credit(said, sees_money=powers.may("see_money", domains[key]))
    return found


def _credit(said: Mapping[str, object], *, sees_money: bool) -> Credit:
    returned, weeks = said.get("returned") or {}, said.get("weeks") or []
    money = sorted(returned.items()) if sees_money else None  # type: ignore[attr-defined] # as the action wrote it
    return Credit(money, [(str(team), Decimal(count)) for team, count in weeks])  # type: ignore[attr-defined]

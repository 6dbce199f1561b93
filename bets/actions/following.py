"""State changes that follow a decision: the learning review of a bet that ceased, and the version of its hypothesis
that a pivot asks for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from bets.models import Bet, Decision, Hypothesis, LearningReview, NextHypothesis
from bets.rules_after import LEARNING_AFTER, WRITTEN_WITHIN, Held, held_refusals, holder_refusals, lesson_refusals
from lib.money import exact
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

CREDITED = "ceased well"


def open_what_follows(decision: Decision, *, at: datetime, today: date) -> None:
    """What a decision that was just recorded asks for later, in the caller's transaction, which holds the bet."""
    if decision.kind == Decision.Kind.CEASE:
        LearningReview.objects.create(
            decision=decision, credited_id=decision.bet.lead_id, due_on=today + LEARNING_AFTER
        )
    elif decision.kind == Decision.Kind.PIVOT:
        _ask_for_hypothesis(decision, at=at, today=today)


def _ask_for_hypothesis(decision: Decision, *, at: datetime, today: date) -> None:
    """Opens the next version; one that is open already stays as it is."""
    bet = decision.bet
    if NextHypothesis.objects.filter(bet=bet, written=None).exists():
        return
    version = (bet.hypotheses.aggregate(last=Max("version"))["last"] or 0) + 1
    asked = NextHypothesis.objects.create(decision=decision, bet=bet, version=version, due_on=today + WRITTEN_WITHIN)
    said = f"Version {version} of the hypothesis is open: {bet.lead} writes it until {asked.due_on:%-d %B %Y}."
    record_event(bet, "hypothesis asked for", said, at=at, by=decision.decided_by, version=version)


def answer_pivot(written: Hypothesis) -> None:
    """Says that the version which a pivot has asked for is there now, in the caller's transaction."""
    NextHypothesis.objects.filter(bet=written.bet_id, version=written.version, written=None).update(written=written)


@transaction.atomic
def credit_owner(
    decision: Decision, returned: Mapping[str, int], weeks: Sequence[tuple[str, Decimal]], *, by: Person, at: datetime
) -> None:
    """Puts on record who is to be credited for a bet that ceased, with what is free again because of it: money in minor
    units by currency, and team-weeks by the name of the team."""
    review = LearningReview.objects.select_related("decision__bet", "credited").get(decision=decision)
    free = {currency: amount for currency, amount in returned.items() if amount}
    record_event(
        decision.bet, CREDITED, _credit(review, free, weeks), at=at, by=by, decision=decision.pk,
        credited=review.credited_id, returned=free, weeks=[[team, str(count)] for team, count in weeks],
    )  # fmt: skip


def _credit(review: LearningReview, free: Mapping[str, int], weeks: Sequence[tuple[str, Decimal]]) -> str:
    money = " and ".join(exact(amount, currency) for currency, amount in free.items())
    said = f"{review.credited} is credited for ceasing {review.decision.bet}"
    said += f": {money} {'is' if len(free) < 2 else 'are'} free for other bets." if money else "."
    if count := sum((number for _team, number in weeks), Decimal()):
        stays = "the team stays" if len(weeks) == 1 else "the teams stay"
        said += f" {count.normalize():f} team-weeks are free again; {stays}."
    return said


@transaction.atomic
def hold_learning_review(
    review: LearningReview, *, lesson: str, reuse: str, by: Person, at: datetime, today: date
) -> LearningReview:
    """Writes what a ceased bet has taught, seen from some distance; once."""
    bet = Bet.objects.select_for_update(no_key=True).get(decisions=review.decision_id)
    found = LearningReview.objects.select_for_update(no_key=True, of=["self"]).select_related("decision")
    review = found.get(pk=review.pk)
    decision, lesson, reuse = review.decision, _plain(lesson), _plain(reuse)
    refuse_if(holder_refusals(powers_of(by), by.pk, bet, review.credited_id, decision.decided_by_id))
    refuse_if(held_refusals(held_of(review), today=today))
    refuse_if(lesson_refusals(lesson, reuse))
    review.lesson, review.reuse, review.held_at, review.held_by = lesson, reuse, at, by
    review.save(update_fields=["lesson", "reuse", "held_at", "held_by"])
    record_event(bet, "learning review held", f"Learned from ceasing: {lesson}", at=at, by=by, decision=decision.pk)
    return review


def held_of(review: LearningReview) -> Held:
    """As the rules ask for it; `review` with its decision, one query unless its reversal was read with it."""
    decision = review.decision
    return Held(review.held_at is not None, hasattr(decision, "reversal"), timezone.localdate(decision.decided_at))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

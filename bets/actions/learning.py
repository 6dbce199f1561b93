"""Learning outcomes: what a bet in discovery is to find out where no series can tell, and what was found."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, ProtectedError, Sum

from bets.models import Allowance, Bet, LearningOutcome
from bets.rules_learning import (
    Asked,
    Discovery,
    Found,
    Limits,
    asked_refusals,
    finder_refusals,
    finding_refusals,
    learning_refusals,
)
from bets.rules_outcome import add_refusals, change_refusals
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


def discovery_of(bet: Bet) -> Discovery:
    """The bet as far as its allowance goes. Three queries."""
    allowance = Allowance.objects.filter(currency=bet.currency).first()
    return Discovery(
        stage=bet.stage, currency=bet.currency, starts_on=bet.starts_on,
        planned=bet.tranches.aggregate(sum=Sum("amount"))["sum"] or 0,
        has_outcomes=bet.outcomes.current().exists(),
        limits=Limits(allowance.amount, allowance.days, allowance.cap) if allowance else None,
    )  # fmt: skip


def discovery_refusals(bet: Bet) -> Iterator[str]:
    """Why the learning outcomes that a bet has go beyond its allowance; nothing when they do not, or it has none. Four
    queries."""
    yield from learning_refusals(discovery_of(bet), bet.learning_outcomes.values_list("due_on", flat=True))


@transaction.atomic
def add_learning_outcome(
    bet: Bet, kind: str, question: str, due_on: date, *, by: Person, at: datetime, today: date,
    goal: int | None = None, reader: Person | None = None,
) -> LearningOutcome:  # fmt: skip
    """States what is to be found out; its evidence is capped at what the allowance of that day says."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(add_refusals(powers_of(by), bet))
    asked = Asked(
        kind, question.strip(), goal, due_on, has_reader=reader is not None,
        reader_sees=reader is None or powers_of(reader).sees(bet.domain_id),
        reader_leads=reader is not None and reader.pk == bet.lead_id,
    )  # fmt: skip
    plan, known = discovery_of(bet), list(bet.learning_outcomes.values_list("due_on", flat=True))
    refuse_if([*asked_refusals(asked, bet.starts_on, today=today), *learning_refusals(plan, [*known, due_on])])
    if bet.learning_outcomes.filter(kind=kind, question=asked.question, finding="").exists():
        raise Refused("This bet asks that already.")
    number = (bet.learning_outcomes.aggregate(last=Max("number"))["last"] or 0) + 1
    stated = LearningOutcome.objects.create(
        bet=bet, number=number, kind=kind, question=asked.question, goal=goal, reader=reader, due_on=due_on,
        cap=plan.limits.cap if plan.limits else 0,
    )  # fmt: skip
    record_event(bet, "learning outcome stated", f"To be learnt ({number}): {stated.question}", at=at, by=by)
    return stated


@transaction.atomic
def drop_learning_outcome(learning: LearningOutcome, *, by: Person, at: datetime) -> None:
    """Takes a learning outcome out of a draft."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=learning.bet_id)
    refuse_if(change_refusals(powers_of(by), bet))
    stated = LearningOutcome.objects.filter(pk=learning.pk).first()
    if stated is None:
        raise Refused("Somebody dropped this meanwhile.")
    said = f"No longer to be learnt ({stated.number}): {stated.question}"
    try:
        stated.delete()
    except ProtectedError:
        raise Refused("Evidence points to this learning outcome: it stays.") from None
    record_event(bet, "learning outcome dropped", said, at=at, by=by)


@transaction.atomic
def record_learning(
    learning: LearningOutcome, finding: str, *, note: str, by: Person, at: datetime, counted: int | None = None
) -> LearningOutcome:
    """Writes down, once, what was found: the named reader of a question, the lead or product operations of a count."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=learning.bet_id)
    learning = LearningOutcome.objects.get(pk=learning.pk)
    refuse_if(finder_refusals(powers_of(by), by.pk, learning.kind, learning.reader_id, bet))
    found = Found(
        learning.kind, learning.goal, finding, note, counted, state=bet.state, is_found=learning.found_at is not None
    )
    refuse_if(finding_refusals(found))
    learning.finding, learning.note, learning.counted = finding, note.strip(), counted
    learning.found_at, learning.found_by = at, by
    learning.save(update_fields=["finding", "note", "counted", "found_at", "found_by"])
    words = {"yes": "yes", "no": "no", "open": "it cannot be said"}[finding]
    record_event(bet, "learning recorded", f"Learnt ({learning.number}): {words}. {learning.note}", at=at, by=by)
    return learning

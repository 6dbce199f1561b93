"""Scoring a decision that went against the evidence, on the day on which it is looked at again or later."""

from datetime import date, datetime

from django.db import transaction

from bets.models import Bet, Decision, Rescoring
from bets.rules_rescoring import Waiting, score_refusals, scorer_refusals
from bets.verdicts import standing_verdict
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


def scoring_of(decision: Decision) -> Waiting:
    """What the rules ask of a decision (with its bet and second reader)."""
    return Waiting(
        reader=decision.second_reader_id, reader_name=str(decision.second_reader or ""),
        rescore_on=decision.rescore_on, lead=decision.bet.lead_id, domain=decision.bet.domain_id,
        is_scored=hasattr(decision, "rescoring"),
    )  # fmt: skip


@transaction.atomic
def rescore_decision(
    decision: Decision, finding: str, *, note: str, by: Person, at: datetime, today: date
) -> Rescoring:  # fmt: skip
    """Writes what the second reader of a decision found, with what the evidence says on that day; once."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=decision.bet_id)
    decision = Decision.objects.select_related("bet", "second_reader", "rescoring").get(pk=decision.pk)
    refuse_if(scorer_refusals(powers_of(by), by.pk, scoring_of(decision), today=today))
    refuse_if(score_refusals(finding, note))
    verdict = standing_verdict(bet, today)
    made = Rescoring.objects.create(
        decision=decision, finding=finding, verdict=verdict.kind if verdict else "", note=note.strip(), scored_at=at,
        scored_by=by,
    )  # fmt: skip
    said = f"Decision {decision.number} looked at again: {WORDS[finding]} {made.note}"
    record_event(bet, "decision scored", said, at=at, by=by, decision=decision.pk, finding=finding)
    return made


WORDS = {
    "right": "it was right.", "wrong": "it was wrong.", "open": "it cannot be said yet whether it was right.",
}  # fmt: skip

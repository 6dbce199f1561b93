"""State changes that follow a decision through all apps."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from bets.actions import Aside, record_decision
from bets.models import Bet, Decision, Tranche
from bets.verdicts import standing_verdict
from funding.actions import file_next, follow_decision
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from portfolio.actions.meeting import locked_item
from portfolio.models import AgendaItem
from portfolio.rules_reviews import RECOMMENDED, Deciding, chair_refusals, item_refusals

GOES_ON = (Decision.Kind.FUND, Decision.Kind.PERSIST)  # the next tranche is asked for


@transaction.atomic
def decide_bet(
    bet: Bet, kind: str, *, by: Person, at: datetime, today: date, wind_down: int | None = None, **said: Any
) -> Decision:
    """Records a decision on a bet and does to its money what follows, all or nothing. A cease returns what is not
    spent, but for `wind_down` (minor units; None: what was planned for it); a pivot voids what is asked for."""
    decision = record_decision(bet, kind, by=by, at=at, today=today, **said)
    follow_decision(decision, wind_down=wind_down, by=by, at=at, today=today)
    return decision


@transaction.atomic
def decide_item(
    item: AgendaItem, kind: str, *, by: Person, at: datetime, today: date, aside: Aside | None = None, **said: Any
) -> Decision:
    """Records the decision of a review on the bet of an item, made by the chair, with all that follows; once. To fund
    or to persist files the request for the next tranche; what stands in its way is told in the event."""
    item, aside = locked_item(item), aside or Aside()
    refuse_if(chair_refusals(item.review.state, is_chair=by.pk == item.review.forum.chair_id))
    refuse_if(item_refusals(_deciding(item, kind, aside, today), today=today))
    decision = decide_bet(item.bet, kind, by=by, at=at, today=today, aside=aside, **said)
    item.decision = decision
    item.save(update_fields=["decision"])
    asked = file_next(decision, by=by, at=at, today=today) if kind in GOES_ON else ""
    sentence = f"{item.review} decided on {item.bet}: {kind}. {asked if isinstance(asked, str) else ''}".strip()
    request = None if isinstance(asked, str) else asked.pk
    record_event(
        item.review, "item decided", sentence, at=at, by=by, bet=item.bet_id, decision=decision.pk, request=request
    )
    return decision


def _deciding(item: AgendaItem, kind: str, aside: Aside, today: date) -> Deciding:
    bet, planned = item.bet, sum(Tranche.objects.filter(bet=item.bet_id).values_list("amount", flat=True))
    verdict, reader = standing_verdict(bet, today), aside.second_reader
    rights = item.review.forum.rights.values_list("kind", "currency", "at_most")
    return Deciding(
        kind=kind, planned=planned, currency=bet.currency,
        rights={(kind, currency): at_most for kind, currency, at_most in rights},
        recommended=RECOMMENDED.get(verdict.kind, "") if verdict else "", has_reader=reader is not None,
        rescore_on=aside.rescore_on, reader_is_chair=reader == item.review.forum.chair,
        reader_leads=reader is not None and reader.pk == bet.lead_id, learned=aside.learned,
        opened=item.opened_at is not None, decided=item.decision_id is not None,
    )  # fmt: skip

"""State changes that follow a decision through all apps."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from bets.actions import Aside, credit_owner, record_decision
from bets.models import Bet, Decision, Tranche
from bets.verdicts import standing_verdict
from funding.actions import Binding, follow_decision
from funding.capacity import freed_weeks
from funding.models import Advice, FundingRequest, RequestLine
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from portfolio.actions.assigning import file_assigned
from portfolio.actions.drafting import drop_drafts
from portfolio.actions.meeting import locked_item
from portfolio.actions.publishing import keep_as_forecasts
from portfolio.models import AgendaItem
from portfolio.rules_reviews import RECOMMENDED, Deciding, against_refusals, chair_refusals, item_refusals

GOES_ON = (Decision.Kind.FUND, Decision.Kind.PERSIST)  # the next tranche is asked for


@transaction.atomic
def decide_bet(
    bet: Bet, kind: str, *, by: Person, at: datetime, today: date, wind_down: int | None = None, **said: Any
) -> Decision:
    """Records a decision on a bet and does to its money what follows, all or nothing. A cease returns what is not
    spent, but for `wind_down` (minor units; None: what was planned for it), and credits whoever led the bet; a pivot
    voids what is asked for."""
    ceases = kind == Decision.Kind.CEASE
    weeks = [(team.name, count) for team, count in freed_weeks(bet, today)] if ceases else []
    decision = record_decision(bet, kind, by=by, at=at, today=today, **said)
    returned = follow_decision(decision, wind_down=wind_down, by=by, at=at, today=today)
    if ceases:
        credit_owner(decision, _returned(returned), weeks, by=by, at=at)
    return decision


def _returned(requests: list[FundingRequest]) -> dict[str, int]:
    """By currency what these gave back; what they set aside is not free. One query, none without requests."""
    lines = RequestLine.objects.filter(request__in=requests, kind="return").order_by()
    found = lines.values_list("request__ledger__currency").annotate(Sum("amount"))
    return dict(found) if requests else {}


@transaction.atomic
def decide_item(
    item: AgendaItem, kind: str, *, by: Person, at: datetime, today: date, aside: Aside | None = None, **said: Any
) -> Decision:
    """Records the decision of a review on the bet of an item, made by the chair, with all that follows; once. To fund
    or to persist files the request for the next tranche; what stands in its way is told in the event."""
    item, aside = locked_item(item), aside or Aside()
    refuse_if(chair_refusals(item.review.state, is_chair=by.pk == item.review.forum.chair_id))
    wanted, binding = _deciding(item, kind, aside, today), Binding(today)
    against = binding.stops(Advice.Kind.DECISION, against_refusals(wanted))
    refuse_if([*item_refusals(wanted, today=today), *against])
    decision = decide_bet(item.bet, kind, by=by, at=at, today=today, aside=aside, **said)
    binding.advise(by=by, at=at, bet=item.bet)
    item.decision = decision
    item.save(update_fields=["decision"])
    drop_drafts(item)
    if item.again_at is not None:
        keep_as_forecasts(item, 2, by=by, at=at)
    asked = file_assigned(item, by=by, at=at, today=today) if kind in GOES_ON else ""
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
        kind=kind, state=bet.state, planned=planned, currency=bet.currency,
        rights={(kind, currency): at_most for kind, currency, at_most in rights},
        recommended=RECOMMENDED.get(verdict.kind, "") if verdict else "", has_reader=reader is not None,
        rescore_on=aside.rescore_on, reader_is_chair=reader == item.review.forum.chair,
        reader_leads=reader is not None and reader.pk == bet.lead_id, learned=aside.learned,
        opened=item.opened_at is not None, decided=item.decision_id is not None,
    )  # fmt: skip

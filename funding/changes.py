"""What has changed since a request was submitted, in words: for whoever approves it, and for whoever asked."""

from datetime import date

from bets.models import Bet, Tranche
from funding.books import GIVEN, HELD, held_by
from funding.models import FundingRequest
from funding.packs import Pack, pack_of
from funding.rules_changes import changes


def already(bet: Bet | None, kind: str) -> int:
    """What a bet has been given before, by which authority is measured: so that nobody splits what they ask for."""
    if bet is None or kind not in ("commit", "release"):
        return 0
    return held_by(bet, HELD if kind == "commit" else GIVEN)


def changes_since(request: FundingRequest, today: date) -> list[str]:
    """What has changed of that on which a request rests. Nothing for one that rests on no bet. Constant queries."""
    if request.bet_id is None:
        return []
    bet = Bet.objects.get(pk=request.bet_id)
    measured = request.amount + already(bet, request.kind)
    now = pack_now(request, bet, today)
    return list(changes(request.pack, now, (request.measured, measured), request.ledger.currency))


def pack_now(request: FundingRequest, bet: Bet, today: date) -> Pack:
    """The evidence pack as it would be made now."""
    return pack_of(bet, today, Tranche.objects.filter(pk__in=request.lines.values("tranche")).select_related("bet"))

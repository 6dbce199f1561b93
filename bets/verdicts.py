"""Which verdict stands for a bet."""

from datetime import date

from bets.models import Bet, Verdict
from bets.rules import NIGHTS
from org.models import Run


def standing_verdict(bet: Bet, today: date) -> Verdict | None:
    """What the latest night that was finished by then said of the bet. One query."""
    stood = Verdict.objects.filter(bet=bet, as_of__lte=today, run__kind__in=NIGHTS, run__state=Run.State.DONE)
    return stood.order_by("-as_of", "-run_id").first()

"""Bets as a night leaves them, and what a URL chooses of them."""

import datetime as dt
from html import unescape
from typing import Any

from django.http import QueryDict
from django.test import Client

from bets.models import Bet, Outcome
from org.models import Domain, Person, Run
from portfolio.browse import chosen
from tests.factories import TODAY, BetFactory, FlagFactory, OutcomeFactory, ReadingFactory, VerdictFactory

DAY = dt.timedelta(days=1)


def judged(
    night: Run, domain: Domain, key: str, kind: str = "measure", health: str = "healthy", days: int = 60, **fields: Any
) -> Bet:
    """A bet as a night leaves it, to be decided in so many days."""
    bet = BetFactory(domain=domain, key=key, **fields)
    ReadingFactory(outcome=OutcomeFactory(bet=bet, decide_by=TODAY + days * DAY), run=night, health=health)
    VerdictFactory(bet=bet, run=night, kind=kind)
    return bet


def flag(bet: Bet, night: Run, kind: str = "cease", days_ago: int = 1, **fields: Any) -> None:
    evidence = {"log_e": None, "cut": None} if kind == "stale" else {}
    outcome, raised_on = Outcome.objects.get(bet=bet), TODAY - days_ago * DAY
    FlagFactory(bet=bet, outcome=outcome, kind=kind, run=night, raised_on=raised_on, **evidence, **fields)


def keys(person: Person, night: Run | None, query: str) -> list[str]:
    found = chosen(Bet.objects.all(), QueryDict(query), person, night, TODAY)
    return list(found.values_list("key", flat=True))


def page_of(client: Client, query: str = "") -> str:
    page = unescape(client.get(f"/?{query}").content.decode())
    return page[page.index('id="bets"') :]

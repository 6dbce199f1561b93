"""What the tests of the scoreboard stand on: decisions with their flags, ceases with their money, and what came."""

import datetime as dt
from typing import Any

from django.http import QueryDict

from bets.models import Bet, Decision
from org.models import Domain, Person
from portfolio.actions import decide_bet
from portfolio.scoreboard import Scoreboard
from portfolio.scoreboard_filters import ask_scores, scope_of
from portfolio.scoreboard_lists import LISTS
from tests import factories as f
from tests.cast import person
from tests.funding.books import Books

DAY = dt.timedelta(days=1)
HERE = "/decisions/scoreboard/"


def decided(domain: Domain, key: str, kind: str = "persist", verdict: str = "cease", **more: Any) -> Decision:
    bet = more.pop("bet", None) or f.BetFactory(key=key, domain=domain, name=f"Bet {key}")
    made: Decision = f.DecisionFactory(
        bet=bet, number=more.pop("number", 1), kind=kind, verdict=verdict,
        **({"look_again_on": None if kind == "cease" else f.TODAY} | more),
    )  # fmt: skip
    return made


def flagged(decision: Decision, days: int, *, since: int | None = None, **more: Any) -> None:
    """A flag raised so many days before the decision that answered it, and true since so many before that."""
    raised = f.TODAY - days * DAY
    f.FlagFactory(
        bet=decision.bet, outcome=f.OutcomeFactory(bet=decision.bet), raised_on=raised, cleared_on=f.TODAY,
        since=None if since is None else raised - since * DAY, cleared_how="decision", cleared_because="Decided.",
        decision=decision, **more,
    )  # fmt: skip


def board_of(who: Person, query: str = "", today: dt.date = f.TODAY) -> Scoreboard:
    asked = ask_scores(QueryDict(query), who)
    return Scoreboard(asked, scope_of(asked, who, today))


def rows(board: Scoreboard, what: str) -> list[Any]:
    return [list(row) for row in LISTS[what].rows(board)]


def ceased(books: Books, days: int = 0, verdict: str = "") -> Decision:
    bet = Bet.objects.get(pk=books.bet.pk)
    if verdict:
        f.VerdictFactory(bet=bet, run=f.RunFactory(), kind=verdict, as_of=f.TODAY)
    chief = Person.objects.filter(name="Eva Executive").first() or person("Eva Executive", "executive")
    return decide_bet(
        bet, "cease", rationale="Enough.", would_change="A wonder.", look_again_on=None, by=chief,
        at=f.AT + days * DAY, today=f.TODAY,
    )  # fmt: skip


def came(domain: Domain, *, reached: bool, key: str = "", lead: Person | None = None) -> Any:
    """An outcome that was measured from 28 days ago until today."""
    more = {"lead": lead} if lead else {}
    outcome = f.OutcomeFactory(bet=f.BetFactory(domain=domain, **more))
    f.ResolutionFactory(outcome=outcome, reached=reached, value=0.46 if reached else 0.30)
    return outcome

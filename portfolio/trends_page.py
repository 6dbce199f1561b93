"""The trends of the portfolio: the mix today, how money and evidence moved, and what changed since a review."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from funding.guardrail_page import GuardrailPage, Row, guardrail_page
from funding.map import FundingMap, map_of
from funding.models import Budget
from funding.rules_guardrails import State
from org.models import Run
from org.rules import Powers
from portfolio.changes import Change, Changes, changes_of
from portfolio.models import Forum
from portfolio.trends import Trend
from portfolio.trends_asked import TrendsAsked
from portfolio.trends_evidence import flag_trend, verdict_trend
from portfolio.trends_mix import Mix, class_mix, mixes_of
from portfolio.trends_money import money_trend

PRESSING = (State.BEYOND, State.NEAR)
LISTED = 60  # changes shown; the file has them all


@dataclass(frozen=True)
class SinceReview:
    """What changed for the bets that a forum looks at, since the day it last met; None: no night until then."""

    forum: Forum
    held_on: date
    changes: Changes | None

    @property
    def listed(self) -> list[Change]:
        return self.changes.all[:LISTED] if self.changes else []

    @property
    def more(self) -> int:
        return len(self.changes.all) - len(self.listed) if self.changes else 0


@dataclass(frozen=True)
class TrendsPage:
    """`rails` and `funding` are nothing for whoever sees no money."""

    asked: TrendsAsked
    mixes: list[Mix]
    rails: GuardrailPage | None
    funding: FundingMap | None
    trends: list[Trend]
    since: SinceReview | None

    @property
    def pressing(self) -> list[Row]:
        """The guardrails that are near their limits or beyond them, worst first."""
        return [row for row in (self.rails.rows if self.rails else []) if row.standing.state in PRESSING]


def trends_page(asked: TrendsAsked, powers: Powers, night: Run | None, today: date) -> TrendsPage:
    """A constant number of queries, whatever the number of bets, nights and transfers."""
    rails, funding = _rails(powers, today), funding_of(asked, powers, today)
    trends = [trend_of(key, asked, powers, today) for key in TRENDS if key != "money" or powers.may("see_money")]
    mixes = _mixes(asked, powers, rails, funding, today)
    return TrendsPage(asked, mixes, rails, funding, trends, since_review(asked, night, today))


def all_mixes(asked: TrendsAsked, powers: Powers, today: date) -> list[Mix]:
    """The mix today alone, for a file."""
    return _mixes(asked, powers, _rails(powers, today), funding_of(asked, powers, today), today)


def _mixes(
    asked: TrendsAsked, powers: Powers, rails: GuardrailPage | None, funding: FundingMap | None, today: date
) -> list[Mix]:
    found = mixes_of(asked.active, powers, asked.currency, rails)
    of_bets = [replace(mix, query=asked.list_query(mix.key)) for mix in found]
    running = funding.running(today) if funding else None
    return [*of_bets, class_mix(running, asked.currency, rails)] if running and running.whole else of_bets


def _rails(powers: Powers, today: date) -> GuardrailPage | None:
    return guardrail_page(powers, today) if powers.may("see_money") else None


def funding_of(asked: TrendsAsked, powers: Powers, today: date) -> FundingMap | None:
    """The budgets of the domains that are asked for, by funding class; nothing where there is no money in them."""
    if not powers.may("see_money"):
        return None
    budgets, domains = Budget.objects.visible_to(powers), asked.filters.kept.get("domain")
    if domains:
        budgets = budgets.filter(domain__in=asked.filters.options.domains_below(domains))
    found = map_of(budgets.filter(ledger__currency=asked.currency), {}, today)
    return found if any(mix.whole for mix in found.mixes) else None


def trend_of(key: str, asked: TrendsAsked, powers: Powers, today: date) -> Trend:
    """One of TRENDS."""
    return TRENDS[key](asked, powers, today)


TRENDS: dict[str, Callable[[TrendsAsked, Powers, date], Trend]] = {
    "money": lambda asked, powers, today: money_trend(asked.bets, powers, asked.currency, asked.stretches(today)),
    "verdicts": lambda asked, powers, today: verdict_trend(asked.bets, asked.stretches(today)),
    "flags": lambda asked, powers, today: flag_trend(asked.bets, asked.stretches(today)),
}


def since_review(asked: TrendsAsked, night: Run | None, today: date) -> SinceReview | None:
    """Of a domain's forum the bets of that domain and those below it."""
    forum = asked.forum
    if forum is None:
        return None
    bets, held_on = asked.bets, forum.held_on  # type: ignore[attr-defined] # by ask_trends
    if forum.domain is not None:
        bets = bets.filter(domain__in=asked.filters.options.domains_below([forum.domain.key]))
    return SinceReview(forum, held_on, changes_of(bets, night, today, held_on))

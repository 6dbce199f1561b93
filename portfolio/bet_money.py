"""The money of a bet on its page: what was given of what was planned, how long it lasts, and what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy

from bets.models import Bet, Decision, Reading, Tranche
from funding.books import standings_of
from funding.models import Account, Budget, FundingRequest, RequestLine
from funding.rules_asking import Stood
from funding.rules_runway import Runway
from funding.runway import runway_words, runways_of
from funding.sides import holders_of
from funding.tranche_money import Part, parts_of, total_of
from org.models import Person
from org.rules import Powers
from portfolio.answer import settling

State = FundingRequest.State
NAMED = 3  # people who may say yes, by name
OVER = (Bet.State.CEASED, Bet.State.CONCLUDED)
THEN = {
    State.REJECTED: gettext_lazy(
        "The tranche stays planned and no money moves. Ask again once the reason is answered, for less, or from another"
        " budget."
    ),
    State.VOIDED: gettext_lazy("The tranche stays planned. Ask again on what is known today."),
    State.EXPIRED: gettext_lazy("The tranche stays planned. Ask again: nobody decided on it in time."),
}


@dataclass(frozen=True)
class Next:
    """The tranche that comes next: what is to be asked for it, what waits, and what became of the latest request.
    `who` may say yes to what waits; `more` of them are not named."""

    tranche: Tranche
    step: str  # commit or release
    pending: FundingRequest | None
    refused: FundingRequest | None
    who: list[Person]
    more: int
    unasked: Decision | None = None  # the latest one, to go on, on which nothing was asked for

    @property
    def then(self) -> str:
        """What happens once a request was refused."""
        return str(THEN[State(self.refused.state)]) if self.refused else ""


@dataclass(frozen=True)
class BetMoney:
    """`stood` is by tranche, `budgets` come with what is `available` in them."""

    bet: Bet
    stood: dict[int, Stood]
    budgets: list[Budget]
    next: Next | None
    runway: Runway
    runway_words: str
    may_ask: bool
    may_wind_down: bool

    @property
    def total(self) -> Stood:
        return total_of(str(self.bet), self.stood.values())

    @property
    def parts(self) -> list[Part]:
        """The pieces of its bar."""
        return parts_of(self.total)

    @property
    def is_posted(self) -> bool:
        """Was any money ever given?"""
        return bool(self.budgets)

    @property
    def is_over(self) -> bool:
        return self.bet.state in OVER


def bet_money_of(
    bet: Bet, tranches: Sequence[Tranche], readings: Sequence[Reading], powers: Powers, today: date,
    latest: Decision | None = None,
) -> BetMoney | None:  # fmt: skip
    """Nothing for whoever does not see money. Three queries; two more once something was posted, and five more while a
    request for the next tranche waits."""
    if not powers.may("see_money", bet.domain_id):
        return None
    stood, budgets = standings_of(bet, tranches), _budgets(bet)
    lefts = {bet.pk: sum(one.committed + one.released for one in stood.values())} if budgets else {}
    runway = runways_of([bet], today, lefts, {bet.pk: sorted(tranches, key=_planned)})[bet.pk]
    return BetMoney(
        bet, stood, budgets, _next(bet, tranches, stood, today, latest), runway, _words(bet, runway, readings),
        powers.may("request_money", bet.domain_id),
        powers.may("plan_wind_down", bet.domain_id),
    )  # fmt: skip


def _planned(tranche: Tranche) -> tuple[date, int]:
    return tranche.planned_on, tranche.sequence


def _budgets(bet: Bet) -> list[Budget]:
    """Those that pay for it, with what is available in them. One query."""
    paying = Account.objects.filter(tranche__bet=bet).values("budget")
    found = Account.objects.filter(kind=Account.Kind.AVAILABLE, budget__in=paying).select_related("budget__ledger")
    budgets = []
    for account in found.order_by("budget__code"):
        if account.budget:
            account.budget.available = account.balance  # type: ignore[attr-defined]
            budgets.append(account.budget)
    return budgets


def _words(bet: Bet, runway: Runway, readings: Sequence[Reading]) -> str:
    """How long it lasts; nothing of a bet that is over, or of which nothing is planned."""
    if bet.state in OVER or not (runway.posted or runway.gone_on):
        return ""
    settles_on, is_settled = settling(readings)
    return runway_words(runway, settles_on, is_settled=is_settled)


def _next(
    bet: Bet, tranches: Sequence[Tranche], stood: Mapping[int, Stood], today: date, latest: Decision | None
) -> Next | None:  # fmt: skip
    """One query; five more while something waits."""
    if bet.state in OVER:
        return None
    asked = _requests(bet)
    for tranche in sorted(tranches, key=lambda one: one.sequence):
        held = stood[tranche.pk]
        if held.to_commit or held.committed:
            found = _step(tranche, "commit" if held.to_commit else "release", asked.get(tranche.pk), today)
            return replace(found, unasked=_unasked(latest, asked.values()))
    return None


def _unasked(latest: Decision | None, asked: Iterable[FundingRequest]) -> Decision | None:
    """The latest decision, when it is one to go on that none of the requests carries out."""
    goes_on = latest is not None and latest.kind in (Decision.Kind.FUND, Decision.Kind.PERSIST)
    return latest if latest and goes_on and all(one.decision_id != latest.pk for one in asked) else None


def _requests(bet: Bet) -> dict[int, FundingRequest]:
    """By tranche the latest request for it that is not a return. One query."""
    lines = RequestLine.objects.filter(tranche__bet=bet, request__kind__in=("commit", "release"))
    found = lines.select_related("request__ledger", "request__domain", "request__proposer")
    return {line.tranche_id or 0: line.request for line in found.order_by("request__submitted_at", "request")}


def _step(tranche: Tranche, step: str, latest: FundingRequest | None, today: date) -> Next:
    pending = latest if latest and latest.state == State.SUBMITTED else None
    refused = latest if latest and latest.state in THEN else None
    who = _who(pending, today) if pending else []
    return Next(tranche, step, pending, refused, who[:NAMED], max(0, len(who) - NAMED))


def _who(request: FundingRequest, today: date) -> list[Person]:
    """Who may say yes, those whose limit just reaches first. Five queries."""
    found = holders_of(request, today)
    order = dict.fromkeys(pk for _limit, people in sorted(found.items()) for pk in sorted(people))
    people = Person.objects.in_bulk(order)
    return [people[pk] for pk in order if pk in people and pk != request.proposer_id]

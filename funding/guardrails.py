"""What stands against the guardrails now, and what a request would change: from the running budgets and what bets hold.

Shares of a domain or a funding class are shares of the current budgets. The share of a horizon is what its bets hold of
the money for bets; against “at least” counts also what is still available, since it may yet be given to them: others
are stopped when they would take what that horizon must be left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Bet
from funding.budgets import figures_of
from funding.models import Account, Budget, Guardrail
from funding.rules_guardrails import Limits, State, is_blocked, state_of
from lib.money_words import short_money
from org.models import Domain
from org.rules import ACTS, Powers, reach, refusals

GIVEN = ("committed", "released", "spent", "winddown")
RUNNING = (Bet.State.LIVE, Bet.State.HELD)


@dataclass(frozen=True)
class Part:
    """What a guardrail needs to know of one running budget."""

    domain: int
    funding_class: str
    team: int | None
    current: int
    available: int


@dataclass(frozen=True)
class Holder:
    """What it needs to know of one bet."""

    name: str
    horizon: int
    domain: int
    held: int


@dataclass(frozen=True)
class Book:
    """The running budgets of one currency and what bets hold of them; `below` has every domain with those below it."""

    parts: Mapping[int, Part]
    holders: Mapping[int, Holder]
    below: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def share(self, rail: Guardrail) -> float | None:
        """Per cent, or None where there is no money at all."""
        if rail.funding_class:
            whole = sum(part.current for part in self.parts.values())
            own = sum(part.current for part in self.parts.values() if part.funding_class == rail.funding_class)
            return 100 * own / whole if whole > 0 else None
        for_bets = [part for part in self.parts.values() if part.funding_class == Budget.FundingClass.BET]
        whole = sum(part.current for part in for_bets)
        if rail.domain_id is not None:
            own = sum(part.current for part in for_bets if part.domain in self.below.get(rail.domain_id, ()))
        else:
            own = sum(one.held for one in self.holders.values() if one.horizon == rail.horizon)
            own += sum(part.available for part in for_bets) if rail.at_least is not None else 0
        return 100 * own / whole if whole > 0 else None

    def floor(self, rail: Guardrail) -> int:
        return sum(part.current for part in self.parts.values() if part.team == rail.team_id)

    def within(self, rail: Guardrail) -> list[Holder]:
        """Bets that have money, where the guardrail holds."""
        domains = None if rail.domain_id is None else self.below.get(rail.domain_id, frozenset())
        return [one for one in self.holders.values() if one.held > 0 and (domains is None or one.domain in domains)]

    def value(self, rail: Guardrail) -> float | None:
        """What is measured against its limits: per cent, minor units or bets."""
        if rail.kind == Guardrail.Kind.SHARE:
            return self.share(rail)
        if rail.kind == Guardrail.Kind.FLOOR:
            return self.floor(rail)
        if rail.kind == Guardrail.Kind.COUNT:
            return len(self.within(rail))
        return max((one.held for one in self.within(rail)), default=0)


@dataclass(frozen=True)
class Change:
    """A movement as guardrails see it: between two budgets, to a bet, or both."""

    kind: str
    amount: int
    leaves: int | None = None  # budget
    reaches: int | None = None


@dataclass(frozen=True)
class Crossing:
    """One guardrail before a request and after it."""

    rail: Guardrail
    before: float | None
    after: float | None

    @property
    def limits(self) -> Limits:
        return limits_of(self.rail)

    @property
    def state(self) -> State | None:
        return None if self.after is None else state_of(self.after, self.limits)

    @property
    def blocks(self) -> bool:
        return is_blocked(self.before, self.after, self.limits)

    @property
    def moves(self) -> bool:
        return self.before != self.after

    @property
    def sentence(self) -> str:
        """“Horizon Now: 62 % of the money for bets before, 71 % after; at most 70 %.”"""
        return _("%(name)s: %(before)s before, %(after)s after; %(limit)s.") % {
            "name": self.rail.name, "before": words(self.rail, self.before), "after": words(self.rail, self.after),
            "limit": limit_words(self.rail),
        }  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One guardrail as it stands."""

    rail: Guardrail
    value: float | None

    @property
    def state(self) -> State | None:
        return None if self.value is None else state_of(self.value, limits_of(self.rail))

    @property
    def now(self) -> str:
        return words(self.rail, self.value)

    @property
    def limit(self) -> str:
        return limit_words(self.rail)


def limits_of(rail: Guardrail) -> Limits:
    return Limits(rail.at_least, rail.at_most, rail.buffer)


def book_of(currency: str, today: date) -> Book:
    """The book of a currency. Six queries, whatever its size."""
    running = Budget.objects.filter(
        ledger__currency=currency, starts_on__lte=today, ends_on__gte=today, withdrawn_at=None
    )  # fmt: skip
    known = list(running)
    figures = figures_of(known)
    parts = {
        one.pk: Part(one.domain_id, one.funding_class, one.team_id, figures[one.pk].current, figures[one.pk].available)
        for one in known
    }
    held = dict(
        Account.objects.filter(budget__in=known, tranche__isnull=False, kind__in=GIVEN).order_by()
        .values_list("tranche__bet").annotate(sum=Sum("balance"))
    )  # fmt: skip
    bets = Bet.objects.filter(pk__in=held, state__in=RUNNING).values_list("pk", "key", "name", "horizon", "domain")
    holders = {pk: Holder(f"{key} {name}", horizon, domain, held[pk]) for pk, key, name, horizon, domain in bets}
    return Book(parts, holders, _below())


def _below() -> dict[int, frozenset[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    keys = []
    for pk, parent in Domain.objects.values_list("pk", "parent_id"):
        keys.append(pk)
        if parent is not None:
            children[parent].append(pk)
    return {pk: reach(pk, children) for pk in keys}


def after(book: Book, bet: Bet | None, changes: Iterable[Change]) -> Book:
    """The book as it would be when these changes were posted."""
    parts, holders = dict(book.parts), dict(book.holders)
    for change in changes:
        for budget, sign in ((change.leaves, -1), (change.reaches, 1)):
            if budget in parts:
                parts[budget] = _moved(parts[budget], change, sign)
        if bet is not None and change.kind in ("commit", "return"):
            sign = 1 if change.kind == "commit" else -1
            former = holders.get(bet.pk) or Holder(str(bet), bet.horizon, bet.domain_id, 0)
            holders[bet.pk] = Holder(former.name, former.horizon, former.domain, former.held + sign * change.amount)
    return Book(parts, holders, book.below)


def _moved(part: Part, change: Change, sign: int) -> Part:
    """Within a budget only what is available moves; between two, and from outside, what it holds at all."""
    within = change.leaves == change.reaches
    if within:  # seen twice, once for each side: a commit takes, a return gives
        taken = {"commit": -1, "return": 1}.get(change.kind, 0) if sign > 0 else 0
        return Part(part.domain, part.funding_class, part.team, part.current, part.available + taken * change.amount)
    moved = sign * change.amount
    return Part(part.domain, part.funding_class, part.team, part.current + moved, part.available + moved)


def standings(today: date) -> list[Standing]:
    """Every active guardrail as it stands. Seven queries for each currency."""
    rails = active()
    books = {currency: book_of(currency, today) for currency in {rail.currency for rail in rails}}
    return [Standing(rail, books[rail.currency].value(rail)) for rail in rails]


def crossings_of(currency: str, bet: Bet | None, changes: Sequence[Change], today: date) -> list[Crossing]:
    """What a request would change of the guardrails in its currency; only those that it moves. Seven queries at most,
    one where there is no guardrail."""
    rails = [rail for rail in active() if rail.currency == currency]
    if not rails or not changes:
        return []
    return crossings_in(book_of(currency, today), rails, bet, changes)


def crossings_in(book: Book, rails: Iterable[Guardrail], bet: Bet | None, changes: Sequence[Change]) -> list[Crossing]:
    """The same against a book that is known. No query."""
    then = after(book, bet, changes)
    found = [Crossing(rail, book.value(rail), then.value(rail)) for rail in rails]
    return [one for one in found if one.moves]


def crossing_refusals(crossings: Iterable[Crossing]) -> list[str]:
    """Why a request is stopped: a guardrail would be crossed, or further crossed."""
    return [f"The guardrail stops it. {one.sentence}" for one in crossings if one.blocks]


def changes_of(lines: Iterable[tuple[str, int, Account, Account]]) -> list[Change]:
    """Lines of a request, as kind, amount, account left and account reached, as guardrails see them."""
    return [Change(kind, amount, left.budget_id, reached.budget_id) for kind, amount, left, reached in lines]


def active() -> list[Guardrail]:
    return list(Guardrail.objects.filter(is_active=True).select_related("domain", "team"))


def guardrails_for(powers: Powers) -> "QuerySet[Guardrail]":
    """Those that hold everywhere, and those of domains in which this person sees money."""
    found, seen = Guardrail.objects.select_related("domain", "team"), powers.domains(ACTS["see_money"])
    if seen is None:
        return found
    return found.filter(Q(domain=None) | Q(domain__in=seen), Q(team=None) | Q(team__domain__in=seen))


def keeper_refusals(powers: Powers, rail: Guardrail) -> Iterator[str]:
    """Why this person does not keep that guardrail: one that holds everywhere is kept for all domains."""
    place = rail.domain_id or (rail.team.domain_id if rail.team else None)
    yield from refusals(powers, "keep_guardrails", place)
    if place is None and powers.may("keep_guardrails") and powers.domains(ACTS["keep_guardrails"]) is not None:
        yield "This guardrail holds everywhere: that takes the role for all domains."


def words(rail: Guardrail, value: float | None) -> str:
    """A value of a guardrail in words."""
    if value is None:
        return _("no money yet")
    if rail.kind == Guardrail.Kind.SHARE:
        return _("%(percent)s %%") % {"percent": f"{value:.0f}"}
    if rail.kind == Guardrail.Kind.COUNT:
        return ngettext("%(count)d bet", "%(count)d bets", int(value)) % {"count": value}
    return short_money(int(value), rail.currency)


def limit_words(rail: Guardrail) -> str:
    """“at least 10 %, at most 30 %”"""
    least = _("at least %(value)s") % {"value": words(rail, rail.at_least)} if rail.at_least is not None else ""
    most = _("at most %(value)s") % {"value": words(rail, rail.at_most)} if rail.at_most is not None else ""
    return ", ".join(part for part in (least, most) if part)

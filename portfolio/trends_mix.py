"""The mix today: live and held bets, and what they hold, by horizon, domain and stage; the running budgets by funding
class; and the guardrails of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from bets.models import Bet, BetQuerySet
from funding.guardrail_page import GuardrailPage, Row
from funding.guardrails import GIVEN
from funding.map import Mix as FundingMix
from funding.models import Account, Guardrail
from org.models import Domain
from org.rules import Powers
from portfolio.trends_money import seen_money

HORIZONS = (Bet.Horizon.H1, Bet.Horizon.H2, Bet.Horizon.H3, Bet.Horizon.H0)  # as in lists of bets
BUDGETS = "class"  # the mix of budgets, by funding class


@dataclass(frozen=True)
class Slice:
    """One part of a mix; shares in percent, `money` in minor units and None for whoever sees none."""

    key: str
    label: str
    bets: int | None
    share: float
    money: int | None
    money_share: float
    rails: Sequence[Row] = ()

    @property
    def width(self) -> str:
        """Of its bar, for a drawing: no format of any language."""
        return f"{self.money_share if self.money is not None else self.share:.2f}%"


@dataclass(frozen=True)
class Mix:
    """By one thing; of bets, `key` is also the filter of the list that a slice leads to, and `query` what it asks for
    beside."""

    key: str
    label: str
    slices: list[Slice]
    query: str = ""

    @property
    def is_of_bets(self) -> bool:
        return self.key != BUDGETS

    @property
    def has_rails(self) -> bool:
        return any(one.rails for one in self.slices)


def mixes_of(bets: BetQuerySet, powers: Powers, currency: str, rails: GuardrailPage | None) -> list[Mix]:
    """By horizon, domain and stage. Three queries; two without money."""
    counts, sums = _counts(bets), _held(bets, powers, currency) if powers.may("see_money") else None
    places = {one.pk: one for one in Domain.objects.filter(pk__in={key[1] for key in (*counts, *(sums or ()))})}
    asked: list[tuple[str, str, list[tuple[Any, str, str]]]] = [
        ("horizon", _("Horizon"), [(one.value, str(one.value), str(one.label)) for one in HORIZONS]),
        ("domain", _("Domain"), [(pk, one.key, one.name) for pk, one in places.items()]),
        ("stage", _("Stage"), [(one.value, one.value, str(one.label)) for one in Bet.Stage]),
    ]
    found = []
    for place, (key, label, parts) in enumerate(asked):
        slices = list(_slices(parts, _along(place, counts), None if sums is None else _along(place, sums)))
        slices = [_railed(one, key, currency, rails) for one in slices if one.bets or one.money or key != "domain"]
        found.append(Mix(key, label, sorted(slices, key=_largest) if key == "domain" else slices))
    return found


def class_mix(budgets: FundingMix, currency: str, rails: GuardrailPage | None) -> Mix:
    """Running budgets by funding class. No query."""
    parts = [
        _railed(Slice(kind.value, str(kind.label), None, 0.0, amount, percent), BUDGETS, currency, rails)
        for kind, amount, percent in budgets.parts
    ]
    return Mix(BUDGETS, _("Funding class"), parts)


def _largest(one: Slice) -> tuple[int, int, str]:
    return -(one.money or 0), -(one.bets or 0), one.label


Key = tuple[Any, ...]  # horizon, domain, stage


def _counts(bets: BetQuerySet) -> dict[Key, int]:
    by = bets.order_by().values_list("horizon", "domain", "stage").annotate(Count("pk"))
    return {(horizon, domain, stage): count for horizon, domain, stage, count in by}


def _held(bets: BetQuerySet, powers: Powers, currency: str) -> dict[Key, int]:
    """What bets hold, as guardrails count it: committed, released, spent, and set aside to wind down."""
    ids = seen_money(bets, powers).order_by().values("pk")
    held = Account.objects.filter(tranche__bet__in=ids, kind__in=GIVEN, budget__ledger__currency=currency).order_by()
    by = held.values_list("tranche__bet__horizon", "tranche__bet__domain", "tranche__bet__stage")
    return {(horizon, domain, stage): amount for horizon, domain, stage, amount in by.annotate(Sum("balance"))}


def _along(place: int, sums: Mapping[Key, int]) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for key, amount in sums.items():
        found[key[place]] += amount
    return found


def _slices(
    parts: Iterable[tuple[Any, str, str]], counts: Mapping[Any, int], sums: Mapping[Any, int] | None
) -> Iterator[Slice]:
    bets, whole = sum(counts.values()), sum((sums or {}).values())
    for value, key, label in parts:
        count, money = counts.get(value, 0), None if sums is None else sums.get(value, 0)
        yield Slice(key, label, count, _percent(count, bets), money, _percent(money or 0, whole))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _railed(one: Slice, kind: str, currency: str, rails: GuardrailPage | None) -> Slice:
    """With the guardrails in this currency that bound its share."""
    own = [
        row
        for row in (rails.rows if rails else ())
        if row.rail.currency == currency and _bounds(row.rail, kind, one.key)
    ]
    return Slice(one.key, one.label, one.bets, one.share, one.money, one.money_share, own)


def _bounds(rail: Guardrail, kind: str, key: str) -> bool:
    if rail.kind != Guardrail.Kind.SHARE:
        return False
    if kind == "horizon":
        return rail.horizon is not None and str(rail.horizon) == key
    if kind == "domain":
        return rail.domain is not None and rail.domain.key == key
    return kind == BUDGETS and rail.funding_class == key

"""What bets promised against what they brought, by domain, taken with care where there are few.

The record of a bet is its realised value over the value that was called likely, r. Few bets say little of a domain, so
its mean is drawn towards the mean of all domains (empirical Bayes; Efron & Morris 1975, "Data analysis using Stein's
estimator and its generalizations"):

    expected = m + w (mean of the domain - m),   w = n t² / (n t² + s²)

with n bets in the domain, m the mean over all bets, s² the variance of r within domains, and t² the variance between
domains by the method of moments (DerSimonian & Laird 1986): with N bets in k domains and
Q = sum of n (mean of the domain - m)², t² = max(0, (Q - (k - 1) s²) / (N - sum of n² / N)).
s² is pooled from the N - k differences within domains and from PRIOR more that vary as all bets do: two bets that are
alike by chance must not let a single one speak for its domain.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, Sum

from bets.models import Bet, RealisedValue
from org.models import Domain

PRIOR = 2  # bets that vary as all do, added to what is known of the variance within domains
FEW = 3  # bets in all below which nothing is compared
TOLD_AFTER = timedelta(days=365)  # from the start of a bet: then its record counts whatever its state
LEAST, MOST = -1.0, 3.0  # a mistyped promise must not speak for all others


@dataclass(frozen=True)
class PromiseRecord:
    """The record of one domain; `kept` is the mean share of what was promised that came, `expected` the same drawn
    towards the mean of all domains, `overall`. `bets` counts this domain, `in_all` every one."""

    domain: str
    bets: int
    kept: float
    expected: float
    overall: float
    weight: float
    in_all: int

    @property
    def is_drawn(self) -> bool:
        """Does what is expected differ, in whole per cent, from what the domain kept?"""
        return round(100 * self.expected) != round(100 * self.kept)

    @property
    def is_few(self) -> bool:
        """Too little, over all domains, to say anything."""
        return self.in_all < FEW


def promises_of(domain: Domain, today: date) -> PromiseRecord:
    """What stands beside a new bet of this domain. One query."""
    ratios = _ratios(today)
    return _record(domain, ratios, shrunk(ratios))


def promises_by_domain(domains: Sequence[Domain], today: date) -> list[PromiseRecord]:
    """Records of those of these domains that have one; those that keep least first. One query."""
    ratios = _ratios(today)
    weights = shrunk(ratios)
    found = [_record(domain, ratios, weights) for domain in domains if ratios.get(domain.pk)]
    return sorted(found, key=lambda record: (record.expected, record.domain))


def _record(domain: Domain, ratios: Mapping[int, Sequence[float]], weights: Mapping[int, float]) -> PromiseRecord:
    own, every = ratios.get(domain.pk, []), [ratio for of_one in ratios.values() for ratio in of_one]
    overall = mean(every)
    kept, weight = mean(own) if own else overall, weights.get(domain.pk, 0.0)
    expected = overall + weight * (kept - overall)
    return PromiseRecord(domain.name, len(own), kept, expected, overall, weight, len(every))


def shrunk(ratios: Mapping[int, Sequence[float]]) -> dict[int, float]:
    """How far the mean of each domain speaks for itself: w, between 0 (not at all) and 1."""
    groups = {domain: list(own) for domain, own in ratios.items() if own}
    if len(groups) < 2:
        return dict.fromkeys(groups, 1.0)
    within = _within(list(groups.values()))
    between = _between(list(groups.values()), within)
    return {domain: weight(len(own), between, within) for domain, own in groups.items()}


def weight(number: int, between: float, within: float) -> float:
    """w of a domain with so many bets; nothing between domains leaves nothing to say of one of them."""
    return number * between / (number * between + within) if between > 0 else 0.0


def _within(groups: list[list[float]]) -> float:
    """Where no domain has two bets it is the variance of all, which leaves nothing for the domains."""
    every = [ratio for own in groups for ratio in own]
    variance = _squares(every) / (len(every) - 1)
    free = len(every) - len(groups)
    return (sum(_squares(own) for own in groups) + PRIOR * variance) / (free + PRIOR)


def _between(groups: list[list[float]], within: float) -> float:
    number, overall = sum(map(len, groups)), mean([ratio for own in groups for ratio in own])
    spread = sum(len(own) * (mean(own) - overall) ** 2 for own in groups)
    scale = number - sum(len(own) ** 2 for own in groups) / number
    return max(0.0, (spread - (len(groups) - 1) * within) / scale)


def _squares(numbers: Sequence[float]) -> float:
    return sum((number - mean(numbers)) ** 2 for number in numbers)


def mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _ratios(today: date) -> dict[int, list[float]]:
    """Realised over promised for each bet whose value was promised and has been said, by domain: bets that are over, or
    that began at least a year ago."""
    later = RealisedValue.objects.filter(bet=OuterRef("bet"), month=OuterRef("month"), pk__gt=OuterRef("pk"))
    began = today - TOLD_AFTER
    told = Q(bet__state__in=[Bet.State.CEASED, Bet.State.CONCLUDED]) | Q(bet__live_at__date__lte=began)
    told |= Q(bet__live_at=None, bet__starts_on__lte=began)
    counted = RealisedValue.objects.filter(~Exists(later), told, bet__value_likely__gt=0)
    counted = counted.exclude(bet__state=Bet.State.DRAFT)
    found: dict[int, list[float]] = defaultdict(list)
    by = ("bet__domain", "bet", "bet__value_likely")
    for domain, _bet, promised, realised in counted.order_by(*by).values_list(*by).annotate(Sum("amount")):
        found[domain].append(min(max(realised / promised, LEAST), MOST))
    return found

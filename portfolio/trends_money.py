"""Money of bets over time: what was committed, released, spent and returned in each stretch, in one currency."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import BetQuerySet
from funding.models import Transfer
from funding.rules_year_end import YEAR_END
from lib.money_words import short_money
from org.rules import ACTS, Powers
from portfolio.trends import Series, Stretch, Trend, sums_in

Kind = Transfer.Kind
NAMES = {
    "committed": gettext_lazy("Committed"), "released": gettext_lazy("Released"), "spent": gettext_lazy("Spent"),
    "returned": gettext_lazy("Returned"),
}  # fmt: skip
# Kinds whose money reaches an account of a tranche, and kinds whose money leaves one: what each counts as.
REACHES = {Kind.COMMIT: ("committed", 1), Kind.RELEASE: ("released", 1), Kind.SPEND: ("spent", 1)}
LEAVES = {Kind.RETURN: ("returned", 1), Kind.REFUND: ("spent", -1)}


def money_trend(bets: BetQuerySet, powers: Powers, currency: str, parts: Sequence[Stretch]) -> Trend:
    """Of the bets whose money these powers see. Two queries, whatever the number of bets and transfers."""
    sums = sums_in(parts, _moved(seen_money(bets, powers), currency, parts))
    series = [Series(key, str(name), sums.get(key, [0] * len(parts))) for key, name in NAMES.items()]
    is_known = any(any(one.values) for one in series)
    return Trend("money", [part.label for part in parts], series, _finding(series, parts, currency), is_known, currency)


def seen_money(bets: BetQuerySet, powers: Powers) -> BetQuerySet:
    """Those of the bets whose money these powers see."""
    domains = powers.domains(ACTS["see_money"])
    return bets if domains is None else bets.filter(domain__in=domains)


def _moved(bets: BetQuerySet, currency: str, parts: Sequence[Stretch]) -> Iterator[tuple[date, str, int]]:
    """Days with what moved on them; what a reversal took back counts against it, on the day of the reversal."""
    within = Transfer.objects.filter(
        ledger__currency=currency, effective_date__gte=parts[0].first, effective_date__lt=parts[-1].after
    )  # fmt: skip
    ids = bets.order_by().values("pk")
    for side, plain, turned in (("debit_account", REACHES, LEAVES), ("credit_account", LEAVES, REACHES)):
        wanted = Q(kind__in=plain, reverses=None) | Q(kind__in=turned, reverses__isnull=False)
        moved = within.filter(wanted, **{f"{side}__tranche__bet__in": ids}).order_by()
        by = moved.values_list("effective_date", "kind", "reason_code").annotate(sum=Sum("amount"))
        for day, kind, reason, amount in by:
            name, sign = plain[kind] if kind in plain else turned[kind]
            if kind == Kind.COMMIT and reason == YEAR_END:
                name, sign = "returned", -1  # it rolled forward: it was never free for anything else
            yield day, name, (sign if kind in plain else -sign) * amount


def _finding(series: Sequence[Series], parts: Sequence[Stretch], currency: str) -> str:
    if not any(any(one.values) for one in series):
        return _("No money of these bets has moved since %(first)s.") % {"first": parts[0].label}
    told = {one.key: short_money(one.whole, currency) for one in series} | {"first": parts[0].label}
    said = _("Since %(first)s, %(committed)s was committed, %(released)s released and %(spent)s spent.") % told
    if series[-1].whole > 0:
        said += " " + _("%(returned)s came back, free for better bets.") % told
    most = max(range(len(parts)), key=lambda place: series[0].values[place])
    if series[0].values[most] <= 0:
        return said
    largest = {"label": parts[most].label, "money": short_money(series[0].values[most], currency)}
    return f"{said} {_('Most was committed in %(label)s: %(money)s.') % largest}"

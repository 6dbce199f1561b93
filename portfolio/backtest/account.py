"""What the command prints of a backtest: in English, as every command."""

from collections.abc import Iterator
from math import exp, log

from django.utils.translation import override

from lib import money
from portfolio.backtest.compare import Backtest, Flagged, Row

MOST = log(1_000_000.0)


@override("en")
def account_of(tested: Backtest) -> list[str]:
    """Lines: what was replayed, every flag of either policy, and the sums."""
    if not tested.nights:
        return ["There is no bet to replay yet."]
    policy = tested.policy
    rule = f"each bet by itself at E {policy.e:g}" if policy.log_e is not None else f"alpha {100 * policy.alpha:g} %"
    more = [f"kill lines moved by {100 * policy.shift:g} %"] if policy.shift else []
    more += [] if policy.restarts else ["no restarts"]
    return [
        f"{tested.bets:,} bets, {len(tested.nights):,} nights from {tested.nights[0]} to {tested.nights[-1]}.",
        f"{tested.rewritten:,} values came late or were corrected, and were taken as they stood.",
        f"Alternative: {', '.join([rule, *more])}.",
        "",
        *_table(tested.rows),
        "",
        *_sums(tested.rows),
    ]


def _table(rows: list[Row]) -> Iterator[str]:
    width = max([len("bet"), *(len(row.bet.key) for row in rows)])
    yield _line("bet".ljust(width), "flag", "rule in force", "alternative", "earlier", "kept back")
    for row in rows:
        days = "" if row.days is None else f"{row.days:+d} d"
        kept = money.exact(row.money, row.bet.currency) if row.money else ""
        yield _line(row.bet.key.ljust(width), row.kind, _flag(row.ours), _flag(row.other), days, kept)


def _line(bet: str, kind: str, ours: str, other: str, days: str, kept: str) -> str:
    return f"{bet}  {kind:<5}  {ours:<28}  {other:<28}  {days:>7}  {kept}".rstrip()


def _flag(flag: Flagged | None) -> str:
    """Night, E (a million at most) and whether something contradicts it today."""
    if flag is None:
        return "-"
    words = [flag.night.isoformat(), f"E {exp(min(flag.log_e, MOST)):,.0f}", "wrong" if flag.wrong else ""]
    return " ".join(words).rstrip()


def _sums(rows: list[Row]) -> Iterator[str]:
    for name, flags in (("rule in force", [r.ours for r in rows]), ("alternative", [r.other for r in rows])):
        raised = [flag for flag in flags if flag]
        wrong = sum(bool(flag.wrong) for flag in raised)
        yield f"{name}: {len(raised)} flags, {wrong} of them contradicted today."
    for currency in sorted({row.bet.currency for row in rows}):
        net = sum(row.money for row in rows if row.bet.currency == currency)
        yield f"Planned between flags to cease, kept back by the alternative: {money.exact(net, currency)}."

"""How long the money of bets lasts: from the books where something was posted, else from what is planned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import F, Min, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.models import Bet, Tranche
from funding.models import Account, Transfer
from funding.rules_returning import RETURNS
from funding.rules_runway import WINDOW, Money, Runway, Stretch, runway_of, stretches

Spent = tuple[int, int]  # minor units, and over how many days


def runways_of(
    bets: Iterable[Bet], today: date, lefts: Mapping[int, int] | None = None,
    plans: Mapping[int, Iterable[Tranche]] | None = None,
) -> dict[int, Runway]:  # fmt: skip
    """By bet. Four queries whatever their number, two where nothing was posted; fewer where `lefts` (what is left, of
    those bets of which something was posted) or their tranches are known."""
    known = {bet.pk: bet for bet in bets}
    held = _lefts(known) if lefts is None else lefts
    spent = _spent(list(held), today) if held else {}
    planned = _planned(known) if plans is None else plans
    return {
        pk: runway_of(Money(
            today, pk in held, held.get(pk, 0), *spent.get(pk, (0, 0)), bet.wind_down, _plan(planned.get(pk, ())),
        ))
        for pk, bet in known.items()
    }  # fmt: skip


def _plan(tranches: Iterable[Tranche]) -> list[Stretch]:
    return stretches([(one.amount, one.planned_on, one.lasts_until) for one in tranches])


def _lefts(bets: Iterable[int]) -> dict[int, int]:
    """Of bets of which something was posted: what was given and not spent, in the currency of the bet. One query."""
    accounts = Account.objects.filter(tranche__bet__in=list(bets)).order_by().values_list("tranche__bet")
    same = Q(kind__in=RETURNS, budget__ledger__currency=F("tranche__bet__currency"))
    return dict(accounts.annotate(left=Sum("balance", filter=same, default=0)))


def _planned(bets: Iterable[int]) -> dict[int, list[Tranche]]:
    found: dict[int, list[Tranche]] = defaultdict(list)
    for one in Tranche.objects.filter(bet__in=list(bets)).order_by("planned_on", "sequence"):
        found[one.bet_id].append(one)
    return found


def _spent(bets: list[int], today: date) -> dict[int, Spent]:
    """What was spent over the last 90 days, less what was given back, and over how many of them there was money to
    spend. Two queries."""
    since, kinds = today - timedelta(days=WINDOW), ("released", "spent")
    lately = Q(debit_account__kind="spent", effective_date__gt=since, effective_date__lte=today)
    gone = Transfer.objects.filter(debit_account__tranche__bet__in=bets, debit_account__kind__in=kinds)
    given = gone.order_by().values_list("debit_account__tranche__bet").annotate(
        sum=Sum("amount", filter=lately, default=0), first=Min("effective_date")
    )  # fmt: skip
    back = dict(
        Transfer.objects.filter(
            credit_account__tranche__bet__in=bets, credit_account__kind="spent", effective_date__gt=since,
            effective_date__lte=today,
        ).order_by().values_list("credit_account__tranche__bet").annotate(sum=Sum("amount"))
    )  # fmt: skip
    return {
        bet: (max(0, amount - back.get(bet, 0)), max(0, min(WINDOW, (today - first).days)))
        for bet, amount, first in given
    }


def runway_words(runway: Runway, settles_on: date | None, *, is_settled: bool, format_: str = "DATE_FORMAT") -> str:
    """Until when the money lasts, when the evidence can settle, and by when to decide."""
    if runway.posted and runway.left <= 0:
        return _("No money is left of what was committed: decide now, or ask for the next tranche.")
    if runway.last_day is None or runway.gone_on is None:
        return _endless(runway)
    if runway.has_ended:
        return _("Nothing has been committed, and what was planned ended on %(gone)s.") % {
            "gone": date_format(runway.gone_on, format_)
        }
    names = {"gone": runway.gone_on, "last": runway.last_day, "settles": settles_on}
    days = {name: date_format(one, format_) if one else "" for name, one in names.items()}
    return f"{_money(runway) % days}; {_evidence(runway, settles_on, is_settled) % days}"


def _endless(runway: Runway) -> str:
    if runway.a_day:
        return _("At this pace the money lasts more than ten years.")
    if runway.posted:
        return _("Nobody can say how long the money lasts: too little was spent, and the plan names no end.")
    return _("Nothing has been committed, and the plan does not say how long the money lasts.")


def _money(runway: Runway) -> str:
    if not runway.posted:
        return _("Nothing has been committed; as planned, money lasts until %(gone)s")
    if runway.basis == "spent":
        return _("Money lasts until %(gone)s, at the pace of the last 90 days")
    return _("Money lasts until %(gone)s, at the pace that was planned")


def _evidence(runway: Runway, settles_on: date | None, is_settled: bool) -> str:
    if runway.last_day is not None and runway.last_day <= runway.as_of:
        return _("what is left only just pays for winding it down: decide now, or add a tranche.")
    if is_settled:
        return _("the evidence has settled: decide by %(last)s at the latest.")
    if settles_on is None:
        return _("nobody can say when the evidence settles: decide by %(last)s at the latest, or add a tranche.")
    if runway.last_day is not None and settles_on <= runway.last_day:
        return _("the evidence can settle by %(settles)s, in time: decide by %(last)s at the latest.")
    return _("the evidence can settle by %(settles)s: decide by %(last)s at the latest, or add a tranche.")

"""Evidence over time: the share of bets by verdict, night by night, and flags as they were raised and decided on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import BetQuerySet, Flag, Verdict
from bets.rules import NIGHTS
from org.models import Run
from portfolio.figures import AGAINST, SHARES
from portfolio.trends import Series, Stretch, Trend, sums_in

ENOUGH = 2  # nights to compare
FEW = 20  # bets of which no share is told: one more or less would look like much


def verdict_trend(bets: BetQuerySet, parts: Sequence[Stretch]) -> Trend:
    """What the last night of each stretch said of these bets. Two queries, whatever the number of nights and bets."""
    nights = _last_nights(parts)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    judged = Verdict.objects.filter(run__in=[pk for _part, pk, _as_of in nights], bet__in=bets.order_by().values("pk"))
    for run, kind, count in judged.order_by().values_list("run", "kind").annotate(Count("pk")):
        counts[run][kind] = count
    told = [(part, as_of, counts[pk]) for part, pk, as_of in nights if counts[pk]]
    series = [Series(kind, str(words), [of[kind] for _part, _day, of in told]) for kind, words in SHARES.items()]
    labels, drawn = [part.label for part, _day, _of in told], [one for one in series if one.whole]
    said = _verdicts_said([(as_of, of) for _part, as_of, of in told])
    return Trend("verdicts", labels, drawn, said, len(told) >= ENOUGH, is_mix=True)


def _last_nights(parts: Sequence[Stretch]) -> list[tuple[Stretch, int, date]]:
    """The stretches in which a night was finished, with the last one: its key and its day."""
    done = Run.objects.filter(
        kind__in=NIGHTS, state=Run.State.DONE, as_of__gte=parts[0].first, as_of__lt=parts[-1].after
    )  # fmt: skip
    last: dict[Stretch, tuple[int, date]] = {}
    for pk, as_of in done.order_by("as_of", "pk").values_list("pk", "as_of"):
        last[next(part for part in parts if as_of < part.after)] = (pk, as_of)
    return [(part, *found) for part, found in last.items()]


def _verdicts_said(told: Sequence[tuple[date, Counter[str]]]) -> str:
    if len(told) < ENOUGH:
        return _("Not enough nights yet: a trend needs the nights of two months, or of two quarters.")
    (first, before), (last, now) = told[0], told[-1]
    names = {"last": date_format(last, "DATE_FORMAT"), "first": date_format(first, "DATE_FORMAT")}
    said = _("On %(last)s the evidence spoke against %(now)s; on %(first)s against %(before)s.")
    return said % (names | {"now": against(now), "before": against(before)})


def against(counts: Counter[str]) -> str:
    """How many bets are beyond their kill line or have a refuted target: “12 of 40 bets (30 %)”; of a few without the
    share."""
    opposed, bets = sum(counts[kind] for kind in AGAINST), counts.total()
    names = {"against": opposed, "bets": bets, "percent": f"{100 * opposed / bets:.0f}"}
    if bets < FEW:
        return ngettext("%(against)d of %(bets)d bet", "%(against)d of %(bets)d bets", bets) % names
    return _("%(against)d of %(bets)d bets (%(percent)s %%)") % names


def flag_trend(bets: BetQuerySet, parts: Sequence[Stretch]) -> Trend:
    """Flags raised, decided on, and cleared otherwise in each stretch; and how many were open at its end. Three
    queries."""
    flags = Flag.objects.filter(bet__in=bets.order_by().values("pk")).order_by()
    first, after = parts[0].first, parts[-1].after
    raised = sums_in(parts, _raised(flags, first, after)).get("raised", [0] * len(parts))
    cleared = sums_in(parts, _cleared(flags, first, after))
    decided = cleared.get("decided", [0] * len(parts))
    otherwise = cleared.get("otherwise", [0] * len(parts))
    left = flags.filter(Q(cleared_on=None) | Q(cleared_on__gte=first), raised_on__lt=first).count()
    levels, open_now = [], left
    for plus, one, other in zip(raised, decided, otherwise, strict=True):
        open_now += plus - one - other
        levels.append(open_now)
    series = [
        Series("raised", _("Raised"), raised), Series("decided", _("Decided on"), decided),
        Series("otherwise", _("Cleared otherwise"), otherwise),
        Series("open", _("Open at the end"), levels, is_level=True),
    ]  # fmt: skip
    is_known = bool(left or any(raised) or any(levels))
    return Trend("flags", [part.label for part in parts], series, _flags_said(series, parts, left), is_known)


def _raised(flags: "QuerySet[Flag]", first: date, after: date) -> list[tuple[date, str, int]]:
    found = flags.filter(raised_on__gte=first, raised_on__lt=after).values_list("raised_on")
    return [(day, "raised", count) for day, count in found.annotate(Count("pk"))]


def _cleared(flags: "QuerySet[Flag]", first: date, after: date) -> list[tuple[date, str, int]]:
    found = flags.filter(cleared_on__gte=first, cleared_on__lt=after).values_list("cleared_on", "cleared_how")
    decided = Flag.Cleared.DECISION
    return [(day, "decided" if how == decided else "otherwise", n) for day, how, n in found.annotate(Count("pk"))]


def _flags_said(series: Sequence[Series], parts: Sequence[Stretch], left: int) -> str:
    raised, decided, _otherwise, levels = series
    if not (raised.whole or left):
        return _("No flag was raised on these bets since %(first)s.") % {"first": parts[0].label}
    said = ngettext(
        "Since %(first)s %(raised)d flag was raised and %(decided)d decided on;",
        "Since %(first)s %(raised)d flags were raised and %(decided)d decided on;",
        raised.whole,
    ) % {"first": parts[0].label, "raised": raised.whole, "decided": decided.whole}
    now = ngettext(
        "%(now)d is open now; when it began it was %(left)d.", "%(now)d are open now; when it began it was %(left)d.",
        levels.values[-1],
    )  # fmt: skip
    return f"{said} {now % {'now': levels.values[-1], 'left': left}}"

"""Flags of a bet as its pages show them: why, how sure, until when, and what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Bet, FamilyRule, Flag, Outcome, Reading, SecondReading, Verdict
from bets.rules import reader_refusals
from bets.words import about_one_in, plain
from org.models import Person, Run
from org.visibility import powers_of
from portfolio.queue import SPEAKS_FIRST
from portfolio.reasoning import Step, flag_steps

HEADLINES = {
    Flag.Kind.CEASE: gettext_lazy("%(metric)s: beyond the kill line"),
    Flag.Kind.PIVOT: gettext_lazy("%(metric)s: short of the target"),
    Flag.Kind.SCALE: gettext_lazy("%(metric)s: better than the target"),
    Flag.Kind.NEAR_MISS: gettext_lazy("%(metric)s: almost shown to be beyond the kill line"),
    Flag.Kind.INCONCLUSIVE: gettext_lazy("%(metric)s: no answer before the money is gone"),
    Flag.Kind.STALE: gettext_lazy("%(metric)s: no signals any more"),
    Flag.Kind.LATE: gettext_lazy("%(metric)s: the day to decide comes after the money"),
    Flag.Kind.PERSISTED: gettext_lazy("Decided to persist twice, and nothing new speaks for it"),
}
FAMILY = {
    Flag.Kind.CEASE: FamilyRule.Family.CEASE,
    Flag.Kind.PIVOT: FamilyRule.Family.MISS,
    Flag.Kind.SCALE: FamilyRule.Family.SCALE,
}


@dataclass(frozen=True)
class FlagShown:
    """A flag with its reasoning; `rule` is the portfolio rule of its kind in the latest night, `may_read` whether this
    person is the one to read a near miss."""

    flag: Flag
    steps: list[Step]
    rule: FamilyRule | None = None
    may_read: bool = False

    @property
    def headline(self) -> str:
        """Why, in a few words."""
        metric = self.flag.outcome.series.metric.name
        return str(HEADLINES[Flag.Kind(self.flag.kind)]) % {"metric": metric}

    @property
    def bound(self) -> str:
        """How many of the flags that stand may be wrong; empty for flags that are not evidence, or without a rule."""
        rule = self.rule
        if rule is None or not rule.issued or not rule.bound or rule.bound > 0.5:
            return ""
        words = ngettext(
            "%(issued)s flag of this kind stands this quarter: it is expected to be wrong at most 1 time in %(in)s.",
            "%(issued)s flags of this kind stand this quarter: at most about 1 in %(in)s is expected to be wrong.",
            rule.issued,
        )
        return words % {"issued": plain(rule.issued), "in": about_one_in(rule.bound)}

    @property
    def second_reading(self) -> SecondReading | None:
        return getattr(self.flag, "second_reading", None)

    @property
    def because(self) -> str:
        """Why it was cleared, without what `how` says already."""
        words = self.flag.cleared_because.removeprefix("Withdrawn by correction: ")
        return words[:1].upper() + words[1:]

    @property
    def how(self) -> str:
        """How it was cleared."""
        return str(self.flag.get_cleared_how_display())


def flags_of(bet: Bet) -> list[Flag]:
    """All flags of a bet with their outcome: the open ones first, the gravest kind first; then the cleared ones, the
    latest last. One query."""
    found = bet.flags.select_related("outcome__series__metric", "reader", "second_reading__read_by")
    flags = list(found.order_by(F("cleared_on").asc(nulls_first=True), "pk"))
    for flag in flags:
        flag.bet = bet
    return sorted(flags, key=lambda flag: _order(flag))


def _order(flag: Flag) -> tuple[bool, int]:
    return flag.cleared_on is not None, SPEAKS_FIRST.index(flag.kind) if flag.cleared_on is None else 0


def runs_of(flags: Iterable[Flag]) -> set[int]:
    """The nights in which open flags were raised."""
    return {flag.run_id for flag in flags if flag.cleared_on is None}


def shown_flags(
    flags: list[Flag], readings: Mapping[int, Mapping[int, Reading]], outcomes: list[Outcome], night: Run | None,
    person: Person,
) -> list[FlagShown]:  # fmt: skip
    """Open flags with the readings of their nights (by run and outcome). Two queries, none without flags."""
    if not flags:
        return []
    runs = runs_of(flags)
    counted = Verdict.objects.filter(run__in=runs).order_by().values_list("run").annotate(Count("pk"))
    judged: dict[int, int] = dict(counted)
    rules = {rule.family: rule for rule in FamilyRule.objects.filter(run=night)}
    powers, primaries = powers_of(person), [one for one in outcomes if one.role == Outcome.Role.PRIMARY]
    return [
        FlagShown(
            flag,
            flag_steps(
                flag,
                readings.get(flag.run_id, {}).get(flag.outcome_id),
                judged=judged.get(flag.run_id, 0),
                outcomes=len(primaries),
            ),
            rules.get(FAMILY.get(Flag.Kind(flag.kind), FamilyRule.Family.CEASE)) if flag.kind in FAMILY else None,
            not list(reader_refusals(powers, person.pk, flag, is_read=hasattr(flag, "second_reading"))),
        )
        for flag in flags
    ]

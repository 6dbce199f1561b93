"""What would change a verdict: on which day the engine would say something else, in words and with its assumption."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from numpy.typing import NDArray

from bets.joint import Joining, join, joining_of
from bets.models import Flag, Outcome, Reading, Tranche, Verdict
from bets.rules import BROKEN, STALE
from bets.words import plain
from lib.money_words import short_money
from portfolio.ahead import DAYS, RECENT, SUPPOSED, Ahead
from portfolio.cases import flags_before
from portfolio.charts import shown
from portfolio.night import ALPHA, FAMILIES, active_in_cycle

Floats = NDArray[np.float64]

LOG_20 = math.log(20.0)
ALONE = dict.fromkeys(("cease", "miss", "scale", "alive"), LOG_20)
Words = Mapping[tuple[str, bool], str | Promise]

OF_A_BET: Words = {
    ("cease", True): gettext_lazy("A flag to cease"),
    ("miss", True): gettext_lazy("A flag to pivot"),
    ("scale", True): gettext_lazy("A flag to scale"),
    ("alive", True): gettext_lazy("Clear of the kill line"),
    ("cease", False): gettext_lazy("The case for ceasing fades"),
    ("miss", False): gettext_lazy("The case for a pivot fades"),
    ("scale", False): gettext_lazy("The case for scaling fades"),
}
OF_AN_OUTCOME: Words = {
    ("cease", True): gettext_lazy("Shown to be beyond the kill line"),
    ("miss", True): gettext_lazy("Target refuted"),
    ("scale", True): gettext_lazy("Shown to be better than the target"),
    ("alive", True): gettext_lazy("Clear of the kill line"),
    ("cease", False): gettext_lazy("No longer shown to be beyond the kill line"),
    ("miss", False): gettext_lazy("Target no longer refuted"),
    ("scale", False): gettext_lazy("No longer shown to be better than the target"),
}
SUPPOSE_ALL = {
    "now": gettext_lazy("If all outcomes go on as now"),
    "target": gettext_lazy("If all outcomes come in at their targets from now on"),
    "kill": gettext_lazy("If all outcomes come in at their kill lines from now on"),
}


@dataclass(frozen=True)
class Turn:
    """Evidence of a family that comes to what is asked (`rises`), or no longer reaches it, so many days ahead."""

    family: str
    rises: bool
    days: int


@dataclass(frozen=True)
class Change:
    """One “if … then …”: what is supposed, what would follow in a few words, and the sentences behind it."""

    key: str
    supposed: str
    answer: str
    sentences: list[str]
    later: str
    turns: list[Turn]


@dataclass(frozen=True)
class Outlook:
    """What would change a verdict or a finding, under which assumption; or, without changes, why nobody can tell."""

    changes: list[Change]
    assumption: list[str]
    why_not: str = ""


@dataclass(frozen=True)
class Asked:
    """What evidence must come to, as log e-values by family; which families stand already; how answers are worded."""

    cuts: Mapping[str, float]
    standing: set[str]
    words: Words


def asked_by_rule(verdict: Verdict, flags: Iterable[Flag]) -> Asked:
    """What the portfolio rule asks of a bet, the others standing as in the night of its verdict: the cut of its
    `flags`, open ones and those that rest after a decision, else the e-value with which it would be flagged too.
    Six queries."""
    families = [f"log_e_{family}" for family in FAMILIES]
    judged = list(Verdict.objects.filter(run=verdict.run_id).values_list("bet", *families))
    before = flags_before(verdict.run)
    named = (before.resting | before.open).items()
    frozen = {key: flag.log_e for key, flag in named if flag.log_e is not None}
    m, cuts = active_in_cycle(verdict.run, len(judged)), dict(ALONE)
    for place, (family, kind) in enumerate(FAMILIES.items(), start=1):
        others = [frozen.get((row[0], kind), row[place]) for row in judged if row[0] != verdict.bet_id]
        ended = [flag.log_e for flag in before.ended if flag.kind == kind and flag.log_e is not None]
        cuts[family] = cut_among([*others, *ended], m)
    resting = [flag for (bet, _), flag in before.resting.items() if bet == verdict.bet_id]
    raised = {flag.kind: flag.cut for flag in (*resting, *flags) if flag.cut is not None}
    standing = {family: raised[kind] for family, kind in FAMILIES.items() if kind in raised}
    return Asked(cuts | standing, set(standing), OF_A_BET)


def cut_among(others: Iterable[float], m: int) -> float:
    """The least log e-value with which one more bet is flagged by e-BH beside `others`, of m bets in all."""
    falling = np.sort(np.array(list(others), dtype=np.float64))[::-1]
    ranks = np.arange(1, len(falling) + 2)
    cuts = math.log(max(m, 1) / ALPHA) - np.log(ranks)
    enough = np.concatenate([[True], falling >= cuts[1:]])
    return float(cuts[np.flatnonzero(enough)[-1]])


def joined(aheads: Iterable[Ahead | None], how: Joining, cut: float) -> dict[str, dict[str, Floats]]:
    """Evidence on a bet out of that on its outcomes, as the night joins it; None proves nothing either way. Nothing is
    scaled while a guardrail is beyond its kill line at the `cut` of a cease."""
    nothing = dict.fromkeys(ALONE, np.zeros(len(DAYS)))
    parts = list(aheads)
    found = {}
    for supposed in SUPPOSED:
        logs = {
            family: np.array([part.log_e[supposed][family] if part else nothing[family] for part in parts])
            for family in ALONE
        }
        found[supposed] = {family: join(family, logs[family], how) for family in ALONE}
        held = (logs["cease"][np.array(how.guardrails)] >= cut).any(axis=0)
        found[supposed]["scale"] = np.where(held, 0.0, found[supposed]["scale"])
    return found


def turns_of(log_e: Mapping[str, Floats], cuts: Mapping[str, float], standing: set[str]) -> list[Turn]:
    """When evidence, log e-values after each of DAYS, first comes to its cut, or first falls below it for families that
    are `standing`; soonest first."""
    turns = []
    for family, path in log_e.items():
        if "cease" in standing and family in ("miss", "alive"):
            continue  # said by the cease already, or against it
        reached = path >= cuts[family]
        places = np.flatnonzero(reached != (family in standing))
        if places.size:
            turns.append(Turn(family, family not in standing, _day(path, cuts[family], int(places[0]))))
    return sorted(turns, key=lambda turn: turn.days)


def _day(path: Floats, cut: float, place: int) -> int:
    """The day on which a path crosses the cut between this place and the one before."""
    if place == 0:
        return 0
    before, after = path[place - 1], path[place]
    way = float((cut - before) / (after - before) * (DAYS[place] - DAYS[place - 1]))
    return int(DAYS[place - 1]) + max(1, math.ceil(way))


def outlook_of_bet(
    outcomes: list[Outcome], readings: Mapping[int, Reading], aheads: Mapping[int, Ahead], asked: Asked,
    *, as_of: date, planned: Sequence[Tranche] = (),
) -> Outlook:  # fmt: skip
    """What would change the verdict on a bet that the night has judged; `planned`: its tranches, with their bet."""
    if {"cease", "scale"} <= asked.standing:
        return Outlook([], [], _("Its outcomes contradict each other: check the data first, then decide."))
    if not aheads:
        return Outlook([], [], _since_night(outcomes, readings) or why_not(readings.values()))
    how = joining_of(outcomes[0].bet, outcomes)
    log_e = joined((aheads.get(outcome.pk) for outcome in outcomes), how, asked.cuts["cease"])
    only = outcomes[0] if len(outcomes) == 1 else None
    told = _Told(asked, as_of, min(outcome.decide_by for outcome in outcomes), _rate(only, aheads), planned)
    changes = [told.change(key, _supposed(key, only, readings), log_e[key]) for key in SUPPOSED]
    silent = [outcome for outcome in outcomes if outcome.pk not in aheads]
    return Outlook(changes, [*_assumption(aheads, only), *_silence(silent), _rule(asked)])


def outlook_of_outcome(outcome: Outcome, reading: Reading | None, ahead: Ahead | None, *, as_of: date) -> Outlook:
    """What would change the finding on one outcome by itself, at an e-value of 20."""
    if reading is None or ahead is None:
        return Outlook([], [], why_not([reading] if reading else []))
    logs = {family: float(getattr(reading, f"log_e_{family}")) for family in ALONE}
    standing = {family for family, log_e in logs.items() if log_e >= LOG_20 and family != "alive"}
    told = _Told(Asked(ALONE, standing, OF_AN_OUTCOME), as_of, outcome.decide_by, ahead.a_day)
    readings = {outcome.pk: reading}
    changes = [told.change(key, _supposed(key, outcome, readings), ahead.log_e[key]) for key in SUPPOSED]
    alone = _("This is the outcome alone, taken as shown from E = 20 on; a flag on the bet asks for more.")
    return Outlook(changes, [*_assumption({outcome.pk: ahead}, outcome), alone])


def _since_night(outcomes: list[Outcome], readings: Mapping[int, Reading]) -> str:
    """Where the night read only versions that stand no more."""
    if not readings or any(outcome.pk in readings for outcome in outcomes):
        return ""
    return _("Its lines were moved after the latest night: the next night reads the new ones.")


def why_not(readings: Iterable[Reading]) -> str:
    """Why nobody can say what would change: what must happen first."""
    found = list(readings)
    if not found or all(reading.last_period is None for reading in found):
        return _("No signals have arrived yet: the first ones start the evidence.")
    if any(reading.health == BROKEN for reading in found):
        return _("The feed is broken, so nothing it sends changes this. Mend it first; the next night reads it again.")
    if any(reading.health == STALE for reading in found):
        return _("The feed has stopped: nothing changes until signals arrive again.")
    if all(reading.outcome.series.metric.kind == "level" for reading in found):
        return _(
            "Values are judged by how their weeks wander, which nobody knows in advance, so no day can be named."
            " Exposures or a control arm would settle it sooner."
        )
    if any(reading.health_note for reading in found):
        return _("There are fewer than two full weeks of usable signals: too early to say what would change this.")
    return _("Nobody was exposed in the last four weeks: nothing changes until somebody is.")


@dataclass(frozen=True)
class _Told:
    """Tells changes: what is asked, as of which night, and until when a decision is due."""

    asked: Asked
    as_of: date
    due: date
    a_day: float | None  # exposures; None when outcomes have different ones
    planned: Sequence[Tranche] = ()

    def change(self, key: str, supposed: str, log_e: Mapping[str, Floats]) -> Change:
        clear = bool(log_e["alive"][0] >= LOG_20)
        unsaid = {"alive"} if clear or key != "target" else set()
        turns = turns_of(
            {name: log_e[name] for name in log_e if name not in unsaid}, self.asked.cuts, self.asked.standing
        )
        if not turns:
            return Change(key, supposed, *self._unchanged(key, clear), "", [])
        first, *later = turns[:2]
        sentences = [self._when(first), *self._due(key, first)]
        return Change(key, supposed, self._answer(first), sentences, "".join(map(self._answer, later)), turns[:2])

    def _answer(self, turn: Turn) -> str:
        return _("%(what)s %(when)s") % {"what": self._what(turn), "when": about(turn.days)}

    def _what(self, turn: Turn) -> str:
        return str(self.asked.words[turn.family, turn.rises])

    def _unchanged(self, key: str, clear: bool) -> tuple[str, list[str]]:
        """The answer and the sentence when nothing turns within the horizon."""
        if self.asked.standing and key == "now":
            return _("Waiting changes nothing"), [_("What has been shown stays shown, for two years at least.")]
        if self.asked.standing:
            return _("Not even that changes it"), [_("Two years of it would not outweigh what has been seen so far.")]
        if key == "target":
            said = _("It is clear of the kill line already; exactly at the target, nothing shows that it is better.")
            return _("It stays on course"), [
                said if clear else _("Two years would not show it clear of the kill line.")
            ]
        if clear:
            return _("No flag in sight"), [
                _("It is clear of the kill line, and two years would not refute the target.")
            ]
        return _("No flag in sight"), [_("Two years of it would settle nothing.")]

    def _when(self, turn: Turn) -> str:
        parts = {
            "day": date_format(self.as_of + timedelta(days=turn.days), "DATE_FORMAT"),
            "cut": plain(math.exp(self.asked.cuts[turn.family])),
            "more": plain(_two_digits((self.a_day or 0.0) * turn.days)),
        }
        if not turn.rises:
            return _("Around %(day)s the evidence falls below E = %(cut)s.") % parts
        if turn.days == 0:
            return _("The evidence has reached E = %(cut)s already.") % parts
        if self.a_day is None:
            return _("Around %(day)s the evidence reaches E = %(cut)s.") % parts
        return _("Around %(day)s, after about %(more)s more exposures, the evidence reaches E = %(cut)s.") % parts

    def _due(self, key: str, turn: Turn) -> list[str]:
        if not turn.rises:
            return [_("The flag stays until it is decided on.")] if self.asked.words is OF_A_BET else []
        day, due = self.as_of + timedelta(days=turn.days), {"due": date_format(self.due, "DATE_FORMAT")}
        if self.due < self.as_of:
            return [_("The decision has been due since %(due)s.") % due, *self._spent(key, day)]
        if day <= self.due:
            return [_("That is in time: the decision is due on %(due)s.") % due, *self._spent(key, day)]
        return [_("That is too late: the decision is due on %(due)s.") % due, *self._spent(key, day)]

    def _spent(self, key: str, day: date) -> list[str]:
        """The money that is planned until then, if it goes on as now."""
        ahead = [tranche for tranche in self.planned if self.as_of < tranche.planned_on <= day]
        if key != "now" or not ahead:
            return []
        amount = short_money(sum(tranche.amount for tranche in ahead), ahead[0].bet.currency)
        return [_("Until then, another %(amount)s is planned.") % {"amount": amount}]


def _two_digits(number: float) -> float:
    return float(f"{number:.2g}")


def about(days: int) -> str:
    """How long from now, as people say it: in about 9 days, 6 weeks, 5 months."""
    weeks, months = round(days / 7), round(days / 30.44)
    if days == 0:
        return _("with the next night")
    if days < 14:
        return ngettext("in about %(count)d day", "in about %(count)d days", days) % {"count": days}
    if days < 70:
        return ngettext("in about %(count)d week", "in about %(count)d weeks", weeks) % {"count": weeks}
    return ngettext("in about %(count)d month", "in about %(count)d months", months) % {"count": months}


def _supposed(key: str, only: Outcome | None, readings: Mapping[int, Reading]) -> str:
    if only is None:
        return str(SUPPOSE_ALL[key])
    if key == "now":
        return _("If it goes on as now, at %(level)s") % {"level": shown(only, readings[only.pk].estimate or 0.0)}
    if key == "target":
        return _("If it comes in at the target, %(level)s, from now on") % {"level": shown(only, only.target)}
    return _("If it comes in at the kill line, %(level)s, from now on") % {"level": shown(only, only.kill_line)}


def _rate(only: Outcome | None, aheads: Mapping[int, Ahead]) -> float | None:
    return aheads[only.pk].a_day if only else None


def _assumption(aheads: Mapping[int, Ahead], only: Outcome | None) -> list[str]:
    """What is taken for granted; the rate only where it is that of one outcome."""
    rate, weeks = _rate(only, aheads), RECENT // 7
    typical = _("Each further period brings as many exposures as the last %(weeks)s weeks did on average.")
    if rate is not None:
        typical = _(
            "Each further period brings as many exposures as the last %(weeks)s weeks did on average, %(rate)s a day."
        )
    return [
        typical % {"weeks": weeks, "rate": plain(rate or 0.0, 0 if rate and rate >= 10 else 1)},
        _("All of them come in exactly at the level supposed, and the noise between periods stays what it is now."),
        _(
            "The longer series is then read as on any night. This is arithmetic, not a forecast: real periods scatter,"
            " so the real day comes sooner or later."
        ),
    ]


def _silence(silent: Iterable[Outcome]) -> list[str]:
    return [
        _("%(metric)s counts as no evidence: it cannot be judged now.") % {"metric": outcome.series.metric}
        for outcome in silent
    ]


def _rule(asked: Asked) -> str:
    return _(
        "All other bets stay where they are, so that the rule for the portfolio asks for E = %(cease)s to cease,"
        " %(miss)s to pivot and %(scale)s to scale. “Clear of the kill line” is E = 20 on its own and raises no flag."
    ) % {family: plain(math.exp(asked.cuts[family])) for family in FAMILIES}

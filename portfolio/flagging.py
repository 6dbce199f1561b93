"""Flags made: what each says, since when, until when acting on it is worth it, and who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import override

from bets.models import Flag, Reading, Tranche
from bets.signals import first_day
from bets.words import (
    Told,
    flag_sentence,
    inconclusive_sentence,
    late_sentence,
    near_miss_sentence,
    persisted_sentence,
    stale_sentence,
)
from funding.rules_runway import Runway
from funding.runway import runway_words
from lib.periods import quarter_of
from org.models import Person, Run
from portfolio.answer import settling
from portfolio.cases import Case
from portfolio.night import FAMILIES, finding_of
from portfolio.persisted import Twice

READ_WITHIN = timedelta(days=14)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Flagging:
    """Makes the flags of one run; `ahead` is the next tranche by bet."""

    run: Run
    ahead: Mapping[int, Tranche]

    def evidence(self, case: Case, family: str, cut: float) -> Flag:
        """A flag of the false-discovery rule, with the evidence frozen."""
        kind, reading, log_e = FAMILIES[family], case.strongest(family), case.log_e[family]
        told = self._told(case, reading, family)
        sentence = flag_sentence(kind, finding_of(reading), log_e, told)
        return self._flag(case, reading, kind, sentence, log_e=log_e, cut=cut, since=told.since)

    def near_miss(self, case: Case, reading: Reading, cut: float, reader: Person | None) -> Flag:
        """The evidence to cease fell little short on the day to decide: somebody independent reads it."""
        log_e, by = case.log_e["cease"], self.run.as_of + READ_WITHIN
        told = self._told(case, reading, "cease")
        name = str(reader) if reader else ""
        sentence = near_miss_sentence(finding_of(reading), log_e, cut, told, name, by)
        return self._flag(
            case, reading, Flag.Kind.NEAR_MISS, sentence, log_e=log_e, cut=cut, since=told.since, reader=reader,
            read_by=by if reader else None,
        )  # fmt: skip

    def inconclusive(self, case: Case) -> Flag:
        """Nothing will be settled before the money is gone. This rests on how far the evidence reaches: on exposures
        and noise, whichever way it goes. It is no forecast of the result, and has no e-value."""
        reading = max(case.primaries, key=lambda one: one.settles or 0.0)
        told = self._told(case, reading, "cease")
        sentence = inconclusive_sentence(finding_of(reading), reading.settles or 0.0, told, reading.settles_by)
        return self._flag(case, reading, Flag.Kind.INCONCLUSIVE, sentence)

    def stale(self, case: Case) -> Flag:
        reading = case.stale or case.readings[0]
        sentence = stale_sentence(reading.outcome.series.metric.name, reading.last_period, self.run.as_of)
        return self._flag(case, reading, Flag.Kind.STALE, sentence)

    def late(self, case: Case, runway: Runway) -> Flag:
        """By the day to decide, what is left no longer pays for winding the bet down."""
        reading = soonest(case)
        settles_on, is_settled = settling(case.primaries)
        with override("en"):
            words = runway_words(runway, settles_on, is_settled=is_settled, format_="j F Y")
        sentence = late_sentence(words, runway.decides_on(reading.outcome.decide_by))
        last = max(runway.last_day, self.run.as_of) if runway.last_day else None
        return self._flag(case, reading, Flag.Kind.LATE, sentence, act_by=last)

    def persisted(self, case: Case, twice: Twice) -> Flag:
        """It was decided to persist twice, and nothing spoke more for it the second time."""
        sentence = persisted_sentence(twice.first, twice.second)
        return self._flag(case, case.strongest("scale"), Flag.Kind.PERSISTED, sentence, since=twice.first)

    def _flag(self, case: Case, reading: Reading, kind: Flag.Kind, sentence: str, **fields: object) -> Flag:
        on = self.run.as_of
        return Flag(
            bet=case.bet, outcome=reading.outcome, kind=kind, run=self.run, raised_on=on, cycle=quarter_of(on),
            sentence=sentence, **{"act_by": self._act_by(case)} | fields,
        )  # fmt: skip

    def _act_by(self, case: Case) -> date | None:
        """Before more money goes: the next tranche, else the first day to decide that has not passed."""
        if tranche := self.ahead.get(case.bet.pk):
            return tranche.planned_on
        days = [reading.outcome.decide_by for reading in case.primaries]
        return min((day for day in days if day > self.run.as_of), default=None)

    def _told(self, case: Case, reading: Reading, family: str) -> Told:
        tranche = self.ahead.get(case.bet.pk)
        return Told(
            on=self.run.as_of, needed=case.how.needed(family), primaries=case.how.guardrails.count(False),
            since=since_of(reading, family), recent=reading.recent, chance=reading.chance, evsi=reading.evsi,
            tranche=tranche.amount if tranche else None, tranche_on=tranche.planned_on if tranche else None,
            currency=case.bet.currency,
        )  # fmt: skip


def soonest(case: Case) -> Reading:
    """The reading of the outcome whose day to decide comes first."""
    return min(case.primaries, key=lambda one: (one.outcome.decide_by, one.pk))


def since_of(reading: Reading, family: str) -> date | None:
    """About when it began to be so; None when it has been so from the start."""
    since = {"cease": reading.cease_since, "scale": reading.scale_since}.get(family)
    return since if since and since > first_day(reading.outcome) + WEEK else None

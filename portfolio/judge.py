"""The last step of a night: the bets it has read are judged together, by the rule for the portfolio.

Everything is computed from the readings of the run and from the flags there are, and written in one transaction.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

import numpy as np
from django.db.models import F

from bets.actions import Clearing, Judgement, record_judgement
from bets.corrections import withdrawals
from bets.models import FamilyRule, Flag, Reading, Verdict
from bets.resolution import due_resolutions
from bets.rules import cannot_conclude, decide
from bets.words import Told, verdict_sentence, withdrawn_sentence
from funding.rules_runway import Runway
from funding.runway import runways_of
from metrics.evidence import EBH, e_bh
from org.models import Job, Run
from portfolio.cases import Before, Case, cases_of, flags_before, tranches_ahead
from portfolio.flagging import Flagging, since_of, soonest
from portfolio.night import ALPHA, FAMILIES, active_in_cycle, finding_of
from portfolio.persisted import Twice, is_nothing_new, persisted_twice
from portfolio.readers import Readers, readers

NEAR = math.log(4.0)  # a near miss has a quarter of what was asked for
SPOKEN_OF = {"pivot": "miss", "persist": "scale"}


def judge(job: Job) -> Judgement:
    """What one run concludes. The number of queries grows neither with bets nor with flags, only with the nights whose
    data were corrected since."""
    run, cases = job.run, cases_of(job.run)
    before, withdrawn = _taken_back(flags_before(run))
    sitting = Sitting(run, cases, before, active_in_cycle(run, len(cases)))
    return Judgement(
        verdicts=[sitting.verdict(case) for case in cases],
        raised=sitting.raised(),
        cleared=[*withdrawn, *sitting.answered()],
        rules=sitting.written() if cases else [],
        resolutions=due_resolutions(run),
    )


def store_judgement(job: Job, judgement: Judgement, at: datetime) -> str:
    record_judgement(job.run, judgement, at=at)
    return f"Bets judged: {len(judgement.verdicts)}. Flags raised: {len(judgement.raised)}."


def _taken_back(before: Before) -> tuple[Before, list[Clearing]]:
    """The flags that corrected data still support, and the open ones to be withdrawn. What was decided on is history
    and stays as it is written, but no longer stands."""
    found = withdrawals(before.all())
    open_flags = set(before.open.values())
    clearings = [
        Clearing(one.flag, Flag.Cleared.CORRECTION, withdrawn_sentence(one.log_e, one.flag.cut or 0.0))
        for one in found if one.flag in open_flags
    ]  # fmt: skip
    return before.without({one.flag for one in found}), clearings


@dataclass(frozen=True)
class Sitting:
    """The bets of one run before the rule for the portfolio; `m` counts every bet of the review cycle."""

    run: Run
    cases: list[Case]
    before: Before
    m: int

    @cached_property
    def rules(self) -> dict[str, EBH]:
        return {"cease": self.to_cease, "miss": self._rule("miss"), "scale": self._rule("scale")}

    @cached_property
    def to_cease(self) -> EBH:
        return self._rule("cease")

    def _rule(self, family: str) -> EBH:
        """e-BH over all bets: of the flags issued, at most the share ALPHA is expected to be wrong. What was issued
        keeps its evidence in the sort, also when it has been decided on: the promise is about all of it."""
        kind = FAMILIES[family]
        ended = [_frozen(flag) for flag in self.before.ended if flag.kind == kind]
        frozen = np.array([_frozen(self.before.standing(case.bet, kind)) for case in self.cases] + ended)
        log_e = np.array([self._log_e(case, family) for case in self.cases] + ended)
        return e_bh(log_e, frozen, alpha=ALPHA, m=max(self.m, len(log_e)))

    def _log_e(self, case: Case, family: str) -> float:
        """Nothing speaks for scaling a bet while one of its guardrails is refuted."""
        return math.nan if family == "scale" and case.bet.pk in self.guarded else case.log_e[family]

    @cached_property
    def guarded(self) -> dict[int, str]:
        """By bet: the metric of the first guardrail that is shown beyond its kill line, at the cut of this night."""
        refuted = {case.bet.pk: case.refuted_guardrails(self.to_cease.cut) for case in self.cases}
        return {bet: readings[0].outcome.series.metric.name for bet, readings in refuted.items() if readings}

    @cached_property
    def flagged(self) -> dict[str, set[int]]:
        """By family: bets whose flag stands, from tonight or before."""
        pks = [case.bet.pk for case in self.cases]
        return {f: {pk for pk, on in zip(pks, rule.flagged, strict=False) if on} for f, rule in self.rules.items()}

    @cached_property
    def kinds(self) -> dict[int, str]:
        """By bet: what the verdict is."""
        return {case.bet.pk: self._kind(case) for case in self.cases}

    def _kind(self, case: Case) -> str:
        pk = case.bet.pk
        standing = self.before.standing(case.bet, Flag.Kind.INCONCLUSIVE) is not None
        return decide(
            cease=pk in self.flagged["cease"], miss=pk in self.flagged["miss"],
            scale=pk in self.flagged["scale"] and pk not in self.guarded,
            health=self._worst(case).health,
            unsettled=cannot_conclude(case.chances, standing=standing),
        )  # fmt: skip

    def _worst(self, case: Case) -> Reading:
        return next((reading for reading in case.readings if reading.health_note), case.readings[0])

    def verdict(self, case: Case) -> Verdict:
        kind = self.kinds[case.bet.pk]
        shown, note = case.strongest(SPOKEN_OF.get(kind, "cease")), self._worst(case).health_note
        said = "clear" if kind == "measure" and case.is_clear else kind
        told = Told(self.run.as_of, since=since_of(shown, SPOKEN_OF.get(kind, kind)), recent=shown.recent)
        sentence = verdict_sentence(said, finding_of(shown), note, self.guarded.get(case.bet.pk, ""), told)
        return Verdict(
            bet=case.bet, run=self.run, as_of=self.run.as_of, kind=kind, sentence=sentence,
            **{f"log_e_{family}": case.log_e[family] for family in FAMILIES},
        )  # fmt: skip

    def written(self) -> list[FamilyRule]:
        """What the rule did tonight, for the record."""
        return [
            FamilyRule(
                run=self.run, family=family, alpha=ALPHA, bets=max(self.m, len(rule.flagged)),
                issued=int(rule.flagged.sum()), cut=rule.cut, bound=None if math.isnan(rule.bound) else rule.bound,
            )
            for family, rule in self.rules.items()
        ]  # fmt: skip

    def raised(self) -> list[Flag]:
        new = {family: [case for case in self._without(kind) if case.bet.pk in self.flagged[family]]
               for family, kind in FAMILIES.items()}  # fmt: skip
        near, stale = self._near(), [case for case in self._without(Flag.Kind.STALE) if case.stale]
        unsettled = [c for c in self._without(Flag.Kind.INCONCLUSIVE) if self.kinds[c.bet.pk] == "inconclusive"]
        late = [case for case in self._without(Flag.Kind.LATE) if self._is_late(case)]
        twice = [case for case in self._without(Flag.Kind.PERSISTED) if self._has_nothing_new(case)]
        touched = [*chain(*new.values()), *(case for case, _ in near), *stale, *unsettled, *twice]
        made = Flagging(self.run, tranches_ahead([case.bet.pk for case in touched], self.run.as_of))
        pool = readers() if near else Readers()
        return [
            *(made.evidence(case, family, self.rules[family].cut) for family in FAMILIES for case in new[family]),
            *(made.near_miss(case, one, self.rules["cease"].cut, pool.take(case.bet)) for case, one in near),
            *(made.inconclusive(case) for case in unsettled if case.bet.pk in made.ahead),
            *(made.stale(case) for case in stale),
            *(made.late(case, self.runways[case.bet.pk]) for case in late),
            *(made.persisted(case, self.persisted[case.bet.pk]) for case in twice),
        ]

    def _without(self, kind: str) -> list[Case]:
        """Bets of which this has not been said yet, or may be said again."""
        return [case for case in self.cases if self.before.standing(case.bet, kind) is None]

    def _near(self) -> list[tuple[Case, Reading]]:
        """Bets not flagged to cease whose evidence comes to a quarter of the cut or more in the first night on or after
        the day to decide, with the outcome whose day it is. One query, none when there are none."""
        cut, ceasing = self.rules["cease"].cut, self.flagged["cease"]
        close = [case for case in self._without(Flag.Kind.NEAR_MISS) if case.log_e["cease"] >= cut - NEAR]
        due = [(c, r) for c in close if c.bet.pk not in ceasing for r in c.primaries if self._is_due(r)]
        before = Reading.objects.filter(outcome__in=[reading.outcome_id for _, reading in due]).exclude(run=self.run)
        past = before.filter(as_of__gte=F("outcome__decide_by")).values_list("outcome_id", flat=True)
        seen = set(past) if due else set()
        first = {case.bet.pk: (case, reading) for case, reading in reversed(due) if reading.outcome_id not in seen}
        return list(first.values())

    def _is_due(self, reading: Reading) -> bool:
        return reading.outcome.decide_by <= self.run.as_of

    def answered(self) -> list[Clearing]:
        """Open flags that speak of signals, and that signals have answered."""
        found = []
        for case in self.cases:
            for kind, because in (
                (Flag.Kind.STALE, self._fresh(case)),
                (Flag.Kind.INCONCLUSIVE, self._concludes(case)),
                (Flag.Kind.LATE, self._in_time(case)),
                (Flag.Kind.PERSISTED, self._news(case)),
            ):
                if because and (flag := self.before.open.get((case.bet.pk, kind))):
                    found.append(Clearing(flag, Flag.Cleared.SIGNALS, because))
        return found

    @cached_property
    def runways(self) -> dict[int, Runway]:
        """By bet: how long its money lasts."""
        return runways_of([case.bet for case in self.cases], self.run.as_of) if self.cases else {}

    def _is_late(self, case: Case, *, standing: bool = False) -> bool:
        return self.runways[case.bet.pk].is_late(soonest(case).outcome.decide_by, standing=standing)

    def _in_time(self, case: Case) -> str:
        return (
            ""
            if self._is_late(case, standing=True)
            else "The money lasts clearly beyond the day to decide by now, or that day has come."
        )

    @cached_property
    def persisted(self) -> dict[int, Twice]:
        """Bets whose latest two decisions are both to persist."""
        return persisted_twice([case.bet.pk for case in self.cases], self.run)

    def _has_nothing_new(self, case: Case) -> bool:
        return is_nothing_new(self.persisted.get(case.bet.pk), case.log_e["scale"])

    def _news(self, case: Case) -> str:
        return "" if self._has_nothing_new(case) else "Stronger evidence has come since it was decided to persist."

    def _fresh(self, case: Case) -> str:
        return "" if case.stale else "Signals arrive again."

    def _concludes(self, case: Case) -> str:
        kind = self.kinds[case.bet.pk]
        if kind == "measure":
            return "The chance that signals settle it in time is 30 % or more by now."
        return "" if kind in ("inconclusive", "none") else "The evidence has settled it since."


def _frozen(flag: Flag | None) -> float:
    return math.nan if flag is None or flag.log_e is None else flag.log_e

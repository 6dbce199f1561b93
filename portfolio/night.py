"""The night: signals in, flags out. Pull due sources, read outcomes in chunks, judge the portfolio as a whole.

`next_jobs` says what comes next; org carries it. Each step can be killed anywhere and run again with the same result.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.conf import settings
from django.utils import timezone

from bets.actions import Judgement, record_judgement
from bets.models import Bet, Flag, Outcome, Reading, Verdict
from bets.rules import STALE, decide
from bets.words import Finding, flag_sentence, stale_sentence, verdict_sentence
from lib.periods import quarter_of, quarter_start
from metrics.evidence import e_bh
from metrics.models import Source
from org.actions import start_run
from org.models import Job, Run
from org.registry import Planned

CHUNK = 500
ALPHA = 0.10  # of the flags of one kind, the share that may be wrong
ACTIVE = [Bet.State.LIVE, Bet.State.HELD]
FAMILIES = {"cease": Flag.Kind.CEASE, "miss": Flag.Kind.PIVOT, "scale": Flag.Kind.SCALE}


def due(at: datetime) -> None:
    """Starts tonight's run once the hour has come; a night that was missed is made up for the same day."""
    local = timezone.localtime(at)
    if local.hour >= settings.NIGHT_HOUR:
        start_run("night", f"night {local.date()}", as_of=local.date(), at=at)


def next_jobs(run: Run, at: datetime) -> Iterable[Planned] | None:
    """Pull, then read, then judge; a step with nothing to do is skipped. None when the night is over."""
    done = set(run.jobs.values_list("kind", flat=True))
    if not done and (pulls := [("pull", s.key, {"source": s.pk}) for s in Source.objects.filter(kind=Source.Kind.CSV)]):
        return pulls
    active = Outcome.objects.filter(bet__state__in=ACTIVE).order_by("pk").values_list("pk", flat=True)
    if not done & {"read", "judge"} and (reads := read_jobs(active)):
        return reads
    return None if "judge" in done else [("judge", "portfolio", {})]


def read_jobs(outcomes: Iterable[int]) -> list[Planned]:
    """Jobs that read the given outcomes in chunks."""
    ids = list(outcomes)
    chunks = [(start, ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK)]
    return [("read", f"outcomes {start + 1} to {start + len(chunk)}", {"outcomes": chunk}) for start, chunk in chunks]


@dataclass(frozen=True)
class Case:
    """One bet before the rule: its readings and its evidence over all outcomes, as log e-values by family."""

    bet: Bet
    readings: list[Reading]
    log_e: dict[str, float]

    def strongest(self, family: str) -> Reading:
        """The outcome that says most; it is the one whose numbers are put into words."""
        return max(self.readings, key=lambda reading: (float(getattr(reading, f"log_e_{family}")), -reading.pk))


def judge(job: Job) -> Judgement:
    """Verdicts and flags of one run, computed from its readings and from the flags that are open."""
    run = job.run
    cases = [_case(readings) for readings in _readings(run)]
    flags = Flag.objects.filter(cleared_on=None, bet__state__in=ACTIVE)
    open_flags = {(flag.bet_id, flag.kind): flag for flag in flags}
    raised = _evidence_flags(cases, open_flags, run) + _stale_flags(cases, open_flags, run)
    standing = set(open_flags) | {(flag.bet_id, flag.kind) for flag in raised}
    return Judgement([_verdict(case, standing, run) for case in cases], raised, _fresh_again(cases, open_flags))


def store_judgement(job: Job, judgement: Judgement, at: datetime) -> str:
    record_judgement(job.run, judgement, at=at)
    return f"Bets judged: {len(judgement.verdicts)}. Flags raised: {len(judgement.raised)}."


def _readings(run: Run) -> list[list[Reading]]:
    grouped: dict[int, list[Reading]] = defaultdict(list)
    rows = Reading.objects.filter(run=run).select_related("outcome__bet", "outcome__series__metric")
    for reading in rows.order_by("outcome__bet__key", "outcome__number"):
        grouped[reading.outcome.bet_id].append(reading)
    return list(grouped.values())


def _case(readings: list[Reading]) -> Case:
    """Evidence on a bet: one outcome failing is enough to cease (mean of e-values), all must be above to scale."""
    cease = [reading.log_e_cease for reading in readings]
    miss = [reading.log_e_miss for reading in readings]
    logs = {"cease": _log_mean(cease), "miss": _log_mean(miss), "scale": min(r.log_e_scale for r in readings)}
    return Case(readings[0].outcome.bet, readings, logs)


def _log_mean(logs: list[float]) -> float:
    return float(np.logaddexp.reduce(np.array(logs))) - math.log(len(logs))


def _evidence_flags(cases: list[Case], open_flags: dict[tuple[int, str], Flag], run: Run) -> list[Flag]:
    """e-BH over all bets, family by family: of the flags issued, at most the share ALPHA is expected to be wrong."""
    raised = []
    for family, kind in FAMILIES.items():
        log_e = np.array([case.log_e[family] for case in cases])
        frozen = np.array([_frozen(open_flags.get((case.bet.pk, kind))) for case in cases])
        rule = e_bh(log_e, frozen, alpha=ALPHA, m=active_in_cycle(run, len(cases)))
        for place in np.flatnonzero(rule.flagged & np.isnan(frozen)):
            raised.append(_flag(cases[place], family, kind, rule.cut, run))
    return raised


def _frozen(flag: Flag | None) -> float:
    return math.nan if flag is None or flag.log_e is None else flag.log_e


def active_in_cycle(run: Run, now: int) -> int:
    """Every bet judged in this quarter counts, also one that ended since: dropping bets must not help others."""
    since = quarter_start(run.as_of)
    ended = Verdict.objects.filter(as_of__gte=since, as_of__lte=run.as_of).exclude(bet__state__in=ACTIVE)
    return now + ended.values("bet").distinct().count()


def _flag(case: Case, family: str, kind: Flag.Kind, cut: float, run: Run) -> Flag:
    reading, log_e = case.strongest(family), case.log_e[family]
    sentence = flag_sentence(kind, finding_of(reading), log_e, run.as_of)
    return Flag(
        bet=case.bet, outcome=reading.outcome, kind=kind, run=run, raised_on=run.as_of, cycle=quarter_of(run.as_of),
        log_e=log_e, cut=cut, sentence=sentence,
    )  # fmt: skip


def _stale_flags(cases: list[Case], open_flags: dict[tuple[int, str], Flag], run: Run) -> list[Flag]:
    flags = []
    for case in cases:
        stale = next((reading for reading in case.readings if reading.health == STALE), None)
        if stale is not None and (case.bet.pk, Flag.Kind.STALE) not in open_flags:
            sentence = stale_sentence(stale.outcome.series.metric.name, stale.last_period, run.as_of)
            flags.append(
                Flag(
                    bet=case.bet, outcome=stale.outcome, kind=Flag.Kind.STALE, run=run, raised_on=run.as_of,
                    cycle=quarter_of(run.as_of), sentence=sentence,
                )
            )  # fmt: skip
    return flags


def _fresh_again(cases: list[Case], open_flags: dict[tuple[int, str], Flag]) -> list[int]:
    fresh = {case.bet.pk for case in cases if all(reading.health != STALE for reading in case.readings)}
    return [flag.pk for (bet, kind), flag in open_flags.items() if kind == Flag.Kind.STALE and bet in fresh]


def _verdict(case: Case, standing: set[tuple[int, str]], run: Run) -> Verdict:
    flagged = {family: (case.bet.pk, kind) in standing for family, kind in FAMILIES.items()}
    worst = next((reading for reading in case.readings if reading.health_note), case.readings[0])
    kind = decide(**flagged, health=worst.health)
    shown = case.strongest({"pivot": "miss", "persist": "scale"}.get(kind, "cease"))
    return Verdict(
        bet=case.bet, run=run, as_of=run.as_of, kind=kind,
        sentence=verdict_sentence(kind, finding_of(shown), worst.health_note),
        **{f"log_e_{family}": case.log_e[family] for family in FAMILIES},
    )  # fmt: skip


def finding_of(reading: Reading) -> Finding:
    """A reading with its outcome's lines, ready to be put into words."""
    outcome = reading.outcome
    metric = outcome.series.metric
    return Finding(
        metric=metric.name, unit=metric.unit, kind=metric.kind, contrast=outcome.contrast,
        higher_is_better=outcome.higher_is_better, kill_line=outcome.kill_line, target=outcome.target,
        decide_by=outcome.decide_by, lower=reading.lower, upper=reading.upper,
    )  # fmt: skip

"""The night: signals in, flags out. Pull due sources, read outcomes in chunks, judge the portfolio as a whole.

`next_jobs` says what comes next; org carries it. Each step can be killed anywhere and run again with the same result.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from bets.actions import ACTIVE as ACTIVE
from bets.models import Flag, Outcome, Reading, Verdict
from bets.words import Finding
from lib.periods import quarter_start
from metrics.models import Source
from org.actions import start_run
from org.models import Run
from org.registry import Planned

CHUNK = 500
ALPHA = 0.10  # of the flags of one kind, the share that may be wrong
FAMILIES = {"cease": Flag.Kind.CEASE, "miss": Flag.Kind.PIVOT, "scale": Flag.Kind.SCALE}  # and their flags


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


def active_in_cycle(run: Run, now: int) -> int:
    """Every bet judged in this quarter counts, also one that ended since: dropping bets must not help others."""
    since = quarter_start(run.as_of)
    ended = Verdict.objects.filter(as_of__gte=since, as_of__lte=run.as_of).exclude(bet__state__in=ACTIVE)
    return now + ended.values("bet").distinct().count()


def finding_of(reading: Reading) -> Finding:
    """A reading with its outcome's lines, ready to be put into words."""
    outcome = reading.outcome
    metric = outcome.series.metric
    return Finding(
        metric=metric.name, unit=metric.unit, kind=metric.kind, contrast=outcome.contrast,
        higher_is_better=outcome.higher_is_better, kill_line=outcome.kill_line, target=outcome.target,
        decide_by=outcome.decide_by, lower=reading.lower, upper=reading.upper,
    )  # fmt: skip

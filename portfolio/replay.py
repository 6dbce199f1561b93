"""Runs that are performed here and now instead of by workers: an import, and the past nights of the sample.

They take the same steps as the night, through the same functions; only what they read is chosen.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from bets.models import Outcome
from lib.refusals import Refused
from metrics.models import Source
from org.actions import advance_run, claim_job, perform_job
from org.models import Job, Run
from org.registry import Planned
from portfolio.night import ACTIVE, read_jobs

Plan = Callable[[Run, datetime], Iterable[Planned] | None]


def perform_run(run: Run, *, at: datetime) -> Run:
    """Performs a run to its end in this process. Refused with the reason when a job of it cannot be done now."""
    while advance_run(run.pk, at=at):
        while (job := claim_job(at=at, run=run)) is not None:
            perform_job(job, at=at)
    run.refresh_from_db()
    if run.state != Run.State.DONE:
        waiting = run.jobs.exclude(state=Job.State.DONE).first()
        raise Refused(f"Run {run.key} could not be finished: {waiting.message if waiting else 'a job is missing.'}")
    return run


def pull_sample(run: Run, at: datetime) -> Iterable[Planned] | None:
    """First pull of all files of the sample."""
    if run.jobs.exists():
        return None
    sources = Source.objects.filter(is_sample=True, kind=Source.Kind.CSV)
    return [("pull", source.key, {"source": source.pk}) for source in sources]


def replay_night(run: Run, at: datetime) -> Iterable[Planned] | None:
    """A past night of the sample: reads what had ended by then of the bets that had begun, and judges them."""
    done = set(run.jobs.values_list("kind", flat=True))
    begun = Outcome.objects.filter(bet__is_sample=True, bet__state__in=ACTIVE, starts_on__lt=run.as_of)
    if not done and (jobs := read_jobs(begun.order_by("pk").values_list("pk", flat=True))):
        return jobs
    return None if "judge" in done else [("judge", "portfolio", {})]


def import_source(run: Run, at: datetime) -> Iterable[Planned] | None:
    """Pull, read and judge what one source brings; the run is named after it."""
    source = Source.objects.get(key=run.key.split()[1])
    done = set(run.jobs.values_list("kind", flat=True))
    if not done:
        return [("pull", source.key, {"source": source.pk})]
    if not done & {"read", "judge"}:
        return read_jobs(Outcome.objects.filter(series__source=source).order_by("pk").values_list("pk", flat=True))
    return None if "judge" in done else [("judge", "portfolio", {})]


PLANS: dict[str, Plan] = {"sample": pull_sample, "replay": replay_night, "import": import_source}

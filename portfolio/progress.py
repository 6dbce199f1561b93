"""How far a run is, for the page and the API."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from metrics.models import Source
from org.models import Job, Run
from org.rules import Powers

STEPS = {
    "pull": _("Pulling sources"),
    "read": _("Reading outcomes"),
    "judge": _("Judging the portfolio"),
    "check_projects": _("Checking projects"),
    "compare_projects": _("Comparing projects"),
    "take_projects": _("Making drafts"),
}
OF_A_NIGHT = ("pull", "read", "judge")


@dataclass(frozen=True)
class Step:
    name: str
    done: int
    dead: int
    total: int

    @property
    def state(self) -> str:
        """waiting, running or ended."""
        if not self.total:
            return "waiting"
        return "ended" if self.done + self.dead == self.total else "running"


@dataclass(frozen=True)
class Progress:
    """A run, its steps, what was given up with the reason, and what its jobs reported last."""

    run: Run
    steps: list[Step]
    dead: list[Job]
    said: list[Job]


def visible_run(run_id: int, powers: Powers) -> Run:
    """The run, for those who may see sources; to all others it does not exist. One query."""
    if not powers.may("see_sources"):
        raise Http404("There is no such run.")
    return get_object_or_404(Run.objects.select_related("started_by"), pk=run_id)


def progress_of(run: Run, powers: Powers) -> Progress:
    """Four queries; jobs that pull a source which these powers do not reach are counted, but not told of."""
    told = list(_told(run, powers))
    dead = [job for job in told if job.state == Job.State.DEAD]
    return Progress(run, steps_of(run), dead, [job for job in told if job.state == Job.State.DONE and job.message])


def _told(run: Run, powers: Powers) -> list[Job]:
    """Jobs of the run that ended, as far as these powers reach, in the order of their work."""
    sources = list(Source.objects.visible_to(powers).values_list("pk", flat=True))
    ended = run.jobs.filter(state__in=[Job.State.DONE, Job.State.DEAD])
    return list(ended.filter(~Q(kind="pull") | Q(payload__source__in=sources)).order_by("pk"))


def steps_of(run: Run) -> list[Step]:
    """Steps of a run in order with their counts; of a night also those not planned yet. One query."""
    counted = Job.objects.filter(run=run).values("kind").annotate(
        total=Count("id"), done=Count("id", filter=Q(state="done")), dead=Count("id", filter=Q(state="dead"))
    )  # fmt: skip
    found = {row["kind"]: (row["done"], row["dead"], row["total"]) for row in counted}
    planned = [kind for kind in STEPS if kind in found or (run.kind == "night" and kind in OF_A_NIGHT)]
    return [Step(str(STEPS[kind]), *found.get(kind, (0, 0, 0))) for kind in planned]

"""How far a run is, for the page and the API."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from org.models import Job, Run

STEPS = {"pull": "Pulling sources", "read": "Reading outcomes", "judge": "Judging the portfolio"}


@dataclass(frozen=True)
class Step:
    name: str
    done: int
    dead: int
    total: int


def steps_of(run: Run) -> list[Step]:
    """Steps of a run in order, planned ones with their counts; one query."""
    counted = Job.objects.filter(run=run).values("kind").annotate(
        total=Count("id"), done=Count("id", filter=Q(state="done")), dead=Count("id", filter=Q(state="dead"))
    )  # fmt: skip
    found: dict[str, Any] = {row["kind"]: row for row in counted}
    nothing = {"done": 0, "dead": 0, "total": 0}
    rows = [(name, found.get(kind, nothing)) for kind, name in STEPS.items()]
    return [Step(name, row["done"], row["dead"], row["total"]) for name, row in rows]

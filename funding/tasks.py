"""What the clock asks of requests for money."""

from celery import shared_task

from funding import actions
from lib.clock import now, today


@shared_task(name="funding.tasks.watch_requests")
def watch_requests() -> None:
    """Every ten minutes: what has expired, what rests on something that has changed, what has waited for long."""
    actions.expire_requests(at=now(), today=today())
    actions.void_stale_requests(at=now(), today=today())
    actions.escalate_requests(at=now(), today=today())

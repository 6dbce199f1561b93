"""The doorbell: Celery only says that there is work. What the work is, and whether it is done, PostgreSQL knows."""

import logging
import time

from celery import shared_task

from lib.clock import now
from org import actions, answering, noticing, sending
from org.models import Event, Job, Run
from org.registry import RUNS

log = logging.getLogger(__name__)
audit = logging.getLogger("stakes.audit")
AT_MOST = 25  # jobs per bell, so that a warm stop never waits for a whole night
SENDING = 30.0  # seconds per bell


def ring() -> None:
    """Wakes a worker. A lost bell is only a late one: the tick rings again."""
    work.apply_async(expires=60, ignore_result=True)


@shared_task(name="org.tasks.work")
def work() -> None:
    """Claims and performs waiting jobs; rings on when there is more."""
    for _ in range(AT_MOST):
        job = actions.claim_job(at=now())
        if job is None:
            return
        perform(job)
    ring()


def perform(job: Job) -> None:
    """One job; what it raises is logged and the job given back. Then the run goes on when this was its last."""
    try:
        actions.perform_job(job, at=now())
    except Exception as error:
        log.exception("job %s failed", job)
        actions.fail_job(job, f"{type(error).__name__}: {error}", at=now())
    if actions.advance_run(job.run_id, at=now()):
        ring()


@shared_task(name="org.tasks.tick")
def tick() -> None:
    """Each minute: starts what is due, gives back what vanished workers held, goes on with what stood still."""
    at = now()
    for kind in RUNS.values():
        kind.due(at)
    actions.requeue_expired_jobs(at=at)
    for run_id in Run.objects.filter(state=Run.State.OPEN).values_list("id", flat=True):
        actions.advance_run(run_id, at=at)
    if Job.objects.filter(state=Job.State.QUEUED, available_at__lte=at).exists():
        ring()


@shared_task(name="org.tasks.deliver_events")
def deliver_events() -> None:
    while actions.deliver_next_events(at=now()):
        pass


@shared_task(name="org.tasks.send_notices")
def send_notices() -> None:
    """Each minute: sends what is to be sent, one person after the other. What cannot be sent is tried again later by
    itself and stops nobody else; after half a minute the rest waits for the next bell, so that other work goes on."""
    begun = time.monotonic()
    while time.monotonic() - begun < SENDING:
        letters = noticing.claim_letters(at=now())
        if letters is None:
            return
        for letter in letters:
            _send(letter)


@shared_task(name="org.tasks.forget_answers")
def forget_answers() -> None:
    """Each hour: what was answered under a key is kept for thirty days."""
    answering.forget_answers(at=now())


def _send(letter: noticing.Letter) -> None:
    try:
        sending.send(letter)
    except Exception:
        log.exception("notices to person %s by %s were not sent", letter.person.pk, letter.way)
    else:
        noticing.stamp_letter(letter, at=now())


def write_audit_line(event: Event) -> None:
    """Every event reaches the operator's log, in words and with its number."""
    audit.info("event %s at %s by %s: %s: %s", event.pk, event.at.isoformat(), event.by_id, event.kind, event.sentence)

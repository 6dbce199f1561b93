"""Jobs: PostgreSQL holds the truth. Killed workers, lost bells and doubled messages change nothing."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connections

from org import actions, registry, tasks
from org.models import Event, Job, Run
from tests.factories import AT, EventFactory, JobFactory, RunFactory

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A kind of job that notes what it stored, and a kind of run with two steps of two jobs."""
    stored: list[Any] = []

    def store(job: Job, found: Any, at: dt.datetime) -> str:
        stored.append((job.key, found))
        return "stored"

    def plan(run: Run, at: dt.datetime) -> Any:
        steps = run.jobs.count() // 2
        return [("note", f"{steps}-{n}", {}) for n in range(2)] if steps < 2 else None

    monkeypatch.setitem(registry.JOBS, "note", registry.JobKind(fetch=lambda job: job.key * 2, store=store))
    monkeypatch.setitem(registry.RUNS, "steps", registry.RunKind(plan=plan, due=lambda at: None))
    yield stored


@pytest.mark.django_db
def test_a_run_plans_its_next_jobs_only_when_all_before_have_ended(kind: list[Any]) -> None:
    run = actions.start_run("steps", "one", as_of=AT.date(), at=AT)
    assert run
    assert actions.advance_run(run.pk, at=AT)
    first, second = actions.claim_job(at=AT), actions.claim_job(at=AT)
    assert first and second
    actions.perform_job(first, at=AT)
    assert not actions.advance_run(run.pk, at=AT)
    actions.perform_job(second, at=AT)
    assert actions.advance_run(run.pk, at=AT)
    assert run.jobs.count() == 4


@pytest.mark.django_db
def test_a_run_ends_when_nothing_is_left_to_plan(kind: list[Any]) -> None:
    run = actions.start_run("steps", "one", as_of=AT.date(), at=AT)
    assert run
    while actions.advance_run(run.pk, at=AT):
        while job := actions.claim_job(at=AT):
            actions.perform_job(job, at=AT)
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert len(kind) == 4


@pytest.mark.django_db
def test_the_same_run_is_started_once_and_two_of_a_kind_never_run_together(kind: list[Any]) -> None:
    assert actions.start_run("steps", "one", as_of=AT.date(), at=AT)
    assert actions.start_run("steps", "one", as_of=AT.date(), at=AT) is None
    assert actions.start_run("steps", "two", as_of=AT.date(), at=AT) is None


@pytest.mark.django_db
def test_a_worker_whose_lease_was_given_to_another_writes_nothing(kind: list[Any]) -> None:
    JobFactory(kind="note")
    slow = actions.claim_job(at=AT)
    assert slow
    later = AT + actions.LEASE + MINUTE
    assert actions.requeue_expired_jobs(at=later) == 1
    quick = actions.claim_job(at=later)
    assert quick and actions.perform_job(quick, at=later)
    assert not actions.perform_job(slow, at=later)
    assert len(kind) == 1


@pytest.mark.django_db
def test_a_job_that_fails_while_storing_leaves_nothing_and_comes_back_later(
    kind: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: Job, found: Any, at: dt.datetime) -> str:
        EventFactory(kind="half-written")
        raise ValueError("the disk is on fire")

    monkeypatch.setitem(registry.JOBS, "note", registry.JobKind(fetch=lambda job: 1, store=broken))
    job = JobFactory(kind="note")
    monkeypatch.setattr(tasks, "now", lambda: AT)
    monkeypatch.setattr(actions, "advance_run", lambda *args, **kwargs: False)
    claimed = actions.claim_job(at=AT)
    assert claimed
    tasks.perform(claimed)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert job.available_at > AT
    assert "disk is on fire" in job.message
    assert not Event.objects.filter(kind="half-written").exists()


@pytest.mark.django_db
def test_a_job_is_given_up_after_its_last_attempt_and_says_why(kind: list[Any]) -> None:
    job = JobFactory(kind="note", state=Job.State.RUNNING, attempts=actions.MAX_ATTEMPTS, lease_until=AT)
    assert actions.fail_job(job, "It does not work.", at=AT)
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.State.DEAD, "It does not work.")
    assert Event.objects.get(kind="job given up").subject_id == job.pk


@pytest.mark.django_db
def test_a_job_whose_workers_vanish_again_and_again_is_given_up_and_a_fresh_one_is_not(kind: list[Any]) -> None:
    gone, fresh = (
        JobFactory(kind="note", state=Job.State.RUNNING, attempts=attempts, lease_until=AT - MINUTE)
        for attempts in (actions.MAX_ATTEMPTS, 1)
    )
    assert actions.requeue_expired_jobs(at=AT) == 2
    gone.refresh_from_db()
    fresh.refresh_from_db()
    assert (gone.state, fresh.state) == (Job.State.DEAD, Job.State.QUEUED)
    assert Event.objects.get(kind="job given up").subject_id == gone.pk


@pytest.mark.django_db
def test_a_job_that_asks_for_later_waits_longer_each_time(kind: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def later(job: Job) -> Any:
        raise registry.Later("The server is busy.")

    monkeypatch.setitem(registry.JOBS, "note", registry.JobKind(fetch=later, store=lambda *args: ""))
    job, waits, at = JobFactory(kind="note"), [], AT
    for _ in range(3):
        claimed = actions.claim_job(at=at)
        assert claimed
        actions.perform_job(claimed, at=at)
        job.refresh_from_db()
        waits.append(job.available_at - at)
        at = job.available_at
    assert waits == sorted(waits) and waits[0] < waits[-1]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_take_each_job_exactly_once(kind: list[Any]) -> None:
    run = RunFactory()
    JobFactory.create_batch(40, kind="note", run=run)
    taken: list[int] = []

    def worker() -> None:
        while job := actions.claim_job(at=AT):
            taken.append(job.pk)
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(Job.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_never_take_the_same_event() -> None:
    EventFactory.create_batch(30)
    delivered: list[int] = []
    held, go_on = threading.Event(), threading.Event()

    def slow(event: Event) -> None:
        held.set()
        go_on.wait(10)

    registry.EVENTS["something happened"] = [slow]

    def first() -> None:
        delivered.append(actions.deliver_next_events(at=AT, limit=10))
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    held.wait(10)
    del registry.EVENTS["something happened"]
    delivered.append(actions.deliver_next_events(at=AT, limit=100))
    go_on.set()
    thread.join()
    assert sorted(delivered) == [10, 20]
    assert not Event.objects.filter(delivered_at=None).exists()


@pytest.mark.django_db
def test_an_action_that_fails_leaves_no_event() -> None:
    before = Event.objects.count()
    actions.add_domain("one", "One", at=AT)
    with pytest.raises(IntegrityError, match="org_domain_key_once"):
        actions.add_domain("one", "Again", at=AT)
    assert Event.objects.count() == before + 1


@pytest.mark.django_db
def test_every_delivered_event_reaches_the_audit_log(caplog: pytest.LogCaptureFixture) -> None:
    event = EventFactory(sentence="The night was run.")
    with caplog.at_level("INFO", logger="stakes.audit"):
        actions.deliver_next_events(at=AT)
    assert any(f"event {event.pk} " in line and "The night was run." in line for line in caplog.messages)


@pytest.mark.django_db
def test_an_event_whose_handler_fails_stays_undelivered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(event: Event) -> None:
        raise ValueError("nobody answers")

    monkeypatch.setitem(registry.EVENTS, "something happened", [broken])
    EventFactory()
    with pytest.raises(ValueError, match="nobody answers"):
        actions.deliver_next_events(at=AT)
    assert Event.objects.filter(delivered_at=None).count() == 1

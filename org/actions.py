"""State changes of org: people and roles, domains and teams, events, runs and jobs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.models import Domain, Event, Job, Person, RoleGrant, Run, Team, Token
from org.registry import EVENTS, JOBS, RUNS, Later, Planned
from org.rules import rate_refusals, token_refusals
from org.visibility import powers_of

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
BACKOFF = timedelta(seconds=30)


def record_event(
    subject: Model, kind: str, sentence: str, *, at: datetime, by: Person | None = None, **payload: Any
) -> Event:
    """Writes one event in the caller's transaction; a task delivers it later."""
    return Event.objects.create(
        at=at,
        kind=kind,
        by=by,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        sentence=sentence[:500],
        payload=payload,
    )


@transaction.atomic
def add_domain(key: str, name: str, *, at: datetime, by: Person | None = None, parent: Domain | None = None) -> Domain:
    domain = Domain.objects.create(key=key, name=name, parent=parent)
    record_event(domain, "domain added", f"Domain {name} added.", at=at, by=by)
    return domain


@transaction.atomic
def add_team(domain: Domain, key: str, name: str, *, at: datetime, by: Person | None = None) -> Team:
    team = Team.objects.create(domain=domain, key=key, name=name)
    record_event(team, "team added", f"Team {name} added to {domain}.", at=at, by=by)
    return team


def rate_of(team: Team) -> dict[str, Any]:
    """What stands there now of a team's rate, as its form is filled."""
    return {"amount": team.week_rate, "currency": team.rate_currency}


@transaction.atomic
def set_rate(
    team: Team, amount: int | None, currency: str, *, by: Person, at: datetime, seen: str | None = None
) -> Team:
    """Says what a team costs for a week, in minor units; None takes the rate back."""
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    currency = currency if amount is not None else ""
    refuse_if(rate_refusals(powers_of(by), team.domain_id, amount, currency))
    before = rate_of(team)
    if before == {"amount": amount, "currency": currency}:
        return team
    refuse_if(stale_refusals(seen, before))
    team.week_rate, team.rate_currency = amount, currency
    team.save(update_fields=["week_rate", "rate_currency"])
    said = f"Rate of {team} {'set' if amount else 'taken back'}."
    record_event(team, "team rate set", said, at=at, by=by, changes=[before, rate_of(team)])
    return team


@transaction.atomic
def add_person(
    email: str, name: str, *, at: datetime, password: str | None = None, by: Person | None = None, **flags: bool
) -> Person:
    person = Person.objects.create_user(email, password, name=name, **flags)
    record_event(person, "person added", f"{name} added.", at=at, by=by)
    return person


@transaction.atomic
def grant_role(
    person: Person, role: str, *, at: datetime, by: Person | None = None, domain: Domain | None = None
) -> RoleGrant:
    grant = RoleGrant.objects.create(person=person, role=role, domain=domain)
    record_event(person, "role granted", f"{grant}.", at=at, by=by, role=role, domain=domain and domain.key)
    return grant


@transaction.atomic
def finish_tour(person: Person, *, at: datetime) -> None:
    """The tour of a first visit never returns by itself, whether it was read to its end or skipped."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if locked.toured_at is None:
        locked.toured_at = at
        locked.save(update_fields=["toured_at"])
        record_event(locked, "tour finished", f"{locked} finished the tour.", at=at, by=person)


@transaction.atomic
def set_keys(person: Person, on: bool, *, at: datetime) -> None:
    """Turns the single keys of a person on or off, for every device they sign in with."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if locked.uses_keys != on:
        locked.uses_keys = on
        locked.save(update_fields=["uses_keys"])
        said = f"{locked} turned single keys {'on' if on else 'off'}."
        record_event(locked, "keys set", said, at=at, by=person, on=on)


@transaction.atomic
def issue_token(person: Person, name: str, days: int, *, at: datetime, writes: bool = False) -> str:
    """A new token that reads the API as `person` for so many days. What is returned is stored nowhere: show it once."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = Token.objects.filter(user=person).values_list("name", flat=True)
    refuse_if(token_refusals(powers_of(person), name, days, held))
    digest, secret = map(str, get_digest_token())
    start = secret[: CONSTANTS.TOKEN_KEY_LENGTH]
    token = Token(
        user=person, name=name, digest=digest, token_key=start, created=at, expiry=at + timedelta(days=days),
        writes=writes,
    )  # fmt: skip
    token.save()
    may = ", which may also write" if writes else ""
    said = f"{person} issued the API token “{name}” for {days} days{may}."
    record_event(token, "token issued", said, at=at, by=person, writes=writes)
    return secret


@transaction.atomic
def revoke_token(token: Token, *, by: Person, at: datetime) -> None:
    """From this moment the token reads nothing; its event remains. Nothing happens when it is gone already."""
    locked = Token.objects.select_for_update().filter(pk=token.pk).first()
    if locked is not None:
        record_event(locked, "token revoked", f"{by} revoked the API token “{locked}”.", at=at, by=by)
        locked.delete()


@transaction.atomic
def start_run(kind: str, key: str, *, as_of: Any, at: datetime, by: Person | None = None) -> Run | None:
    """Starts a run, once per key; None when that key ran already or another run of the kind is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO org_run (kind, key, as_of, state, started_at, started_by_id)"
            " VALUES (%s, %s, %s, 'open', %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [kind, key, as_of, at, by.pk if by else None],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    run = Run.objects.get(pk=row[0])
    record_event(run, "run started", f"Run {key} started.", at=at, by=by)
    return run


@transaction.atomic
def advance_run(run_id: int, *, at: datetime) -> bool:
    """Plans the run's next jobs once all planned ones ended, or finishes it. True when there is new work.

    The run's row is locked first, so of two workers that end the last two jobs one sees both ended.
    """
    run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state == Run.State.DONE or run.jobs.filter(state__in=["queued", "running"]).exists():
        return False
    planned = RUNS[run.kind].plan(run, at)
    if planned is not None:
        return _add_jobs(run, planned, at)
    run.state, run.finished_at = Run.State.DONE, at
    run.save(update_fields=["state", "finished_at"])
    record_event(run, "run finished", f"Run {run.key} finished.", at=at, by=run.started_by)
    return False


def _add_jobs(run: Run, planned: Iterable[Planned], at: datetime) -> bool:
    jobs = [Job(run=run, kind=kind, key=key, payload=payload, available_at=at) for kind, key, payload in planned]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    return bool(jobs)


@transaction.atomic
def claim_job(*, at: datetime, run: Run | None = None) -> Job | None:
    """Takes the next waiting job (of `run`, or of any) for a lease; nobody else gets it meanwhile. None: none waits."""
    waiting: QuerySet[Job] = Job.objects.filter(state=Job.State.QUEUED, available_at__lte=at)
    if run is not None:
        waiting = waiting.filter(run=run)
    job = waiting.order_by("available_at", "id").select_for_update(skip_locked=True).first()
    if job is None:
        return None
    job.state, job.attempts, job.lease_until = Job.State.RUNNING, job.attempts + 1, at + LEASE
    job.save(update_fields=["state", "attempts", "lease_until"])
    return job


def perform_job(job: Job, *, at: datetime) -> bool:
    """Fetches outside a transaction, then stores and ends the job in one. False when another worker took it over."""
    kind = JOBS[job.kind]
    try:
        found = kind.fetch(job)
    except Later as reason:
        return _give_back(job, str(reason), at=at)
    with transaction.atomic():
        # The fence comes first: a worker whose lease ran out and was given to another writes nothing.
        if not _mine(job).update(state=Job.State.DONE, lease_until=None, finished_at=at):
            return False
        message = kind.store(job, found, at)
        Job.objects.filter(pk=job.pk).update(message=message[:500])
    return True


def fail_job(job: Job, reason: str, *, at: datetime) -> bool:
    """Ends a job that raised what nobody expected: tried again later, given up after MAX_ATTEMPTS."""
    return _give_back(job, reason, at=at)


def _give_back(job: Job, reason: str, *, at: datetime) -> bool:
    if job.attempts >= MAX_ATTEMPTS:
        return _give_up(job, reason, at=at)
    wait = BACKOFF * 2 ** (job.attempts - 1)
    return bool(
        _mine(job).update(state=Job.State.QUEUED, lease_until=None, available_at=at + wait, message=reason[:500])
    )


@transaction.atomic
def _give_up(job: Job, reason: str, *, at: datetime) -> bool:
    if not _mine(job).update(state=Job.State.DEAD, lease_until=None, finished_at=at, message=reason[:500]):
        return False
    record_event(job, "job given up", f"{job}: {reason}", at=at)
    return True


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


@transaction.atomic
def requeue_expired_jobs(*, at: datetime) -> int:
    """Gives jobs of workers that vanished back to the queue, or up when they vanished too often."""
    expired = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=at)
    hopeless = expired.filter(attempts__gte=MAX_ATTEMPTS)
    dead = sum(_give_up(job, "The worker vanished again and again.", at=at) for job in hopeless)
    return dead + expired.update(state=Job.State.QUEUED, lease_until=None, available_at=at)


@transaction.atomic
def deliver_next_events(*, at: datetime, limit: int = 200) -> int:
    """Hands undelivered events to their handlers and stamps them, in one transaction; how many were delivered.

    Two of these never take the same event (SKIP LOCKED); one killed half-way leaves its events undelivered.
    """
    events = list(Event.objects.filter(delivered_at=None).order_by("id").select_for_update(skip_locked=True)[:limit])
    for event in events:
        event.delivered_at = at  # as written below; handlers read from it how old the event is
        for handler in [*EVENTS.get("*", []), *EVENTS.get(event.kind, [])]:
            handler(event)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=at)
    return len(events)

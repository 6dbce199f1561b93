"""Where the apps above fill in what org carries for them: kinds of jobs, kinds of runs, handlers of events."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Planned = tuple[str, str, dict[str, Any]]  # kind of job, key unique in its run, payload


@dataclass(frozen=True)
class JobKind:
    fetch: Callable[[Any], Any]  # given the job, outside any transaction: network, reading, computing
    store: Callable[
        [Any, Any, datetime], str
    ]  # given the job and what was fetched, inside the transaction that ends the job; returns a message


@dataclass(frozen=True)
class RunKind:
    plan: Callable[[Any, datetime], Iterable[Planned] | None]  # next jobs once all others ended; None when finished
    due: Callable[[datetime], None]  # starts what the clock asks for


JOBS: dict[str, JobKind] = {}
RUNS: dict[str, RunKind] = {}
EVENTS: dict[str, list[Callable[[Any], None]]] = {}
NOTICES: dict[str, Any] = {}  # kinds of notices, with their names for people


class Later(Exception):
    """A job cannot be done now, but may be later; the sentence says why."""


def job(kind: str, *, fetch: Callable[..., Any], store: Callable[..., str]) -> None:
    JOBS[kind] = JobKind(fetch, store)


def run(kind: str, *, plan: Callable[..., Any], due: Callable[..., None]) -> None:
    RUNS[kind] = RunKind(plan, due)


def on_event(kind: str, handler: Callable[[Any], None]) -> None:
    """Calls `handler` when an event of `kind` ("*": of any) is delivered: at least once, so it must bear repeating."""
    EVENTS.setdefault(kind, []).append(handler)


def notice(kind: str, name: Any) -> None:
    """A kind of notice, by the name (to be translated) under which people mute it."""
    NOTICES[kind] = name

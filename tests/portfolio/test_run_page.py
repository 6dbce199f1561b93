"""Starting a night by hand, and watching it."""

from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Domain, Event, Job, Person, Run
from tests.factories import AT, JobFactory, RunFactory, SourceFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a worker was woken; no worker listens in these tests."""
    rung: list[str] = []
    monkeypatch.setattr("portfolio.views.ring", lambda: rung.append("rung"))
    return rung


def open_run(**fields: object) -> Run:
    return RunFactory(state="open", finished_at=None, **fields)


def test_nobody_starts_a_night_without_signing_in(bells: list[str]) -> None:
    assert Client().post("/run/").status_code == 302
    assert not Run.objects.exists()
    assert not bells


def test_an_executive_may_not_start_a_night_and_is_told_who_may(
    client_of: SignIn, executive: Person, bells: list[str]
) -> None:
    answer = client_of(executive).post("/run/")
    assert answer.status_code == 409
    assert "that takes the role product operations" in answer.content.decode()
    assert not Run.objects.exists()
    assert not bells
    assert "Run now" not in client_of(executive).get("/").content.decode()


def test_product_operations_start_a_night_and_see_its_progress(
    client_of: SignIn, product_operations: Person, bells: list[str], django_capture_on_commit_callbacks: Callable
) -> None:
    client = client_of(product_operations)
    assert "Run now" in client.get("/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/run/")
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/")
    assert run.started_by == product_operations
    assert Event.objects.filter(kind="run started", by=product_operations).count() == 1
    assert bells == ["rung"]
    assert "Judging the portfolio" in client.get(f"/runs/{run.pk}/").content.decode()


def test_a_lost_bell_does_not_lose_the_night(
    client_of: SignIn, product_operations: Person, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable,
) -> None:  # fmt: skip
    def broken() -> None:
        raise ConnectionError("Redis is away.")

    monkeypatch.setattr("portfolio.views.ring", broken)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(product_operations).post("/run/")
    assert answer.status_code == 302
    assert Run.objects.get().state == Run.State.OPEN


def test_a_second_night_is_refused_while_one_is_under_way(
    client_of: SignIn, product_operations: Person, bells: list[str]
) -> None:
    run = open_run()
    client = client_of(product_operations)
    answer = client.post("/run/")
    assert answer.status_code == 409
    assert "A night run is under way already" in answer.content.decode()
    assert Run.objects.count() == 1
    page = client.get("/").content.decode()
    assert f"/runs/{run.pk}/" in page
    assert "Run now" not in page


def test_a_night_is_not_started_by_a_link(client_of: SignIn, product_operations: Person) -> None:
    assert client_of(product_operations).get("/run/").status_code == 405


def test_the_progress_asks_to_sign_in() -> None:
    assert Client().get(f"/runs/{open_run().pk}/").status_code == 302


def test_a_run_does_not_exist_for_people_who_may_not_see_sources(client_of: SignIn, viewer: Person) -> None:
    assert client_of(viewer).get(f"/runs/{open_run().pk}/").status_code == 404


def test_the_steps_are_counted_and_the_page_asks_again_until_the_run_is_done(
    client_of: SignIn, product_operations: Person
) -> None:
    run = open_run()
    JobFactory.create_batch(3, run=run, kind="read", state=Job.State.DONE, finished_at=AT)
    JobFactory(run=run, kind="read")
    client = client_of(product_operations)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "3 of 4" in page
    assert 'hx-trigger="every 1s"' in page
    assert "not yet" in page
    part = client.get(f"/runs/{run.pk}/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="progress"')
    assert "no-store" in part["Cache-Control"]
    Run.objects.filter(pk=run.pk).update(state="done", finished_at=AT)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "every 1s" not in page
    assert "Finished" in page


def test_what_was_given_up_says_why_to_those_who_may_see_the_source(
    client_of: SignIn, product_operations: Person, outsider: Person, retail: Domain
) -> None:
    run = open_run()
    JobFactory(
        run=run, kind="pull", key="till-receipts", state=Job.State.DEAD, finished_at=AT,
        message="The file is not there.", payload={"source": SourceFactory(domain=retail).pk},
    )  # fmt: skip
    page = client_of(product_operations).get(f"/runs/{run.pk}/").content.decode()
    assert "till-receipts" in page
    assert "The file is not there." in page
    assert "0 of 1, 1 given up" in page
    page = client_of(outsider).get(f"/runs/{run.pk}/").content.decode()
    assert "till-receipts" not in page
    assert "The file is not there." not in page
    assert "1 given up" in page


@pytest.mark.parametrize("jobs", [1, 30])
def test_the_progress_takes_the_same_queries_for_one_job_and_for_many(
    jobs: int, client_of: SignIn, product_operations: Person, django_assert_num_queries: Callable[..., object]
) -> None:
    run = open_run(started_by=product_operations)
    JobFactory.create_batch(jobs, run=run, state=Job.State.DONE, finished_at=AT, message="12 read")
    client = client_of(product_operations)
    with django_assert_num_queries(10):
        client.get(f"/runs/{run.pk}/")

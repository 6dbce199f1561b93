"""The page of one source: who sees it, the account of every row, rows to mend, testing a connection, pulling now."""

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from lib.refusals import Refused
from metrics.account import parts_of
from metrics.actions import pull_source, record_failed_pull
from metrics.models import Pull, QuarantinedRow, Signal, Source
from org.actions import claim_job
from org.models import Domain, Job, Run
from org.tasks import perform
from tests.factories import (
    AT,
    TODAY,
    JobFactory,
    PullFactory,
    QuarantinedRowFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
)
from tests.metrics.sources.examples import BY_BET

pytestmark = pytest.mark.django_db
LIST, PAGE = 13, 18  # queries, three of them for the frame
FILE = "day,bet,trials,successes\n2026-01-05,claims,100,40\n2026-01-06,claims,100,900\n2026-01-07,other,100,41\n"


@pytest.fixture
def source(retail: Domain, tmp_path: Path, settings) -> Source:
    """A CSV source with one series; of the three rows of its file one is unsound and one is asked for by nobody."""
    settings.SIGNALS_FOLDER = tmp_path
    (tmp_path / "signals.csv").write_text(FILE)
    made = SourceFactory(key="exports", name="Nightly export", kind="csv", domain=retail, config=BY_BET)
    SeriesFactory(source=made, key="claims")
    return made


def work() -> None:
    """Does what a worker does, in this process."""
    while job := claim_job(at=dt.datetime.now(dt.UTC)):
        perform(job)


@pytest.mark.parametrize("path", ["/sources/", "/sources/exports/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(path, client, source) -> None:
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/sources/exports/check/", "/sources/exports/pull/"])
def test_a_button_does_nothing_for_someone_who_has_not_signed_in(path, client, source) -> None:
    assert client.post(path).status_code == 302
    assert not Run.objects.exists()


def test_a_viewer_sees_no_sources_at_all(client_of, viewer, source) -> None:
    client = client_of(viewer)
    assert client.get("/sources/").status_code == 404
    assert client.get("/sources/exports/").status_code == 404


def test_a_source_of_a_domain_out_of_reach_does_not_exist(client_of, outsider, source) -> None:
    client = client_of(outsider)
    assert "Nightly export" not in client.get("/sources/").content.decode()
    assert client.get("/sources/exports/").status_code == 404
    assert client.post("/sources/exports/pull/").status_code == 404
    assert client.post("/sources/exports/check/").status_code == 404


@pytest.mark.parametrize("who", ["executive", "product_lead", "finance", "product_operations", "admin"])
def test_everybody_else_who_reaches_the_domain_sees_them(who, request, client_of, source) -> None:
    client = client_of(request.getfixturevalue(who))
    assert "Nightly export" in client.get("/sources/").content.decode()
    assert client.get("/sources/exports/").status_code == 200


def test_a_pull_accounts_for_every_row_it_saw(client_of, product_operations, source) -> None:
    client = client_of(product_operations)
    assert client.post("/sources/exports/pull/").status_code == 302
    work()
    pull = Pull.objects.get()
    assert (pull.rows_seen, pull.rows_kept, pull.rows_set_aside, pull.rows_unclaimed) == (3, 2, 1, 1)
    assert sum(part.rows for part in parts_of(pull)) == 3
    page = client.get("/sources/exports/").content.decode()
    assert "<b>3</b> rows seen" in page
    assert "1 kept row is of selections that no series asks for." in page


def test_a_row_set_aside_is_shown_with_number_reason_and_text(client_of, product_operations, source) -> None:
    client_of(product_operations).post("/sources/exports/pull/")
    work()
    page = client_of(product_operations).get("/sources/exports/").content.decode()
    row = QuarantinedRow.objects.get()
    assert row.row == 3
    assert "There are more successes" in page
    assert "2026-01-06,claims,100,900" in page


def test_the_text_of_a_row_cannot_become_markup(client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, raw="<script>alert(1)</script>", reason="<b>no</b>")
    page = client_of(executive).get("/sources/exports/").content.decode()
    assert "<script>alert" not in page
    assert "<b>no</b>" not in page


def test_the_quarantine_has_pages(client_of, executive, source) -> None:
    for number in range(30):
        QuarantinedRowFactory(source=source, row=number + 1, raw=f"raw {number + 1};")
    client = client_of(executive)
    first, second = (client.get(f"/sources/exports/?page={page}").content.decode() for page in (1, 2))
    assert "raw 25;" in first
    assert "raw 26;" not in first
    assert "raw 26;" in second


def test_a_resolved_row_is_not_shown(client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, raw="long gone", resolved_at=AT)
    assert "long gone" not in client_of(executive).get("/sources/exports/").content.decode()


def test_a_failed_pull_says_why_and_that_signals_stay(client_of, executive, source) -> None:
    record_failed_pull(source, "There is no file 'signals.csv' in the folder for files.", at=AT)
    page = client_of(executive).get("/sources/exports/").content.decode()
    assert "There is no file &#x27;signals.csv&#x27;" in page
    assert "Signals that arrived before stay as they are." in page
    assert "Nobody in product operations reaches this domain" in page


def test_who_may_not_mend_a_source_reads_whom_to_ask(client_of, executive, product_operations, source) -> None:
    record_failed_pull(source, "There is no file.", at=AT)
    assert "Olga Operations can correct it." in client_of(executive).get("/sources/exports/").content.decode()
    assert "press “Test connection”" in client_of(product_operations).get("/sources/exports/").content.decode()


def test_a_late_series_makes_the_source_late_though_its_pulls_succeed(client_of, executive, source) -> None:
    SignalFactory(series=source.series.get(), period=TODAY - dt.timedelta(days=30))
    page = client_of(executive).get("/sources/exports/").content.decode()
    assert "1 of 1 series is late." in page
    assert "two expected signals have not come" in page


def test_the_page_says_what_a_pull_changed(client_of, product_operations, source, tmp_path) -> None:
    client = client_of(product_operations)
    for file in (FILE, FILE.replace("900", "90").replace(",40\n", ",400\n")):
        (tmp_path / "signals.csv").write_text(file)
        client.post("/sources/exports/pull/")
        work()
    account = client.get("/sources/exports/").context["account"]
    assert (account.pull.signals_new, account.newly, account.resolved) == (1, 1, 1)
    assert "1 signal new, 0 corrected, 1 row newly set aside, 1 row resolved." in " ".join(
        client.get("/sources/exports/").content.decode().split()
    )


def test_a_pull_can_be_opened_by_its_address(client_of, executive, source) -> None:
    old = PullFactory(source=source, at=AT, state="failed", message="The disk was full.", read_ms=1_500)
    PullFactory(source=source, at=AT + dt.timedelta(days=1), rows_seen=5, rows_kept=5)
    client = client_of(executive)
    assert "What the last pull brought" in client.get("/sources/exports/").content.decode()
    page = client.get(f"/sources/exports/?pull={old.pk}").content.decode()
    assert "What this pull brought" in page
    assert "read in 1.5 s" in page
    assert page.count("The disk was full.") == 2


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "²", "١"])
def test_an_unknown_pull_is_the_last_one(number, client_of, executive, source) -> None:
    PullFactory(source=source)
    answer = client_of(executive).get(f"/sources/exports/?pull={number}")
    assert answer.status_code == 200
    assert answer.context["is_latest"]


def test_a_pull_of_another_source_is_not_shown_here(client_of, executive, source) -> None:
    other = PullFactory(message="Of somebody else.")
    assert "Of somebody else." not in client_of(executive).get(f"/sources/exports/?pull={other.pk}").content.decode()


def test_a_pull_that_was_given_up_is_said_until_the_next_one(client_of, executive, source) -> None:
    job = {"kind": "pull", "payload": {"source": source.pk}, "state": "dead", "message": "It fell over."}
    JobFactory(**job, finished_at=AT)
    assert "It fell over." in client_of(executive).get("/sources/exports/").content.decode()
    record_failed_pull(source, "No file.", at=AT + dt.timedelta(hours=1))
    assert "It fell over." not in client_of(executive).get("/sources/exports/").content.decode()


def test_the_series_tell_their_latest_signal(client_of, executive, source) -> None:
    series = source.series.get()
    for days in (3, 9):
        SignalFactory(series=series, period=TODAY - dt.timedelta(days=days))
    page = client_of(executive).get("/sources/exports/").content.decode()
    assert "27 Feb 2026" in page
    assert "21 Feb 2026" not in page


def test_a_sample_source_says_so_on_its_page_and_in_its_row(client_of, executive, source) -> None:
    client = client_of(executive)
    assert "Sample data" not in client.get("/sources/").content.decode()
    Source.objects.update(is_sample=True)
    assert "Sample data" in client.get("/sources/").content.decode()
    assert "Sample data" in client.get("/sources/exports/").content.decode()


def test_testing_the_connection_shows_what_a_pull_would_see_and_keeps_nothing(
    client_of, product_operations, source
) -> None:
    answer = client_of(product_operations).post("/sources/exports/check/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The connection works" in page
    assert "in 3 rows; 1 row" in page
    assert "trials" in page
    assert not (Pull.objects.exists() or Signal.objects.exists() or QuarantinedRow.objects.exists())


@pytest.mark.parametrize(
    ("config", "sentence"),
    [({**BY_BET, "location": {"file": "not-there.csv"}}, "There is no file"), ({}, "location")],
    ids=["no file", "no configuration"],
)
def test_a_connection_that_does_not_work_says_why(client_of, product_operations, source, config, sentence) -> None:
    Source.objects.update(config=config)
    page = client_of(product_operations).post("/sources/exports/check/").content.decode()
    assert "The connection does not work" in page
    assert sentence in page


@pytest.mark.parametrize("act", ["check", "pull"])
def test_who_may_only_look_gets_a_sentence_and_nothing_happens(act, client_of, executive, source) -> None:
    answer = client_of(executive).post(f"/sources/exports/{act}/")
    assert answer.status_code == 409
    assert "You may not pull a source here" in answer.content.decode()
    assert not Run.objects.exists()


def test_who_may_only_look_is_not_offered_the_buttons(client_of, executive, product_operations, source) -> None:
    assert "Pull now" not in client_of(executive).get("/sources/exports/").content.decode()
    assert "Pull now" in client_of(product_operations).get("/sources/exports/").content.decode()


def test_looking_at_a_button_does_nothing(client_of, product_operations, source) -> None:
    assert client_of(product_operations).get("/sources/exports/pull/").status_code == 405
    assert client_of(product_operations).get("/sources/exports/check/").status_code == 405


def test_a_pull_now_is_a_run_of_one_job_in_the_name_of_who_asked(client_of, product_operations, source) -> None:
    client_of(product_operations).post("/sources/exports/pull/")
    run, job = Run.objects.get(), Job.objects.get()
    assert (run.kind, run.started_by, job.kind, job.payload) == (
        "pull",
        product_operations,
        "pull",
        {"source": source.pk},
    )
    work()
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert Pull.objects.get().by == product_operations
    assert Pull.objects.get().read_ms is not None
    assert Job.objects.count() == 1


def test_the_page_says_that_a_pull_is_under_way_and_asks_again_until_it_is_done(
    client_of, product_operations, source
) -> None:
    client = client_of(product_operations)
    client.post("/sources/exports/pull/")
    page = client.get("/sources/exports/").content.decode()
    assert "A pull is under way" in page
    assert 'hx-trigger="every 2s"' in page
    assert 'id="pull" disabled' in page
    work()
    page = client.get("/sources/exports/").content.decode()
    assert "under way" not in page
    assert 'hx-trigger="every 2s"' not in page
    assert 'id="pull" disabled' not in page


def test_a_second_pull_waits_for_the_first(client_of, product_operations, source) -> None:
    client = client_of(product_operations)
    client.post("/sources/exports/pull/")
    answer = client.post("/sources/exports/pull/")
    assert answer.status_code == 409
    assert "Try again then." in answer.content.decode()
    work()
    assert client.post("/sources/exports/pull/").status_code == 302
    work()
    assert Pull.objects.count() == 2


def test_a_typed_source_cannot_be_pulled(product_operations, retail) -> None:
    with pytest.raises(Refused, match="nothing to pull"):
        pull_source(SourceFactory(domain=retail), by=product_operations, at=AT, today=TODAY)


def test_nobody_pulls_without_an_account(source) -> None:
    with pytest.raises(Refused, match="not active"):
        pull_source(source, by=AnonymousUser(), at=AT, today=TODAY)


@pytest.mark.parametrize("sources", [1, 12])
def test_the_list_takes_the_same_number_of_queries_for_one_and_for_many(
    sources, client_of, executive, django_assert_num_queries
) -> None:
    for _ in range(sources):
        made = SourceFactory()
        PullFactory.create_batch(2, source=made)
        QuarantinedRowFactory.create_batch(2, source=made)
    client = client_of(executive)
    with django_assert_num_queries(LIST):
        client.get("/sources/")


@pytest.mark.parametrize("many", [1, 9])
def test_the_page_takes_the_same_number_of_queries_for_one_and_for_many(
    many, client_of, executive, source, django_assert_num_queries
) -> None:
    PullFactory.create_batch(many, source=source, by=executive)
    QuarantinedRowFactory.create_batch(many, source=source)
    SeriesFactory.create_batch(many, source=source)
    client = client_of(executive)
    with django_assert_num_queries(PAGE):
        client.get("/sources/exports/")

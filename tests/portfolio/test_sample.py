"""The sample enterprise: every story ends where it should, and nothing of it was written by hand.

It is loaded once for all tests of this file, inside a transaction that is rolled back after the last; one
worker runs them all (TOGETHER in tests/conftest.py).
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from bets.models import Bet, Comment, Evidence, EvidenceLink, Flag, Forecast, Outcome, Reading, Tranche, Verdict
from bets.reading import read_outcomes
from funding.chain import verify
from funding.changes import changes_since
from funding.guardrails import standings
from funding.models import FundingRequest, Ledger
from metrics.evidence import ENGINE_VERSION
from metrics.models import Pull, QuarantinedRow, Signal, SignalRevision, Source
from org.actions import start_run
from org.models import Event, Job, Person, Role, RoleGrant, Run
from portfolio.replay import perform_run
from portfolio.sample import log, notes
from portfolio.sample.files import SOIL
from portfolio.sample.load import STORIES, load_sample, write_files
from portfolio.sample.people import LOGINS, PASSWORD
from portfolio.sample.shapes import Story

TODAY = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
EVERYTHING = (Bet, Outcome, Tranche, Reading, Verdict, Flag, Source, Pull, Signal, Event, Job, Run, Person)
# Ending: verdict tonight, flags ever raised at least, at most.
ENDINGS: dict[str, tuple[str | None, set[str], set[str]]] = {
    "scale": ("persist", {"scale"}, {"scale"}),
    "cease": ("cease", {"cease"}, {"cease", "pivot"}),
    "pivot": ("pivot", {"pivot"}, {"pivot"}),
    "decaying": ("cease", {"cease"}, {"cease", "pivot"}),
    "noisy": ("inconclusive", {"inconclusive"}, {"inconclusive"}),
    "stale": ("none", {"stale"}, {"stale"}),
    **dict.fromkeys(["on track", "measure", "typed", "too small", "quarantine"], ("measure", set(), set())),
    **dict.fromkeys(["missing file", "split", "level", "just starting"], ("none", set(), set())),
    "draft": (None, set(), set()),
}

# Whose next tranche came after their money was nearly used up, for some weeks.
ONCE_LATE = {"CL-04", "CL-08", "DS-06", "DS-08"}


@pytest.fixture(scope="module")
def sample(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The folder of signals of a database in which the sample is loaded."""
    folder = tmp_path_factory.mktemp("signals")
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    here = override_settings(SIGNALS_FOLDER=folder, PASSWORD_HASHERS=quick)
    with django_db_blocker.unblock(), here, transaction.atomic():
        load_sample(AT, TODAY)
        connection.check_constraints()  # once, and not for all its rows again at the end of each test
        yield folder
        transaction.set_rollback(True)


# The mark makes the database also when these are the only tests that need one.
pytestmark = [pytest.mark.usefixtures("sample"), pytest.mark.django_db]


def tonight() -> Run:
    return Run.objects.get(kind="night")


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in EVERYTHING}


def test_loading_it_again_changes_nothing() -> None:
    before = counts()
    assert "already" in load_sample(AT + DAY, TODAY + DAY)
    assert counts() == before


def test_it_is_as_large_as_an_enterprise() -> None:
    bets = Bet.objects.filter(is_sample=True)
    assert len(bets) == Bet.objects.count() == len(STORIES) >= 30
    assert set(bets.values_list("horizon", flat=True)) == {1, 2, 3}
    assert set(bets.values_list("stage", flat=True)) == {"discovery", "validation", "acceleration", "run"}
    assert {bet.outcomes.count() for bet in bets} == {1, 2}
    assert {bet.tranches.count() for bet in bets} <= {2, 3, 4}
    money = [sum(bet.tranches.values_list("amount", flat=True)) for bet in bets]
    assert min(money) >= 150_000_00 and max(money) <= 6_000_000_00
    assert Source.objects.filter(is_sample=False).count() == 0


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.key} {story.ending}")
def test_every_story_ends_where_it_should(story: Story) -> None:
    verdict, least, most = ENDINGS[story.ending]
    found = Verdict.objects.filter(run=tonight(), bet__key=story.key).first()
    raised = set(Flag.objects.filter(bet__key=story.key).values_list("kind", flat=True))
    assert (found and found.kind) == verdict
    assert least <= raised - {Flag.Kind.LATE} <= most
    assert (Flag.Kind.LATE in raised) == (story.key in ONCE_LATE)


def test_no_bet_is_late_for_its_money_any_more() -> None:
    late = Flag.objects.filter(kind=Flag.Kind.LATE)
    assert set(late.values_list("bet__key", flat=True)) == ONCE_LATE
    assert not late.filter(cleared_on=None).exists()


def test_the_money_of_the_sample_is_in_order() -> None:
    for ledger in Ledger.objects.all():
        verdict = verify(ledger)
        assert (verdict.seq, verdict.why, verdict.checked) == (None, "", ledger.seq)
    waiting = FundingRequest.objects.filter(state="submitted").order_by("pk")
    assert [(one.bet.key, one.kind) for one in waiting if one.bet] == [
        ("SV-05", "commit"), ("SV-04", "release"), ("SV-02", "commit"), ("DS-02", "commit"),
    ]  # fmt: skip
    assert not any(changes_since(one, TODAY) for one in waiting)
    assert {one.state for one in standings(TODAY)} <= {"fine", "near"}


def test_every_kind_of_ending_is_told() -> None:
    assert {story.ending for story in STORIES} == set(ENDINGS)


def test_what_people_found_out_is_told_on_its_day_and_by_its_kind() -> None:
    found = Evidence.objects.select_related("kind", "bet")
    assert found.count() == len(log.FINDINGS)
    assert all(one.strength <= one.kind.cap and one.happened_on < one.logged_at.date() <= TODAY for one in found)
    assert found.filter(confirmed_at=None).exists() and found.exclude(confirmed_at=None).exists()
    assert {link.supports for link in EvidenceLink.objects.all()} == {True, False}
    assert found.get(bet__key="DS-01", happened_on=TODAY - 9 * DAY).reading.as_of <= TODAY - 8 * DAY


def test_every_bet_that_is_written_about_is_one_of_the_sample() -> None:
    told = {*notes.THOUGHTS, *notes.PREMORTEMS, *notes.EFFORTS, *notes.CONVERSIONS, *notes.LASTS}
    lists = (log.FINDINGS, log.RELEASES, log.FORECASTS, log.TALK, log.GATES, log.REALISED, log.LEARNING)
    told |= {one.key for entries in lists for one in entries}
    assert told <= {story.key for story in STORIES}
    assert Forecast.objects.count() == len(log.FORECASTS)
    assert Comment.objects.filter(asks__isnull=False, replies=None, answer_by__lt=TODAY).exists()


def test_money_that_ends_before_its_evidence_is_told_so() -> None:
    reading = Reading.objects.select_related("outcome__bet").get(run=tonight(), outcome__bet__key="SV-05")
    assert reading.settles_by == TODAY + 35 * DAY < reading.outcome.decide_by


def test_a_flag_carries_the_day_on_which_it_would_have_been_raised() -> None:
    days = set()
    for flag in Flag.objects.select_related("bet", "run"):
        raised = Event.objects.get(kind="flag raised", payload__flag=flag.pk)
        assert flag.bet.starts_on + 14 * DAY <= flag.raised_on == flag.run.as_of == raised.at.date() <= TODAY
        days.add(flag.raised_on)
    assert len(days) >= 5


def test_an_evidence_flag_passed_the_cut_of_its_night() -> None:
    for flag in Flag.objects.exclude(log_e=None).select_related("bet"):
        family = {"cease": "cease", "pivot": "miss", "scale": "scale"}[flag.kind]
        verdict = Verdict.objects.get(run_id=flag.run_id, bet=flag.bet)
        assert getattr(verdict, f"log_e_{family}") == flag.log_e >= flag.cut


def test_every_reading_comes_from_the_engine_and_a_job() -> None:
    for reading in Reading.objects.select_related("run"):
        assert reading.engine == ENGINE_VERSION
        assert re.fullmatch("[0-9a-f]{64}", reading.snapshot)
        assert reading.as_of == reading.run.as_of
    read = set(Job.objects.filter(kind="read", state="done").values_list("run", flat=True))
    assert set(Reading.objects.values_list("run", flat=True)) == read


def test_readings_of_the_past_are_those_that_the_signals_give_today() -> None:
    runs = Run.objects.filter(kind__in=["replay", "night"], jobs__kind="read").distinct().order_by("as_of")
    for run in [runs[5], runs[len(runs) // 2], tonight()]:
        written = {reading.outcome_id: reading for reading in Reading.objects.filter(run=run)}
        outcomes = Outcome.objects.filter(pk__in=written).select_related("series__metric").order_by("pk")
        for again in read_outcomes(outcomes, run):
            was = written[again.outcome_id]
            assert (was.snapshot, was.log_e_cease, was.estimate) == (again.snapshot, again.log_e_cease, again.estimate)


def test_no_bet_is_read_before_it_began() -> None:
    for reading in Reading.objects.select_related("outcome"):
        assert reading.outcome.starts_on < reading.as_of
    assert not Reading.objects.filter(outcome__bet__state="draft").exists()


def test_every_signal_came_with_a_pull_or_from_a_person() -> None:
    pulled = sum(Pull.objects.values_list("signals_new", flat=True))
    typed = Event.objects.filter(kind="signal typed in")
    assert Signal.objects.count() == pulled + len(typed)
    assert len(typed) >= 35 and all(event.by is not None for event in typed)
    assert {event.by.email for event in typed} == {"marta.kowalczyk@northwind.example"}
    assert not SignalRevision.objects.exists()


def test_unsound_rows_of_one_file_are_in_quarantine_and_the_bet_stays_sound() -> None:
    pulls = Pull.objects.filter(source__key="service")
    assert [pull.rows_set_aside for pull in pulls] == [len(SOIL)] * 2
    assert QuarantinedRow.objects.filter(source__key="service", resolved_at=None).count() == len(SOIL)
    assert not QuarantinedRow.objects.exclude(source__key="service").exists()
    assert Reading.objects.get(run=tonight(), outcome__bet__key="SV-07").health == "healthy"


def test_the_missing_file_is_a_failure_of_its_source_and_not_of_its_bet() -> None:
    source = Source.objects.get(key="marketplace")
    assert source.state == "attention" and "no file 'sample/marketplace.csv'" in source.message
    reading = Reading.objects.filter(outcome__series__source=source).latest("as_of")
    assert (reading.health, reading.grade, reading.log_e_cease) == ("waiting", "D", 0.0)
    assert set(Source.objects.exclude(key="marketplace").values_list("state", flat=True)) == {"ok"}


def test_the_next_night_brings_one_more_day() -> None:
    before = Signal.objects.count()
    with transaction.atomic():
        run = start_run("night", f"night {TODAY + DAY}", as_of=TODAY + DAY, at=AT + DAY)
        assert run is not None
        perform_run(run, at=AT + DAY)
        assert before + 30 <= Signal.objects.count() <= before + 60
        assert Reading.objects.filter(run=run, health="healthy").count() >= 25
        transaction.set_rollback(True)


def test_no_night_is_left_open() -> None:
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Run.objects.order_by("-pk").first() == tonight()


def test_one_person_for_each_role_can_sign_in() -> None:
    validate_password(PASSWORD)
    assert len(PASSWORD) >= 12
    roles = set()
    for email, words in LOGINS:
        grant = RoleGrant.objects.get(person__email=email)
        assert words.startswith(grant.get_role_display()) and email.endswith("@northwind.example")
        assert grant.person.check_password(PASSWORD)
        roles.add(grant.role)
    assert roles == set(Role.values) and len(LOGINS) == len(roles)
    assert Person.objects.count() == 12
    others = Person.objects.exclude(email__in=[email for email, _ in LOGINS])
    assert not any(person.has_usable_password() for person in others)


def hashes(paths: list[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_the_same_seed_and_anchor_give_the_same_files(sample: Path, tmp_path: Path) -> None:
    written = hashes(list((sample / "sample").iterdir()))
    assert hashes(write_files(tmp_path, TODAY)) == written
    moved = hashes(write_files(tmp_path, TODAY + DAY))
    assert moved.keys() == written.keys() and not set(moved.values()) & set(written.values())

"""Settings come from the environment; what is wrong stops the start with one sentence."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.test import Client

from config import celery_app
from config.addresses import celery_broker, database
from org.models import Person


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", None, "SECRET_KEY"),
        ("DATABASE_URL", None, "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:///stakes.db", "DATABASE_URL must look like postgresql://"),
        ("REDIS_URL", "amqp://localhost", "REDIS_URL must look like redis://"),
        ("NIGHT_HOUR", "dawn", "NIGHT_HOUR"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(name: str, value: str | None, words: str) -> None:
    environment = {key: text for key, text in os.environ.items() if key != name}
    if value is not None:
        environment[name] = value
    done = subprocess.run([sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert words in done.stderr.strip().splitlines()[-1]


def test_a_database_may_lie_behind_a_socket_folder() -> None:
    found = database("postgresql://me@/stakes?host=/run/pg")
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/pg", "stakes", "me")


def test_a_database_may_lie_on_another_host_with_options() -> None:
    found = database("postgres://me:p%40ss@db.example.org:6432/stakes?sslmode=require")
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("db.example.org", "6432", "p@ss")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_broker_may_lie_behind_a_socket() -> None:
    assert celery_broker("unix:///run/redis.sock?db=3") == "redis+socket:///run/redis.sock?virtual_host=3"
    assert celery_broker("rediss://cache:6380/1") == "rediss://cache:6380/1"


@pytest.mark.django_db
def test_every_page_has_a_strict_policy() -> None:
    answer = Client().get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_health_answers_without_a_login_and_says_nothing_else() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves() -> None:
    answer = Client().post("/accounts/signup/", {"email": "me@example.org", "password1": "sesame-open-1"})
    assert answer.status_code == 200
    assert not Person.objects.exists()


def test_plotly_is_served_from_its_package() -> None:
    found = find("plotly/plotly.min.js")
    assert isinstance(found, str) and "package_data" in found
    assert str(settings.BASE / "static") not in found


def test_everything_that_beat_rings_is_a_task_that_workers_know() -> None:
    celery_app.loader.import_default_modules()
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung and rung <= set(celery_app.tasks)

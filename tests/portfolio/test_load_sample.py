"""When the sample is not loaded: all or nothing, and never beside an enterprise of one's own."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from bets.models import Bet
from lib.refusals import Refused
from org.models import Domain, Event, Person
from portfolio.sample import load
from portfolio.sample.load import load_sample
from tests.factories import DomainFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.SIGNALS_FOLDER = tmp_path / "signals"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path / "signals"


def test_a_sample_whose_nights_fail_is_not_loaded_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionError("the power went out")

    monkeypatch.setattr(load, "_replay", broken)
    with pytest.raises(ConnectionError):
        load_sample(AT, TODAY)
    assert not Bet.objects.exists() and not Person.objects.exists() and not Event.objects.exists()


def test_an_installation_with_domains_of_its_own_is_left_alone(folder: Path) -> None:
    DomainFactory()
    with pytest.raises(CommandError, match="empty installation only"):
        call_command("load_sample")
    assert Domain.objects.count() == 1 and not folder.exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(Refused, match="cannot be written into"):
        load_sample(AT, TODAY)
    assert not Domain.objects.exists()

"""Servers, a browser and a closed network for the tests; the people they tell of are in tests/cast.py."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import django
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from config.embedded.processes import Failed
from tests import databases, infrastructure, rows

SERVERS = infrastructure.Servers()
NUMBER = infrastructure.worker_number()
AHEAD = pytest.StashKey[subprocess.Popen[bytes]]()

if NUMBER == 0:
    infrastructure.keep_compiled()
    SERVERS.prepare_addresses()
else:
    os.environ["REDIS_URL"] = infrastructure.redis_url_for(NUMBER, os.environ["REDIS_URL"])
COMPILING = infrastructure.wait_for_who_compiles() if NUMBER else None
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Playwright runs an event loop in this thread, which Django would otherwise take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()
infrastructure.find_static_files_once()

# Files whose tests share what takes long to make: one worker runs them all, each other test goes where there is room.
TOGETHER = ("tests/portfolio/test_sample.py",)
LONG = (
    *TOGETHER,
    "tests/test_bad_addresses.py",
    "tests/journeys/",
    "tests/api/",
    "tests/test_language.py",
    "tests/config/",
)
pytest_plugins = ["tests.browser", "tests.cast", "tests.world"]


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.collectonly:
        return
    if NUMBER == 0:
        try:
            SERVERS.start()
        except Failed as error:
            pytest.exit(str(error), returncode=3)
        if session.config.getoption("numprocesses", None):
            databases.name_template()
            session.config.stash[AHEAD] = subprocess.Popen([sys.executable, "-m", "tests.databases"])
            # The workers inherit it, and would read the settings before their own Redis number is in the address.
            del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left with it while the others have nothing more to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through again and again for what is no longer used."""
    if COMPILING:
        COMPILING.close()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if ahead := config.stash.get(AHEAD, None):
        ahead.wait()
        databases.drop_template()
    if NUMBER == 0:
        SERVERS.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The database of a worker is a copy; without workers there is nothing to share."""
    if NUMBER:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = databases.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        if rows.may_rest_triggers():
            rows.Migrated().instead_of_flush()
    yield
    with django_db_blocker.unblock():
        rows.end_other_sessions()


@pytest.fixture(scope="session", autouse=True)
def _empty_redis() -> None:
    infrastructure.empty_redis()

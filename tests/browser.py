"""A real browser for the tests. `python -m tests.browser` finds or installs a Chromium, else says what to install."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",  # it works neither for root nor in most containers, and only our own pages are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # pages that follow one another run what the first one has compiled
]
LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:", "about:")
# Loaded before each page: what the content security policy forbids must fail the test, also where nothing is logged.
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', e =>
  console.error(`CSP: ${e.violatedDirective} forbids ${e.blockedURI} in ${e.sourceFile}:${e.lineNumber}`));
"""


def find() -> str | None:
    """Path of a Chromium: $CHROMIUM, one on the PATH, or the one Playwright has installed."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def failure(path: str) -> str | None:
    """Why the browser at `path` does not start, or None when it does."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=60_000).close()
    except Exception as error:  # Playwright has many, all of them mean the same here
        return str(error).strip().splitlines()[0]
    return None


def install() -> None:
    """Installs Chromium where this user may."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "chromium"], check=False, env=environment, **quiet)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True)


def main() -> int:
    path = find()
    if path is None and not os.environ.get("CHROMIUM"):
        print("Installing Chromium for the browser tests ...", flush=True)
        install()
        path = find()
    reason = failure(path) if path else "there is none"
    if reason:
        print(f"The browser tests need Chromium ({path or 'none found'}: {reason}).")
        print("Install it (Debian and Ubuntu: `apt-get install chromium`), or set CHROMIUM to its path.")
        return 1
    print(f"Browser: {path}")
    return 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this worker."""
    expect.set_options(timeout=20_000)
    path = find()
    if path is None:
        pytest.fail("The browser tests need Chromium: run `python -m tests.browser`.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=60_000)
        yield running
        running.close()


class Complaints(list[str]):
    """What went wrong in the pages of one test, besides what the test itself looks at."""

    def expect(self, words: str) -> None:
        """Takes back the complaints with these words; fails when there are none."""
        wanted = [complaint for complaint in self if words in complaint]
        assert wanted, f"No complaint about {words!r}: {list(self)}"
        self[:] = [complaint for complaint in self if words not in complaint]

    def watch(self, context: BrowserContext) -> None:
        for event, listener in self._listeners():
            context.on(event, listener)

    def rest(self, context: BrowserContext) -> None:
        for event, listener in self._listeners():
            context.remove_listener(event, listener)

    def _listeners(self) -> list[tuple[Any, Callable[[Any], None]]]:
        return [("console", self._console), ("weberror", self._script), ("request", self._request)]

    def _script(self, error: WebError) -> None:
        self.append(f"script error: {error.error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.append(f"console error: {message.text} ({where})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(LOOPBACK):
            self.append(f"request to another host: {request.url}")


@pytest.fixture
def complaints() -> Complaints:
    """Collected by `page`, which fails the test when any are left at its end."""
    return Complaints()


@pytest.fixture(scope="session")
def profile(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """One profile for the tests of this worker, one after another, because a first page costs as much as ten more."""
    wide = {"width": 1440, "height": 900}
    # Without the worker of the offline page, which has a test of its own.
    made = browser.new_context(viewport=wide, locale="en-US", timezone_id="UTC", service_workers="block")
    # Open as long as the profile: its process, and with it all scripts that were compiled, lives from test to test.
    kept = made.new_page()
    kept.route("**", lambda route: route.fulfill(content_type="text/html", body='<link rel="icon" href="data:,">'))
    kept.goto(live_server.url)
    made.add_init_script(REPORT_VIOLATIONS)
    yield made
    made.close()


@pytest.fixture
def context(profile: BrowserContext, complaints: Complaints) -> Iterator[BrowserContext]:
    """A profile that knows nothing but the files it has fetched: no cookies, 1440 by 900, English, UTC."""
    profile.clear_cookies()  # one may come after its page was closed
    profile.set_default_timeout(20_000)
    complaints.watch(profile)
    yield profile
    forget(profile)
    complaints.rest(profile)
    assert not complaints, "\n".join(complaints)


def forget(profile: BrowserContext) -> None:
    """What tests leave in a profile: pages, cookies and all else that sites keep, permissions, routes."""
    kept, *opened = profile.pages
    for page in opened:
        page.close()
    profile.unroute_all()
    profile.clear_permissions()
    profile.clear_cookies()
    session = profile.new_cdp_session(kept)
    session.send("Storage.clearDataForOrigin", {"origin": kept.evaluate("origin"), "storageTypes": "all"})
    session.detach()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the browser; the test fails on errors of console or script, CSP violations and foreign requests."""
    return context.new_page()


if __name__ == "__main__":
    sys.exit(main())

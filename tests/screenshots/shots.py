"""Which pictures the documentation shows, and how they are taken."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from org.models import Person
from portfolio.sample.load import load_sample
from portfolio.sample.people import email_of
from tests.browser import FLAGS, find

DRAWN = "() => [...document.querySelectorAll('[data-plot]')].every(one => one.dataset.ready === '1')"
HEIGHTS = {1440: 1000, 390: 1100}


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at what. It begins with `part` of the page, or is of that part `alone`."""

    person: str
    page: str
    url: str
    width: int = 1440
    theme: str = "light"
    part: str = ""
    alone: bool = False

    @property
    def file(self) -> str:
        return f"{self.person}-{self.page}-{self.width}-{self.theme}.png"


EMAILS = {
    "executive": "helena.brandt",
    "product-lead": "marta.kowalczyk",
    "finance": "ingrid.solberg",
    "product-operations": "daniel.hoffmann",
    "admin": "camille.laurent",
}
SHOTS = [
    Shot("executive", "portfolio", "/"),
    Shot("executive", "portfolio", "/", theme="dark"),
    Shot("executive", "portfolio", "/", width=390),
    Shot("executive", "bet", "/bets/{flagged}/"),
    Shot("product-lead", "desk", "/desk/"),
    Shot("product-lead", "log-evidence", "/bets/DS-01/evidence/new/", width=390),
    Shot("product-lead", "assumptions", "/bets/DS-01/assumptions/"),
    Shot("product-operations", "standards", "/standards/"),
    Shot("product-lead", "own-bets", "/?show=mine", part="#bets", alone=True),
    Shot("product-lead", "signal", "/series/{typed}/signals/new/"),
    Shot("finance", "requests", "/money/requests/"),
    Shot("finance", "request", "/money/requests/{waiting}/"),
    Shot("finance", "budget", "/money/budgets/{budget}/"),
    Shot("product-operations", "sources", "/sources/"),
    Shot("product-operations", "quarantine", "/sources/{ailing}/", part="#quarantine"),
    Shot("admin", "tokens", "/tokens/"),
]


def take_all(folder: Path, at: dt.datetime) -> Iterator[Path]:
    """Loads the sample as of `at` and takes every picture; those of before are removed."""
    call_command("migrate", verbosity=0)
    load_sample(at, at.date())
    Person.objects.update(toured_at=at)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    names = _names()
    server = LiveServer("127.0.0.1")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            for shot in SHOTS:
                yield _take(browser, server.url, shot, names, folder / shot.file)
            browser.close()
    finally:
        server.stop()


def _names() -> dict[str, object]:
    """What stands in the addresses: a flagged bet, a series that people type in, a source with rows set aside, a
    request that waits, and the budget that it is paid from."""
    from bets.models import Flag
    from funding.models import FundingRequest
    from metrics.models import QuarantinedRow, Series

    flagged = Flag.objects.filter(kind="cease", cleared_on=None).order_by("bet__key").first()
    typed = Series.objects.filter(source__kind="typed", source__domain__key="direct").first()
    ailing = QuarantinedRow.objects.filter(resolved_at=None).order_by("pk").first()
    waiting = FundingRequest.objects.filter(state="submitted", kind="release").order_by("pk").first()
    assert flagged and ailing and waiting
    budget = waiting.lines.select_related("debit_account").get().debit_account.budget_id
    typed = typed or Series.objects.filter(source__kind="typed").first()
    return {
        "flagged": flagged.bet.key, "typed": typed and typed.pk, "ailing": ailing.source.key, "waiting": waiting.pk,
        "budget": budget,
    }  # fmt: skip


def _take(browser: Browser, server: str, shot: Shot, names: dict[str, object], file: Path) -> Path:
    context = browser.new_context(
        viewport={"width": shot.width, "height": HEIGHTS[shot.width]},
        color_scheme=shot.theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
        service_workers="block",
    )
    client = Client()
    person = Person.objects.get(email=email_of(EMAILS[shot.person]))
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
    page = context.new_page()
    answer = page.goto(server + shot.url.format(**names))
    if answer is None or not answer.ok:
        raise RuntimeError(f"{shot.url} answered {answer and answer.status}.")
    _settle(page, shot)
    if shot.alone:
        page.locator(shot.part).screenshot(path=file)
    else:
        page.screenshot(path=file)
    context.close()
    return file


def _settle(page: Page, shot: Shot) -> None:
    """Draws all charts, then shows the part that the picture is of."""
    for chart in page.locator("[data-plot]").all():
        chart.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN)
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    if shot.part:
        page.locator(shot.part).first.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")

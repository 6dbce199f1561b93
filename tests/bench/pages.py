"""The pages: queries, time, bytes over the wire and first paint, beside a view that renders a page from memory."""

import gzip
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.bench.enterprise import DAYS, OUTCOMES, Enterprise
from tests.bench.report import Row, best
from tests.browser import FLAGS, find

SIZES = (30, 300, 1_000)
GOAL = 60_000  # bytes of a page with styles and scripts, without Plotly
ZIPPED = {"HTTP_ACCEPT_ENCODING": "gzip"}
ASSET = re.compile(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"')
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SETTINGS = {"ROOT_URLCONF": "tests.bench.pages", "ALLOWED_HOSTS": ["testserver", "127.0.0.1"]}
PAGES = {"text": "<p>Nothing else.</p>"}


def from_memory(request: HttpRequest) -> HttpResponse:
    """The reference: a template that renders a text of the same size, behind the same middleware."""
    template = engines["django"].from_string("{% autoescape off %}{{ text }}{% endautoescape %}")
    return HttpResponse(template.render(PAGES, request))


urlpatterns = [path("from-memory/", from_memory), path("", include("config.urls"))]


def rows() -> list[Row]:
    with own_database(), override_settings(**SETTINGS):
        enterprise = Enterprise()
        client = Client(**ZIPPED)
        client.force_login(enterprise.executive, backend="allauth.account.auth_backends.AuthenticationBackend")
        lines = [row for size in SIZES for row in _portfolio(enterprise, client, size)]
        bet = f"/bets/{enterprise.add_measured_bet().key}/"
        name = f"Bet with {OUTCOMES} outcomes x {DAYS} days"
        lines += [
            *_page(name, client, bet),
            _chart("Chart of one outcome, JSON", client, f"{bet}outcomes/1/chart.json"),
        ]
        return [*lines, *_paints(client, {f"Portfolio, {SIZES[-1]:,} bets": "/", name: bet})]


@contextmanager
def own_database() -> Iterator[None]:
    """The night, measured in the same run, must not read what is written for the pages."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _portfolio(enterprise: Enterprise, client: Client, size: int) -> list[Row]:
    enterprise.grow(size)
    analyse()
    name = f"Portfolio, {size:,} bets"
    return [*_page(name, client, "/"), _chart(f"{name}: the picture, JSON", client, reverse("chart_portfolio"))]


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _page(name: str, client: Client, address: str) -> list[Row]:
    seconds, queries, text, size = measured(client, address)
    reference = reference_of(client, text)
    assets = [one or other for one, other in ASSET.findall(text) if "plotly" not in one + other]
    wire = size + sum(_wire(client, asset) for asset in assets)
    return [
        Row(
            f"{name}: server time",
            f"{seconds * 1000:.0f} ms, {queries} queries",
            f"the same {len(text) // 1000} kB from memory: {reference * 1000:.1f} ms",
            f"{seconds / reference:.1f}",
        ),
        Row(
            f"{name}: page, styles and scripts over the wire, without Plotly",
            f"{wire / 1000:.1f} kB (page {size / 1000:.1f})",
            f"goal: {GOAL // 1000} kB",
            f"{wire / GOAL:.2f}",
        ),
    ]


def _chart(name: str, client: Client, address: str) -> Row:
    seconds, queries, text, size = measured(client, address)
    reference = reference_of(client, text)
    return Row(
        name,
        f"{seconds * 1000:.0f} ms, {queries} queries, {size / 1000:.1f} kB over the wire",
        f"the same {len(text) / 1000:.1f} kB from memory: {reference * 1000:.1f} ms",
        f"{seconds / reference:.1f}",
    )


def measured(client: Client, address: str) -> tuple[float, int, str, int]:
    """Best seconds of five, queries, the text, and its bytes over the wire."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    zipped = answer.headers.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(answer.content) if zipped else answer.content).decode()
    return best(5, lambda: client.get(address)), asked, text, len(answer.content)


def reference_of(client: Client, text: str) -> float:
    PAGES["text"] = text
    return best(5, lambda: client.get("/from-memory/"))


def _wire(client: Client, address: str) -> int:
    return len(b"".join(client.get(address)))


def _paints(client: Client, pages: dict[str, str]) -> list[Row]:
    """Milliseconds until the first content is painted, each time in a browser profile that has nothing cached."""
    PAGES["text"] = "<!doctype html><title>Blank</title><p>Nothing else.</p>"
    server = LiveServer("127.0.0.1")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            blank = _paint(browser, client, server.url, "/from-memory/")
            painted = {name: _paint(browser, client, server.url, address) for name, address in pages.items()}
            browser.close()
    finally:
        server.stop()
    return [
        Row(f"{name}: first content in Chromium", f"{ms:.0f} ms", f"a blank page: {blank:.0f} ms", f"{ms / blank:.1f}")
        for name, ms in painted.items()
    ]


def _paint(browser: Browser, client: Client, server: str, address: str) -> float:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    taken = []
    for _ in range(7):
        context = browser.new_context()
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
        page = context.new_page()
        page.goto(server + address)
        page.wait_for_function(PAINTED)
        taken.append(page.evaluate(PAINTED))
        context.close()
    return statistics.median(taken)

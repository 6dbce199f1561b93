"""The tests of a worker share one profile of the browser: nothing that one of them leaves there meets the next."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser import forget

KEEP = """async () => {
  document.cookie = "kept=1"; localStorage.kept = 1; sessionStorage.kept = 1;
  await caches.open("kept");
  await new Promise((done) => { indexedDB.open("kept").onsuccess = done; });
}"""
KEPT = """async () => [document.cookie.includes("kept"), "kept" in localStorage, "kept" in sessionStorage,
  await caches.has("kept"), (await indexedDB.databases()).length]"""


def _opened(context: BrowserContext, server: Any) -> Page:
    page = context.new_page()
    page.route("**/given/", lambda route: route.fulfill(content_type="text/html", body="<p>given</p>"))
    page.goto(f"{server.url}/given/")
    return page


def test_a_profile_forgets_what_sites_keep_and_who_may_what(context: BrowserContext, live_server: Any) -> None:
    page = _opened(context, live_server)
    page.evaluate(KEEP)
    assert page.evaluate(KEPT) == [True, True, True, True, 1]
    context.grant_permissions(["geolocation"])
    context.route("**", lambda route: route.abort())
    forget(context)
    assert page.is_closed()
    page = _opened(context, live_server)
    assert page.evaluate(KEPT) == [False, False, False, False, 0]
    asked = "navigator.permissions.query({ name: 'geolocation' }).then((answer) => answer.state)"
    assert page.evaluate(asked) != "granted"

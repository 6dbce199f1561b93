"""What journeys share: signing in without the form, and what every page owes to every reader."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

EVERYTHING = {"resultTypes": ["violations", "incomplete"]}


def sign_in(context: BrowserContext, client: Client, server: Any) -> None:
    """Gives the browser the session of a Django client that has signed in."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])


def troubles(page: Page) -> list[str]:
    """What axe finds wrong or cannot decide on this page, and sideways scrolling; one line each."""
    found = Axe().run(page, options=EVERYTHING).response
    lines = [
        f"{kind}: {rule['id']} at {[node['target'] for node in rule['nodes']][:3]}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
    ]
    width, wide = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    return [*lines, f"scrolls sideways: {wide} in {width} pixels"] if wide > width else lines

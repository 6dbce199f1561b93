"""What journeys share: signing in without the form, and what every page owes to every reader."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

RUN_AXE = "() => axe.run(document, { resultTypes: ['violations', 'incomplete'] })"
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [`scrolls sideways: ` +
  `${document.documentElement.scrollWidth} in ${innerWidth} pixels, from ` + ([...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("dialog, .vh, svg")).slice(-1)
  .map((one) => `${one.tagName} ${one.getAttribute("class")} ${one.parentElement.className}`)[0] ?? "nowhere")]"""
# Only somebody who asked for less motion is looked at here: nothing may move for them.
MOVING = """() => document.getAnimations().filter((one) => one.playState === "running")
  .map((one) => `moves: ${one.animationName ?? one.transitionProperty} of ${one.effect.target?.className}`)"""
# Axe takes what a chart clips away for something that lies over the page, and cannot tell what lies behind SVG text. So
# it sees charts without their drawing, and the contrast of their text is measured here: the ratio of each text to what
# lies behind the chart (WCAG 2.2, 1.4.3), for those below 4.5.
HIDE_DRAWINGS = "document.querySelectorAll('.plot > *').forEach(one => { one.style.visibility = 'hidden'; })"
PALE_TEXT = """() => {
  const ctx = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    ctx.clearRect(0, 0, 1, 1); ctx.fillStyle = colour; ctx.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...ctx.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => { const c = getComputedStyle(one).backgroundColor;
    return c === "rgba(0, 0, 0, 0)" ? behind(one.parentElement) : c; };
  return [...document.querySelectorAll(".plot text")].map((text) => {
    const [a, b] = [light(getComputedStyle(text).fill), light(behind(text.closest(".plot")))].sort((x, y) => y - x);
    return [text.textContent, (a + 0.05) / (b + 0.05)];
  }).filter(([, ratio]) => !(ratio >= 4.5));
}"""


def sign_in(context: BrowserContext, client: Client, server: Any) -> None:
    """Gives the browser the session of a Django client that has signed in."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])


def troubles(page: Page) -> list[str]:
    """What axe finds wrong or cannot decide on this page, and sideways scrolling; one line each.

    The drawings of charts are not visible afterwards.
    """
    pale = page.evaluate(PALE_TEXT)
    page.evaluate(HIDE_DRAWINGS)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN_AXE)
    lines = [f"pale text in a chart: {text!r} has a contrast of {ratio:.1f}" for text, ratio in pale]
    lines += [_line(kind, rule) for kind in ("violations", "incomplete") for rule in found[kind]]
    return [*lines, *page.evaluate(SIDEWAYS)]


def _line(kind: str, rule: dict[str, Any]) -> str:
    node = rule["nodes"][0]
    why = [check["message"] for check in (*node["any"], *node["all"], *node["none"])]
    return f"{kind}: {rule['id']} at {node['target']} ({len(rule['nodes'])} places): {why[:1]}"

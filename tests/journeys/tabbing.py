"""Tab reaches everything on a page that can be used, in sight, with a mark that says where one is."""

from playwright.sync_api import Page

# A group of radio buttons is one stop, and so is whatever else keeps its own arrow keys.
NUMBER_STOPS = """() => {
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]");
  const stops = [...all].filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden"
    && one.checkVisibility({ visibilityProperty: true }) && !(one.type === "radio" && !one.checked));
  stops.forEach((one, i) => { one.dataset.stop = i; });
  return stops.map((one) => one.outerHTML.slice(0, 120));
}"""
ASK_AGAIN = 10  # presses
# What is under the hands is noted when the key comes up again: by then the focus has moved and is scrolled into sight.
NOTE_EACH_STOP = """() => {
  const marked = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
  window.noted = [];
  addEventListener("keyup", () => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    if (one.dataset.stop === undefined) return;
    window.noted.push([
      Number(one.dataset.stop),
      // The parts of a date field are stops of their own inside it, which a page cannot see.
      one.type === "date" || marked(getComputedStyle(one)) || marked(getComputedStyle(one, "::after"))
        || [...one.querySelectorAll("*")].some((inner) => marked(getComputedStyle(inner)))
        // A title whose link fills its card marks the card.
        || marked(getComputedStyle(one.closest("li, tr, article") ?? one)),
      box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ]);
  }, { capture: true });
}"""


def troubles_by_tab(page: Page) -> set[str]:
    """What Tab does not reach, does not bring in sight or does not mark; one line each. Keys are pressed ever after."""
    stops = page.evaluate(NUMBER_STOPS)
    assert stops
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.evaluate(NOTE_EACH_STOP)
    reached: set[int] = set()
    troubles: set[str] = set()
    # More than once round, because a page may begin in its middle; a date field takes five. Asked now and then only,
    # because asking takes as long as pressing.
    for presses in (len(stops), *[ASK_AGAIN] * (1 + (len(stops) + 10) // ASK_AGAIN)):
        for _ in range(presses):
            page.keyboard.press("Tab")
        for number, marked, seen in page.evaluate("() => window.noted.splice(0)"):
            reached.add(number)
            troubles |= {f"not in sight: {stops[number]}"} if not seen else set()
            troubles |= {f"no mark: {stops[number]}"} if not marked else set()
        if len(reached) == len(stops):
            break
    return troubles | {f"not reached: {stop}" for number, stop in enumerate(stops) if number not in reached}

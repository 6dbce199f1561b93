// A decision half written keeps itself while somebody types; without this script a button does the same.
(() => {
  "use strict";
  const AFTER = 2000, PATIENCE = 10000;  // milliseconds
  let form = null, timer = 0;  // what has been typed into since it was kept
  const say = (typed, text) => { const shown = typed.querySelector("[data-kept]"); if (shown) { shown.textContent = text; shown.hidden = false; } };
  const sent = (typed) => { const data = new FormData(typed); data.append("script", "1"); return data; };
  const keep = async () => {
    const typed = form; form = null; timer = 0;
    if (!typed?.isConnected) return;
    try {
      const answer = await fetch(typed.dataset.draft, { method: "POST", body: sent(typed), redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
      say(typed, (await answer.json()).said);
    } catch {
      say(typed, typed.dataset.lost);
      form ??= typed; timer ||= setTimeout(keep, PATIENCE);
    }
  };
  const changed = ({ target }) => {
    const typed = target.closest("form[data-draft]");
    if (!typed) return;
    form = typed; timer ||= setTimeout(keep, AFTER);
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (e) => { if (!e.defaultPrevented && e.target.matches("form[data-draft]")) { clearTimeout(timer); form = null; timer = 0; } });
  addEventListener("pagehide", () => { if (form?.isConnected) navigator.sendBeacon(form.dataset.draft, sent(form)); form = null; });
})();

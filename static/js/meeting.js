// Meeting mode: the clocks run, and everybody sees the same without reloading. All else works as links and forms.
(() => {
  "use strict";
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const EVERY = 2000, PATIENCE = 10000;  // milliseconds
  const meeting = () => $("#meeting"), tell = (name, on) => { $(`#m-${name}`).hidden = !on; };
  let ahead = 0;  // of the clock of the server, which everybody shares, before that of this machine

  // ---- clocks
  const tick = () => $$("[data-since]").forEach((clock) => {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(clock.dataset.since)) / 1000));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60], two = (n) => String(n).padStart(2, "0");
    const shown = $("[data-elapsed]", clock), over = Math.floor(seconds / 60) - clock.dataset.minutes;
    shown.textContent = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`; shown.hidden = false;
    $(".late", clock).hidden = over <= 0;
    if (over > 0) $("[data-late]", clock).textContent = clock.dataset.over.replace("{n}", over);
  });

  // ---- full screen
  const full = () => { $$("[data-full]").forEach((b) => { b.hidden = !document.fullscreenEnabled; b.setAttribute("aria-pressed", String(!!document.fullscreenElement)); }); };
  document.addEventListener("fullscreenchange", full);
  document.addEventListener("click", (e) => {
    if (!e.target.closest("[data-full]")) return;
    if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen();
  });

  // ---- the same state: what somebody is writing is never swapped away under them
  const touched = (one) => /^(checkbox|radio)$/.test(one.type) ? one.checked !== one.defaultChecked : one.type !== "hidden" && "defaultValue" in one && one.value !== one.defaultValue;
  const filling = () => $("dialog[open], #meeting [data-filling] form, #meeting .errors") || $$("#meeting :is(input, textarea)").some((one) => touched(one) || (one === document.activeElement && one.type !== "radio"));
  const swap = () => window.htmx.ajax("GET", location.pathname, { source: meeting(), target: "#meeting", select: "#meeting", swap: "outerHTML show:none" });
  const ask = async () => {
    const { ask: address, state } = meeting().dataset;
    const answer = await fetch(address, { headers: { "If-None-Match": `"${state}"` }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
    tell("apart", false);
    if (answer.status === 304 || state !== meeting().dataset.state || (await answer.json()).state === state) tell("changed", false);
    else if (filling()) tell("changed", true);
    else await swap();
  };
  let waiting;
  const go = async () => {
    clearTimeout(waiting);
    if (document.hidden) return;  // goes on when somebody looks
    try { await ask(); } catch { tell("apart", true); }
    clearTimeout(waiting); waiting = setTimeout(go, EVERY);
  };
  document.addEventListener("visibilitychange", go);

  // ---- an answer that is another page is gone to
  document.addEventListener("htmx:beforeSwap", (e) => {
    const { target, xhr, isError } = e.detail;
    if (target.id !== "meeting" || isError || xhr.response.includes('id="meeting"')) return;
    e.detail.shouldSwap = false; location.assign(xhr.responseURL);
  });

  // ---- after each swap, one's own as that of others: what is new begins at its top
  let shown = meeting().dataset.shown, sent = false;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => { sent = detail.requestConfig.verb === "post"; });
  const settle = () => {
    const now = meeting().dataset, isNew = sent || now.shown !== shown;
    ahead = Date.parse(now.now) - Date.now(); tick(); full(); tell("changed", false);
    if (now.shown !== shown) $("#m-now").textContent = now.shown;
    shown = now.shown; sent = false;
    if ($("[data-focus]", meeting())) return;  // what went wrong has the focus
    if ($("[data-filling]", meeting())) { $("[data-filling] input:checked", meeting())?.focus(); return; }
    if (!isNew) return;
    scrollTo({ top: 0, behavior: "instant" });
    if (document.activeElement === document.body) $("h1", meeting()).focus({ preventScroll: true });
  };
  document.addEventListener("htmx:afterSettle", ({ target }) => { if (target === meeting()) settle(); });
  settle(); setInterval(tick, 1000); waiting = setTimeout(go, EVERY);
})();

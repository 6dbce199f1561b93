// Charts of every page: <div class="plot" data-plot="figure.json" data-plotly="plotly.min.js">. A figure is plain data whose
// colours are names of the stylesheet. A trace whose customdata holds addresses opens them by click; the table beside the
// chart has the same numbers and links for the keyboard.
(() => {
  "use strict";
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const root = document.documentElement, words = document.getElementById("words").dataset;
  const isDark = () => !printing && (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  let printing = false;

  // ---- colours: "var(--persist)" -> rgb(…) that plotly can parse
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const swatch = document.createElement("i"); swatch.hidden = true; document.body.append(swatch);
  const known = new Map();
  const colour = (value) => {
    if (!known.has(value)) {
      swatch.style.color = value; swatch.style.colorScheme = printing ? "light" : "";
      probe.clearRect(0, 0, 1, 1); probe.fillStyle = getComputedStyle(swatch).color; probe.fillRect(0, 0, 1, 1);
      const [r, g, b] = probe.getImageData(0, 0, 1, 1).data; known.set(value, `rgb(${r},${g},${b})`);
    }
    return known.get(value);
  };
  const themed = (v) => typeof v === "string" && v.startsWith("var(--") ? colour(v)
    : Array.isArray(v) ? v.map(themed)
    : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, themed(x)])) : v;

  // ---- language: separators and names of months from the browser, so that plotly's own locale files are not needed
  const part = (kind) => new Intl.NumberFormat(root.lang).formatToParts(-12345.6).find((p) => p.type === kind)?.value ?? "";
  const names = (count, options, day) => Array.from({ length: count }, (_, i) => new Intl.DateTimeFormat(root.lang, { ...options, timeZone: "UTC" }).format(day(i)));
  const month = (i) => Date.UTC(2026, i, 15), weekday = (i) => Date.UTC(2026, 1, 1 + i);  // 1 February 2026 is a Sunday
  const locale = () => ({
    moduleType: "locale", name: "page", dictionary: {},
    format: {
      days: names(7, { weekday: "long" }, weekday), shortDays: names(7, { weekday: "short" }, weekday),
      months: names(12, { month: "long" }, month), shortMonths: names(12, { month: "short" }, month), date: "%x",
    },
  });

  // ---- plotly is 4.8 MB, so it is fetched only when a chart comes near the viewport
  let plotly;
  const loadPlotly = (src) => plotly ??= new Promise((ok, bad) => {
    // plotly's map component would inject a <style> that our content security policy blocks: its own guard skips it when the id exists
    const guard = document.createElement("meta"); guard.id = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"; document.head.append(guard);
    const s = document.createElement("script"); s.src = src;
    s.onload = () => { if (!root.lang.startsWith("en")) window.Plotly.register(locale()); ok(window.Plotly); };
    s.onerror = () => { plotly = undefined; guard.remove(); bad(new Error(`${src} was not loaded`)); };
    document.head.append(s);
  });
  const fetchFigure = async (el) => {
    const answer = await fetch(el.dataset.plot, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${el.dataset.plot} answered ${answer.status}`);
    return answer.json();
  };

  async function draw(el) {
    try {
      const [P, fig] = await Promise.all([loadPlotly(el.dataset.plotly), el._fig ??= fetchFigure(el)]);
      const f = themed(fig), dark = isDark() ? "dark" : "light";
      const layout = { separators: part("decimal") + part("group"), ...f.layout, autosize: true };
      await P.react(el, f.data, layout, { responsive: true, displayModeBar: false, locale: root.lang.startsWith("en") ? "en" : "page" });
      if (!el.dataset.ready) el.on("plotly_click", open);
      el.classList.remove("loading"); el.removeAttribute("aria-busy"); el.dataset.ready = "1"; el.dataset.drawn = dark;
    } catch (e) { fail(el, e); }
  }
  const open = ({ points, event }) => {
    const address = [points[0]?.customdata].flat()[0];
    if (typeof address !== "string" || !address.startsWith("/") || address.startsWith("//")) return;
    if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener"); else location.assign(address);
  };

  // ---- what fails says so, and can be tried again
  function fail(el, error) {
    console.warn(error); el._fig = undefined; el.classList.remove("loading"); el.removeAttribute("aria-busy");
    if (el.dataset.ready) return;  // the drawing from before is still true
    const said = document.createElement("div"), text = document.createElement("p"), again = document.createElement("button");
    said.className = "plot-failed"; said.setAttribute("role", "alert");
    text.textContent = words.chartFailed; again.textContent = words.again; again.type = "button"; again.className = "btn small";
    again.addEventListener("click", () => { said.remove(); el.hidden = false; begin(el); draw(el); });
    said.append(text, again); el.hidden = true; el.after(said);
  }

  // ---- when: near the screen, after a swap, on another theme, before printing
  const begin = (el) => { el.classList.add("loading"); el.setAttribute("aria-busy", "true"); };
  const near = new IntersectionObserver((es) => es.forEach((e) => { if (e.isIntersecting) { near.unobserve(e.target); draw(e.target); } }), { rootMargin: "300px" });
  const watch = (r) => $$("[data-plot]:not([data-seen])", r).forEach((el) => { el.dataset.seen = "1"; begin(el); near.observe(el); });
  const redraw = () => { known.clear(); $$("[data-ready]").forEach(draw); };
  watch(document);
  document.addEventListener("htmx:afterSettle", (e) => watch(e.target));
  document.addEventListener("themechange", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => { printing = true; redraw(); });
  addEventListener("afterprint", () => { printing = false; redraw(); });
})();

// Comments: after an @ the people who see the bet are offered. Without this script the list “Tell others” does the same.
(() => {
  "use strict";
  const area = document.querySelector("[data-mentions]"), people = document.querySelector("#id_mentions");
  if (!area || !people) return;
  const names = [...people.querySelectorAll("label")].map((one) => one.textContent.trim()), list = document.createElement("ul");
  list.className = "offers"; list.hidden = true; list.id = "offers"; list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", people.querySelector("legend").textContent);
  area.after(list);
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", "offers"]]) area.setAttribute(name, value);
  let at = 0;
  const begun = () => /(^|\s)@([^@\n]{0,40})$/.exec(area.value.slice(0, area.selectionStart));
  const mark = () => {
    [...list.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === at)));
    if (list.hidden) area.removeAttribute("aria-activedescendant"); else area.setAttribute("aria-activedescendant", `offer-${at}`);
  };
  const offer = (found) => {
    at = 0;
    list.replaceChildren(...found.map((name, i) => { const one = document.createElement("li"); one.id = `offer-${i}`; one.setAttribute("role", "option"); one.textContent = name; return one; }));
    list.hidden = !found.length; mark();
  };
  const take = (name) => {
    const end = area.selectionStart, start = end - begun()[2].length;
    area.setRangeText(`${name} `, start, end, "end"); offer([]); area.focus();
  };
  area.addEventListener("input", () => {
    const typed = begun()?.[2].toLowerCase();
    offer(typed === undefined ? [] : names.filter((name) => ` ${name.toLowerCase()}`.includes(` ${typed}`)).slice(0, 6));
  });
  area.addEventListener("keydown", (e) => {
    if (list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: list.children.length - 1 };
    if (e.key in steps) { e.preventDefault(); at = (at + steps[e.key]) % list.children.length; mark(); }
    else if (e.key === "Enter" || e.key === "Tab") { e.preventDefault(); take(list.children[at].textContent); }
    else if (e.key === "Escape") offer([]);
  });
  list.addEventListener("pointerdown", (e) => { const one = e.target.closest("li"); if (one) { e.preventDefault(); take(one.textContent); } });
  area.addEventListener("blur", () => offer([]));
})();

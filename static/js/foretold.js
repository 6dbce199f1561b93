// A slider beside a number: <input type="number" data-range>. Both say the same; without this script the number is enough.
(() => {
  "use strict";
  for (const number of document.querySelectorAll("input[data-range]")) {
    const range = document.createElement("input"), label = document.querySelector(`label[for="${number.id}"]`);
    Object.assign(range, { type: "range", min: number.min, max: number.max, step: number.step, value: number.value || 50 });
    range.setAttribute("aria-label", label ? label.textContent : "");
    range.addEventListener("input", () => { number.value = range.value; });
    number.addEventListener("input", () => { if (number.value !== "") range.value = number.value; });
    number.after(range);
  }
})();

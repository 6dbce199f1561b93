// The sentence of a hypothesis follows what is typed; without this script it follows each saving.
(() => {
  "use strict";
  document.querySelectorAll("[data-mirror]").forEach((shown) => {
    document.getElementById(shown.dataset.mirror)?.addEventListener("input", ({ target }) => {
      shown.textContent = target.value.trim() || "…";
    });
  });
})();

// The form of evidence: strengths beyond what its kind allows cannot be chosen. The server says the same without this.
(() => {
  "use strict";
  const form = document.querySelector("[data-evidence]");
  const kind = form?.querySelector("select[name=kind]");
  if (!kind) return;
  const limit = () => {
    const cap = Number(kind.selectedOptions[0]?.dataset.cap ?? 5);
    form.querySelectorAll("input[name=strength]").forEach((one) => {
      one.disabled = Number(one.value) > cap;
      if (one.disabled) one.checked = false;
    });
  };
  kind.addEventListener("change", limit);
  limit();
  if (!form.querySelector(".errors")) kind.focus();
})();

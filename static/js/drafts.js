// What is typed into a form with data-draft outlives a reload, a closed tab or a lost connection: it is kept in this
// browser until the form has been saved, for a week at the most.
(() => {
  const WEEK = 7 * 24 * 3600 * 1000;
  const PREFIX = `draft:${document.body.dataset.user || ""}:`;
  const NEVER = new Set(["csrfmiddlewaretoken", "next", "shown"]);

  function stored(key) {
    try {
      const draft = JSON.parse(localStorage.getItem(PREFIX + key));
      if (draft && Date.now() - draft.at < WEEK) return draft;
    } catch { /* unreadable is as good as none */ }
    return null;
  }

  const forget = (key) => localStorage.removeItem(PREFIX + key);

  function keep(form) {
    const values = {};
    for (const [name, value] of new FormData(form)) if (!NEVER.has(name)) values[name] = value;
    try {
      localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
    } catch { /* full or forbidden: the form works without */ }
  }

  function restore(form) {
    const key = form.dataset.draft;
    // What the server sent back, refused, is newer than the draft.
    if (form.hasAttribute("data-refused")) return keep(form);
    const draft = stored(key);
    if (!draft || form.querySelector(".restored")) return;
    let differs = false;
    for (const [name, value] of Object.entries(draft.values)) {
      const field = form.elements[name];
      if (!field || field.value === value) continue;
      field.value = value;
      if (field.type !== "hidden") differs = true;
    }
    if (!differs) return;
    form.closest("details")?.setAttribute("open", "");
    const told = document.createElement("p");
    told.className = "restored small";
    told.append("What you had typed is here again. ");
    const over = document.createElement("button");
    over.type = "button";
    over.textContent = "Start over";
    over.addEventListener("click", () => {
      forget(key);
      form.reset();
      // A hidden field keeps what it was given; as the server made it, it is its default.
      for (const field of form.elements) if (field.type === "hidden") field.value = field.defaultValue;
      told.remove();
    });
    told.append(over);
    form.prepend(told);
  }

  const each = (root, work) => {
    if (root.matches?.("form[data-draft]")) work(root);
    root.querySelectorAll?.("form[data-draft]").forEach(work);
  };

  window.drafts = { has: (key) => stored(key) !== null, forget };
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) keep(form);
  });
  document.addEventListener("htmx:load", (event) => each(event.detail.elt, restore));
  // Saved. Asked before the swap, which takes the form out of the page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    const form = requestConfig.elt.closest?.("form[data-draft]");
    if (form && requestConfig.verb !== "get" && xhr.status < 400) forget(form.dataset.draft);
  });
  // A form that the browser sends itself comes back with what was typed where it is refused.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-draft]:not([hx-post])")) forget(event.target.dataset.draft);
  });
  document.addEventListener("click", (event) => {
    const left = event.target.closest?.("[data-forget]");
    if (left) forget(left.dataset.forget);
  }, true);
})();

// The desk by keyboard: the keys press what stands on the page anyway.
(() => {
  const list = document.getElementById("desk-items");
  const sheet = document.getElementById("keys");
  if (!list) return;
  const MOVES = { j: 1, k: -1 };
  const ENOUGH = 2; // open items below which further ones are asked for
  const done = []; // ids of events judged on this page, the newest last
  let wanted = null; // where the focus goes once a swap has settled
  let exhausted = false;

  const items = () => [...list.querySelectorAll(".item")];
  const open = () => items().filter((item) => !("done" in item.dataset));
  const current = () => document.activeElement?.closest?.(".item") ?? null;

  function goTo(item) {
    if (!item) return;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  function move(by) {
    const all = items();
    const at = all.indexOf(current());
    goTo(at < 0 ? open()[0] : all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  function press(key) {
    if (key === "u") return list.querySelector(`#item-${done.at(-1)} [data-key=u]`)?.click();
    const item = current() ?? open()[0];
    if (!item) return;
    if (key === "x") return item.querySelector("[name=event][form=chosen]")?.click();
    item.querySelector(`[data-key="${key}"]`)?.click();
  }

  function isTyping(target) {
    return target.matches("input:not([type=checkbox]), textarea, select") || target.isContentEditable;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || sheet?.open) return;
    if (event.key === "Escape") {
      const close = current()?.querySelector("[data-close]");
      if (close) event.preventDefault();
      return close?.click();
    }
    if (isTyping(event.target)) return;
    if (event.key === "?" && sheet) sheet.showModal();
    else if (event.key in MOVES) move(MOVES[event.key]);
    else if ("aremusxo".includes(event.key) && event.key.length === 1) press(event.key);
    else return;
    event.preventDefault();
  });
  document.querySelector("[data-help]")?.addEventListener("click", () => sheet.showModal());

  function count(by) {
    const place = document.getElementById("judged");
    if (place) place.textContent = String(Math.max(0, Number(place.textContent) + by));
  }

  function countChosen() {
    const chosen = list.querySelectorAll("[name=event][form=chosen]:checked").length;
    const place = document.getElementById("chosen-count");
    if (place) place.textContent = chosen ? `${chosen} ticked` : "Those that you tick";
  }
  list.addEventListener("change", countChosen);

  // Where an item was swapped: on to the next one if it is done, into its form or to itself if not.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const item = event.detail.target?.closest?.(".item");
    if (item) wanted = item.id;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "more-items" || event.target.id === "more-items") return;
    const item = wanted && document.getElementById(wanted);
    wanted = null;
    if (!item || !list.contains(item)) return;
    const id = item.dataset.event;
    const before = done.indexOf(id);
    if ("done" in item.dataset) {
      done.push(id);
      if (item.querySelector("[data-key=u]")) count(1);
      const all = items();
      const later = all.slice(all.indexOf(item) + 1).find((one) => !("done" in one.dataset));
      goTo(later ?? open()[0] ?? item);
      const more = list.querySelector("[data-more]");
      if (more && open().length <= ENOUGH && !exhausted) htmx.trigger(more, "desk:more");
    } else {
      if (before >= 0) {
        done.splice(before, 1);
        count(-1);
      }
      const field = item.querySelector(".item-form :is(select, input:not([type=hidden]))");
      if (field) field.focus();
      else goTo(item);
    }
    countChosen();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "more-items") return;
    exhausted = !event.detail.xhr.responseText.includes('class="item');
    wanted = null;
    if (!open().length) wanted = "first";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (wanted !== "first") return;
    wanted = null;
    goTo(open()[0]);
  });

  // A reload amid an edit: the form that holds what was typed opens again, once htmx knows the page.
  document.body.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) return;
    for (const item of items()) {
      for (const [part, key] of [["edit", "event"], ["reject", "reject"], ["merge", "merge"]]) {
        if (window.drafts?.has(`${key}-${item.dataset.event}`)) {
          item.querySelector(`[data-part=${part}]`)?.click();
          break;
        }
      }
    }
  });
})();

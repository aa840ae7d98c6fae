// The desk by keyboard: the keys press what stands on the page anyway.
(() => {
  const list = document.getElementById("desk-items");
  const sheet = document.getElementById("keys");
  if (!list) return;
  const MOVES = { j: 1, k: -1 };
  const PARTS = { edit: "event", reject: "reject", merge: "merge" }; // a form of an item, and the name of its draft
  const ENOUGH = 2; // open items below which further ones are asked for
  const done = []; // ids of events judged on this page that can be taken back, the newest last
  const ticked = new Set();
  const wanted = new WeakMap(); // by request, as answers can overlap: where the focus goes once its swap has settled
  let exhausted = false;

  const items = () => [...list.querySelectorAll(".item")];
  const open = () => items().filter((item) => !("done" in item.dataset));
  const current = () => document.activeElement?.closest?.(".item") ?? null;
  const inView = () => open().find((item) => item.getBoundingClientRect().bottom > 80) ?? open()[0];
  const hasDraft = (item) => window.drafts?.has(`event-${item.dataset.event}`);

  function goTo(item, block = "nearest") {
    if (!item) return;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block });
  }

  function move(by) {
    const all = items();
    const at = all.indexOf(current());
    goTo(at < 0 ? inView() : all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  function press(key) {
    if (key === "u") return list.querySelector(`#item-${done.at(-1)} [data-key=u]`)?.click();
    const item = current();
    // The first key finds the item; only a second one can change something, so that none is judged out of sight.
    if (!item) return goTo(inView());
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
    if (event.key in MOVES) move(MOVES[event.key]);
    else if (event.repeat) return; // a key that is held judges one event, not ten
    else if (event.key === "?" && sheet) sheet.showModal();
    else if (event.key === "b") document.querySelector("#chosen button")?.focus();
    else if ("aremusxo".includes(event.key) && event.key.length === 1) press(event.key);
    else return;
    event.preventDefault();
  });
  document.querySelector("[data-help]")?.addEventListener("click", () => sheet.showModal());

  // What was typed into a form that was closed again is not passed over by an "accept".
  list.addEventListener("click", (event) => {
    const accept = event.target.closest("[data-key=a]");
    const item = accept?.closest(".item");
    if (item && hasDraft(item)) {
      event.preventDefault();
      event.stopPropagation();
      item.querySelector("[data-part=edit]")?.click();
    }
    // The way back from an event's own page leads to its item.
    const link = event.target.closest("[data-key=o]");
    if (link) history.replaceState(history.state, "", `#${link.closest(".item").id}`);
  }, true);

  function count(by) {
    for (const [id, sign] of [["judged", 1], ["waiting", -1]]) {
      const place = document.getElementById(id);
      const changed = (number) => Math.max(0, Number(number.replaceAll(",", "")) + sign * by).toLocaleString("en");
      if (place) place.textContent = place.textContent.replace(/[\d,]+/, changed);
    }
  }

  function countTicked() {
    const chosen = list.querySelectorAll("[name=event][form=chosen]:checked").length;
    const place = document.getElementById("chosen-count");
    const words = chosen ? `${chosen} ticked` : "Those that you tick";
    if (place && place.textContent !== words) place.textContent = words;
    document.getElementById("chosen")?.classList.toggle("some", chosen > 0);
  }
  list.addEventListener("change", (event) => {
    if (!event.target.matches("[name=event][form=chosen]")) return;
    if (event.target.checked) ticked.add(event.target.value);
    else ticked.delete(event.target.value);
    countTicked();
  });

  function afterVerdict(item) {
    const id = item.dataset.event;
    ticked.delete(id);
    for (const key of Object.values(PARTS)) window.drafts?.forget(`${key}-${id}`);
    if (item.querySelector("[data-key=u]")) {
      done.push(id);
      count(1);
    }
    const all = items();
    const later = all.slice(all.indexOf(item) + 1).find((one) => !("done" in one.dataset));
    goTo(later ?? open()[0] ?? item);
    const more = list.querySelector("[data-more]");
    if (more && open().length <= ENOUGH && !exhausted) htmx.trigger(more, "desk:more");
  }

  function afterSwap(item) {
    const before = done.indexOf(item.dataset.event);
    if (before >= 0) {
      done.splice(before, 1);
      count(-1);
    }
    const box = item.querySelector("[name=event][form=chosen]");
    if (box) box.checked = ticked.has(item.dataset.event);
    const form = item.querySelector(".item-form:not(.buttons)");
    const field =
      item.querySelector(".meanwhile") ??
      item.querySelector("[aria-invalid=true]") ??
      form?.querySelector("select, input:not([type=hidden])");
    if (!field) return goTo(item);
    field.focus({ preventScroll: true });
    item.scrollIntoView({ block: item.offsetHeight < innerHeight ? "nearest" : "start" });
  }

  // Where an item was swapped: on to the next one if it is done, into its form or to itself if not.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target?.id === "more-items") {
      exhausted = !xhr.responseText.includes('class="item');
      if (!open().length) wanted.set(xhr, "first");
    } else {
      wanted.set(xhr, target?.closest?.(".item")?.id);
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = wanted.get(event.detail.xhr);
    wanted.delete(event.detail.xhr);
    if (place === "first") return goTo(open()[0]);
    const item = place && document.getElementById(place);
    if (item && list.contains(item)) ("done" in item.dataset ? afterVerdict : afterSwap)(item);
    countTicked();
  });

  document.body.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) return;
    const back = location.hash && document.getElementById(location.hash.slice(1));
    if (back && list.contains(back)) goTo(back);
    // A reload amid an edit: the form that holds what was typed opens again, once htmx knows the page.
    for (const item of items()) {
      const part = Object.keys(PARTS).find((name) => window.drafts?.has(`${PARTS[name]}-${item.dataset.event}`));
      if (part) item.querySelector(`[data-part=${part}]`)?.click();
    }
  });
})();

// The search box as a combobox: the keys move through what the server suggests, the focus stays in the field.
(() => {
  const box = document.getElementById("search-box");
  const list = document.getElementById("suggestions");
  const told = document.getElementById("suggestions-told");
  if (!box || !list) return;
  const options = () => [...list.querySelectorAll("[role=option]")];
  let active = null;
  let wanted = false; // typed in since the list was last put away

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");

  function choose(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show() {
    const some = options().length > 0;
    list.hidden = !some;
    box.setAttribute("aria-expanded", String(some));
  }

  function putAway() {
    choose(null);
    wanted = false;
    list.hidden = true;
    told.textContent = "";
    box.setAttribute("aria-expanded", "false");
  }

  // From an end the way leads through the field itself, where no suggestion is chosen.
  function move(by) {
    const all = options();
    const places = [null, ...all];
    choose(places[(places.indexOf(active) + by + places.length) % places.length]);
  }

  box.addEventListener("input", () => {
    choose(null);
    wanted = true;
  });

  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length || box.value.trim().length < 2) return;
      event.preventDefault();
      if (!open) show();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (open && active && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      choose(options().at(event.key === "Home" ? 0 : -1));
    } else if (open && active && event.key === "Enter") {
      event.preventDefault();
      active.click();
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      putAway();
    }
  });

  // A press on a suggestion would take the focus, which would put the list away before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("blur", putAway);

  list.addEventListener("htmx:afterSwap", () => {
    choose(null);
    // An answer that comes after the list was put away is kept for the arrow keys.
    if (!wanted || document.activeElement !== box) return;
    show();
    const number = options().length;
    told.textContent = number === 0 ? "" : number === 1 ? "1 suggestion" : `${number} suggestions`;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target instanceof HTMLElement && (target.isContentEditable || target.closest("input, select, textarea"))) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();

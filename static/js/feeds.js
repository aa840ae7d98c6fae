// Choosing all feeds of a page. Without this the box alone says so to the server.
document.addEventListener("change", (event) => {
  const all = document.getElementById("choose-all");
  if (!all) return;
  const boxes = [...document.querySelectorAll('input[name="feed"]')];
  if (event.target === all) {
    for (const box of boxes) box.checked = all.checked;
  } else if (event.target.name === "feed") {
    all.checked = boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  }
});

// While a site is looked at, what was found before is marked as being renewed.
for (const [name, busy] of [["htmx:beforeRequest", "true"], ["htmx:afterRequest", "false"]]) {
  document.addEventListener(name, (event) => {
    if (event.detail.target?.id === "found") document.getElementById("found")?.setAttribute("aria-busy", busy);
  });
}

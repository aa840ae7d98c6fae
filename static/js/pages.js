// Small helps for pages that work without any of it.
document.documentElement.classList.add("with-script");

// A request that failed says so; htmx alone would leave the page as if nothing had been asked.
function tellTrouble(words, link) {
  let place = document.getElementById("trouble");
  if (!place) {
    place = document.createElement("p");
    place.id = "trouble";
    place.className = "trouble";
    place.setAttribute("role", "alert");
    document.getElementById("content").prepend(place);
  }
  place.textContent = words;
  if (link) {
    const { href, words: label } = link;
    const anchor = document.createElement("a");
    anchor.href = href;
    anchor.textContent = label;
    place.append(" ", anchor);
  }
}

// Filters that are not set have no place in an address that is sent to a colleague.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData.entries()]) {
    if (value === "") event.detail.formData.delete(name);
  }
});

document.addEventListener("htmx:sendError", () => {
  tellTrouble("The server can't be reached. What you see may be old; try again in a moment.");
});
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) {
    const here = encodeURIComponent(location.pathname + location.search);
    const signIn = { href: `/sign-in/?next=${here}`, words: "Sign in again" };
    tellTrouble("Nothing was changed: you were signed out, or your account may not do this.", signIn);
  } else {
    tellTrouble(`That did not work (${status}). Nothing was changed; try again or reload the page.`);
  }
});
document.addEventListener("htmx:beforeRequest", () => document.getElementById("trouble")?.remove());

// What a swap brought is said in a region that was there before, as screen readers pass over new ones.
document.addEventListener("htmx:afterSettle", (event) => {
  const words = event.target.querySelector?.("[data-announce]")?.textContent.trim();
  const place = document.getElementById("announcements");
  if (words && place) place.textContent = words;
});

// Enter in a field of a filter is a submit and, once the field is left, a change: the same is not asked for twice, or
// the way back would stop twice at the same place.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, pathInfo } = event.detail;
  if (!elt.matches("form.filters")) return;
  if (elt.dataset.asked === pathInfo.finalRequestPath) event.preventDefault();
  elt.dataset.asked = pathInfo.finalRequestPath;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) delete event.detail.elt.dataset.asked;
});

// A link that is replaced takes the focus along. The same link in what came gets it, or else what stands in its place.
const focusLost = new WeakMap(); // by request, as answers can overlap
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, shouldSwap, xhr } = event.detail;
  const held = document.activeElement;
  if (!shouldSwap || !target.contains(held) || held.id || !held.matches("a")) return;
  focusLost.set(xhr, {
    href: held.getAttribute("href"),
    index: [...target.querySelectorAll("a")].indexOf(held),
    parent: target.parentElement,
    before: target.previousElementSibling,
  });
});
document.addEventListener("htmx:afterSettle", (event) => {
  const lost = focusLost.get(event.detail.xhr);
  if (!lost) return;
  focusLost.delete(event.detail.xhr);
  const { href, index, parent, before } = lost;
  const came = before ? before.nextElementSibling : parent.firstElementChild;
  if (!came || document.activeElement !== document.body) return;
  const links = [...came.querySelectorAll("a")];
  const place =
    links.find((link) => link.getAttribute("href") === href) ??
    came.querySelector("[data-announce][tabindex]") ??
    links[Math.min(index, links.length - 1)] ??
    came;
  if (place === came) came.setAttribute("tabindex", "-1");
  place.focus({ preventScroll: true });
});

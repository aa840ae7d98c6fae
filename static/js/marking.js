// Words that are selected in a story can be marked as an event that was missed: a link appears under them.
(() => {
  const link = document.createElement("a");
  link.className = "more mark-here";
  link.textContent = "Add an event told here";
  // The selection stays while the link is pressed.
  link.addEventListener("mousedown", (event) => event.preventDefault());

  const selected = () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    const place = document.getElementById("mark");
    const within = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".story [data-start]");
    const first = within(range.startContainer);
    // A selection that ends before the first character of what follows ends with its paragraph.
    const last = within(range.endContainer) ?? first;
    if (!place || !first) return null;
    const words = textOf(range).trim();
    if (!words) return null;
    const before = document.createRange();
    before.setStart(first, 0);
    before.setEnd(range.startContainer, range.startOffset);
    return { words, near: Number(first.dataset.start) + textOf(before).length, range, last };
  };

  // As the text has it: without the numbers of further events, and with paragraphs apart.
  function textOf(range) {
    const part = range.cloneContents();
    for (const number of part.querySelectorAll("sup")) number.remove();
    const paragraphs = [...part.querySelectorAll("[data-start]")];
    return paragraphs.length > 1 ? paragraphs.map((one) => one.textContent).join("\n\n") : part.textContent;
  }

  function hide() {
    if (document.activeElement !== link) link.remove();
  }

  function offer() {
    const found = selected();
    if (!found) return hide();
    const { words, near, range, last } = found;
    const story = last.closest(".story");
    const address = new URL(story.dataset.mark, location.href);
    address.searchParams.set("words", words);
    address.searchParams.set("near", near);
    link.href = address.pathname + address.search;
    const announced = document.getElementById("announcements");
    if (!link.isConnected && announced) announced.textContent = "Press Tab to add an event told here.";
    if (link.previousElementSibling !== last) last.after(link);
    const lines = range.getClientRects();
    const line = lines[lines.length - 1];
    const around = story.getBoundingClientRect();
    if (line) {
      const left = Math.min(line.right - around.left - link.offsetWidth / 2, around.width - link.offsetWidth);
      link.style.left = `${Math.max(0, left)}px`;
      link.style.top = `${line.bottom - around.top + 6}px`;
    }
  }

  document.addEventListener("selectionchange", offer);
  document.addEventListener("keydown", (event) => {
    // Where Tab would lead from a selection is for the browser to say; while the link is offered, it leads there.
    if (event.key === "Tab" && !event.shiftKey && link.isConnected && document.activeElement.contains(link) && document.activeElement !== link) {
      event.preventDefault();
      link.focus();
    }
    if (event.key === "Escape" && link.isConnected) {
      document.getSelection()?.removeAllRanges();
      link.remove();
    }
  });
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !window.htmx) return;
    event.preventDefault();
    const address = link.getAttribute("href");
    link.blur();
    link.remove();
    window.htmx.ajax("GET", address, { target: "#mark", swap: "outerHTML show:top" });
  });
})();

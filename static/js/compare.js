// Dates by dragging across the chart; the form's fields do the same without it.
const SVG = "http://www.w3.org/2000/svg";
const LEAST = 6; // units of the picture; less is a click

function dayAt(chart, at) {
  const { first, last, left, right } = chart.dataset;
  const share = (at - Number(left)) / (Number(right) - Number(left));
  const [from, to] = [Date.parse(first), Date.parse(last)];
  const moment = from + Math.min(Math.max(share, 0), 1) * (to - from);
  return new Date(Math.round(moment / 864e5) * 864e5).toISOString().slice(0, 10);
}

function place(chart, event) {
  const box = chart.getBoundingClientRect();
  return ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
}

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest(".compare-chart svg.lines");
  if (!chart || event.button !== 0) return;
  event.preventDefault();
  const start = place(chart, event);
  let end = start;
  const brush = chart.appendChild(document.createElementNS(SVG, "rect"));
  brush.setAttribute("class", "brush");
  brush.setAttribute("height", chart.viewBox.baseVal.height);
  const draw = (moved) => {
    end = place(chart, moved);
    brush.setAttribute("x", Math.min(start, end));
    brush.setAttribute("width", Math.abs(end - start));
  };
  const stop = (finished) => {
    for (const name of ["pointermove", "pointerup", "pointercancel"]) {
      document.removeEventListener(name, name === "pointermove" ? draw : stop);
    }
    brush.remove();
    if (finished.type === "pointercancel" || Math.abs(end - start) < LEAST) return;
    const form = document.getElementById("compare-dates");
    const [since, until] = [dayAt(chart, Math.min(start, end)), dayAt(chart, Math.max(start, end))];
    if (since === until) return;
    form.elements.since.value = since;
    form.elements.until.value = until;
    form.requestSubmit();
  };
  document.addEventListener("pointermove", draw);
  document.addEventListener("pointerup", stop);
  document.addEventListener("pointercancel", stop);
});

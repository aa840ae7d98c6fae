// The chart of a timeline: choosing days by mouse, finger and keys, and what stands in words beside it.
// Without this script, or where its figures can't be had, the still picture stays.
const DRAG = 5; // pixels, below which a press is a click
const REACH = { mouse: 8, touch: 16 }; // pixels around a mark that belong to it

class TimelineChart {
  // live: the part of the page that is the chart's own. It outlives the timeline around it, which htmx replaces.
  constructor(live, src, data) {
    this.live = live;
    this.src = src;
    this.data = data;
    this.place = live.querySelector(".plot");
    this.plot = new ChartPlot(this.place, data, [data.first, data.last]);
    this.anchor = null; // the day on which a choice began that has not ended
    this.folds = [];
    this.keys = this.actions();
    this.place.addEventListener("keydown", (event) => this.onKey(event));
    live.querySelector(".day-events").addEventListener("click", (event) => this.onDayEvents(event));
    this.followPointer(this.plot.u.over);
  }

  // -- the choice of days, which the form's fields hold

  field(name) {
    return document.getElementById(`id_${name}`);
  }

  get choice() {
    return ["since", "until"].map((name) => ChartData.dayNumber(this.field(name)?.value));
  }

  // Choose days, or all by null: the form asks for the list, and the address follows.
  choose(since, until) {
    this.anchor = null;
    const [from, to] = [since, until].map((day) => (day === null ? "" : ChartData.iso(day)));
    if (!this.field("until")) {
      location.assign(this.addressOf(from, to));
      return;
    }
    this.field("since").value = from;
    this.field("until").value = to;
    this.field("until").dispatchEvent(new Event("change", { bubbles: true }));
    if (since === null) this.say("All days are shown.");
    else if (since === until) this.say(`The list shows ${ChartData.dayWords(since)}.`);
    else this.say(`The list shows ${ChartData.dayWords(since)} to ${ChartData.dayWords(until)}.`);
  }

  addressOf(since, until) {
    const address = new URL(location);
    address.searchParams.delete("after");
    for (const [name, value] of [["since", since], ["until", until]]) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    return address;
  }

  // Show the days that the form chooses.
  follow() {
    const chosen = this.data.chosen(...this.choice);
    const view = this.data.view(...this.choice);
    const part = chosen && String(chosen) !== String(view) ? chosen : null;
    const isNew = String([this.plot.view, this.plot.selection]) !== String([view, part]);
    if (!isNew && this.day !== undefined) return;
    if (isNew) this.plot.zoom(view, part);
    const [start, stop] = chosen ?? view;
    this.show(this.day >= start && this.day <= stop ? this.day : stop);
  }

  remember() {
    this.focused = this.live.contains(document.activeElement) ? document.activeElement : null;
    const folds = this.live.closest(".chart")?.querySelectorAll("details") ?? [];
    this.folds = Array.from(folds, ({ className, open }) => [className, open]);
  }

  // Stand in a figure that came with a new timeline.
  takePlace(figure) {
    const place = figure.querySelector(".live");
    const isNew = place !== this.live;
    if (isNew) {
      place.replaceWith(this.live);
      for (const [name, open] of this.folds) figure.querySelector(`details.${name}`)?.toggleAttribute("open", open);
    }
    figure.classList.add("has-plot");
    this.follow();
    if (!isNew) return;
    if (this.isListAwaited) {
      const list = document.querySelector("section.events");
      list?.setAttribute("tabindex", "-1");
      list?.focus();
      this.isListAwaited = false;
    } else this.focused?.focus({ preventScroll: true });
  }

  // -- one day, in words

  show(day) {
    this.day = day;
    this.plot.moveTo(day);
    if (this.anchor !== null) this.plot.stretch(inOrder(this.anchor, day));
    const find = (name) => this.live.querySelector(`.readout .${name}`);
    find("on-day").textContent = ChartData.dayWords(day);
    find("figures").textContent = this.data.figures(day);
    const chapter = this.data.chapterOn(day);
    find("in-chapter").textContent = chapter ? `chapter ${chapter.number}` : "";
    const mark = this.data.markOn.get(day);
    const [link, all] = [find("mark-event"), find("day-events")];
    link.hidden = all.hidden = mark === undefined;
    find("no-event").hidden = mark !== undefined;
    if (mark === undefined) return;
    const event = this.data.event(mark);
    link.className = `mark-event ${event.tone}`;
    link.href = event.url;
    link.querySelector(".tone").textContent = `${event.tone}: `;
    link.querySelector(".words").textContent = event.words;
    all.href = this.addressOf(ChartData.iso(day), ChartData.iso(day));
    all.textContent = `${event.events} this day`;
  }

  say(words) {
    this.live.querySelector("[role=status]").textContent = words;
  }

  onDayEvents(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.isListAwaited = true;
    this.choose(this.day, this.day);
  }

  // -- keys

  actions() {
    const later = (months) => ChartData.monthsLater(this.day, months);
    return {
      ArrowLeft: (shift) => this.move(shift ? later(-1) : this.day - 1),
      ArrowRight: (shift) => this.move(shift ? later(1) : this.day + 1),
      Home: () => this.move(this.plot.view[0]),
      End: () => this.move(this.plot.view[1]),
      m: (shift) => this.moveToMark(shift),
      s: () => this.begin(),
      Enter: () => this.choose(...inOrder(this.anchor ?? this.day, this.day)),
      Escape: () => this.giveUp(),
    };
  }

  onKey(event) {
    const action = this.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action(event.shiftKey);
  }

  move(day) {
    const [start, stop] = this.plot.view;
    this.show(Math.min(Math.max(day, start), stop));
    this.say(this.data.spoken(this.day));
  }

  // To the next drawn mark, or the one before.
  moveToMark(backwards) {
    const { day } = this.data.marks;
    const { drawn } = this.plot;
    const mark = backwards
      ? drawn.findLast((one) => day[one] < this.day)
      : drawn.find((one) => day[one] > this.day);
    if (mark === undefined) this.say(backwards ? "No earlier event is shown." : "No later event is shown.");
    else this.move(day[mark]);
  }

  begin() {
    this.anchor = this.day;
    this.plot.stretch([this.day, this.day]);
    this.say(`From ${ChartData.dayWords(this.day)}. Move to the last day and press Enter, or Escape to give up.`);
  }

  giveUp() {
    if (this.anchor === null) {
      if (this.choice.some((day) => day !== null)) this.choose(null, null);
      return;
    }
    this.anchor = null;
    this.plot.stretch(null);
    this.say("No days were chosen.");
  }

  // -- mouse, pen and finger. A finger that moves up or down scrolls the page, see touch-action in chart.css.

  followPointer(over) {
    let press = null;
    over.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button !== 0) return;
      press = { x: event.offsetX, day: this.plot.dayAt(event.offsetX), isDrag: false };
      over.setPointerCapture(event.pointerId);
    });
    over.addEventListener("pointermove", (event) => {
      if (press && Math.abs(event.offsetX - press.x) >= DRAG) press.isDrag = true;
      if (press?.isDrag) {
        this.anchor = press.day;
        this.show(this.plot.dayAt(event.offsetX));
      } else if (event.pointerType === "mouse") {
        const mark = this.markUnder(event);
        over.classList.toggle("on-mark", mark !== null);
        const day = mark === null ? this.plot.dayAt(event.offsetX) : this.data.marks.day[mark];
        if (day !== this.day) this.show(day);
      }
    });
    over.addEventListener("pointerup", (event) => {
      if (!press) return;
      const { isDrag, day } = press;
      press = null;
      if (isDrag) this.choose(...inOrder(day, this.plot.dayAt(event.offsetX)));
      else this.onClick(event);
    });
    over.addEventListener("pointercancel", () => {
      if (press?.isDrag) this.giveUp();
      press = null;
    });
  }

  // A finger gets the event with its link first; a mouse has seen it before the click.
  onClick(event) {
    const mark = this.markUnder(event);
    const day = mark === null ? this.plot.dayAt(event.offsetX) : this.data.marks.day[mark];
    this.show(day);
    if (mark !== null && event.pointerType === "mouse") this.choose(day, day);
  }

  markUnder(event) {
    const isMouse = event.pointerType === "mouse";
    if (isMouse && !this.plot.isOnStrip(event.offsetY)) return null;
    return this.plot.markNear(event.offsetX, isMouse ? REACH.mouse : REACH.touch);
  }
}

function inOrder(one, other) {
  return one <= other ? [one, other] : [other, one];
}

// -- the page

let chart = null;
let asked = ""; // address whose figures are on their way

async function showChart() {
  const figure = document.querySelector("figure.chart[data-src]");
  if (!figure) return;
  const { src } = figure.dataset;
  if (chart?.src === src) chart.takePlace(figure);
  else if (asked !== src) await loadChart(src);
}

async function loadChart(src) {
  asked = src;
  let json = null;
  try {
    const answer = await fetch(src);
    if (!answer.ok) throw new Error(`${answer.status}`);
    json = await answer.json();
  } catch (trouble) {
    console.warn(`The figures of the chart could not be had: ${trouble.message}`);
  }
  asked = "";
  // htmx may have put another timeline into the page meanwhile.
  const figure = document.querySelector("figure.chart[data-src]");
  if (!figure || figure.dataset.src !== src) return;
  figure.classList.toggle("is-still", !json);
  if (!json?.days) return;
  figure.classList.add("has-plot"); // before it is drawn, as what isn't shown has no size
  chart = new TimelineChart(figure.querySelector(".live"), src, new ChartData(json));
  chart.takePlace(figure);
}

// What a person did to the figure outlives it: where the focus is, and what is folded.
document.addEventListener("htmx:beforeSwap", () => chart?.remember());
document.addEventListener("htmx:afterSwap", showChart);
document.addEventListener("change", (event) => {
  if (chart && ["id_since", "id_until"].includes(event.target.id)) chart.follow();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".chart a.whole-time");
  if (!link || !chart?.field("until") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  chart.place.focus({ preventScroll: true }); // the link goes with the choice
  chart.choose(null, null);
});
showChart();

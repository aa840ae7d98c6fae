// The picture of a pair's score, drawn with uPlot: band, line, chapters, and event marks on a strip of their own below.
// What is drawn in a frame follows the width: of marks that would cover each other only the gravest is drawn.
const MARK_EVERY = 10; // pixels
const STRIP = 13; // height of the strip of marks, in points of the score
const LEVELS = [0, 25, 45, 75, 100];
const STEPS_IN_MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];
const STEPS_IN_DAYS = [1, 2, 7, 14];
const MONDAY = 4; // 5 January 1970

class ChartPlot {
  constructor(place, data, view) {
    this.place = place;
    this.data = data;
    this.view = view;
    this.selection = null; // first and last chosen day, where more is shown than those
    this.drawn = []; // marks of the last frame, in order
    this.colours = this.readColours();
    // Where little is known the line is dashed; one day more on either side keeps it whole.
    const { score, isLittleKnown } = data;
    const known = score.map((value, at) => (isLittleKnown[at] ? null : value));
    const little = score.map((value, at) =>
      isLittleKnown[at] || isLittleKnown[at - 1] || isLittleKnown[at + 1] ? value : null,
    );
    this.u = new uPlot(this.options(), [data.days, known, little, data.low, data.high], place);
    this.u.root.setAttribute("role", "img");
    this.cursor = this.layer("plot-cursor");
    this.dot = this.layer("plot-dot");
    this.ring = this.layer("plot-ring");
    this.zoom(view);
    new ResizeObserver(() => this.fit()).observe(place);
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => this.recolour());
    }
  }

  options() {
    const ink = (name) => () => this.colours[name];
    const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
    const axis = { font, stroke: ink("soft"), ticks: { show: false }, grid: { stroke: ink("line"), width: 0.7 } };
    const line = { points: { show: false } };
    const score = { ...line, stroke: ink("link"), width: 1.6 };
    const edge = { ...line, stroke: ink("edge"), width: 0.7 };
    return {
      width: this.place.clientWidth,
      height: this.place.clientHeight,
      padding: [8, 12, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) },
        y: { range: [-STRIP, 100] },
      },
      axes: [
        { ...axis, size: 24, gap: 4, splits: () => this.timeTicks().days, values: () => this.timeTicks().labels },
        { ...axis, size: 34, gap: 4, splits: () => LEVELS, values: (_, levels) => levels.map(String) },
      ],
      series: [{}, score, { ...score, dash: [3, 4] }, edge, edge],
      bands: [{ series: [4, 3], fill: ink("band") }],
      hooks: { drawAxes: [() => this.drawBehind()], draw: [() => this.drawChapters(), () => this.drawMarks()] },
    };
  }

  // Show these days.
  zoom(view, selection = null) {
    this.view = view;
    this.selection = selection;
    this.place.dataset.since = ChartData.iso(view[0]);
    this.place.dataset.until = ChartData.iso(view[1]);
    this.u.root.setAttribute("aria-label", this.data.inWords(...view));
    this.u.batch(() => {
      this.u.setScale("x", { min: view[0], max: view[1] });
      this.u.redraw(false); // the choice within the view may be another
    });
    this.stretch(null);
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (!width || (width === this.u.width && height === this.u.height)) return;
    this.u.batch(() => this.u.setSize({ width, height }));
    this.stretch(null);
    if (this.day !== undefined) this.moveTo(this.day);
  }

  recolour() {
    this.colours = this.readColours();
    this.u.redraw(false);
  }

  readColours() {
    const style = getComputedStyle(this.place);
    const names = ["ink", "soft", "line", "link", "edge", "band", "conflict", "cooperation"];
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  // -- from pixels to days and back; pixels are CSS pixels within the plotting area

  get width() {
    return this.u.bbox.width / uPlot.pxRatio;
  }

  xOf(day) {
    return this.u.valToPos(day, "x");
  }

  dayAt(x) {
    const day = Math.round(this.u.posToVal(x, "x"));
    return Math.min(Math.max(day, this.view[0]), this.view[1]);
  }

  isOnStrip(y) {
    return y > this.u.valToPos(0, "y");
  }

  // The drawn mark that is nearest to a place, or null where none is within reach.
  markNear(x, reach) {
    const { day } = this.data.marks;
    let best = null;
    for (const mark of this.drawn) {
      const distance = Math.abs(this.xOf(day[mark]) - x);
      if (distance <= reach) [best, reach] = [mark, distance];
    }
    return best;
  }

  // -- what moves without a frame being drawn

  layer(name) {
    const made = document.createElement("div");
    made.className = name;
    made.hidden = true;
    this.u.over.append(made);
    return made;
  }

  moveTo(day) {
    this.day = day;
    const inView = day >= this.view[0] && day <= this.view[1];
    const mark = this.data.markOn.get(day);
    this.cursor.hidden = this.dot.hidden = !inView;
    this.ring.hidden = !inView || mark === undefined;
    if (!inView) return;
    const x = this.xOf(day);
    const y = this.u.valToPos(this.data.score[day - this.data.first], "y");
    this.cursor.style.transform = `translateX(${x}px)`;
    this.dot.style.transform = `translate(${x}px, ${y}px)`;
    this.ring.style.transform = `translate(${x}px, ${this.u.valToPos(-STRIP / 2, "y")}px)`;
  }

  // Shade the days between two, while they are being chosen; null for none.
  stretch(days) {
    const [start, stop] = days ?? [0, 0];
    const left = days ? this.xOf(start) : 0;
    const width = days ? Math.max(this.xOf(stop) - left, 1) : 0;
    this.u.setSelect({ left, width, top: 0, height: days ? this.u.over.clientHeight : 0 }, false);
  }

  // -- a frame

  drawBehind() {
    const { ctx, bbox } = this.u;
    if (this.selection) {
      const [from, to] = this.selection.map((day) => this.u.valToPos(day, "x", true));
      ctx.save();
      ctx.fillStyle = this.colours.line;
      ctx.fillRect(from - 2 * uPlot.pxRatio, bbox.top, to - from + 4 * uPlot.pxRatio, bbox.height);
      ctx.restore();
    }
    const y = Math.round(this.u.valToPos(this.data.baseline, "y", true));
    this.dotted(bbox.left, y, bbox.left + bbox.width, y, [2, 4], this.colours.soft);
  }

  drawChapters() {
    const { ctx, bbox } = this.u;
    let end = Infinity;
    ctx.save();
    ctx.font = `${12 * uPlot.pxRatio}px system-ui, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    for (const { day, number } of this.data.chapters) { // the newest first
      if (number === 1 || day <= this.view[0] || day > this.view[1]) continue;
      const x = Math.round(this.u.valToPos(day, "x", true));
      this.dotted(x, bbox.top, x, bbox.top + bbox.height, [1, 3], this.colours.ink);
      if (end - x < 20 * uPlot.pxRatio) continue; // too close for a number
      ctx.fillStyle = this.colours.soft;
      ctx.fillText(String(number), x + 3 * uPlot.pxRatio, bbox.top);
      end = x;
    }
    ctx.restore();
  }

  // ▲ conflict, ● cooperation, ■ neither; the graver, the larger.
  drawMarks() {
    const { ctx } = this.u;
    this.chooseMarks();
    const { day, kind, gravity } = this.data.marks;
    const y = this.u.valToPos(-STRIP / 2, "y", true);
    ctx.save();
    for (const mark of this.drawn) {
      const x = this.u.valToPos(day[mark], "x", true);
      const { tone } = this.data.kinds[kind[mark]];
      const size = (2.5 + (3 * Math.min(gravity[mark], 100)) / 100) * uPlot.pxRatio;
      ctx.fillStyle = this.colours[tone] ?? this.colours.soft;
      ctx.beginPath();
      if (tone === "conflict") {
        ctx.moveTo(x, y - size);
        ctx.lineTo(x + size, y + size);
        ctx.lineTo(x - size, y + size);
      } else if (tone === "cooperation") ctx.arc(x, y, size, 0, 2 * Math.PI);
      else ctx.rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6);
      ctx.fill();
    }
    ctx.restore();
    this.place.dataset.marks = this.drawn.length;
  }

  // Of the marks within each MARK_EVERY pixels the gravest.
  chooseMarks() {
    const { day, gravity } = this.data.marks;
    const [start, stop] = this.view;
    const slots = Math.max(Math.floor(this.width / MARK_EVERY), 1);
    this.drawn.length = 0;
    let slot = -1;
    for (let mark = this.data.firstMark(start); mark < day.length && day[mark] <= stop; mark++) {
      const here = Math.floor(((day[mark] - start) / (stop - start + 1)) * slots);
      if (here !== slot) this.drawn.push(mark);
      else if (gravity[mark] > gravity[this.drawn.at(-1)]) this.drawn[this.drawn.length - 1] = mark;
      slot = here;
    }
  }

  dotted(x, y, toX, toY, dash, colour) {
    const { ctx } = this.u;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 0.8 * uPlot.pxRatio;
    ctx.setLineDash(dash.map((part) => part * uPlot.pxRatio));
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(toX, toY);
    ctx.stroke();
    ctx.restore();
  }

  // Firsts of months or years, or days, a tick every 90 pixels or so: { days, labels }.
  timeTicks() {
    const [start, stop] = this.view;
    const room = Math.max(this.width / 90, 2);
    const step = STEPS_IN_DAYS.find((one) => (stop - start) / one <= room);
    const ticks = step ? this.dayTicks(step) : this.monthTicks(room);
    // A label in the middle of its tick must not leave the picture.
    const free = (stop - start) * (1 - 20 / this.width);
    return { days: ticks.map(([day]) => day), labels: ticks.map(([day, label]) => (day - start > free ? "" : label)) };
  }

  dayTicks(step) {
    const [start, stop] = this.view;
    const ticks = [];
    for (let day = Math.ceil((start - MONDAY) / step) * step + MONDAY; day <= stop; day += step) {
      const [date, month, year] = ChartData.dayWords(day).split(" ");
      const opensYear = ticks.length === 0 || (month === "January" && date <= step);
      ticks.push([day, `${date} ${month.slice(0, 3)}${opensYear ? ` ${year}` : ""}`]);
    }
    return ticks;
  }

  monthTicks(room) {
    const [start, stop] = this.view;
    const step = STEPS_IN_MONTHS.find((one) => (stop - start) / 30.4 / one <= room) ?? 120;
    const from = new Date(start * DAY);
    const ticks = [];
    for (let number = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step; ; number += step) {
      const day = Date.UTC(Math.floor(number / 12), number % 12) / DAY;
      if (day > stop) return ticks;
      const [, month, year] = ChartData.dayWords(day).split(" ");
      if (day >= start) ticks.push([day, step >= 12 ? year : `${month.slice(0, 3)} ${year}`]);
    }
  }
}

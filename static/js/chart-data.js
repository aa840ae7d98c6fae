// What chart.json says (see relations/queries/chart.py), unpacked. Days are numbers: days since 1 January 1970.
const DAY = 86_400_000; // milliseconds
const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];

class ChartData {
  constructor(json) {
    this.first = ChartData.dayNumber(json.first);
    this.last = this.first + json.days - 1;
    this.days = Array.from({ length: json.days }, (_, at) => this.first + at);
    this.baseline = json.baseline;
    this.leastView = json.least_view;
    for (const name of ["score", "low", "high"]) this[name] = addedUp(json[name]).map((tenths) => tenths / 10);
    this.isLittleKnown = addedUp(json.known).map((tenths) => tenths < json.little_known);
    this.sides = json.sides;
    this.chapters = json.chapters.map((chapter) => ({ ...chapter, day: ChartData.dayNumber(chapter.since) }));
    const { kinds, day, id, kind, direction, gravity, events, vague } = json.marks;
    this.marks = { day: addedUp(day).map((at) => at + this.first), id: addedUp(id), kind, direction, gravity, events };
    this.kinds = kinds;
    this.vague = vague;
    this.markOn = new Map(this.marks.day.map((at, mark) => [at, mark]));
  }

  // First and last chosen day that there is a score of; null where there is none.
  chosen(since, until) {
    const start = Math.max(since ?? this.first, this.first);
    const stop = Math.min(until ?? this.last, this.last);
    return start <= stop ? [start, stop] : null;
  }

  // First and last day to show for a choice of days, as relations.queries.chart.view has it.
  view(since, until) {
    let [start, stop] = this.chosen(since, until) ?? [this.first, this.last];
    const missing = this.leastView - (stop - start + 1);
    if (missing > 0) {
      start = Math.max(Math.min(start - Math.floor(missing / 2), this.last + 1 - this.leastView), this.first);
      stop = Math.min(start + this.leastView - 1, this.last);
    }
    return [start, stop];
  }

  // The first mark on a day or after it.
  firstMark(day) {
    const days = this.marks.day;
    let low = 0;
    let high = days.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (days[middle] < day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  chapterOn(day) {
    return this.chapters.find((chapter) => chapter.day <= day); // the newest stands first
  }

  // "62 (55 to 69), little known", as rounded as everywhere else.
  figures(day) {
    const at = day - this.first;
    const known = this.isLittleKnown[at] ? ", little known" : "";
    return `${this.score[at].toFixed(0)} (${this.low[at].toFixed(0)} to ${this.high[at].toFixed(0)})${known}`;
  }

  // A mark's event: its tone (conflict, cooperation or neutral), its words, its address, and how many the day has.
  event(mark) {
    const { id, kind, direction, events } = this.marks;
    const [who, sign, signInWords, whom] = this.sides[direction[mark]];
    const { name, tone } = this.kinds[kind[mark]];
    const date = this.vague[mark] ? ` (${this.vague[mark]})` : "";
    return {
      tone,
      words: `${name}: ${who} ${sign} ${whom}${date}`,
      spoken: `${name}, ${who} ${signInWords} ${whom}${date}`,
      url: `/events/${id[mark]}/`,
      events: events[mark] === 1 ? "1 event" : `${events[mark]} events`,
    };
  }

  // What is read aloud of a day.
  spoken(day) {
    const at = day - this.first;
    const band = `band ${this.low[at].toFixed(0)} to ${this.high[at].toFixed(0)}`;
    const known = this.isLittleKnown[at] ? ", little known" : "";
    const told = `${ChartData.dayWords(day)}: ${this.score[at].toFixed(0)}, ${band}${known}.`;
    const mark = this.markOn.get(day);
    if (mark === undefined) return `${told} No event.`;
    const { tone, spoken, events } = this.event(mark);
    return `${told} ${tone}: ${spoken}. ${events} this day.`;
  }

  // What the picture shows between two days, as the still one says it.
  inWords(start, stop) {
    const scores = this.score.slice(start - this.first, stop - this.first + 1);
    const highest = scores.reduce((one, other) => Math.max(one, other));
    const lowest = scores.reduce((one, other) => Math.min(one, other));
    return (
      `Tension score from ${ChartData.iso(start)} to ${ChartData.iso(stop)}: ${scores[0].toFixed(0)} at first, ` +
      `${scores.at(-1).toFixed(0)} at the end, highest ${highest.toFixed(0)}, lowest ${lowest.toFixed(0)}.`
    );
  }

  // null for what is no date.
  static dayNumber(iso) {
    const time = /^\d{4}-\d\d-\d\d$/.test(iso ?? "") ? Date.parse(`${iso}T00:00:00Z`) : NaN;
    return Number.isNaN(time) ? null : time / DAY;
  }

  static iso(day) {
    return new Date(day * DAY).toISOString().slice(0, 10);
  }

  static dayWords(day) {
    const date = new Date(day * DAY);
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  }

  // The same day of another month, or its last where it is shorter.
  static monthsLater(day, months) {
    const date = new Date(day * DAY);
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0));
    last.setUTCDate(Math.min(date.getUTCDate(), last.getUTCDate()));
    return last.getTime() / DAY;
  }
}

// Values from steps: the first, then what each adds to the one before.
function addedUp(steps) {
  let value = 0;
  return steps.map((step) => (value += step));
}

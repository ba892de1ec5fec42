// The charts, drawn by uPlot: the large one, and three small ones without axes.

import { annotate, headroom } from "./annotate.js";
import { CURVES, SERVER_BYTES, height } from "./curves.js";
import { History } from "./history.js";
import { bytes, clock, compact, number } from "./units.js";

/// The steps of the time axis.
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
/// The length of the sliding window, in seconds, and its length at the start.
const WINDOW = 120;
const SHORTEST = 40;
/// How often the text alternatives of the charts change, in milliseconds.
const DESCRIBED = 5000;

/// A colour of the style sheet as the canvas needs it, also where it is a colour of the system.
export function colour(name) {
  const probe = document.querySelector("#source");
  probe.style.setProperty("outline-color", `var(--${name})`);
  const value = getComputedStyle(probe).outlineColor;
  probe.style.removeProperty("outline-color");
  return value;
}

/// The charts of the page, and the readings that they show.
export class Charts {
  constructor() {
    this.figures = [...document.querySelectorAll("figure")];
    this.plots = [];
    this.history = new History();
    this.notes = [];
    this.roles = [];
    this.hidden = new Set();
    this.names = {};
    this.main = "bytes";
    this.sliding = true;
    this.described = 0;
    new ResizeObserver(() => this.resize()).observe(document.querySelector("#curves"));
  }

  /// Starts with another exercise, or with all readings of the current one.
  begin(shown, frames, notes) {
    this.roles = shown ? shown.versions : [];
    this.main = shown ? shown.main : "bytes";
    this.cap = shown ? shown.cap : null;
    this.leaks = Boolean(shown && shown.leaks);
    this.history.begin(frames);
    this.notes = notes;
    this.build();
  }

  push(frame) {
    this.history.push(frame);
    this.refresh();
  }

  /// The curves that have readings; all curves while none has any.
  available() {
    const all = Object.keys(CURVES);
    const found = all.filter((curve) => this.history.has(curve));
    return found.length ? found : all;
  }

  /// The order of the curves, the large one first.
  order() {
    return [this.main, ...Object.keys(CURVES).filter((curve) => curve !== this.main)];
  }

  /// Sets the large curve, the hidden versions, their names, and whether the window slides.
  show(main, hidden, names, sliding) {
    const state = (charts) => JSON.stringify([charts.main, [...charts.hidden], charts.names, charts.sliding]);
    const before = state(this);
    Object.assign(this, { main, hidden, names, sliding });
    if (state(this) !== before) this.build();
  }

  /// The limit of a curve at which a process is killed, or null.
  limit(curve) {
    return this.cap ? ({ bytes: this.cap.bytes, files: this.cap.files }[curve] ?? null) : null;
  }

  /// What a curve's limit stands for, and how it was scaled.
  scale(curve) {
    const { bytes_scale: memory, files_scale: files } = this.cap;
    const times = `growth scaled down ${number(Math.round(curve === "bytes" ? memory : files))} times`;
    return [curve === "bytes" ? `the server at ${bytes(SERVER_BYTES)}` : "the server's limit", times];
  }

  /// The times at the ends of the axis.
  range() {
    const [first, last] = [this.history.first?.at ?? 0, this.history.last?.at ?? 0];
    const length = Math.max(SHORTEST, (last - first) * 1.1);
    if (!this.sliding || length < WINDOW) return [first, first + length];
    const from = Math.max(first, last - WINDOW);
    return [from, from + WINDOW];
  }

  build() {
    for (const plot of this.plots) plot.destroy();
    this.size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.colours = Object.fromEntries(["paper", "ink", "soft", "line", "hot", "exercise", "solution", "mine"].map((name) => [name, colour(name)]));
    this.plots = this.order().map((curve, at) => this.chart(this.figures[at], curve, at === 0));
    this.described = 0;
    this.refresh();
  }

  chart(figure, curve, large) {
    const { name, unit } = CURVES[curve];
    const box = figure.querySelector(".plot");
    box.replaceChildren();
    figure.querySelector("figcaption").textContent = name + (large && !this.sliding ? ", the whole run" : "");
    const font = `600 ${this.size}px system-ui, "DejaVu Sans", sans-serif`;
    const grid = { stroke: this.colours.line, width: 1 };
    const axis = { stroke: this.colours.ink, grid, ticks: grid, font };
    const forced = matchMedia("(forced-colors: active)").matches;
    const dashes = { solution: forced || !this.leaks ? [14, 10] : undefined, mine: [4, 6] };
    const series = this.roles.map((role) => ({
      label: role,
      show: !this.hidden.has(role),
      stroke: this.colours[role],
      width: large ? this.size / 4 : this.size / 7,
      // Without a leak the curves coincide; dashes make both visible.
      dash: dashes[role],
      spanGaps: true,
      points: { show: false },
    }));
    const limit = large ? this.limit(curve) : null;
    const room = (plot) => (limit === null ? (large ? 1.22 : 1.1) : 1 / (1 - headroom(plot, this)));
    const top = (plot, high) => Math.max(limit ?? 0, high ?? 1, 1) * room(plot);
    const options = {
      width: Math.max(box.clientWidth, 50),
      height: Math.max(box.clientHeight, 50),
      padding: large ? [this.size / 2, this.margin(), 0, 0] : [4, 4, 4, 4],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => this.range() }, y: { range: (plot, low, high) => [0, top(plot, high)] } },
      axes: [
        { ...axis, size: this.size * 1.7, show: large, space: this.size * 5, incrs: SECONDS, values: (_, ticks) => ticks.map(clock) },
        { ...axis, size: (plot, values) => this.wide(plot, values, font), show: large, space: this.size * 2, values: (_, ticks) => ticks.map((tick) => (curve !== "bytes" && tick % 1 ? "" : unit(tick))) },
      ],
      series: [{}, ...series],
      hooks: large ? { draw: [(plot) => annotate(plot, this)] } : {},
    };
    const plot = new uPlot(options, [[0]], box);
    plot.curve = curve;
    return plot;
  }

  /// The space on the left for the labels of the axis, as wide as the longest one.
  wide(plot, values, font) {
    const { ctx } = plot;
    ctx.save();
    ctx.font = font;
    const longest = Math.max(0, ...(values ?? []).map((text) => ctx.measureText(text).width));
    ctx.restore();
    return Math.ceil(longest + this.size);
  }

  /// The space on the right for the versions' names.
  margin() {
    const seen = this.roles.filter((role) => !this.hidden.has(role));
    const longest = Math.max(0, ...seen.map((role) => (this.names[role] ?? "").length));
    return longest * this.size * 0.68 + this.size / 2;
  }

  refresh() {
    const frames = this.history.since(this.range()[0]);
    for (const plot of this.plots) plot.setData(this.data(plot, frames));
    this.figures.forEach((figure, at) => {
      this.absent(figure, this.plots[at]);
      if (at > 0) this.values(figure, this.plots[at].curve);
    });
    if (performance.now() - this.described < DESCRIBED) return;
    this.described = performance.now();
    this.figures.forEach((figure, at) => this.describe(figure, this.plots[at].curve, frames));
  }

  data(plot, frames) {
    const columns = this.roles.map((_, at) => frames.map(({ versions }) => height(versions[at], plot.curve)));
    return [frames.map((frame) => frame.at), ...columns];
  }

  /// The text alternative of a chart.
  describe(figure, curve, frames) {
    const { name, noun, unit } = CURVES[curve];
    const seen = this.roles.map((role, at) => [role, at]).filter(([role]) => !this.hidden.has(role));
    const tells = seen.map(([role, at]) => {
      const [from, to] = [frames[0], frames.at(-1)].map((frame) => frame && height(frame.versions[at], curve));
      if (from === null || to === null || from === undefined) return `${this.names[role]}: not available`;
      return `${this.names[role]}: from ${unit(from)} to ${unit(to)}${noun}`;
    });
    const limit = this.limit(curve);
    const cap = limit === null ? "" : ` A process is killed at ${unit(limit)}${noun}.`;
    const [from, to] = [frames[0]?.at ?? 0, frames.at(-1)?.at ?? 0];
    figure.querySelector(".plot").setAttribute("aria-label", `${name} from ${clock(from)} to ${clock(to)}. ${tells.join(". ")}.${cap}`);
  }

  /// The values beside the name of a small chart.
  values(figure, curve) {
    const { short, unit } = CURVES[curve];
    const { last } = this.history;
    const values = this.roles.map((role, at) => {
      const value = document.createElement("b");
      const held = last && height(last.versions[at], curve);
      value.textContent = this.hidden.has(role) || held === null ? "" : curve === "bytes" ? unit(held) : compact(held);
      value.style.color = `var(--${role})`;
      return value;
    });
    figure.querySelector("figcaption").replaceChildren(short, ...values);
  }

  absent(figure, plot) {
    const absent = !this.available().includes(plot.curve);
    figure.classList.toggle("empty", absent);
    let text = figure.querySelector(".absent");
    if (absent && !text) {
      text = document.createElement("div");
      text.className = "absent";
      text.textContent = "not available here";
      figure.querySelector(".plot").append(text);
    } else if (!absent && text) {
      text.remove();
    }
  }

  resize() {
    this.plots.forEach((plot, at) => {
      const box = this.figures[at].querySelector(".plot");
      plot.capRows = 1;
      if (box.clientWidth > 0 && box.clientHeight > 0) plot.setSize({ width: box.clientWidth, height: box.clientHeight });
    });
  }
}

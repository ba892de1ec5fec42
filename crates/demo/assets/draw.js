// The charts, drawn by uPlot: the large one, and three small ones.

const ROLES = ["exercise", "solution", "mine"];
export const CURVES = {
  bytes: { name: "Live memory", index: 0, unit: bytes },
  blocks: { name: "Live blocks", index: 1, unit: count },
  files: { name: "Open files", index: 2, unit: count },
  tasks: { name: "Tasks", index: 3, unit: count },
};
/// The steps of the time axis.
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
/// The maximum number of readings. Beyond it every second one is dropped.
const MOST = 2400;

export function bytes(value) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (Math.abs(value) >= 999.5 && at + 1 < units.length) { value /= 1000; at += 1; }
  return `${number(value)} ${units[at]}`;
}

export function count(value) {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : number(value);
}

export function number(value) {
  if (value < 0) return `\u2212${number(-value)}`;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (Number.isInteger(value) && size < 1000) return String(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 4);
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/// The charts of the page, and the readings that they show.
export class Charts {
  constructor() {
    this.figures = [...document.querySelectorAll("figure")];
    this.plots = [];
    this.frames = [];
    this.notes = [];
    this.roles = [];
    this.hidden = new Set();
    this.stacked = false;
    this.main = "bytes";
    new ResizeObserver(() => this.resize()).observe(document.querySelector("#curves"));
  }

  /// Starts with another exercise, or with all readings of the current one.
  begin(shown, frames, notes) {
    this.roles = shown ? shown.versions : [];
    this.main = shown ? shown.main : "bytes";
    this.cap = shown ? shown.cap : null;
    this.leaks = Boolean(shown && shown.leaks);
    this.frames = frames;
    this.notes = notes;
    this.build();
  }

  push(frame) {
    this.frames.push(frame);
    if (this.frames.length > MOST) this.frames = this.frames.filter((_, at) => at % 2 === 0);
    this.refresh();
  }

  /// The order of the curves, the large one first.
  order() {
    return [this.main, ...Object.keys(CURVES).filter((curve) => curve !== this.main)];
  }

  /// Sets the large curve, the hidden versions, and whether both versions are stacked.
  show(main, hidden, stacked) {
    const same = main === this.main && stacked === this.stacked
      && [...hidden].join() === [...this.hidden].join();
    this.main = main; this.hidden = hidden; this.stacked = stacked;
    if (!same) this.build();
  }

  build() {
    for (const plot of this.plots) plot.destroy();
    this.plots = this.order().map((curve, at) => this.chart(this.figures[at], curve, at === 0));
    this.refresh();
  }

  chart(figure, curve, large) {
    const { name, unit } = CURVES[curve];
    const box = figure.querySelector(".plot");
    box.replaceChildren();
    const stacked = this.stacked && large;
    figure.querySelector("figcaption").textContent =
      (stacked ? `${name} retained by both versions` : name) + (large ? this.limit(curve) : "");
    const grid = { stroke: style("--line"), width: 1 };
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `600 ${Math.round(size * (large ? 0.85 : 0.72))}px system-ui, "DejaVu Sans", sans-serif`;
    const axis = { stroke: style("--ink"), grid, ticks: grid, font };
    const series = this.roles.map((role) => ({
      label: role,
      show: !this.hidden.has(role) || stacked,
      stroke: style(`--${role}`),
      width: large ? 4 : 2.5,
      // Without a leak the curves coincide; dashes make both visible.
      dash: role === "solution" && !this.leaks ? [14, 14] : undefined,
      spanGaps: true,
      points: { show: false },
      fill: stacked ? style(`--${role}-area`) : undefined,
    }));
    const options = {
      width: Math.max(box.clientWidth, 50),
      height: Math.max(box.clientHeight, 50),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high ?? 1, 1) * 1.06] } },
      axes: [
        { ...axis, size: size * (large ? 1.7 : 1.3), show: large, space: size * 5, incrs: SECONDS, values: (_, ticks) => ticks.map(clock) },
        { ...axis, size: size * 4.6, space: large ? 40 : 28, values: (_, ticks) => ticks.map((tick) => (curve !== "bytes" && tick % 1 ? "" : unit(tick))) },
      ],
      series: [{}, ...series],
      // The upper curve is the sum, so its area ends at the lower curve.
      bands: stacked ? [{ series: [1, 2], fill: style("--exercise-area") }] : [],
      hooks: large ? { draw: [(plot) => this.mark(plot, curve)] } : {},
    };
    const plot = new uPlot(options, [[0]], box);
    plot.curve = curve;
    plot.stacked = stacked;
    return plot;
  }

  refresh() {
    for (const plot of this.plots) plot.setData(this.data(plot));
    this.figures.forEach((figure, at) => this.absent(figure, this.plots[at]));
  }

  data(plot) {
    const read = (role) => this.frames.map((frame) => {
      const reading = frame.versions[this.roles.indexOf(role)];
      // A process that was killed holds nothing.
      return reading.state === "killed" ? 0 : reading[plot.curve];
    });
    const columns = new Map(this.roles.map((role) => [role, read(role)]));
    if (plot.stacked) {
      const below = columns.get("solution");
      columns.set("exercise", columns.get("exercise").map((value, at) => (value === null && below[at] === null ? null : (value ?? 0) + (below[at] ?? 0))));
    }
    return [this.frames.map((frame) => frame.at), ...columns.values()];
  }

  /// The description of a curve's cap.
  limit(curve) {
    if (!this.cap) return "";
    const { bytes: most, bytes_scale: memory, files, files_scale: descriptors } = this.cap;
    if (curve === "bytes") return ` \u00b7 cap ${bytes(most)}: the server's 2 GB, scaled down ${number(memory)} times`;
    if (curve === "files") return ` \u00b7 cap ${files}: the server's limit is ${number(Math.round(descriptors))} times as far away`;
    return "";
  }

  absent(figure, plot) {
    const last = this.frames.at(-1);
    const absent = last && last.versions.every((reading) => reading[plot.curve] === null)
      && this.frames.every((frame) => frame.versions.every((reading) => reading[plot.curve] === null));
    figure.classList.toggle("empty", Boolean(absent));
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

  /// Draws the notes as vertical lines across the large chart, and the cap if it is in range.
  mark(plot, curve) {
    const { ctx, bbox } = plot;
    const labels = [];
    ctx.save();
    ctx.setLineDash([8, 6]);
    ctx.lineWidth = 2;
    ctx.font = `700 ${Math.round(bbox.height / 18)}px system-ui, "DejaVu Sans", sans-serif`;
    const sign = { killed: "\u2715 killed", restarted: "\u21bb restart", swapped: "\u21c4", failed: "\u2715 failed" };
    // A label that would overlap another one moves to the next row; if no row is free, it is omitted.
    const rows = [1, 2, 3].map((row) => ({ y: bbox.top + (bbox.height / 6) * (0.4 + row * 0.55), taken: [] }));
    for (const note of this.notes) {
      if (note.version && this.hidden.has(note.version) && note.what !== "swapped") continue;
      const x = plot.valToPos(note.at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = ctx.fillStyle = style(note.version ? `--${note.version}` : "--soft");
      ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
      const text = ` ${sign[note.what]} `;
      const { width } = ctx.measureText(text);
      const from = x + width > bbox.left + bbox.width ? x - width : x;
      const row = rows.find(({ taken }) => taken.every(([left, right]) => from >= right || from + width <= left));
      if (!row) continue;
      row.taken.push([from, from + width]);
      labels.push([text, from, row.y, ctx.fillStyle]);
    }
    const cap = this.cap && { bytes: this.cap.bytes, files: this.cap.files }[curve];
    const y = cap ? plot.valToPos(cap, "y", true) : -1;
    if (y >= bbox.top && y <= bbox.top + bbox.height) {
      ctx.strokeStyle = ctx.fillStyle = style("--ink");
      ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke();
      const size = bbox.height / 18;
      labels.push([" cap", bbox.left, y - size < bbox.top ? y + size : y - 6, ctx.fillStyle]);
    }
    // Labels come last, each with an outline in the background's colour, so that no line crosses them.
    ctx.setLineDash([]);
    ctx.textAlign = "left";
    ctx.lineJoin = "round";
    ctx.lineWidth = bbox.height / 50;
    ctx.strokeStyle = style("--paper");
    for (const [text, x, y, colour] of labels) {
      ctx.strokeText(text, x, y);
      ctx.fillStyle = colour;
      ctx.fillText(text, x, y);
    }
    ctx.restore();
  }

  resize() {
    this.plots.forEach((plot, at) => {
      const box = this.figures[at].querySelector(".plot");
      if (box.clientWidth > 0 && box.clientHeight > 0) {
        plot.setSize({ width: box.clientWidth, height: box.clientHeight });
      }
    });
  }
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (part) => String(part).padStart(2, "0");
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}

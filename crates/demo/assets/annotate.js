// What is drawn over the large chart: the cap, where the load goes, the events, and the versions' names.

import { CURVES, height } from "./curves.js";
import { loaded } from "./words.js";

const SIGNS = { killed: "\u2715 killed", restarted: "\u21bb restart", failed: "\u2715 failed", stopped: "stopped" };

export function annotate(plot, charts) {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const size = charts.size * scale;
  ctx.save();
  ctx.font = font(size);
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  const pen = { ctx, bbox, size, colours: charts.colours, labels: [], below: 0, right: bbox.left + bbox.width };
  cap(pen, plot, charts);
  loads(pen, plot, charts);
  events(pen, plot, charts);
  names(pen, plot, charts);
  // Labels come last, each with an outline in the background's colour, so that no line crosses them.
  ctx.setLineDash([]);
  ctx.lineWidth = size / 4;
  ctx.strokeStyle = charts.colours.paper;
  for (const [text, x, y, colour, align] of pen.labels) {
    ctx.textAlign = align;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }
  ctx.restore();
}

function line(pen, colour, dash, from, to) {
  const { ctx, size } = pen;
  ctx.setLineDash(dash);
  ctx.lineWidth = size / 10;
  ctx.strokeStyle = colour;
  ctx.beginPath(); ctx.moveTo(...from); ctx.lineTo(...to); ctx.stroke();
}

/// What the limit of a curve is called, in as few rows as fit. They may extend over the margin on the right.
function capRows({ ctx, bbox }, curve, charts) {
  const width = ctx.canvas.width - bbox.left - charts.size * devicePixelRatio;
  const { unit, noun } = CURVES[curve];
  const [server, times] = charts.scale(curve);
  const own = `cap ${unit(charts.limit(curve))}${noun}`;
  // The first way to break the text into rows in which every row fits.
  const ways = [[`${own}: ${server}, ${times}`], [`${own}: ${server},`, times], [`${own}:`, server], [own], ["cap"]];
  const fits = (row) => ctx.measureText(row).width < width;
  return ways.find((way) => way.every(fits)) ?? ["cap"];
}

/// The height of a row of the label, and of everything above the label, in letters.
const ROW = 1.15;
const ABOVE = 1.7;

/// The share of the chart above the limit: room for its label, where no curve comes.
export function headroom(plot, charts) {
  const size = charts.size * devicePixelRatio;
  return Math.min(0.5, (size * (ABOVE + ROW * (plot.capRows ?? 1))) / plot.bbox.height);
}

function font(size) {
  return `700 ${size}px system-ui, "DejaVu Sans", sans-serif`;
}

/// The limit at which a process is killed, always in view. Its label is above it.
function cap(pen, plot, charts) {
  const limit = charts.limit(plot.curve);
  if (limit === null) return;
  const { bbox, size, colours, right } = pen;
  const y = plot.valToPos(limit, "y", true);
  line(pen, colours.ink, [size / 2, size / 3], [bbox.left, y], [right, y]);
  pen.below = y + size * 0.75;
  const rows = capRows(pen, plot.curve, charts);
  if (rows.length > (plot.capRows ?? 1)) {
    // It needs more room than the chart was drawn with.
    plot.capRows = rows.length;
    queueMicrotask(() => charts.refresh());
  }
  rows.reverse().forEach((row, at) => pen.labels.push([row, bbox.left + size / 3, y - size * (0.65 + ROW * at), colours.ink, "left"]));
}

/// A strip along the top: which versions get the load, and since when.
function loads(pen, plot, charts) {
  const { ctx, bbox, size, colours, right } = pen;
  const frames = charts.history.since(charts.range()[0]);
  const top = bbox.top + size * 0.75;
  let from = 0;
  for (let at = 1; at <= frames.length; at += 1) {
    if (at < frames.length && frames[at].load === frames[from].load) continue;
    const { load } = frames[from];
    const ends = [frames[from].at, frames[Math.min(at, frames.length - 1)].at];
    const [left, end] = ends.map((time) => Math.min(right, plot.valToPos(time, "x", true)));
    const colour = { all: colours.soft, exercise: colours.exercise, solution: colours.solution }[load];
    ctx.fillStyle = colour;
    ctx.fillRect(left, bbox.top, Math.max(end - left - size / 10, 1), size / 3);
    const name = loaded(load, charts.roles, charts.names);
    const texts = [`load: ${name}`, name];
    const text = texts.find((one) => ctx.measureText(one).width < end - left);
    if (from > 0) line(pen, colour, [size / 3, size / 4], [left, bbox.top], [left, bbox.top + bbox.height]);
    if (text) pen.labels.push([text, left + size / 6, top + size / 3, colour, "left"]);
    from = at;
  }
}

/// The events as vertical lines. A label that would overlap another one moves to the next row; if no row is
/// free, it is omitted.
function events(pen, plot, charts) {
  const { ctx, bbox, size, colours, right } = pen;
  const top = Math.max(bbox.top + bbox.height * 0.36, pen.below + size * 0.3);
  const rows = [0, 1, 2].map((row) => ({ y: top + row * size * 1.3, taken: [] }));
  for (const note of charts.notes) {
    const text = SIGNS[note.what];
    if (!text || (note.version && charts.hidden.has(note.version))) continue;
    const x = plot.valToPos(note.at, "x", true);
    if (x < bbox.left || x > right) continue;
    const colour = note.version ? colours[note.version] : colours.soft;
    line(pen, colour, [size / 3, size / 4], [x, bbox.top], [x, bbox.top + bbox.height]);
    const width = ctx.measureText(text).width + size / 2;
    const from = x + width > right ? x - width : x;
    const row = rows.find(({ taken }) => taken.every(([start, end]) => from >= end || from + width <= start));
    if (!row) continue;
    row.taken.push([from, from + width]);
    pen.labels.push([text, from + size / 4, row.y, colour, "left"]);
  }
}

/// The name of each version at the end of its curve.
function names(pen, plot, charts) {
  const { bbox, size, colours, right } = pen;
  const last = charts.history.last;
  if (!last) return;
  const x = Math.min(right, plot.valToPos(last.at, "x", true)) + size / 3;
  const ends = charts.roles
    .map((role, at) => ({ role, value: height(last.versions[at], plot.curve) }))
    .filter(({ role, value }) => !charts.hidden.has(role) && value !== null)
    .map(({ role, value }) => ({ role, y: plot.valToPos(value, "y", true) }))
    .sort((one, other) => other.y - one.y);
  let lowest = bbox.top + bbox.height - size * 0.5;
  for (const { role, y } of ends) {
    const at = Math.min(y, lowest);
    pen.labels.push([charts.names[role], x, at, colours[role], "left"]);
    lowest = at - size * 1.15;
  }
}

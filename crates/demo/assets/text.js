// All text on the page: cards, story, notes.

import { CURVES, bytes, clock, count, number } from "./draw.js";

const NAMES = { exercise: "Leaks", solution: "Fixed", mine: "Yours" };
/// The names until the fix is revealed, and for an exercise without a leak.
const NEUTRAL = { exercise: "Shipped", solution: "Solution", mine: "Yours" };
const isRevealed = (shown, step) => Boolean(shown && shown.leaks && step >= 5);
const nameOf = (shown, step, role) => (isRevealed(shown, step) ? NAMES : NEUTRAL)[role];
const STATES = { working: "under load", idle: "idle", killed: "killed at its cap", failed: "failed" };
const LOADS = { all: "to every version, in step", exercise: "to the shipped version", solution: "to the solution" };

function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

function span(seconds) {
  const minute = 60, hour = 3600, day = 86400;
  if (seconds < minute) return `${Math.floor(seconds)} s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`;
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)} h ${Math.floor((seconds % hour) / minute)} min`;
  return `${Math.floor(seconds / day)} days ${Math.floor((seconds % day) / hour)} h`;
}

/// Creates a card for each version.
export function cards(shown) {
  const all = (shown ? shown.versions : []).map((role) => {
    const card = make("div", undefined, "card");
    card.dataset.role = role;
    const head = make("div");
    head.append(make("h2"), make("p", "", "state"));
    const list = make("dl");
    for (const [key, label] of [["operations", "operations"], ["rate", "per second"], ["growth", "growth per operation"]]) {
      const value = make("dd");
      const name = make("dt", label);
      value.dataset.value = key;
      name.dataset.of = value.dataset.of = key;
      list.append(name, value);
    }
    card.append(head, make("div", "", "held"), list, make("p", "", "left"));
    return card;
  });
  document.querySelector("#cards").replaceChildren(...all);
}

/// Updates the cards.
export function update(shown, step, frame, hidden, curve) {
  const { index, unit } = CURVES[curve];
  for (const card of document.querySelectorAll(".card")) {
    const role = card.dataset.role;
    const reading = frame.versions[shown.versions.indexOf(role)];
    card.hidden = hidden.has(role);
    card.style.display = card.hidden ? "none" : "";
    card.dataset.state = reading.state;
    card.dataset.operations = reading.operations;
    card.dataset.bytes = reading.bytes ?? "";
    card.dataset.rate = reading.rate;
    card.querySelector("h2").textContent = nameOf(shown, step, role);
    card.querySelector(".state").textContent = STATES[reading.state];
    card.querySelector(".held").textContent = reading[curve] === null ? "\u2014" : unit(reading[curve]);
    const growth = reading.growth[index];
    const values = {
      operations: count(reading.operations),
      rate: reading.state === "working" ? number(reading.rate) : "0",
      growth: growth === null ? "\u2014" : curve === "bytes" ? bytes(Math.round(growth)) : number(growth),
    };
    for (const [key, text] of Object.entries(values)) card.querySelector(`[data-value=${key}]`).textContent = text;
    card.querySelector(".left").textContent = left(shown, reading);
  }
  const seen = shown.versions.filter((role) => !hidden.has(role));
  document.querySelector("#cards").classList.toggle("three", seen.length > 2);
  document.querySelector("#load").textContent =
    `${number(frame.per_second)} ${frame.per_second === 1 ? "operation" : "operations"}/s ${LOADS[frame.load]}`;
}

function left(shown, reading) {
  const { seconds_left: here, server_seconds_left: server } = reading;
  if (reading.state === "killed") return "restarts in a moment";
  if (reading.state !== "working" || here === null || here > 7200) return "";
  const rate = `${number(shown.requests_per_second)} ${shown.requests_per_second === 1 ? "request" : "requests"}/s`;
  return `${shown.main === "files" ? "out of files" : "out of memory"} in ${clock(here)}, the server in ${span(server)} at ${rate}`;
}

/// Shows the story up to the current step.
export function story(shown, status) {
  const { revealed, step } = status;
  const parts = [];
  const add = (...nodes) => parts.push(...nodes);
  if (step === 0) {
    const report = make("div");
    report.innerHTML = revealed.report; // Rendered by the server from the exercise's README.
    // A narrow table goes beside the text.
    for (const table of report.querySelectorAll("table")) table.classList.toggle("narrow", table.rows[0].cells.length <= 2);
    add(report);
  }
  if (step === 2) add(make("p", "What grows?", "question"), make("p", "Who holds it?", "question"));
  if (step === 3 && shown && !shown.leaks) add(...level(revealed));
  else if (step === 3 && revealed.lines.length === 0) add(...lines(revealed));
  else if (step === 3) add(...source(revealed.lines[0], true), ...others(revealed));
  if (step === 4 && shown && !shown.leaks) add(...level(revealed), make("p", "What ends it?", "question"));
  else if (step === 4) add(...lines(revealed), ...holder(revealed));
  if (step >= 5) {
    const summary = make("p");
    summary.innerHTML = revealed.summary;
    add(make("p", revealed.pattern, "pattern"), summary);
  }
  if (step === 5 && revealed.diff.length === 0) add(make("p", "The solution changes nothing: the growth ends by itself.", "keeps"));
  if (step === 5 && revealed.fine) {
    const why = make("div");
    why.innerHTML = revealed.fine; // Rendered by the server from the solution's README.
    add(why);
  }
  if (step === 5) for (const file of revealed.diff) add(...diff(file));
  if (step === 6) add(...(shown && !shown.leaks ? level(revealed) : lines(revealed)));
  if (status.source === "survey") add(make("p", "Measuring the shipped version once; then the load begins \u2026"));
  document.querySelector("#story").replaceChildren(...parts);
}

function lines(revealed) {
  if (revealed.lines.length === 0) return [make("p", "No growing line was found.")];
  return [make("h2", "Growing line"), ...source(revealed.lines[0], false)];
}

/// The lines after the first, without their source.
function others(revealed) {
  const rest = revealed.lines.slice(1);
  if (rest.length === 0) return [];
  return [make("h2", "Other growing lines"), make("p", rest.map((line) => `${line.function.split("::").slice(-2).join("::")}, ${line.file}:${line.line}`).join("\n"), "place")];
}

/// The level at which an exercise without a leak stops growing.
function level(revealed) {
  return [make("h2", "No line grows indefinitely"), make("p", revealed.level ?? "The measurement did not show where the growth ends.")];
}

function source(line, whole) {
  const place = make("p", `${line.function}\n${line.file}:${line.line}`, "place");
  const nodes = [place, make("p", line.keeps, "keeps")];
  if (whole) {
    const code = make("pre");
    const indent = common(line.source.map(({ text }) => text));
    for (const { number: at, text, grows } of line.source) {
      const row = make("span", undefined, grows ? "grows" : "");
      row.append(make("i", at), text.slice(indent));
      code.append(row);
    }
    nodes.push(code);
  }
  return nodes;
}

/// The indentation that all non-empty lines share.
function common(lines) {
  return Math.min(...lines.filter((text) => text.trim()).map((text) => text.search(/\S/)));
}

function holder(revealed) {
  return [make("h2", "Held by"), revealed.holder === null
    ? make("p", "The measurement did not find the holder. Read the source above: what keeps the objects that it creates alive?")
    : holding(revealed.holder)];
}

/// The lines of a holder. A line that wraps keeps its indentation.
function holding(text) {
  const node = make("div", undefined, "holder");
  for (const line of text.split("\n")) {
    const row = make("p", line.trimStart());
    row.style.setProperty("--in", `${line.length - line.trimStart().length}ch`);
    node.append(row);
  }
  return node;
}

function diff(file) {
  const nodes = [make("p", file.file, "place")];
  for (const hunk of file.hunks) {
    const code = make("pre");
    const indent = common(hunk.map(({ parts }) => parts.map(([, text]) => text).join("")));
    for (const { sign, parts } of hunk) {
      const row = make("span", undefined, sign === "same" ? "" : sign);
      row.append({ same: "  ", out: "- ", in: "+ " }[sign]);
      let rest = indent;
      for (const [changed, whole] of parts) {
        const text = whole.slice(rest);
        rest = Math.max(0, rest - whole.length);
        row.append(changed ? make("b", text) : text);
      }
      code.append(row);
    }
    nodes.push(code);
  }
  return nodes;
}

/// Shows the last note.
export function note(shown, step, last) {
  const who = last && last.version && last.what !== "swapped" ? `${nameOf(shown, step, last.version)}: ` : "";
  document.querySelector("#note").textContent = last ? who + last.text : "";
}

/// Shows the state of the page.
export function status(shown, now, connected) {
  document.body.dataset.step = now.step;
  document.body.dataset.source = now.source;
  document.querySelector("#title").textContent = shown ? shown.title : "Leak Lab";
  document.querySelector("#place").textContent = shown ? `${shown.number}/${shown.of}` : "";
  document.title = shown ? `${shown.title} \u00b7 Leak Lab` : "Leak Lab";
  const source = { survey: "measuring\u2026", live: "", recording: "recording" }[now.source];
  const words = [connected ? "" : "connection lost, reconnecting", source, now.paused ? "paused" : ""];
  document.querySelector("#source").textContent = words.filter(Boolean).join(" \u00b7 ");
  const trouble = document.querySelector("#trouble");
  trouble.hidden = !now.trouble;
  const offer = now.recording && now.source !== "recording" ? "\nPress L to play the recording of this exercise." : "";
  trouble.textContent = now.trouble ? now.trouble + offer : "";
  story(shown, now);
}

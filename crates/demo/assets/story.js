// The story of an exercise, up to the current step.

import { code, make } from "./dom.js";

/// What may hold memory, for a show of hands.
const HOLDERS = ["a map or a list that only grows", "a listener or a callback", "a cycle of owners", "a task or a thread", "an open file or connection", "nothing: it will level off"];

/// The largest font of the story, in rem.
const LARGEST = 1.7;

/// How far the story is scrolled when its step begins.
let begin = 0;

/// Text that the server has rendered from the exercise's or the solution's README.
function rendered(html) {
  const node = make("div");
  node.innerHTML = html;
  // A narrow table goes beside the text.
  for (const table of node.querySelectorAll("table")) table.classList.toggle("narrow", table.rows[0].cells.length <= 2);
  return node;
}

export function show(shown, status) {
  const { revealed, step } = status;
  const leaks = !shown || shown.leaks;
  const steps = [
    () => [rendered(revealed.report)],
    () => [],
    question,
    () => (leaks ? growing(revealed) : level(revealed)),
    () => (leaks ? [...lines(revealed), ...holder(revealed)] : [...level(revealed), make("p", "What ends it?", "question")]),
    () => [...pattern(revealed), ...(leaks ? revealed.diff.flatMap(diff) : fine(revealed))],
    () => [...pattern(revealed), ...(leaks ? lines(revealed) : level(revealed))],
  ];
  const parts = shown ? steps[step]() : [];
  if (status.source === "survey") parts.push(make("p", "Measuring the shipped version once; then the load begins \u2026"));
  const story = document.querySelector("#story");
  story.replaceChildren(...parts);
  if (story.dataset.step !== String(step)) story.scrollTop = begin = 0;
  story.dataset.step = step;
  fit();
}

/// Makes the text as large as fits. If it does not fit, it begins at the first change of the fix.
export function fit() {
  const story = document.querySelector("#story");
  resize(story);
  const change = story.querySelector("pre .in, pre .out");
  if (change && story.scrollTop === begin && scrolls(story)) {
    // Below the line before it, and below the names, which stay.
    const above = story.querySelector(".pattern").offsetHeight + 1.3 * parseFloat(getComputedStyle(change).fontSize);
    story.scrollTop += change.getBoundingClientRect().top - story.getBoundingClientRect().top - above;
    begin = story.scrollTop;
  }
  mark();
}

/// Whether the story scrolls by itself, and not with the whole page.
function scrolls(story) {
  return getComputedStyle(story).overflowY !== "visible" && story.scrollHeight > story.clientHeight;
}

/// Says whether there is more below.
export function mark() {
  const story = document.querySelector("#story");
  const rest = story.scrollHeight - story.clientHeight - story.scrollTop;
  document.querySelector("#more").hidden = !scrolls(story) || rest < 2;
}

/// Scrolls by most of what is visible. Returns false if there is nothing more in that direction.
export function turn(down) {
  const story = document.querySelector("#story");
  if (!scrolls(story)) return false;
  const before = story.scrollTop;
  story.scrollTop += (down ? 0.8 : -0.8) * story.clientHeight;
  return Math.abs(story.scrollTop - before) >= 2;
}

function resize(story) {
  // Where the whole page scrolls, everything fits.
  const least = getComputedStyle(story).overflowY === "visible" ? LARGEST + 1 : 1;
  for (let size = LARGEST; size >= least; size -= 0.05) {
    story.style.fontSize = `${size}rem`;
    if (story.scrollHeight <= story.clientHeight && story.scrollWidth <= story.clientWidth) return;
  }
  story.style.fontSize = "";
}

function question() {
  const list = make("ul", undefined, "hands");
  list.append(...HOLDERS.map((text) => make("li", text)));
  return [make("p", "What grows?", "question"), make("p", "Who holds it?", "question"), list];
}

function pattern(revealed) {
  const summary = make("p");
  summary.innerHTML = revealed.summary;
  return [make("p", revealed.pattern, "pattern"), summary];
}

function fine(revealed) {
  const nothing = make("p", "The solution changes nothing: the growth ends by itself.", "keeps");
  return revealed.diff.length === 0 ? [nothing, rendered(revealed.fine)] : [rendered(revealed.fine)];
}

function lines(revealed) {
  if (revealed.lines.length === 0) return [make("p", revealed.files ?? "No growing line was found.")];
  return [make("h2", "Growing line"), ...place(revealed.lines[0], revealed.files)];
}

/// The first growing line with its source, and the others without.
function growing(revealed) {
  if (revealed.lines.length === 0) return lines(revealed);
  const [first, ...others] = revealed.lines;
  const block = make("pre");
  const indent = common(first.source.map(({ text }) => text));
  for (const { number: at, text, grows } of first.source) {
    const row = make("span", undefined, grows ? "grows" : "");
    row.append(make("i", at), code(text.slice(indent)));
    block.append(row);
  }
  const parts = [...place(first, revealed.files), block];
  if (others.length) {
    const short = ({ function: name, file, line }) => `${name.split("::").slice(-2).join("::")}, ${file}:${line}`;
    parts.push(make("h2", "Other growing lines"), named(others.map(short).join("\n")));
  }
  return parts;
}

/// The names of functions and files.
function named(text) {
  const node = make("p", undefined, "place");
  node.append(code(text));
  return node;
}

/// Where a line is, and what it retains. Where files leak, they come first.
function place(line, files) {
  const memory = make("p", files ? `The line: ${line.keeps}.` : line.keeps, files ? "" : "keeps");
  return [named(`${line.function}\n${line.file}:${line.line}`), ...(files ? [make("p", files, "keeps")] : []), memory];
}

/// The level at which an exercise without a leak stops growing.
function level(revealed) {
  return [make("h2", "No line grows indefinitely"), make("p", revealed.level ?? "The measurement did not show where the growth ends.")];
}

/// The indentation that all non-empty lines share.
function common(lines) {
  return Math.min(...lines.filter((text) => text.trim()).map((text) => text.search(/\S/)));
}

/// The lines of a holder. A line that wraps keeps its indentation.
function holder(revealed) {
  if (revealed.holder === null) {
    return [make("h2", "Held by"), make("p", "The measurement did not find the holder. Read the source above: what keeps the objects that it creates alive?")];
  }
  const node = make("div", undefined, "holder");
  for (const line of revealed.holder.split("\n")) {
    const row = make("p");
    row.append(code(line.trimStart()));
    row.style.setProperty("--in", `${line.length - line.trimStart().length}ch`);
    node.append(row);
  }
  return [make("h2", "Held by"), node];
}

function diff(file) {
  const nodes = [named(file.file)];
  for (const all of file.hunks) {
    // Empty lines around a change show nothing.
    const shows = ({ sign, parts }) => sign !== "same" || parts.some(([, text]) => text.trim());
    const hunk = all.slice(all.findIndex(shows), all.findLastIndex(shows) + 1);
    const block = make("pre");
    const indent = common(hunk.map(({ parts }) => parts.map(([, text]) => text).join("")));
    for (const { sign, parts } of hunk) {
      const row = make("span", undefined, sign === "same" ? "" : sign);
      row.append({ same: "  ", out: "- ", in: "+ " }[sign]);
      let rest = indent;
      for (const [changed, whole] of parts) {
        const text = whole.slice(rest);
        rest = Math.max(0, rest - whole.length);
        const part = changed ? make("b") : row;
        part.append(code(text));
        if (changed) row.append(part);
      }
      block.append(row);
    }
    nodes.push(block);
  }
  return nodes;
}

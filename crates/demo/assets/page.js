// The page: hears what is measured, asks for what its keys mean.

import { Charts, CURVES } from "./draw.js";
import * as tell from "./tell.js";

const charts = new Charts();
const page = { shown: null, status: { step: 0, told: {}, source: "live" }, last: null, note: null, main: null, connected: false, lost: 0, heard: 0, silence: 0 };

const COMMANDS = [
  [" ", "Space", "pause / go on", "pause"],
  ["s", "S", "swap: move the load to the other version", "swap"],
  ["c", "C", "compare: load every version in step", "compare"],
  ["r", "R", "restart every process", "restart"],
  ["ArrowRight", "\u2192", "next step of the story", "forward"],
  ["ArrowLeft", "\u2190", "step before", "back"],
  ["Home", "Home", "the story from its beginning", "first"],
  ["End", "End", "all of the story at once", "last"],
  ["+", "+", "twice the load", "load_up"],
  ["-", "\u2212", "half the load", "load_down"],
  ["n", "N", "next exercise", "next_exercise"],
  ["p", "P", "previous exercise", "previous_exercise"],
  ["l", "L", "play the recording of this exercise", "play"],
];
const OWN = [
  ["ArrowDown", "\u2193 \u2191", "scroll the story", null],
  ["1", "1 \u2026 4", "memory, blocks, files or tasks as the large curve", null],
  ["f", "F", "full screen", fullScreen],
  ["t", "T", "light / dark", () => setTheme(theme() === "dark" ? "light" : "dark")],
  ["?", "?", "these keys", () => toggleKeys()],
];
const BUTTONS = { pause: "Pause", swap: "Swap", restart: "Restart", forward: "Next step" };

function ask(command) {
  fetch("/command", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(command) })
    .catch(() => { page.connected = false; refresh(); });
}

function theme() {
  const kept = localStorage.getItem("theme");
  return kept ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function setTheme(name) {
  localStorage.setItem("theme", name);
  document.documentElement.dataset.theme = name;
  charts.build();
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

function toggleKeys() {
  const keys = document.querySelector("#keys");
  if (keys.open) keys.close();
  else keys.showModal();
}

/// Before the story's end the fix has no curve, unless the load has been moved to it.
function hidden() {
  const alone = page.status.step < 6 && (!page.last || page.last.load === "all");
  return new Set(alone ? ["solution", "mine"] : []);
}

function refresh(whole = true) {
  // The story is left as it is while only readings come: it may have been scrolled.
  if (whole) tell.status(page.shown, page.status, page.connected);
  if (page.shown) {
    const main = page.main ?? page.shown.main;
    charts.show(main, hidden(), Boolean(page.last && page.last.load !== "all"));
    document.body.dataset.load = page.last ? page.last.load : "all";
    if (page.last) tell.read(page.shown, page.status.step, page.last, hidden(), main);
  }
  tell.note(page.shown, page.status.step, page.note);
}

const HEAR = {
  all({ shown, status, frames, notes }) {
    const other = !page.shown || !shown || shown.title !== page.shown.title;
    Object.assign(page, { shown, status, last: frames.at(-1) ?? null, note: notes.at(-1) ?? null });
    if (other) page.main = null;
    tell.cards(shown);
    charts.begin(shown, frames, notes);
  },
  frame({ frame }) {
    page.last = frame;
    charts.push(frame);
  },
  note({ note }) {
    page.note = note;
    charts.notes.push(note);
    if (charts.notes.length > 50) charts.notes.shift();
  },
  status({ status }) { page.status = status; },
};

function listen() {
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => {
    // How smooth it is: the longest time without a word while nothing stood still.
    const now = performance.now();
    if (page.heard && !page.status.paused) page.silence = Math.max(page.silence, now - page.heard);
    page.heard = now;
    const message = JSON.parse(data);
    HEAR[message.kind](message);
    const whole = !page.connected || message.kind === "all" || message.kind === "status";
    page.connected = true;
    refresh(whole);
  };
  events.onerror = () => {
    page.connected = false;
    page.lost += 1;
    refresh();
    // A browser gives up after some errors; this page does not.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const curve = Object.keys(CURVES)[Number(key) - 1];
  const command = COMMANDS.find(([of]) => of === key || (of === "+" && key === "="));
  const own = OWN.find(([of, , , act]) => of === key && act);
  const story = document.querySelector("#story");
  if (key === "ArrowDown" || key === "ArrowUp") story.scrollBy({ top: (key === "ArrowDown" ? 0.4 : -0.4) * story.clientHeight });
  else if (curve) { page.main = curve; refresh(); }
  else if (command) ask(command[3]);
  else if (own) own[3]();
  else return;
  event.preventDefault();
});

for (const [, , , command] of COMMANDS.filter(([, , , name]) => BUTTONS[name])) {
  const button = document.createElement("button");
  const key = document.createElement("kbd");
  key.textContent = COMMANDS.find(([, , , name]) => name === command)[1];
  button.append(`${BUTTONS[command]} `, key);
  button.dataset.command = command;
  // The focus stays on the page, so that keys go on meaning what they mean.
  button.addEventListener("click", () => { ask(command); button.blur(); });
  document.querySelector("#buttons").append(button);
}
const help = document.createElement("button");
help.innerHTML = "Keys <kbd>?</kbd>";
help.addEventListener("click", () => { toggleKeys(); help.blur(); });
document.querySelector("#buttons").append(help);
for (const [, key, text] of [...COMMANDS, ...OWN]) {
  const row = document.querySelector("#keys table").insertRow();
  const name = document.createElement("kbd");
  name.textContent = key;
  row.insertCell().append(name);
  row.insertCell().textContent = text;
}

document.documentElement.dataset.theme = theme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (localStorage.getItem("theme") === null) { document.documentElement.dataset.theme = theme(); charts.build(); }
});
window.leakLab = { charts, page };
listen();

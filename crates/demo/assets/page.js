// The page: receives messages from the server, and sends the commands of its keys.

import { Charts, CURVES } from "./draw.js";
import * as text from "./text.js";

const charts = new Charts();
const page = { shown: null, status: { step: 0, revealed: {}, source: "live" }, last: null, note: null, main: null, connected: false, lost: 0, lastMessage: 0, silence: 0 };

const COMMANDS = [
  [" ", "Space", "pause / resume", "pause"],
  ["s", "S", "swap: move the load to the other version", "swap"],
  ["c", "C", "compare: load every version in step", "compare"],
  ["r", "R", "restart every process", "restart"],
  ["ArrowRight", "\u2192", "next step of the story", "forward"],
  ["ArrowLeft", "\u2190", "previous step", "back"],
  ["Home", "Home", "first step of the story", "first"],
  ["End", "End", "last step of the story", "last"],
  ["+", "+", "double the load", "load_up"],
  ["-", "\u2212", "halve the load", "load_down"],
  ["n", "N", "next exercise", "next_exercise"],
  ["p", "P", "previous exercise", "previous_exercise"],
  ["l", "L", "play the recording of this exercise", "play"],
];
const LOCAL = [
  ["ArrowDown", "\u2193 \u2191", "scroll the story", null],
  ["1", "1 \u2026 4", "show memory, blocks, files or tasks as the large curve", null],
  ["f", "F", "full screen", fullScreen],
  ["t", "T", "light / dark", () => setTheme(theme() === "dark" ? "light" : "dark")],
  ["?", "?", "show these keys", () => toggleKeys()],
];
const BUTTONS = { pause: "Pause", swap: "Swap", restart: "Restart", forward: "Next step" };

function send(command) {
  fetch("/command", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(command) })
    .catch(() => { page.connected = false; refresh(); });
}

function theme() {
  const stored = localStorage.getItem("theme");
  return stored ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
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

/// Until the last step only the shipped version has a curve, unless the load has been moved.
function hidden() {
  const shippedOnly = page.status.step < 6 && (!page.last || page.last.load === "all");
  return new Set(shippedOnly ? ["solution", "mine"] : []);
}

function refresh(whole = true) {
  // Readings alone do not redraw the story, which may have been scrolled.
  if (whole) text.status(page.shown, page.status, page.connected);
  if (page.shown) {
    const main = page.main ?? page.shown.main;
    charts.show(main, hidden(), Boolean(page.last && page.last.load !== "all"));
    document.body.dataset.load = page.last ? page.last.load : "all";
    if (page.last) text.update(page.shown, page.status.step, page.last, hidden(), main);
  }
  text.note(page.shown, page.status.step, page.note);
}

const HANDLERS = {
  all({ shown, status, frames, notes }) {
    const other = !page.shown || !shown || shown.title !== page.shown.title;
    Object.assign(page, { shown, status, last: frames.at(-1) ?? null, note: notes.at(-1) ?? null });
    if (other) page.main = null;
    text.cards(shown);
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
    // The longest time between two messages while the page is not paused.
    const now = performance.now();
    if (page.lastMessage && !page.status.paused) page.silence = Math.max(page.silence, now - page.lastMessage);
    page.lastMessage = now;
    const message = JSON.parse(data);
    HANDLERS[message.kind](message);
    const whole = !page.connected || message.kind === "all" || message.kind === "status";
    page.connected = true;
    refresh(whole);
  };
  events.onerror = () => {
    page.connected = false;
    page.lost += 1;
    refresh();
    // A browser gives up after some errors; the page keeps trying.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const curve = Object.keys(CURVES)[Number(key) - 1];
  const command = COMMANDS.find(([name]) => name === key || (name === "+" && key === "="));
  const local = LOCAL.find(([name, , , action]) => name === key && action);
  const story = document.querySelector("#story");
  if (key === "ArrowDown" || key === "ArrowUp") story.scrollBy({ top: (key === "ArrowDown" ? 0.4 : -0.4) * story.clientHeight });
  else if (curve) { page.main = curve; refresh(); }
  else if (command) send(command[3]);
  else if (local) local[3]();
  else return;
  event.preventDefault();
});

for (const [, , , command] of COMMANDS.filter(([, , , name]) => BUTTONS[name])) {
  const button = document.createElement("button");
  const key = document.createElement("kbd");
  key.textContent = COMMANDS.find(([, , , name]) => name === command)[1];
  button.append(`${BUTTONS[command]} `, key);
  button.dataset.command = command;
  // Return the focus to the page, so that its keys keep working.
  button.addEventListener("click", () => { send(command); button.blur(); });
  document.querySelector("#buttons").append(button);
}
const help = document.createElement("button");
help.innerHTML = "Keys <kbd>?</kbd>";
help.addEventListener("click", () => { toggleKeys(); help.blur(); });
document.querySelector("#buttons").append(help);
for (const [, key, text] of [...COMMANDS, ...LOCAL]) {
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

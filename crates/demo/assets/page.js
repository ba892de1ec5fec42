// The page: receives messages from the server, and acts on keys and buttons.

import * as cards from "./cards.js";
import { CURVES } from "./curves.js";
import { Charts } from "./draw.js";
import * as keys from "./keys.js";
import * as story from "./story.js";
import { names } from "./words.js";
import * as words from "./words.js";

const charts = new Charts();
const page = { shown: null, status: { step: 0, revealed: {}, source: "live" }, note: null, main: null, sliding: true, hint: "", connected: false, lost: 0, lastMessage: 0, silence: 0, get last() { return charts.history.last; } };
/// How long a hint about a key stays, in milliseconds.
const HINT = 5000;

/// Commands are sent one after the other, so that they arrive in order.
let sent = Promise.resolve();

function send(command) {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(command) };
  sent = sent.then(() => fetch("/command", options)).catch(() => { page.connected = false; refresh(); });
}

function theme() {
  const stored = localStorage.getItem("theme");
  return stored ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  charts.build();
}

/// What the page does by itself.
const OWN = {
  curve(pressed) {
    const curve = Object.keys(CURVES)[Number(pressed) - 1];
    const refused = keys.curveRefusal(curve, charts.available());
    if (refused) return hint(refused);
    page.main = curve;
    refresh();
  },
  window() { page.sliding = !page.sliding; refresh(); },
  theme() {
    localStorage.setItem("theme", theme() === "dark" ? "light" : "dark");
    setTheme(theme());
  },
  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  },
  notes() { open("/notes", "leak-lab-notes", "popup,width=900,height=700"); },
  keys() {
    const dialog = document.querySelector("#keys");
    if (dialog.open) dialog.close();
    else dialog.showModal();
  },
  turn(pressed) {
    const down = pressed === "PageDown";
    if (!story.turn(down)) send(down ? "forward" : "back");
  },
  scroll(pressed) {
    const part = document.querySelector("#story");
    const scrolls = part.scrollHeight > part.clientHeight ? part : document.scrollingElement;
    scrolls.scrollBy({ top: (pressed === "ArrowDown" ? 0.4 : -0.4) * scrolls.clientHeight });
  },
};

function act(action, pressed) {
  const refused = keys.refusal(action, page.status.source);
  if (refused) hint(refused);
  else if (OWN[action]) OWN[action](pressed);
  else send(action);
}

function hint(text) {
  page.hint = text;
  refresh(false);
  setTimeout(() => { if (page.hint === text) { page.hint = ""; refresh(false); } }, HINT);
}

/// Until the last step only the shipped version has a curve, unless the load has been moved.
function hidden() {
  const shippedOnly = page.status.step < 6 && (!page.last || page.last.load === "all");
  return new Set(shippedOnly ? ["solution", "mine"] : []);
}

function refresh(whole = true) {
  const { shown, status, last } = page;
  // Readings alone do not redraw the story, which may have been scrolled.
  if (whole) {
    words.header(shown, status, page.connected);
    story.show(shown, status);
  }
  if (shown) {
    const main = page.main ?? shown.main;
    charts.show(main, hidden(), names(shown, status.step), page.sliding);
    document.body.dataset.load = last ? last.load : "all";
    if (last) cards.update(shown, status.step, last, hidden(), main);
    else document.querySelector("#load").textContent = "";
  }
  words.note(page, charts);
}

const HANDLERS = {
  all({ shown, status, frames, notes }) {
    const other = !page.shown || !shown || shown.title !== page.shown.title;
    Object.assign(page, { shown, status, note: notes.at(-1) ?? null });
    if (other) page.main = null;
    cards.create(shown);
    charts.begin(shown, frames, notes);
  },
  frame({ frame }) { charts.push(frame); },
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
  // Space and Enter press the button that has the focus.
  if (document.activeElement?.tagName === "BUTTON" && event.key === " ") return;
  const key = keys.find(event);
  if (!key) return;
  event.preventDefault();
  if (key.refused) hint(key.refused);
  else act(key.action, key.pressed);
});

keys.buttons(act);
document.documentElement.dataset.theme = theme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(theme()));
matchMedia("(forced-colors: active)").addEventListener("change", () => charts.build());
addEventListener("resize", () => charts.build());
new ResizeObserver(story.fit).observe(document.querySelector("#story"));
document.querySelector("#story").addEventListener("scroll", story.mark);
window.leakLab = { charts, page };
listen();

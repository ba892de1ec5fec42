// The cards: what each version holds, and how far it is from its cap.

import { CURVES, height, server } from "./curves.js";
import { make } from "./dom.js";
import { bytes, clock, number, plural, span } from "./units.js";
import { load, names } from "./words.js";

const STATES = { working: "under load", idle: "idle", killed: "killed at its cap", failed: "failed", stopped: "stopped" };
/// A time to the cap that is longer than this, in seconds, is not shown.
const FAR = 7200;

/// Creates a card for each version.
export function create(shown) {
  const all = (shown ? shown.versions : []).map((role) => {
    const card = make("div", undefined, "card");
    card.dataset.role = role;
    const gauge = make("div", undefined, "gauge");
    gauge.setAttribute("role", "meter");
    gauge.setAttribute("aria-valuemin", "0");
    gauge.setAttribute("aria-valuemax", "100");
    gauge.append(make("div", undefined, "fill"));
    const head = make("div", undefined, "head");
    head.append(make("h2", undefined, "name"), make("p", undefined, "state"));
    const room = make("div", undefined, "room");
    room.append(gauge, make("p", undefined, "share"), make("p", undefined, "left"));
    card.append(head, make("p", undefined, "held"), make("p", undefined, "growth"), room);
    return card;
  });
  document.querySelector("#cards").replaceChildren(...all);
}

/// Updates the cards.
export function update(shown, step, frame, hidden, curve) {
  const count = shown.versions.filter((role) => !hidden.has(role)).length;
  for (const card of document.querySelectorAll(".card")) {
    const { role } = card.dataset;
    const reading = frame.versions[shown.versions.indexOf(role)];
    card.hidden = hidden.has(role);
    Object.assign(card.dataset, { state: reading.state, operations: reading.operations, bytes: reading.bytes ?? "", rate: reading.rate });
    const set = (name, text) => {
      const node = card.querySelector(`.${name}`);
      if (node.textContent !== text) node.textContent = text;
    };
    const { index, unit, noun } = CURVES[curve];
    const held = height(reading, curve);
    set("name", names(shown, step)[role]);
    set("state", `${STATES[reading.state]} \u00b7 ${plural(reading.operations, "operation")}`);
    set("held", held === null ? "\u2014" : unit(held) + noun);
    const growth = reading.growth[index];
    const figure = growth === null ? "\u2014" : curve === "bytes" ? bytes(Math.round(growth)) : number(Math.abs(growth) < 0.00005 ? 0 : growth);
    set("growth", `${figure} per operation`);
    room(card, shown, reading, held, curve, set, count > 2);
  }
  document.querySelector("#cards").dataset.count = count;
  document.querySelector("#load").textContent = load(shown, step, frame);
}

/// How far a version is from its cap.
function room(card, shown, reading, held, curve, set, narrow) {
  const limit = { bytes: shown.cap.bytes, files: shown.cap.files }[curve] ?? null;
  const share = limit === null || held === null ? null : Math.min(100, (100 * held) / limit);
  const gauge = card.querySelector(".gauge");
  gauge.style.visibility = share === null ? "hidden" : "";
  gauge.querySelector(".fill").style.width = `${share ?? 0}%`;
  const { unit, noun, name } = CURVES[curve];
  const text = share === null ? "" : `${share < 1 && share > 0 ? "under 1" : Math.round(share)} % of the cap`;
  const soon = narrow ? shortly(reading) : "";
  set("share", soon ? text.replace(" of the cap", "") : text);
  gauge.setAttribute("aria-label", `${name}, of the cap`);
  gauge.setAttribute("aria-valuenow", Math.round(share ?? 0));
  gauge.setAttribute("aria-valuetext", share === null ? "not available" : `${text}, ${unit(limit)}${noun}`);
  set("left", narrow ? soon : left(shown, reading, curve));
}

/// When it reaches its cap, in as few words as possible.
function shortly({ state, seconds_left: here }) {
  return state === "working" && here !== null && here <= FAR ? `cap in ${clock(here)}` : "";
}

/// When it is out of memory or files; if it will not be soon, how much memory the server has at this point in its life.
function left(shown, reading, curve) {
  const { seconds_left: here, server_seconds_left: there, bytes: held } = reading;
  if (reading.state === "killed") return "restarts in a moment";
  if (reading.state === "working" && here !== null && here <= FAR) {
    return `${shown.main === "files" ? "out of files" : "out of memory"} in ${clock(here)}; the server in ${span(there)}`;
  }
  return curve === "bytes" && shown.main === "bytes" && held !== null ? `the server would be at ${bytes(server(held, shown.cap))}` : "";
}

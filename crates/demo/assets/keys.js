// The keys and buttons of the page.

import { CURVES } from "./curves.js";

/// Each with the key as the browser reports it, its name, what it does, and the command of the server or the
/// name of the page's own action. `shift` keys end or discard something.
export const GROUPS = [
  ["The story", [
    [["ArrowRight"], "\u2192", "next step", "forward"],
    [["ArrowLeft"], "\u2190", "back", "back"],
    [["PageDown", "PageUp"], "PgDn PgUp", "the rest of this step, then the next one; the same backwards", "turn"],
    [["Home"], "Home", "first step", "first"],
    [["End"], "End", "last step", "last"],
    [["ArrowDown", "ArrowUp"], "\u2193 \u2191", "scroll", "scroll"],
  ]],
  ["The load", [
    [["s"], "S", "swap: move the load to the solution, and back", "swap"],
    [["c"], "C", "compare: load every version in step", "compare"],
    [["+", "="], "+", "double the load", "load_up"],
    [["-"], "\u2212", "halve the load", "load_down"],
    [[" "], "Space", "pause, resume", "pause"],
  ]],
  ["The picture", [
    [["1", "2", "3", "4"], "1 \u2026 4", "memory, blocks, files or tasks as the large curve", "curve"],
    [["w"], "W", "two minutes, the whole run", "window"],
    [["f"], "F", "full screen", "fullScreen"],
    [["t"], "T", "light, dark", "theme"],
    [["o"], "O", "speaker notes in a window of their own", "notes"],
    [["?"], "?", "these keys", "keys"],
  ]],
  ["With Shift: what cannot be undone", [
    [["r"], "\u21e7 R", "restart every process", "restart", true],
    [["x"], "\u21e7 X", "clear the curves", "clear", true],
    [["n"], "\u21e7 N", "next exercise", "next_exercise", true],
    [["p"], "\u21e7 P", "previous exercise", "previous_exercise", true],
    [["l"], "\u21e7 L", "play the recording of this exercise", "play", true],
  ]],
];
const ALL = GROUPS.flatMap(([, keys]) => keys);
/// The keys that do nothing while a recording plays.
const LIVE_ONLY = ["swap", "compare", "load_up", "load_down"];
const BUTTONS = [["back", "Back"], ["forward", "Next"], ["pause", "Pause"], ["swap", "Swap"], ["keys", "Keys"], ["restart", "Restart"]];

/// The key for an event: its action, or a sentence about why there is none.
export function find(event) {
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const key = ALL.find(([names]) => names.includes(pressed));
  if (!key) return null;
  const [, name, does, action, shift] = key;
  if (shift && !event.shiftKey) return { refused: `Hold Shift: ${name} is for "${does}".` };
  return { action, pressed };
}

/// Why an action does nothing now, or null.
export function refusal(action, source) {
  if (source !== "recording" || !LIVE_ONLY.includes(action)) return null;
  return "A recording plays: S, C, + and \u2212 do nothing. Space pauses it, and \u21e7 R plays it again.";
}

/// Why a curve is not shown, or null. `available` are the curves that the exercise has; all of them while it has no
/// reading yet.
export function curveRefusal(curve, available) {
  if (available.includes(curve)) return null;
  const named = available.map((one) => `${Object.keys(CURVES).indexOf(one) + 1} for ${CURVES[one].short.toLowerCase()}`);
  return `This exercise has no ${CURVES[curve].short.toLowerCase()} to show. Press ${named.slice(0, -1).join(", ")} or ${named.at(-1)}.`;
}

/// Creates the buttons. `act` is called with an action.
export function buttons(act) {
  for (const [action, label] of BUTTONS) {
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    key.textContent = ALL.find(([, , , name]) => name === action)[1];
    button.append(`${label} `, key);
    button.dataset.command = action;
    // Return the focus to the page, so that its keys keep working.
    button.addEventListener("click", () => { act(action); if (action !== "keys") button.blur(); });
    document.querySelector("#buttons").append(button);
  }
  for (const [title, keys] of GROUPS) {
    const table = document.createElement("table");
    table.createCaption().textContent = title;
    for (const [, name, does] of keys) {
      const row = table.insertRow();
      const key = document.createElement("kbd");
      key.textContent = name;
      row.insertCell().append(key);
      row.insertCell().textContent = does;
    }
    document.querySelector("#groups").append(table);
  }
}

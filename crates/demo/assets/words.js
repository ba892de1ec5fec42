// The page's sentences: the header, and the line below the curves.

import { CURVES, height } from "./curves.js";
import { number, plural, span } from "./units.js";

const NAMES = { exercise: "Leaks", solution: "Fixed", mine: "Yours" };
/// The names until the fix is revealed, and for an exercise without a leak.
const NEUTRAL = { exercise: "Shipped", solution: "Solution", mine: "Yours" };
const STEPS = ["Bug report", "Curve", "Question", "Growing line", "Holder", "Fix"];
const DECOY_STEPS = ["Bug report", "Curve", "Question", "Level", "Question", "Why it is fine"];
/// A load that is delivered up to this share counts as delivered: the rate is measured in rounds.
const DELIVERED = 0.95;
/// How long an event is told, in seconds of load, before the swap is told again.
const TOLD = 20;

/// The names of the versions at a step.
export function names(shown, step) {
  return shown && shown.leaks && step >= 5 ? NAMES : NEUTRAL;
}

/// Shows the state of the page.
export function header(shown, now, connected) {
  document.body.dataset.step = now.step;
  document.body.dataset.source = now.source;
  const set = (id, text) => { document.querySelector(id).textContent = text; };
  set("#title", shown ? shown.title : "Leak Lab");
  set("#place", shown ? `${shown.number}/${shown.of}` : "");
  document.title = shown ? `${shown.title} \u00b7 Leak Lab` : "Leak Lab";
  const steps = shown && now.step >= 3 && !shown.leaks ? DECOY_STEPS : STEPS;
  const step = steps[now.step] ?? (shown && shown.versions.length > 2 ? "All versions" : "Both versions");
  set("#step", shown ? `Step ${now.step + 1} of ${now.steps}: ${step}` : "");
  const source = { survey: "measuring\u2026", live: "", recording: "recording" }[now.source];
  set("#source", [connected ? "" : "connection lost, reconnecting", source, now.paused ? "paused" : ""].filter(Boolean).join(" \u00b7 "));
  const trouble = document.querySelector("#trouble");
  trouble.hidden = !now.trouble;
  const offer = now.recording && now.source !== "recording" ? "\nPress Shift+L to play the recording of this exercise." : "";
  trouble.textContent = now.trouble ? now.trouble + offer : "";
}

/// The versions that get a load.
export function loaded(load, roles, named) {
  if (load === "all") return roles.length > 2 ? "all versions" : "both versions";
  return load === "exercise" && roles.includes("mine") ? `${named.exercise} and ${named.mine}` : named[load];
}

/// The load, and where it goes, in a few words. If less is delivered than requested, both figures.
export function load(shown, step, frame) {
  const each = frame.load === "all" && shown.versions.length > 2;
  const to = each ? "each version" : loaded(frame.load, shown.versions, names(shown, step));
  const delivered = Math.max(0, ...frame.versions.map(({ rate }) => rate));
  const requested = `${plural(frame.per_second, "operation")}/s`;
  return delivered < DELIVERED * frame.per_second ? `${number(delivered)} of ${requested}` : `${requested} to ${to}`;
}

/// Shows the line below the curves: a hint about a key, the last event, or what the swap has done.
export function note({ shown, status, note: last, hint }, charts) {
  const now = charts.history.last;
  const swapped = charts.notes.findLast(({ what }) => what === "swapped");
  const recent = last && last.what !== "swapped" && (!now || now.at - last.at < TOLD || !swapped || now.load === "all");
  const moved = shown && now && swapped ? swap(shown, status.step, charts, swapped, now) : "";
  const event = last && last.what !== "swapped" ? (last.version ? `${names(shown, status.step)[last.version]}: ` : "") + last.text : "";
  const text = hint || (recent ? event : moved) || event;
  const node = document.querySelector("#note");
  if (node.textContent !== text) node.textContent = text;
}

/// What the last swap has done, in a sentence or two.
function swap(shown, step, charts, note, now) {
  const { unit, noun, index } = CURVES[charts.main];
  const name = names(shown, step);
  const before = charts.history.at(note.at);
  if (!before) return "";
  const held = (role, frame) => height(frame.versions[shown.versions.indexOf(role)], charts.main);
  const figure = (value) => (value === null ? "\u2014" : unit(value) + noun);
  const since = span(now.at - note.at);
  const [kept, keeps] = [before, now].map((frame) => held("exercise", frame));
  if (now.load === "solution") {
    const same = kept !== null && keeps !== null && Math.abs(keeps - kept) <= kept / 20;
    const rest = same ? `still holds ${figure(keeps)}: a swap frees nothing` : `holds ${figure(keeps)}, before the swap ${figure(kept)}`;
    return `${name.solution}: ${figure(held("solution", now))} after ${since} of load. ${name.exercise} rests, and ${rest}.`;
  }
  if (now.load === "exercise") {
    const growth = now.versions[0].growth[index];
    const rises = kept !== null && keeps > kept ? `: from ${figure(kept)} to ${figure(keeps)}` : `, and holds ${figure(keeps)}`;
    return `${name.exercise}: load again for ${since}${rises}${growth > 0 && charts.main !== "bytes" ? `, ${number(growth)} per operation` : ""}.`;
  }
  return `${shown.versions.length > 2 ? "Every version has" : "Both versions have"} had the same load for ${since}.`;
}

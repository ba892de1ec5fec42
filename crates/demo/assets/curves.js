// The curves: what they show, and how high they are at a reading.

import { bytes, count } from "./units.js";

export const CURVES = {
  bytes: { name: "Live memory", short: "Memory", noun: "", index: 0, unit: bytes },
  blocks: { name: "Live blocks", short: "Blocks", noun: " blocks", index: 1, unit: count },
  files: { name: "Open files", short: "Files", noun: " open files", index: 2, unit: count },
  tasks: { name: "Tasks", short: "Tasks", noun: " tasks", index: 3, unit: count },
};

/// The memory of the bug report's server at its start, and that at which it is killed.
const START_BYTES = 2e8;
export const SERVER_BYTES = 2e9;

/// The memory of the bug report's server at the same point in its life as a process that holds `held` bytes. A
/// process that holds less than the shipped version at the start counts as one that has just started.
export function server(held, cap) {
  return Math.max(START_BYTES, SERVER_BYTES - (cap.bytes - held) * cap.bytes_scale);
}

/// The height of a curve at a reading. A process that was killed holds nothing.
export function height(reading, curve) {
  return reading.state === "killed" ? 0 : reading[curve];
}

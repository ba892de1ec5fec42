// The curves: what they show, and how high they are at a reading.

import { bytes, count } from "./units.js";

export const CURVES = {
  bytes: { name: "Live memory", short: "Memory", noun: "", index: 0, unit: bytes },
  blocks: { name: "Live blocks", short: "Blocks", noun: " blocks", index: 1, unit: count },
  files: { name: "Open files", short: "Files", noun: " open files", index: 2, unit: count },
  tasks: { name: "Tasks", short: "Tasks", noun: " tasks", index: 3, unit: count },
};

/// The height of a curve at a reading. A process that was killed holds nothing.
export function height(reading, curve) {
  return reading.state === "killed" ? 0 : reading[curve];
}

// Figures as people read them.

export function bytes(value) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (Math.abs(value) >= 999.5 && at + 1 < units.length) { value /= 1000; at += 1; }
  return `${number(value)} ${units[at]}`;
}

export function count(value) {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : number(value);
}

/// A count in as few characters as possible.
export function compact(value) {
  return value < 10000 ? count(value) : bytes(value).replace("B", "");
}

export function number(value) {
  if (value < 0) return `\u2212${number(-value)}`;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (Number.isInteger(value) && size < 1000) return String(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 4);
}

export function plural(value, noun) {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (part) => String(part).padStart(2, "0");
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}

export function span(seconds) {
  const minute = 60, hour = 3600, day = 86400;
  if (seconds < minute) return `${Math.floor(seconds)} s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`;
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)} h ${Math.floor((seconds % hour) / minute)} min`;
  return `${Math.floor(seconds / day)} days ${Math.floor((seconds % day) / hour)} h`;
}

// The readings so far, within a bound: the last minutes in full, and what came before thinned out, as the
// server stores them.

const RECENT = 1000;
const OLDER = 1000;

export class History {
  constructor() { this.begin([]); }

  begin(frames) {
    this.older = [];
    this.recent = [];
    this.every = 1;
    this.skipped = 0;
    // The server has thinned out the older ones already.
    const from = Math.max(0, frames.length - RECENT);
    this.older = frames.slice(0, from);
    this.recent = frames.slice(from);
    if (this.older.length > 1) {
      const steps = (this.older.at(-1).at - this.older[0].at) / (this.older.length - 1);
      this.every = Math.max(1, Math.round(steps * 8));
    }
  }

  push(frame) {
    this.recent.push(frame);
    if (this.recent.length <= RECENT) return;
    const first = this.recent.shift();
    this.skipped += 1;
    if (this.skipped < this.every) return;
    this.skipped = 0;
    if (this.older.length === OLDER) {
      this.older = this.older.filter((_, at) => at % 2 === 0);
      this.every *= 2;
    }
    this.older.push(first);
  }

  /// All readings since the time `from`, in order.
  since(from) {
    const all = this.recent.length && this.recent[0].at <= from ? this.recent : [...this.older, ...this.recent];
    const first = all.findIndex(({ at }) => at >= from);
    return first < 0 ? [] : all.slice(first);
  }

  /// Whether any version has had a reading of a curve.
  has(curve) { return [...this.older, ...this.recent].some(({ versions }) => versions.some((reading) => reading[curve] !== null)); }

  get length() { return this.older.length + this.recent.length; }
  get first() { return this.older[0] ?? this.recent[0] ?? null; }
  get last() { return this.recent.at(-1) ?? null; }

  /// The first reading at the time `at` or later.
  at(time) { return this.since(time)[0] ?? null; }
}

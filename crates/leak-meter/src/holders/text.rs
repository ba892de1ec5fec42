//! Formats holders as text.

use std::fmt;

use super::finding::{Finding, Held, Hold, Holders, Look, Step};
use super::words::base;
use crate::site::short;
use crate::units;

/// The maximum number of findings that are shown; the others are only counted.
const MOST_FINDINGS: usize = 4;
/// A scan that takes this many milliseconds is slow.
const SLOW: u64 = 1000;
const NOTHING_FOUND: &str = "No holder was found: no call site gained blocks, or no holder accounts \
                             for a tenth of those that one gained.";
const NOBODY: &str = "nobody holds it: its reference count never reached zero";
/// The maximum number of places shown for one finding; the others are only counted.
const MOST_HELD: usize = 3;

impl Holders {
    /// The findings as the lines of a short tree; empty if there are no findings.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(reason) = &self.unavailable {
            lines.push(format!("not available: {reason}"));
        }
        for (finding, number) in self.findings.iter().take(MOST_FINDINGS).zip(1..) {
            lines.extend(finding.lines(number));
        }
        if self.findings.len() > MOST_FINDINGS {
            lines.push(format!("... and {} more", self.findings.len() - MOST_FINDINGS));
        }
        if let Some(look) = self.look {
            if self.findings.is_empty() {
                lines.push(NOTHING_FOUND.to_owned());
            }
            lines.extend(look.lines());
        }
        lines
    }
}

impl Look {
    /// Notes on what limits the result.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.left_out > 0 {
            let [seen, all] = [self.blocks, self.blocks + self.left_out].map(units::count);
            lines.push(format!(
                "Sampled: {seen} of {all} live blocks were scanned, so blocks that nothing seems to hold \
                 are left out."
            ));
        }
        if self.partial {
            let seconds = self.milliseconds as f64 / 1000.0;
            lines.push(format!(
                "Partial: the limit on time or pointers was reached after {seconds:.1} s, so blocks \
                 that nothing seems to hold are left out."
            ));
        }
        if self.moved > 0 {
            let moved = units::plural(self.moved, "block");
            lines.push(format!("{moved} changed during the scan and are left out."));
        }
        if self.unoptimised && (self.partial || self.milliseconds >= SLOW) {
            lines.push(
                "leak-meter was built without optimization; `[profile.dev.package.leak-meter] \
                 opt-level = 3` in Cargo.toml makes the scan about ten times faster."
                    .to_owned(),
            );
        }
        lines
    }
}

impl fmt::Display for Holders {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

impl Finding {
    fn lines(&self, number: usize) -> Vec<String> {
        let mut lines =
            if self.is_ring() { self.ring_lines(number) } else { self.way_lines(number) };
        for held in self.held.iter().take(MOST_HELD) {
            lines.push(held.line());
            lines.extend(held.through());
        }
        if self.held.len() > MOST_HELD {
            let more = units::plural((self.held.len() - MOST_HELD) as u64, "more place");
            lines.push(format!("   and blocks of {more}"));
        }
        if self.retained_blocks > 0 {
            let [what, rest] = if self.is_ring() {
                ["breaking every reference back", ""]
            } else if self.retained_bytes < self.held_bytes() / 2 {
                ["dropping it", "; the rest is reachable in other ways"]
            } else {
                ["dropping it", ""]
            };
            let bytes = units::bytes(self.retained_bytes as f64);
            let blocks = units::plural(self.retained_blocks, "block");
            lines.push(format!("   {what} would free {bytes} ({blocks}){rest}"));
        }
        lines
    }

    /// The text that follows "held" in the first line: `by the vector of Channel::push`, `on the stack
    /// of main`.
    pub fn held_how(&self) -> String {
        match self.steps.first().filter(|_| !self.is_ring()) {
            Some(holder) => format!("by {}", holder.name()),
            None => self.hold.to_string(),
        }
    }

    /// The lines from the holder out to the root.
    fn way_lines(&self, number: usize) -> Vec<String> {
        let mut lines = Vec::new();
        if self.steps.is_empty() && self.hold == Hold::LeakedCount {
            lines.push(format!("{number}. {NOBODY}"));
        } else {
            lines.push(format!("{number}. held {}", self.held_how()));
        }
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                lines.push(format!("   in {}", step.name()));
            }
            lines.extend(step.place().map(|place| format!("     {place}")));
        }
        match &self.hold {
            _ if self.steps.is_empty() => {}
            Hold::LeakedCount => lines.push(format!("   {NOBODY}")),
            hold => lines.push(format!("   {hold}")),
        }
        if let Hold::Stack { place: Some(place), .. } = &self.hold {
            lines.push(format!("     {place}"));
        }
        lines
    }

    fn ring_lines(&self, number: usize) -> Vec<String> {
        let mut lines = vec![format!("{number}. held by nothing but each other, in a ring:")];
        for (at, step) in self.steps.iter().enumerate() {
            let owns = if at == 0 { "" } else { "owns " };
            lines.push(format!("   {owns}{}", step.name()));
            lines.extend(step.place().map(|place| format!("     {place}")));
            if step.weaken {
                let next = self.steps.get(at + 1).unwrap_or(&self.steps[0]);
                let back = short(&next.function);
                lines.push(format!("     make this reference Weak (it points back to {back})"));
            }
        }
        lines.push("   owns the first one".to_owned());
        lines
    }
}

impl Held {
    fn line(&self) -> String {
        let [blocks, of] = [units::count(self.blocks), units::plural(self.of, "block")];
        let place = base(self.file.as_deref(), self.line);
        format!("   holds {blocks} of {of} of {}{place}", short(&self.function))
    }

    /// The intermediate steps in one line.
    fn through(&self) -> Option<String> {
        let steps: Vec<String> = self.through.iter().map(Step::name).collect();
        (!steps.is_empty()).then(|| format!("     through {}", steps.join(", ")))
    }
}

impl Step {
    /// `the hash table of TaskListCache::new`; for blocks without a call stack, only the function.
    fn name(&self) -> String {
        let function = short(&self.function);
        match self.what.as_str() {
            "" => self.function.clone(),
            what => format!("the {what} of {function}"),
        }
    }

    /// `file:line`.
    fn place(&self) -> Option<String> {
        let (file, line) = self.file.as_ref().zip(self.line)?;
        Some(format!("{file}:{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_shown_with_the_step_to_weaken() {
        let step = |what: &str, function: &str, weaken| Step {
            what: what.to_owned(),
            function: function.to_owned(),
            file: Some("src/shop.rs".to_owned()),
            line: Some(7),
            own: true,
            blocks: 1000,
            weaken,
        };
        let held = Held {
            function: "shop::Letter::new".to_owned(),
            file: Some("src/letter.rs".to_owned()),
            line: Some(3),
            blocks: 999,
            of: 1000,
            bytes: 64_000,
            through: vec![step("vector", "shop::Channel::push", false)],
        };
        let ring = Finding {
            held: vec![held],
            hold: Hold::Ring,
            steps: vec![
                step("Rc", "shop::Channel::open", false),
                step("Rc", "shop::Digest::new", true),
            ],
            retained_bytes: 96_000,
            retained_blocks: 3000,
        };
        let holders = Holders { findings: vec![ring], look: None, unavailable: None };
        let expected = "\
1. held by nothing but each other, in a ring:
   the Rc of Channel::open
     src/shop.rs:7
   owns the Rc of Digest::new
     src/shop.rs:7
     make this reference Weak (it points back to Channel::open)
   owns the first one
   holds 999 of 1,000 blocks of Letter::new (letter.rs:3)
     through the vector of Channel::push
   breaking every reference back would free 96.0 kB (3,000 blocks)
";
        assert_eq!(holders.to_string(), expected);
    }
}

//! Folded stacks: one line per call stack, its frames from the outermost inwards.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::NamedProfile;
use crate::site::Frame;

/// What a folded stack or a flamegraph counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "command", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Weight {
    /// Live bytes.
    Bytes,
    /// Live blocks.
    Blocks,
}

impl NamedProfile {
    /// Folded stacks: `main;serve;Cache::insert 4096`, one line for each call stack, in alphabetical order.
    pub fn to_folded(&self, weight: Weight) -> String {
        let mut folded: BTreeMap<String, u64> = BTreeMap::new();
        for stack in &self.stacks {
            let names: Vec<String> = stack.frames.iter().rev().map(name).collect();
            *folded.entry(names.join(";")).or_default() += match weight {
                Weight::Bytes => stack.live_bytes,
                Weight::Blocks => stack.live_blocks,
            };
        }
        folded.iter().filter(|(_, weight)| **weight > 0).fold(
            String::new(),
            |mut text, (stack, weight)| {
                let _ = writeln!(text, "{stack} {weight}");
                text
            },
        )
    }
}

/// A frame's function; a semicolon would begin another frame.
fn name(frame: &Frame) -> String {
    frame.function.replace(';', ":").replace('\n', " ")
}

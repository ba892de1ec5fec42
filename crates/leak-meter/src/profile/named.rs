//! A profile with the names of its call stacks, and its lines.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::{Profile, Resolver};
use crate::site::{self, Frame, Owner, Package, with_package, write_stack};
use crate::units;

/// The maximum number of lines that the text shows.
const MOST_LINES: usize = 20;

/// A [`Profile`] whose call stacks have names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedProfile {
    /// The name of the program's file.
    pub program: Option<String>,
    /// The program's build ID.
    pub build_id: Option<String>,
    /// The process's number.
    pub process: u32,
    /// When it was taken, in milliseconds since 1970 (UTC).
    pub taken_at: u64,
    /// Its call stacks, in the order of the profile.
    pub stacks: Vec<NamedStack>,
}

/// A call stack with live blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedStack {
    /// Its frames, innermost first. A frame without an address stands for a call stack that is not known.
    pub frames: Vec<Frame>,
    /// Live blocks.
    pub live_blocks: u64,
    /// Live bytes, as requested.
    pub live_bytes: u64,
}

/// A line of the program, with the sum of the call stacks for which it is responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// The allocating function, chosen as in a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// The package of the place, if it is a dependency.
    pub package: Option<Package>,
    /// Live blocks.
    pub live_blocks: u64,
    /// Live bytes.
    pub live_bytes: u64,
    /// The call stack with the most bytes, innermost first.
    pub stack: Vec<Frame>,
    /// The bytes of that call stack.
    #[serde(skip)]
    stack_bytes: u64,
}

/// What identifies a line.
pub(super) type LineKey = (Option<String>, Option<u32>, String);

pub(super) fn name(profile: &Profile, resolver: &mut Resolver) -> NamedProfile {
    let program = profile.program.as_deref();
    let stacks = profile.stacks.iter().map(|stack| {
        let mut frames = frames(profile.calls(stack), program, resolver);
        if let (true, Some(what)) = (frames.is_empty(), &stack.what) {
            frames.push(Frame::named(what, Owner::Unknown));
        }
        NamedStack {
            frames: frames.iter().map(Frame::reported).collect(),
            live_blocks: stack.blocks,
            live_bytes: stack.bytes,
        }
    });
    NamedProfile {
        stacks: stacks.collect(),
        program: profile.program.clone(),
        build_id: profile.build_id.clone(),
        process: profile.process,
        taken_at: profile.taken_at,
    }
}

/// The frames of a call stack, innermost first, without the meter's hooks.
pub(super) fn frames(
    calls: impl Iterator<Item = u64>,
    program: Option<&str>,
    resolver: &mut Resolver,
) -> Vec<Frame> {
    site::outside_the_meter(calls.flat_map(|call| resolver.frames(call, program)).collect())
}

/// The frame that is responsible for a call stack.
pub(super) fn culprit(frames: &[Frame]) -> Frame {
    let at = site::culprit(frames).unwrap_or(0);
    frames.get(at).cloned().unwrap_or_else(|| Frame::named("code without names", Owner::Unknown))
}

impl Line {
    /// The same line, with nothing live.
    pub(super) fn emptied(&self) -> Self {
        Self { live_blocks: 0, live_bytes: 0, ..self.clone() }
    }
}

impl NamedProfile {
    /// Live blocks.
    pub fn live_blocks(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.live_blocks).sum()
    }

    /// Live bytes.
    pub fn live_bytes(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.live_bytes).sum()
    }

    /// The lines with live blocks, most bytes first.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = self.by_line().into_values().collect();
        let order = |line: &Line| {
            (std::cmp::Reverse((line.live_bytes, line.live_blocks)), line.function.clone())
        };
        lines.sort_by_key(order);
        lines
    }

    pub(super) fn by_line(&self) -> HashMap<LineKey, Line> {
        let mut lines: HashMap<LineKey, Line> = HashMap::new();
        for stack in &self.stacks {
            let culprit = culprit(&stack.frames);
            let key = (culprit.file.clone(), culprit.line, culprit.function.clone());
            let line = lines.entry(key).or_insert_with(|| Line {
                function: culprit.function,
                file: culprit.file,
                line: culprit.line,
                package: culprit.package,
                live_blocks: 0,
                live_bytes: 0,
                stack: stack.frames.clone(),
                stack_bytes: stack.live_bytes,
            });
            line.live_blocks += stack.live_blocks;
            line.live_bytes += stack.live_bytes;
            if stack.live_bytes > line.stack_bytes {
                line.stack.clone_from(&stack.frames);
                line.stack_bytes = stack.live_bytes;
            }
        }
        lines
    }
}

/// The lines with the most live bytes.
impl fmt::Display for NamedProfile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = units::plural(self.live_blocks(), "block");
        writeln!(out, "{} live in {blocks}", units::bytes(self.live_bytes() as f64))?;
        let lines = self.lines();
        for (line, number) in lines.iter().take(MOST_LINES).zip(1..) {
            let blocks = units::plural(line.live_blocks, "block");
            let function = with_package(&line.function, line.package.as_ref());
            writeln!(
                out,
                "\n{number}. {} in {blocks}: {function}",
                units::bytes(line.live_bytes as f64)
            )?;
            write_place(out, line.file.as_deref(), line.line)?;
            write_stack(out, &line.stack, &line.function)?;
        }
        if lines.len() > MOST_LINES {
            let more = units::plural((lines.len() - MOST_LINES) as u64, "more line");
            writeln!(out, "\n... and {more}")?;
        }
        Ok(())
    }
}

/// The file and line of a place, if they are known, on a line of their own.
pub(super) fn write_place(
    out: &mut fmt::Formatter<'_>,
    file: Option<&str>,
    line: Option<u32>,
) -> fmt::Result {
    match (file, line) {
        (Some(file), Some(line)) => writeln!(out, "   {file}:{line}"),
        _ => Ok(()),
    }
}

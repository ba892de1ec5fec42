//! Formats a report as text, for the reader of a failed test.

use std::fmt;

use super::{Growth, Report, Suppressed};
use crate::holders::Holders;
use crate::series::Resource;
use crate::site::{Attribution, Grain, Site, with_package, write_stack};
use crate::units;
use crate::verdict::Verdict;

/// The report in one line.
pub(super) fn summary(report: &Report) -> String {
    let operations = units::plural(report.operations(), "operation");
    let rounds = units::plural(report.rounds.len() as u64, "round");
    let mut line = format!("{}: {operations} in {rounds}", report.verdict);
    let blocks = report.growth_of(Resource::LiveBlocks).and_then(|growth| growth.detection_limit);
    if let Some(limit) = blocks {
        let limit = units::per_operation(Resource::LiveBlocks, limit);
        line.extend(["; a leak of blocks above ", &limit, " would show"]);
    }
    line
}

/// The maximum number of findings shown in full; the others are only counted.
const MOST_FINDINGS: usize = 5;

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = units::plural(self.rounds.len() as u64, "round");
        let operations = units::plural(self.operations(), "operation");
        writeln!(out, "{} after {operations} in {rounds}", self.verdict)?;
        if let Some(stopped) = &self.stopped {
            writeln!(out, "The workload could not go on: {stopped}")?;
        }
        if let Some(end) = &self.ended_early {
            writeln!(out, "The load ended early: {end}")?;
        }
        for growth in &self.growth {
            write_growth(out, growth)?;
        }
        let opens = self.growth_of(Resource::OpenFiles);
        if opens.is_some_and(|growth| growth.verdict == Verdict::Growing) {
            for files in &self.open_files {
                writeln!(out, "    {}: {} -> {}", files.group, files.first, files.last)?;
            }
        }
        for gauge in &self.gauges {
            write!(out, "  {}: {}", gauge.name, gauge.verdict)?;
            match (gauge.verdict, gauge.per_operation) {
                (Verdict::Growing, Some(rate)) => {
                    writeln!(out, ", {} per operation", units::number(rate))?;
                }
                (Verdict::Steady, _) => writeln!(out)?,
                _ => writeln!(out, ": {}", gauge.reason)?,
            }
        }
        write_unavailable(out, &self.unavailable)?;
        if self.grows_nowhere_alone() {
            writeln!(
                out,
                "\nLive memory grows, but no single line grows by itself: the growth is spread over many \
                 lines. More operations in each round may show it."
            )?;
        }
        for (at, site) in self.sites.iter().take(MOST_FINDINGS).enumerate() {
            writeln!(out)?;
            write_site(out, at + 1, site)?;
        }
        if self.sites.len() > MOST_FINDINGS {
            let more = (self.sites.len() - MOST_FINDINGS) as u64;
            writeln!(out, "\n... and {}", units::plural(more, "more place"))?;
        }
        write_holders(out, self.holders.as_ref())?;
        write_suppressed(out, &self.suppressed)?;
        self.write_notes(out)
    }
}

impl Report {
    /// Writes notes on the run, besides its findings.
    fn write_notes(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.unmatched_suppressions.is_empty() {
            let unmatched = self.unmatched_suppressions.join(", ");
            writeln!(out, "\nNote: these suppressions matched nothing in this run: {unmatched}.")?;
        }
        if self.captured_output_bytes > 0 {
            writeln!(
                out,
                "\nNote: the test harness captured output during the soak ({} are live); it is not \
                 counted here. Run with --nocapture to see the output.",
                units::bytes(self.captured_output_bytes as f64)
            )?;
        }
        if self.other_tests_bytes > 0 {
            writeln!(
                out,
                "\nNote: other tests in this process allocated memory during the soak ({} are live); \
                 it is not counted here. A soak in a process of its own is faster and detects more.",
                units::bytes(self.other_tests_bytes as f64)
            )?;
        }
        if let Some(advice) = &self.attribution.advice {
            writeln!(out, "\nNote: {advice}.")?;
        }
        if self.sites.iter().any(|site| site.line.is_none() && !site.stack.is_empty()) {
            let build = match &self.attribution.build_id {
                Some(id) => format!("build id {id}"),
                None => "it has no build id".to_owned(),
            };
            writeln!(
                out,
                "\nNote: lines are missing. `addr2line --demangle --functions --inlines --exe <file> \
                 <address>` names an address, given a copy of this program with debug information \
                 ({build})."
            )?;
        }
        write_refused(out, &self.attribution)
    }

    /// Whether the heap as a whole grows, but no known place in the program does.
    fn grows_nowhere_alone(&self) -> bool {
        let heap = [Resource::LiveBlocks, Resource::LiveBytes];
        self.growing().any(|growth| heap.contains(&growth.resource))
            && self.sites.iter().all(|site| site.verdict != Verdict::Growing)
    }
}

fn write_growth(out: &mut fmt::Formatter<'_>, growth: &Growth) -> fmt::Result {
    let name = growth.resource.name();
    write!(out, "  {name}: {}", growth.verdict)?;
    let figure = |value: f64| units::figure(growth.resource, value);
    match (growth.verdict, growth.per_operation, growth.low, growth.high) {
        (Verdict::Growing, Some(rate), Some(low), Some(high)) => {
            writeln!(
                out,
                ", {} per operation (95 % interval {} to {})",
                figure(rate),
                figure(low),
                figure(high)
            )
        }
        (Verdict::Steady, ..) => match growth.detection_limit {
            Some(limit) => {
                let limit = units::per_operation(growth.resource, limit);
                writeln!(out, " (a leak above {limit} would show)")
            }
            None => writeln!(out),
        },
        _ => writeln!(out, ": {}", growth.reason),
    }
}

/// What holds the blocks of the growing places.
pub(crate) fn write_holders(
    out: &mut fmt::Formatter<'_>,
    holders: Option<&Holders>,
) -> fmt::Result {
    match holders {
        Some(holders) => write!(out, "\nWho holds it:\n{holders}"),
        None => Ok(()),
    }
}

pub(crate) fn write_suppressed(
    out: &mut fmt::Formatter<'_>,
    suppressed: &[Suppressed],
) -> fmt::Result {
    suppressed.iter().try_for_each(|Suppressed { site, reason }| {
        writeln!(out, "\nSuppressed: {} ({reason})", site.function)
    })
}

/// The resources that could not be counted, and why.
pub(crate) fn write_unavailable<'a>(
    out: &mut fmt::Formatter<'_>,
    unavailable: impl IntoIterator<Item = (&'a Resource, &'a String)>,
) -> fmt::Result {
    for (resource, reason) in unavailable {
        writeln!(out, "  {}: not available ({reason})", resource.name())?;
    }
    Ok(())
}

/// Notes how many allocations had no room for their call site.
pub(crate) fn write_refused(
    out: &mut fmt::Formatter<'_>,
    attribution: &Attribution,
) -> fmt::Result {
    match attribution.sites_refused as u64 {
        0 => Ok(()),
        refused => writeln!(
            out,
            "\nNote: {} came from more call sites than the meter has room for; they are counted, \
             but not distinguished.",
            units::plural(refused, "allocation")
        ),
    }
}

/// The verdict on a place, with its function and its line.
pub(crate) fn write_place(out: &mut fmt::Formatter<'_>, number: usize, site: &Site) -> fmt::Result {
    let function = with_package(&site.function, site.package.as_ref());
    writeln!(out, "{number}. {}: {function}", site.verdict)?;
    if let (Some(file), Some(line)) = (&site.file, site.line) {
        writeln!(out, "   {file}:{line}")?;
    } else if let Some(why) = &site.no_line {
        writeln!(out, "   {why}")?;
        let mut of_site = site.stack.iter().filter(|frame| frame.function == site.function);
        if let Some(address) = of_site.find_map(|frame| frame.address) {
            writeln!(out, "   address {address:#x} in the program's file")?;
        }
    }
    match site.through() {
        Some(dependency) => writeln!(out, "   through {}", dependency.with_package()),
        None => Ok(()),
    }
}

fn write_site(out: &mut fmt::Formatter<'_>, number: usize, site: &Site) -> fmt::Result {
    write_place(out, number, site)?;
    let rate = |value: Option<f64>| value.unwrap_or(0.0);
    let [low, high] = [site.bytes_low, site.bytes_high].map(|value| units::bytes(rate(value)));
    let interval = if low == high { String::new() } else { format!(" ({low} to {high})") };
    writeln!(
        out,
        "   {} blocks and {}{interval} per operation; {}, {} live",
        units::number(rate(site.blocks_per_operation)),
        units::bytes(rate(site.bytes_per_operation)),
        units::plural(site.live_blocks, "block"),
        units::bytes(site.live_bytes as f64)
    )?;
    writeln!(out, "   {}", site.reason)?;
    if site.grain == Grain::Line {
        writeln!(out, "   no single call path to this line grows by itself; together they do")?;
    }
    match &site.signature {
        Some(signature) => writeln!(out, "   signature {signature}")?,
        None => writeln!(
            out,
            "   it cannot be suppressed: a signature is made from function names, and none is known \
             here"
        )?,
    }
    write_stack(out, &site.stack, &site.function)
}

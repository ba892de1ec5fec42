//! Formats a watch's report as text.

use std::fmt;
use std::time::Duration;

use super::Watch;
use super::report::{WatchReport, WatchedLine};
use crate::report::Growth;
use crate::report::text::{
    write_holders, write_place, write_refused, write_suppressed, write_unavailable,
};
use crate::series::Resource;
use crate::site::write_stack;
use crate::units;
use crate::verdict::Verdict;

/// The maximum number of lines that are shown in full; the others are only counted.
const MOST_LINES: usize = 5;

impl fmt::Display for WatchReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = units::span(Duration::from_secs_f64(self.seconds));
        let readings = units::plural(self.readings as u64, "reading");
        match &self.unit {
            Some(unit) => {
                let work = units::plural(self.work, unit);
                writeln!(out, "{} after {work} in {time} ({readings})", self.verdict)?;
            }
            None => writeln!(out, "{} after {time} ({readings})", self.verdict)?,
        }
        if let Some(why) = &self.no_verdict {
            writeln!(out, "No verdict: {why}.")?;
        }
        if let Some(now) = self.now {
            let blocks = units::plural(now.live_blocks, "block");
            write!(out, "  live now: {} in {blocks}", units::bytes(now.live_bytes as f64))?;
            if let Some(resident) = now.resident_bytes {
                write!(out, "; resident: {}", units::bytes(resident as f64))?;
            }
            writeln!(out)?;
        }
        for growth in &self.growth {
            self.write_growth(out, growth)?;
        }
        if self.no_verdict.is_none() {
            // Resources that no watch measures are left out: their absence says nothing about this service.
            let measured =
                |(resource, _): &(&Resource, _)| !Watch::NEVER_MEASURED.contains(resource);
            write_unavailable(out, self.unavailable.iter().filter(measured))?;
        }
        for (line, number) in self.lines.iter().take(MOST_LINES).zip(1..) {
            writeln!(out)?;
            self.write_line(out, number, line)?;
        }
        if self.lines.len() > MOST_LINES {
            let more = (self.lines.len() - MOST_LINES) as u64;
            writeln!(out, "\n... and {}", units::plural(more, "more line"))?;
        }
        write_holders(out, self.holders.as_ref())?;
        write_suppressed(out, &self.suppressed)?;
        if let Some(attribution) = &self.attribution {
            if let Some(advice) = &attribution.advice {
                writeln!(out, "\nNote: {advice}.")?;
            }
            write_refused(out, attribution)?;
        }
        Ok(())
    }
}

impl WatchReport {
    fn write_growth(&self, out: &mut fmt::Formatter<'_>, growth: &Growth) -> fmt::Result {
        write!(out, "  {}: {}", growth.resource.name(), growth.verdict)?;
        match (growth.verdict, growth.per_operation) {
            (Verdict::Growing, Some(rate)) => {
                let figure = |value: f64| units::figure(growth.resource, value);
                writeln!(out, ", {}", self.rates(rate, figure))
            }
            (Verdict::Steady, _) => writeln!(out),
            _ => writeln!(out, ": {}", growth.reason),
        }
    }

    /// A rate per unit of work: `10.0 per 1,000 requests, 72,000 per hour`.
    fn rates(&self, rate: f64, figure: impl Fn(f64) -> String) -> String {
        let per_hour = format!("{} per hour", figure(rate * self.work_per_hour()));
        match &self.unit {
            Some(unit) => {
                let many = units::plural(1000, unit);
                format!("{} per {many}, {per_hour}", figure(1000.0 * rate))
            }
            None => per_hour,
        }
    }

    fn write_line(
        &self,
        out: &mut fmt::Formatter<'_>,
        number: usize,
        line: &WatchedLine,
    ) -> fmt::Result {
        let site = &line.site;
        write_place(out, number, site)?;
        if let (Some(blocks), Some(bytes)) = (site.blocks_per_operation, site.bytes_per_operation) {
            let blocks = self.rates(blocks, |value| units::figure(Resource::LiveBlocks, value));
            writeln!(out, "   blocks: {blocks}")?;
            writeln!(out, "   bytes: {}", self.rates(bytes, units::bytes))?;
        }
        if let Some(growing) = self.growing_for(line) {
            writeln!(out, "   growing for at least {}", units::span(growing))?;
        }
        let blocks = units::plural(site.live_blocks, "block");
        writeln!(out, "   {blocks}, {} live", units::bytes(site.live_bytes as f64))?;
        writeln!(out, "   {}", site.reason)?;
        if let Some(signature) = &site.signature {
            writeln!(out, "   signature {signature}")?;
        }
        write_stack(out, &site.stack, &site.function)
    }
}

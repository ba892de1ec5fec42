//! Memory while the load changes, and its meaning for the bug report's server.

use std::io::Write;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use exercise_harness::{Phase, Phases, explain, units};
use leak_meter::Resource;

use super::palette::{STRONG, paint};
use super::width;
use crate::document::ExerciseResult;
use crate::text::wrapped;
use crate::workspace::Version;

/// The bug report: the memory in bytes after so many hours.
const REPORTED: [(u32, f64); 4] = [(0, 200e6), (6, 500e6), (12, 1e9), (24, 2e9)];

/// By which factor two growth rates may differ and still count as the same.
const SAME: f64 = 1.5;

/// Prints the phases in `result`, if it has any.
pub fn print(out: &mut impl Write, result: &ExerciseResult) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for version in &result.versions {
        if let Some(why) = &version.phases_message {
            not_measured(out, version.version, why)?;
        }
        found.extend(version.phases.as_ref().map(|phases| (version.version, phases)));
    }
    if found.is_empty() {
        return Ok(());
    }
    table_of_phases(out, &found)?;
    let growth = result.version(Version::Exercise).and_then(|version| {
        let growing = version.growing(&[Resource::LiveBytes]);
        growing.into_iter().find(|growth| growth.resource == Resource::LiveBytes)?.per_operation
    });
    if let Some(bytes) = growth {
        bug_report(out, bytes, result.requests_per_second)?;
    }
    Ok(())
}

fn table_of_phases(out: &mut impl Write, phases: &[(Version, &Phases)]) -> anyhow::Result<()> {
    writeln!(out, "\n{}", paint(STRONG, "Live memory while the load changes"))?;
    let mut table = table();
    let per_second = |phase: &Phase| match phase.operations {
        0 => "-".to_owned(),
        _ => format!("{:.0}", phase.rate()),
    };
    table.set_header(["", "phase", "op. per s", "before", "after", "per op."]);
    for (version, phases) in phases {
        for (at, phase) in phases.phases.iter().enumerate() {
            table.add_row([
                if at == 0 { version.to_string() } else { String::new() },
                phase.name.clone(),
                per_second(phase),
                units::bytes(phase.bytes_before as f64),
                units::bytes(phase.bytes_after as f64),
                phase.per_operation().map_or_else(|| "-".to_owned(), units::bytes),
            ]);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    for (version, phases) in phases {
        for line in wrapped(&meaning(*version, phases), width::text()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn not_measured(out: &mut impl Write, version: Version, why: &str) -> anyhow::Result<()> {
    let sentence = format!("\nThe {version} was not measured while the load changes. {why}");
    for line in wrapped(&sentence, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn table() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.style_mut().row_separator = comfy_table::LineStyle::none();
    table
}

/// The meaning of a version's phases, in a sentence or two.
fn meaning(version: Version, phases: &Phases) -> String {
    if phases.is_kept() {
        return format!("The memory of the {version} does not follow its traffic.");
    }
    let quiet = phases.phases.iter().find(|phase| phase.operations == 0);
    let falls = quiet.is_some_and(|phase| phase.change() < -phases.limit_per_operation);
    let quiet = if falls { "falls" } else { "does not fall" };
    let left: Vec<f64> = phases.phases.iter().filter_map(Phase::per_operation).collect();
    let least = left.iter().copied().fold(f64::INFINITY, f64::min);
    let most = left.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let growth = if least > 0.0 && most <= least * SAME {
        "the growth per operation is the same at both rates: memory follows the traffic, not the \
         time"
    } else {
        "the growth per operation differs between the rates"
    };
    format!("The memory of the {version} {quiet} in the quiet phase, and {growth}.")
}

/// The rows of the bug report, beside the measured growth of `bytes` per operation at `rate`.
fn bug_report(out: &mut impl Write, bytes: f64, rate: f64) -> anyhow::Result<()> {
    let mut table = table();
    table.set_header(["hours since start", "reported", "at the measured growth"]);
    for (hours, reported) in REPORTED {
        let measured = explain::START_BYTES + bytes * rate * f64::from(hours) * 3600.0;
        let measured = units::bytes(measured);
        table.add_row([hours.to_string(), units::bytes(reported), measured]);
    }
    writeln!(out)?;
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let growth = units::bytes(bytes);
    writeln!(out, "At {}, each of which leaves {growth} behind.", units::rate(rate))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(bytes: [u64; 4]) -> String {
        let phase = |at: usize, operations| Phase {
            name: "traffic".to_owned(),
            operations,
            nanoseconds: 1,
            bytes_before: bytes[at],
            bytes_after: bytes[at + 1],
        };
        let phases = vec![phase(0, 10), phase(1, 0), phase(2, 20)];
        meaning(Version::Exercise, &Phases { phases, limit_per_operation: 5.0 })
    }

    #[test]
    fn the_sentence_describes_the_phases() {
        assert!(sentence([0, 100, 100, 310]).contains(
            "does not fall in the quiet phase, and the growth per operation is the same"
        ));
        assert!(
            sentence([0, 100, 20, 500])
                .contains("falls in the quiet phase, and the growth per operation differs")
        );
        assert!(sentence([0, 10, 0, 10]).contains("does not follow its traffic"));
    }
}

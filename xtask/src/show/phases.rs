//! Memory while the load changes, and what that means for the bug report's server.

use std::io::Write;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use exercise_harness::{Phase, Phases, explain, units};

use super::palette::{STRONG, paint};
use super::words::{width, wrapped};
use crate::workspace::Version;

/// What the bug report says: memory after so many hours, in bytes.
const REPORTED: [(u32, f64); 4] = [(0, 200e6), (6, 500e6), (12, 1e9), (24, 2e9)];

/// How far apart two rates of growth may be that are called the same.
const SAME: f64 = 1.5;

/// Prints the phases of each version, and the bug report's rows beside what `bytes_per_operation`
/// of the exercise comes to at `rate`.
pub fn print(
    phases: &[(Version, &Phases)],
    bytes_per_operation: Option<f64>,
    rate: f64,
) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
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
        for line in wrapped(&meaning(*version, phases), width()) {
            writeln!(out, "{line}")?;
        }
    }
    if let Some(bytes) = bytes_per_operation {
        reported(&mut out, bytes, rate)?;
    }
    Ok(())
}

/// A version whose phases came to no end, and why.
pub fn not_measured(version: Version, why: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let sentence = format!("\nThe {version} was not measured while the load changes. {why}");
    for line in wrapped(&sentence, width()) {
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

/// What the phases of a version show, in a sentence or two.
fn meaning(version: Version, phases: &Phases) -> String {
    if phases.is_kept() {
        return format!("What the {version} holds does not follow its traffic.");
    }
    let quiet = phases.phases.iter().find(|phase| phase.operations == 0);
    let falls = quiet.is_some_and(|phase| phase.change() < -phases.limit_per_operation);
    let quiet = if falls { "falls" } else { "does not fall" };
    let left: Vec<f64> = phases.phases.iter().filter_map(Phase::per_operation).collect();
    let least = left.iter().copied().fold(f64::INFINITY, f64::min);
    let most = left.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let growth = if least > 0.0 && most <= least * SAME {
        "what an operation leaves behind is the same at both rates: memory follows the traffic, not \
         the time"
    } else {
        "what an operation leaves behind differs from one rate to the other"
    };
    format!("The memory of the {version} {quiet} in the quiet phase, and {growth}.")
}

/// The bug report's rows: reported, and what this growth comes to.
fn reported(out: &mut impl Write, bytes: f64, rate: f64) -> anyhow::Result<()> {
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

    fn said_of(bytes: [u64; 4]) -> String {
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
    fn the_sentence_says_what_the_phases_show() {
        assert!(said_of([0, 100, 100, 310]).contains(
            "does not fall in the quiet phase, and what an operation leaves behind is the same"
        ));
        assert!(
            said_of([0, 100, 20, 500])
                .contains("falls in the quiet phase, and what an operation leaves behind differs")
        );
        assert!(said_of([0, 10, 0, 10]).contains("does not follow its traffic"));
    }
}

//! Cases in the wild: the list, and the measurement of one.

use std::io::Write;

use exercise_harness::explain;
use leak_meter::Verdict;

use super::palette::{BAD, GOOD, STRONG, paint};
use super::{holder, width};
use crate::text::wrapped;
use crate::wild::{Case, CaseResult, Way};

/// How many lines about holders are shown.
const HOLDERS: usize = 12;

/// Prints one line per case.
pub fn list(out: &mut impl Write, cases: &[Case]) -> anyhow::Result<()> {
    for case in cases {
        let pinned = format!("{} {}", case.about.dependency, case.about.pinned);
        writeln!(out, "{:20} {pinned:22} {}", case.name, case.metadata.summary)?;
    }
    writeln!(
        out,
        "\n{}",
        paint(STRONG, "Next: cargo xtask wild NAME (the first time needs a network)")
    )?;
    writeln!(out, "Read: wild/README.md")?;
    Ok(())
}

/// Prints the measurement of a case, and the next step.
pub fn result(out: &mut impl Write, case: &Case, result: &CaseResult) -> anyhow::Result<()> {
    let heading = format!("{}: {}", case.name, case.metadata.title);
    let resolved = &result.resolved;
    let source = if resolved.is_patched { ", from a folder by [patch]" } else { "" };
    writeln!(out, "{}", paint(STRONG, &heading))?;
    writeln!(out, "built with {} {}{source}\n", case.about.dependency, resolved.version)?;
    let failures = result.failures(case);
    for measured in &result.measured {
        let failed = failures.iter().any(|(trial, _)| *trial == measured.trial);
        let word = if failed { paint(BAD, "FAIL") } else { paint(GOOD, "pass") };
        writeln!(out, "  {word}  {}", measured.trial)?;
    }
    if let Some(way) = result.way(case) {
        let what = match way {
            Way::Update => {
                format!("by an update, from {} to {}", case.about.pinned, resolved.version)
            }
            Way::Upstream => "by a fix of the dependency itself".to_owned(),
            Way::WorkAround => "by the service, which now avoids the leak".to_owned(),
        };
        writeln!(out, "\n{} {what}.", paint(GOOD, "Accepted:"))?;
        writeln!(out, "The story: wild/{}/SOLUTION.md", case.name)?;
        return Ok(());
    }
    for (trial, sentence) in failures.iter().filter(|(trial, _)| trial.starts_with("behaviour")) {
        writeln!(out, "\n{trial}")?;
        for line in wrapped(sentence, width::text()) {
            writeln!(out, "  {line}")?;
        }
    }
    if let Some(report) = result.report() {
        writeln!(out)?;
        let places = explain::places(&report.sites, Verdict::Growing);
        for line in places.into_iter().flat_map(explain::Section::all) {
            writeln!(out, "{line}")?;
        }
    }
    dependencies(out, case, result)?;
    let holders = result.holders();
    if !holders.is_empty() {
        writeln!(out, "Who holds it:")?;
    }
    for line in holder::first_lines(holders, HOLDERS) {
        writeln!(out, "  {line}")?;
    }
    let next = format!(
        "Next: reduce it to a test of ten lines; then update {0}, work around it in wild/{1}/src, or fix a \
         copy of it with [patch]. Any of these is accepted.",
        case.about.dependency, case.name
    );
    writeln!(out)?;
    for line in wrapped(&next, width::text()) {
        writeln!(out, "{}", paint(STRONG, &line))?;
    }
    Ok(())
}

fn dependencies(out: &mut impl Write, case: &Case, result: &CaseResult) -> anyhow::Result<()> {
    let found = result.dependencies();
    let text = if found.is_empty() {
        format!(
            "No dependency allocated the memory that stays: the service did, and passed it on. The receiver \
             has lost it or still has it. Its dependencies: wild/{}/Cargo.toml",
            case.name
        )
    } else {
        format!("The growing lines pass through these dependencies: {}", found.join(", "))
    };
    for line in wrapped(&text, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Prints the outcome of one check of an author.
pub fn check(
    out: &mut (impl Write + ?Sized),
    case: &str,
    what: &str,
    wrongs: &[String],
) -> anyhow::Result<()> {
    let word = if wrongs.is_empty() { paint(GOOD, "proven") } else { paint(BAD, "FAILED") };
    writeln!(out, "  {word}   {case}: {what}")?;
    for wrong in wrongs {
        writeln!(out, "           {}", wrong.replace('\n', "\n           "))?;
    }
    Ok(())
}

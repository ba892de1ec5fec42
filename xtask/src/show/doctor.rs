//! The result of each check of this machine.

use std::io::{self, Write};

use crate::doctor::{Check, Outcome};

/// Prints one check.
pub fn check(out: &mut (impl Write + ?Sized), check: &Check) -> io::Result<()> {
    let word = match check.outcome {
        Outcome::Good => "ok",
        Outcome::Unknown => "note",
        Outcome::Missing => "MISSING",
    };
    writeln!(out, "{word:8}{:12}{}", check.name, check.sentence)?;
    if let Some(remedy) = &check.remedy {
        writeln!(out, "{:20}{remedy}", "")?;
    }
    Ok(())
}

/// Prints whether the machine is ready, given the names of the failed checks.
pub fn summary(out: &mut impl Write, missing: &[&str]) -> io::Result<()> {
    match missing {
        [] => writeln!(out, "\nReady."),
        missing => writeln!(out, "\nNot ready: {}.", missing.join(", ")),
    }
}

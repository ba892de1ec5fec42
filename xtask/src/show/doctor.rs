//! The result of each check of this machine.

use std::io::{self, Write};

use crate::doctor::{MachineCheck, Readiness};

/// Prints one check.
pub fn check(out: &mut (impl Write + ?Sized), check: &MachineCheck) -> io::Result<()> {
    let word = match check.outcome {
        Readiness::Good => "ok",
        Readiness::Unknown => "note",
        Readiness::Missing => "MISSING",
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

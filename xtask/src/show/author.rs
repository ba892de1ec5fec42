//! The patterns, fixes and metadata that commands write for authors.

use std::io::{self, Write};

use exercise_harness::units;

use crate::verify::measured_leak::AcceptedLeak;
use crate::verify::record::Recorded;
use crate::verify::shipped::AcceptedFiles;
use crate::workspace::{Exercise, Version};

/// A skeleton was created in these folders.
pub fn created(out: &mut impl Write, name: &str, folders: &[String]) -> io::Result<()> {
    writeln!(out, "Created {name}: a small service that leaks, its fix, and one wrong fix.")?;
    folders.iter().try_for_each(|folder| writeln!(out, "  {folder}"))?;
    writeln!(out, "  and a line in Cargo.toml\n")?;
    writeln!(out, "Next: cargo xtask run {name}")?;
    writeln!(out, "Still to be written: cargo xtask verify {name} --form")
}

/// An edit of `exercise` was recorded.
pub fn recorded(out: &mut impl Write, exercise: &Exercise, recorded: &Recorded) -> io::Result<()> {
    let name = &exercise.name;
    let verb = if recorded.renewed { "Renewed" } else { "Recorded" };
    writeln!(out, "{verb} {}, which changes {}.", recorded.place, recorded.changed.join(", "))?;
    writeln!(out, "exercises/{name} is as shipped again.")?;
    if let Some(backup) = &recorded.backup {
        let folder = backup.folder.strip_prefix(&exercise.root).unwrap_or(&backup.folder);
        writeln!(out, "Your edit is saved in {}", folder.display())?;
    }
    writeln!(out, "\nNext: cargo xtask verify {name}")
}

/// What proves the exercises that were accepted.
pub fn next_is_proof(out: &mut impl Write, names: &[String]) -> io::Result<()> {
    let only = if let [name] = names { format!(" {name}") } else { String::new() };
    writeln!(out, "Next: cargo xtask verify{only}")
}

/// The current files of `exercise` were accepted as the shipped ones.
pub fn accepted_files(
    out: &mut impl Write,
    exercise: &Exercise,
    accepted: &AcceptedFiles,
) -> io::Result<()> {
    let folder = exercise.folder(Version::Exercise);
    match accepted {
        AcceptedFiles::Same => writeln!(out, "{folder}: the lock is up to date.")?,
        AcceptedFiles::New { files } => {
            writeln!(out, "{folder}: shipped now, {}.", units::plural(*files as u64, "file"))?;
        }
        AcceptedFiles::Changed(changes) => {
            writeln!(out, "{folder}: shipped now with these changes:")?;
            changes.iter().try_for_each(|change| writeln!(out, "  {change}"))?;
        }
    }
    writeln!(out)
}

/// The measured leak of `exercise` was accepted as the declared one.
pub fn accepted_leak(
    out: &mut (impl Write + ?Sized),
    exercise: &Exercise,
    accepted: &AcceptedLeak,
) -> io::Result<()> {
    write!(out, "{}: ", exercise.metadata_file())?;
    match accepted {
        AcceptedLeak::Same => write!(out, "it already declares what was measured.")?,
        AcceptedLeak::NothingGrows(reason) => write!(out, "left unchanged: {reason}.")?,
        AcceptedLeak::Changed(changes) => {
            write!(out, "it now declares what was measured:")?;
            for (field, old, new) in changes {
                write!(out, "\n  [leak].{field}: {old} -> {new}")?;
            }
        }
    }
    writeln!(out, "\n")
}

//! What authors are told of the patterns, fixes and metadata that commands write for them.

use std::io::{self, Write};

use crate::commands::verify::observed::Accepted;
use crate::commands::verify::pattern::Pattern;
use crate::commands::verify::record::Recorded;
use crate::workspace::Workspace;

/// A skeleton was made, in these folders.
pub fn made(name: &str, folders: &[String]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "Made {name}: a small service that leaks, its fix, and one wrong fix.")?;
    folders.iter().try_for_each(|folder| writeln!(out, "  {folder}"))?;
    writeln!(out, "  and its line in Cargo.toml\n")?;
    writeln!(out, "Next: cargo xtask run {name}")?;
    writeln!(out, "What is still to be written: cargo xtask verify {name} --form")
}

/// An edit of the exercise `name` was recorded.
pub fn recorded(workspace: &Workspace, name: &str, recorded: &Recorded) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let verb = if recorded.renewed { "Renewed" } else { "Recorded" };
    writeln!(out, "{verb} {}, a change of {}.", recorded.place, recorded.changed.join(", "))?;
    writeln!(out, "exercises/{name} is as shipped again.")?;
    if let Some(kept) = &recorded.kept {
        let folder = kept.folder.strip_prefix(&workspace.root).unwrap_or(&kept.folder);
        writeln!(out, "Your edit is kept in {}", folder.display())?;
    }
    writeln!(out, "\nNext: cargo xtask verify {name}")
}

/// What was observed of the leak of `pattern` was taken for what is declared.
pub fn observed(pattern: &Pattern, accepted: &Accepted) -> io::Result<()> {
    writeln!(anstream::stdout().lock(), "{}: {accepted}\n", pattern.metadata_file())
}

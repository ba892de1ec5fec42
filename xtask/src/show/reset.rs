//! What came of a reset: where everything is now.

use std::io::Write;
use std::path::Path;

use super::palette::{GOOD, paint};
use crate::commands::reset::Done;
use crate::workspace::{Entry, Version, Workspace};

/// Prints what was done with `entry`.
pub fn print(workspace: &Workspace, entry: &Entry, done: &Done) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for line in lines(workspace, entry, done) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What was done with `entry`, in lines.
pub fn lines(workspace: &Workspace, entry: &Entry, done: &Done) -> Vec<String> {
    let name = &entry.name;
    let place = Version::Exercise.folder(name);
    let short =
        |path: &Path| path.strip_prefix(&workspace.root).unwrap_or(path).display().to_string();
    match done {
        Done::WasAsShipped => vec![format!("{place} is as it was shipped already.")],
        Done::AsShipped(kept) => vec![
            paint(GOOD, &format!("{place} is as it was shipped.")),
            "Your version is kept in".to_owned(),
            format!("  {}", short(&kept.folder)),
            format!("Bring it back:  cargo xtask reset {name} --undo"),
        ],
        Done::Back { kept, instead } => {
            let mut lines = vec![
                paint(GOOD, &format!("{place} is your version again, from")),
                format!("  {}", short(&kept.folder)),
            ];
            if let Some(instead) = instead {
                lines.push("What was there instead is kept in".to_owned());
                lines.push(format!("  {}", short(&instead.folder)));
            }
            lines.push(format!("Next: cargo xtask test {name}"));
            lines
        }
    }
}

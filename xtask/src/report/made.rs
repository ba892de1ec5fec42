//! When, where and from what a report was made.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Zoned;

use crate::cargo;

/// The facts about a report, each with its name.
pub fn facts(root: &Path, release: bool) -> Vec<(&'static str, String)> {
    let profile = if release { "release, optimised" } else { "dev, not optimised" };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    vec![
        ("date", Zoned::now().strftime("%Y-%m-%d %H:%M (UTC%:z)").to_string()),
        (
            "system",
            format!("{} {}, {processors} processors", std::env::consts::OS, std::env::consts::ARCH),
        ),
        ("compiler", cargo::version().unwrap_or_else(|error| format!("{error:#}"))),
        ("commit", commit(root).unwrap_or_else(|| "not in a git repository".to_owned())),
        ("profile", profile.to_owned()),
    ]
}

/// The commit, and whether files differ from it.
fn commit(root: &Path) -> Option<String> {
    let id = git(root, &["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(root, &["status", "--porcelain"])?.is_empty();
    Some(if changed { format!("{id}, with changes") } else { id })
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

//! Starts cargo: builds memory tests and programs, and copies dependencies.
//!
//! Builds select the same packages every time, because another selection may unify other features and
//! rebuild the dependencies.

mod offline;
mod output;
mod prebuilt;

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

pub use self::offline::{resolves_offline, vendor};
use self::output::{results, run};
use crate::linked_tree::BuildPlace;

/// The name of the test target of every version.
const TEST: &str = "memory";
/// The flag that makes call sites cheap to find; `.cargo/config.toml` sets it too.
const FRAME_POINTERS: [&str; 2] = ["-C", "force-frame-pointers=yes"];

/// The packages of a build, and how to build them.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The folder that contains the workspace's manifest.
    pub workspace: &'a Path,
    /// The packages whose memory tests are built.
    pub packages: &'a [String],
    /// Whether to build with optimisation.
    pub release: bool,
    /// Whether the lock file must stay as it is.
    pub locked: bool,
    /// The target folder; `None` for cargo's default.
    pub target_folder: Option<&'a Path>,
}

/// cargo stopped before it built anything. Its text contains cargo's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

/// The result of a build.
#[derive(Debug, Default)]
pub struct Build {
    /// The result for each selected package.
    pub packages: BTreeMap<String, Built>,
    /// Warnings in the packages that the selected ones depend on, as the compiler prints them.
    pub other_warnings: BTreeMap<String, Vec<String>>,
}

/// The result for one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The memory test.
    pub test: Result<PathBuf, DidNotBuild>,
    /// Warnings in this package, as the compiler prints them.
    pub warnings: Vec<String>,
}

/// Why a package has no memory test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidNotBuild {
    /// The compiler's messages.
    pub message: String,
}

/// Builds the memory tests of `selection`. `on_line` receives each line of cargo's progress. A package
/// that does not build is part of the result.
pub fn build(selection: Selection<'_>, on_line: impl Fn(&str) + Sync) -> anyhow::Result<Build> {
    let mut command = cargo();
    command
        .args(["build", "--keep-going", "--message-format=json", "--color=never"])
        .args(["--test", TEST, "--manifest-path"])
        .arg(selection.workspace.join("Cargo.toml"))
        .args(selection.packages.iter().flat_map(|package| ["--package", package]))
        .args(selection.release.then_some("--release"))
        .args(selection.locked.then_some("--locked"));
    if let Some(folder) = selection.target_folder {
        command.arg("--target-dir").arg(folder);
    }
    let (output, progress) = run(command, on_line)?;
    if !output.finished {
        let message = progress.join("\n");
        return Err(Refused { message: message.trim().to_owned() }.into());
    }
    Ok(results(selection.packages, output, &progress))
}

/// Builds the program of the package `package`, which has the same name. `on_line` receives each line
/// of cargo's progress.
pub fn build_program(
    place: BuildPlace<'_>,
    package: &str,
    on_line: impl Fn(&str) + Sync,
) -> anyhow::Result<PathBuf> {
    let mut command = cargo();
    command
        .args(["build", "--message-format=json", "--color=never", "--package", package])
        .args(["--bin", package, "--manifest-path"])
        .arg(place.workspace.join("Cargo.toml"))
        .args(place.locked.then_some("--locked"));
    if let Some(folder) = place.target_folder {
        command.arg("--target-dir").arg(folder);
    }
    let (mut output, progress) = run(command, on_line)?;
    if !output.finished {
        return Err(Refused { message: progress.join("\n").trim().to_owned() }.into());
    }
    output.programs.remove(package).ok_or_else(|| {
        let errors: String = output.errors.into_values().map(|errors| errors.concat()).collect();
        let message = if errors.is_empty() { progress.join("\n") } else { errors };
        anyhow::anyhow!("{}\n\nThe program {package} does not build; see above.", message.trim())
    })
}

/// The target folder of the workspace at `workspace`, which need not load: it follows from the
/// configuration.
pub fn target_folder(workspace: &Path) -> anyhow::Result<PathBuf> {
    if let Some(file) = prebuilt::messages() {
        return prebuilt::folder(&file);
    }
    let elsewhere = tempfile::tempdir().context("a temporary folder cannot be created")?;
    let manifest = elsewhere.path().join("Cargo.toml");
    let text =
        "[workspace]\n[package]\nname = \"empty\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    fs::write(&manifest, text).context("an empty package cannot be written")?;
    let metadata = cargo_metadata::MetadataCommand::new()
        .cargo_path(program())
        .manifest_path(&manifest)
        .current_dir(workspace)
        .no_deps()
        .exec()
        .context("cargo does not report its target folder")?;
    let (folder, root) = (metadata.target_directory, metadata.workspace_root);
    Ok(match folder.strip_prefix(&root) {
        // Cargo's default, below the workspace.
        Ok(default) => workspace.join(default),
        Err(_) => folder.into_std_path_buf(),
    })
}

/// The folder with the source of the dependency `name` in this `version` of the workspace with this manifest.
pub fn source_of(manifest: &Path, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .cargo_path(program())
        .manifest_path(manifest)
        .exec()
        .with_context(|| format!("cargo does not report where {name} is"))?;
    let mut packages = metadata.packages.into_iter();
    let found = packages
        .find(|package| *package.name == *name && package.version.to_string() == version)
        .with_context(|| format!("{name} {version} is not among its dependencies"))?;
    let folder = found.manifest_path.parent().context("the manifest has no folder")?;
    Ok(folder.to_path_buf().into_std_path_buf())
}

/// The version that the compiler prints.
pub fn version() -> anyhow::Result<String> {
    let compiler = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let output = Command::new(&compiler)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", compiler.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn program() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Cargo, with frame pointers. A flags variable overrides `.cargo/config.toml`, so the flag is added
/// to it; if none is set, the one in that file applies.
fn cargo() -> Command {
    let mut command = Command::new(program());
    for (variable, separator) in [("CARGO_ENCODED_RUSTFLAGS", "\x1f"), ("RUSTFLAGS", " ")] {
        if let Ok(flags) = env::var(variable) {
            command.env(variable, with_frame_pointers(&flags, separator));
        }
    }
    command
}

fn with_frame_pointers(flags: &str, separator: &str) -> String {
    let set = flags.split(separator).filter(|flag| !flag.is_empty());
    set.chain(FRAME_POINTERS).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn existing_flags_stay_in_front() {
        assert_eq!(with_frame_pointers("", " "), "-C force-frame-pointers=yes");
        assert_eq!(
            with_frame_pointers("-C\x1fdebuginfo=1", "\x1f"),
            "-C\x1fdebuginfo=1\x1f-C\x1fforce-frame-pointers=yes"
        );
    }
}

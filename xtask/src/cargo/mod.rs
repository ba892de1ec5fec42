//! The one place that starts cargo: builds memory tests and says what came of each.
//!
//! All of them are built by one call with the same selection every time, because other selections
//! unify other features, and so build the dependencies anew.

mod offline;
mod said;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

pub use self::offline::{resolves_offline, vendor};
use self::said::{listen, results};

/// The test target that every version has.
const TEST: &str = "memory";
/// What makes call sites cheap to find; `.cargo/config.toml` sets it as well.
const FRAME_POINTERS: [&str; 2] = ["-C", "force-frame-pointers=yes"];

/// What to build.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The folder of the workspace's manifest.
    pub workspace: &'a Path,
    /// The packages whose memory tests are built.
    pub packages: &'a [String],
    /// Optimised, or as quick to build as can be.
    pub release: bool,
    /// Where to build; `None` for the place that cargo would take.
    pub target_folder: Option<&'a Path>,
}

/// What came of a build.
#[derive(Debug)]
pub struct Build {
    /// What came of each package of the selection.
    pub packages: BTreeMap<String, Built>,
    /// What the compiler warned of in packages that these stand on, each as it shows it.
    pub other_warnings: BTreeMap<String, Vec<String>>,
}

/// What came of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its memory test, if it could be built.
    pub test: Result<PathBuf, DidNotBuild>,
    /// What the compiler warned of in this package, each as it shows it.
    pub warnings: Vec<String>,
}

/// Why a package has no memory test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidNotBuild {
    /// The compiler's own messages, as it shows them.
    pub message: String,
}

/// Builds the memory tests of `selection`: one entry per package, whether it could be built or
/// not. `see` is handed each line of cargo's progress.
///
/// # Errors
/// When cargo cannot be started, or stops before it builds anything: a manifest that does not load,
/// or a dependency that cannot be had. The error carries cargo's own message.
pub fn build(selection: Selection<'_>, see: impl Fn(&str) + Sync) -> anyhow::Result<Build> {
    let mut command = cargo();
    command
        .args(["build", "--keep-going", "--message-format=json", "--color=never"])
        .args(["--test", TEST, "--manifest-path"])
        .arg(selection.workspace.join("Cargo.toml"))
        .args(selection.packages.iter().flat_map(|package| ["--package", package]))
        .args(selection.release.then_some("--release"));
    if let Some(folder) = selection.target_folder {
        command.arg("--target-dir").arg(folder);
    }
    let (said, progress) = listen(command, see)?;
    if !said.finished {
        let message = progress.join("\n");
        anyhow::bail!("{}\n\ncargo stopped before it built anything; see above.", message.trim());
    }
    Ok(results(selection.packages, said, &progress))
}

/// Builds the program of the package `package`, which is named like it. `see` is handed each line of
/// cargo's progress.
///
/// # Errors
/// When cargo cannot be started, or the program does not build. The error carries the compiler's own
/// message.
pub fn build_program(
    workspace: &Path,
    package: &str,
    see: impl Fn(&str) + Sync,
) -> anyhow::Result<PathBuf> {
    let mut command = cargo();
    command
        .args(["build", "--message-format=json", "--color=never", "--package", package])
        .args(["--bin", package, "--manifest-path"])
        .arg(workspace.join("Cargo.toml"));
    let (mut said, progress) = listen(command, see)?;
    said.programs.remove(package).ok_or_else(|| {
        let errors: String = said.errors.into_values().map(|errors| errors.concat()).collect();
        let message = if errors.is_empty() { progress.join("\n") } else { errors };
        anyhow::anyhow!("{}\n\nThe program {package} does not build; see above.", message.trim())
    })
}

/// The folder that cargo builds the workspace at `workspace` in.
///
/// # Errors
/// When cargo cannot be started, or the manifest does not load.
pub fn target_folder(workspace: &Path) -> anyhow::Result<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .cargo_path(program())
        .manifest_path(workspace.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo does not say where it builds")?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// What the compiler says of its version.
///
/// # Errors
/// When it cannot be started.
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

/// Cargo, with frame pointers. A variable with flags replaces those of `.cargo/config.toml`, so it
/// gets this flag too; with none set, that file's stand.
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
    fn flags_that_are_set_keep_their_place_before_ours() {
        assert_eq!(with_frame_pointers("", " "), "-C force-frame-pointers=yes");
        assert_eq!(
            with_frame_pointers("-C\x1fdebuginfo=1", "\x1f"),
            "-C\x1fdebuginfo=1\x1f-C\x1fforce-frame-pointers=yes"
        );
    }
}

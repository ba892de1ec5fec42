//! What every command that measures begins with: all versions are built, with progress shown.

use crate::cargo::{self, Build, Selection};
use crate::show::progress::Progress;
use crate::workspace::Workspace;

/// Builds every version in `workspace`.
///
/// # Errors
/// As [`cargo::build`].
pub fn build(workspace: &Workspace, release: bool, progress: &Progress) -> anyhow::Result<Build> {
    progress.stage("Building every version");
    let packages = workspace.packages();
    let selection =
        Selection { workspace: &workspace.root, packages: &packages, release, target_folder: None };
    cargo::build(selection, progress.detail())
}

//! Dependencies without a network: whether all are available, and a copy of them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::program;

/// Checks that every dependency for this machine is available without a network.
pub fn resolves_offline(workspace: &Path) -> anyhow::Result<()> {
    let host = host()?;
    let options = ["--offline", "--locked", "--filter-platform", &host].map(str::to_owned);
    cargo_metadata::MetadataCommand::new()
        .cargo_path(program())
        .manifest_path(workspace.join("Cargo.toml"))
        .other_options(options)
        .exec()
        .map(drop)
        .map_err(|error| anyhow::anyhow!("{}", error.to_string().trim()))
}

/// Copies every dependency of `workspace` and of the workspaces `others` to `folder`, and returns the cargo
/// configuration of a workspace that has this folder as `vendor`. Lock files of `others` that are incomplete
/// are completed.
pub fn vendor(workspace: &Path, others: &[PathBuf], folder: &Path) -> anyhow::Result<String> {
    let mut command = Command::new(program());
    command.args(["vendor", "--locked", "--manifest-path"]).arg(workspace.join("Cargo.toml"));
    copy(command, folder)?;
    if let [first, rest @ ..] = others {
        let mut command = Command::new(program());
        command.args(["vendor", "--no-delete", "--manifest-path"]).arg(first.join("Cargo.toml"));
        for other in rest {
            command.arg("--sync").arg(other.join("Cargo.toml"));
        }
        copy(command, folder)?;
    }
    Ok(VENDORED.to_owned())
}

fn copy(mut command: Command, folder: &Path) -> anyhow::Result<()> {
    let output = command
        .args(["--quiet", "--versioned-dirs", "--respect-source-config"])
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program().display()))?;
    let message = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "The dependencies cannot be copied; is there a network?\n{}",
        message.trim()
    );
    Ok(())
}

/// Takes every dependency from the folder `vendor`.
const VENDORED: &str = "\
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"vendor\"

[net]
offline = true
";

/// The compiler's host platform.
fn host() -> anyhow::Result<String> {
    let compiler = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let output = Command::new(compiler)
        .args(["--version", "--verbose"])
        .stdin(Stdio::null())
        .output()
        .context("the compiler cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("the compiler does not report its host platform")?.to_owned())
}

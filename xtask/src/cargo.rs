//! The one place that starts cargo: builds memory tests and says what came of each.
//!
//! All of them are built by one call with the same selection every time, because other selections
//! unify other features, and so build the dependencies anew.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::Context as _;
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use exercise_harness::cleanup;

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

/// What cargo said while it built.
#[derive(Debug, Default)]
struct Said {
    tests: BTreeMap<String, PathBuf>,
    /// By the program's name.
    programs: BTreeMap<String, PathBuf>,
    errors: BTreeMap<String, Vec<String>>,
    warnings: BTreeMap<String, Vec<String>>,
    finished: bool,
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

/// Whether every dependency for this machine can be had without a network.
///
/// # Errors
/// When one is missing, or cargo cannot be started.
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

/// Copies every dependency of `workspace` to `folder`, and returns the configuration for a workspace
/// whose folder `vendor` that is.
///
/// # Errors
/// When a dependency cannot be had or copied.
pub fn vendor(workspace: &Path, folder: &Path) -> anyhow::Result<String> {
    let output = Command::new(program())
        .args([
            "vendor",
            "--locked",
            "--quiet",
            "--versioned-dirs",
            "--respect-source-config",
            "--manifest-path",
        ])
        .arg(workspace.join("Cargo.toml"))
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program().display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "The dependencies cannot be copied; is there a network?\n{}",
        said.trim()
    );
    Ok(VENDORED.to_owned())
}

/// Dependencies are taken from the folder `vendor` beside the configuration's, and from nowhere else.
const VENDORED: &str = "\
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"vendor\"

[net]
offline = true
";

/// The platform that the compiler runs on.
fn host() -> anyhow::Result<String> {
    let compiler = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let output = Command::new(compiler)
        .args(["--version", "--verbose"])
        .stdin(Stdio::null())
        .output()
        .context("the compiler cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("the compiler does not say what it runs on")?.to_owned())
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

/// Runs `command` to its end, and returns what it said: its messages, and the lines of its progress.
fn listen(mut command: Command, see: impl Fn(&str) + Sync) -> anyhow::Result<(Said, Vec<String>)> {
    // A group of its own, so that Ctrl-C ends the compilers with it.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, guard) = cleanup::Process::start_group(&mut command).with_context(|| {
        format!("{} cannot be started; is cargo installed?", program().display())
    })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = stdout.zip(stderr).context("cargo's output cannot be read")?;
    let (said, progress) = thread::scope(|scope| {
        let progress = scope.spawn(|| {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.inspect(|line| see(line.trim())).collect::<Vec<_>>()
        });
        let mut said = Said::default();
        for message in Message::parse_stream(BufReader::new(stdout)) {
            said.take(message.context("cargo's messages cannot be read")?);
        }
        let progress = progress.join().unwrap_or_default();
        anyhow::Ok((said, progress))
    })?;
    child.wait().context("cargo cannot be waited for")?;
    drop(guard);
    Ok((said, progress))
}

impl Said {
    fn take(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == TEST => {
                if let Some(test) = artifact.executable {
                    let package = package_of(&artifact.package_id.repr).to_owned();
                    self.tests.insert(package, test.into_std_path_buf());
                }
            }
            Message::CompilerArtifact(artifact) => {
                if let Some(program) = artifact.executable {
                    self.programs.insert(artifact.target.name, program.into_std_path_buf());
                }
            }
            Message::CompilerMessage(message) => {
                let package = package_of(&message.package_id.repr).to_owned();
                let diagnostic = message.message;
                // "aborting due to ...", "2 warnings emitted": sums, not findings.
                let is_sum = diagnostic.spans.is_empty()
                    && (diagnostic.message.starts_with("aborting due to")
                        || diagnostic.message.ends_with("emitted"));
                let (Some(rendered), false) = (diagnostic.rendered, is_sum) else { return };
                let of_level = match diagnostic.level {
                    DiagnosticLevel::Error | DiagnosticLevel::Ice => &mut self.errors,
                    DiagnosticLevel::Warning => &mut self.warnings,
                    _ => return,
                };
                let seen = of_level.entry(package).or_default();
                // A library is compiled again for another target, and says the same again.
                if !seen.contains(&rendered) {
                    seen.push(rendered);
                }
            }
            Message::BuildFinished(_) => self.finished = true,
            _ => {}
        }
    }
}

/// What came of each of `packages`.
fn results(packages: &[String], mut said: Said, progress: &[String]) -> Build {
    let result = |package: &String| {
        let test = said.tests.remove(package).ok_or_else(|| {
            let own = said.errors.get(package).map(|errors| errors.concat());
            DidNotBuild {
                message: own.unwrap_or_else(|| elsewhere(packages, &said.errors, progress)),
            }
        });
        let warnings = said.warnings.remove(package).unwrap_or_default();
        (package.clone(), Built { test, warnings })
    };
    let packages = packages.iter().map(result).collect();
    Build { packages, other_warnings: said.warnings }
}

/// Why a package does not build that has no error of its own: those of the packages that nobody
/// selected, or what cargo says.
fn elsewhere(
    packages: &[String],
    errors: &BTreeMap<String, Vec<String>>,
    progress: &[String],
) -> String {
    let others = errors.iter().filter(|(package, _)| !packages.contains(package));
    let errors: String = others.map(|(_, errors)| errors.concat()).collect();
    if !errors.is_empty() {
        return errors;
    }
    let error = progress.iter().skip_while(|line| !line.starts_with("error"));
    error.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The package's name in an id such as `path+file:///work/a#name@0.1.0`. A package that is named
/// like its folder has no name there: `path+file:///work/name#0.1.0`.
fn package_of(id: &str) -> &str {
    let (place, rest) = id.rsplit_once('#').unwrap_or((id, ""));
    match rest.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next().unwrap_or(place),
    }
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

    #[test]
    fn a_package_is_found_in_both_forms_of_its_id() {
        assert_eq!(
            package_of("path+file:///work/rc-cycles#rc-cycles-exercise@0.1.0"),
            "rc-cycles-exercise"
        );
        assert_eq!(package_of("path+file:///work/rc-cycles-wrong-a#0.1.0"), "rc-cycles-wrong-a");
    }
}

//! What cargo says while it builds, and what came of each package by that.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::Context as _;
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use exercise_harness::cleanup;

use super::{Build, Built, DidNotBuild, TEST, program};

/// What cargo said while it built.
#[derive(Debug, Default)]
pub struct Said {
    pub tests: BTreeMap<String, PathBuf>,
    /// By the program's name.
    pub programs: BTreeMap<String, PathBuf>,
    pub errors: BTreeMap<String, Vec<String>>,
    pub warnings: BTreeMap<String, Vec<String>>,
    pub finished: bool,
}

/// Runs `command` to its end, and returns what it said: its messages, and the lines of its progress.
pub fn listen(
    mut command: Command,
    see: impl Fn(&str) + Sync,
) -> anyhow::Result<(Said, Vec<String>)> {
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
pub fn results(packages: &[String], mut said: Said, progress: &[String]) -> Build {
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
    fn a_package_is_found_in_both_forms_of_its_id() {
        assert_eq!(
            package_of("path+file:///work/rc-cycles#rc-cycles-exercise@0.1.0"),
            "rc-cycles-exercise"
        );
        assert_eq!(package_of("path+file:///work/rc-cycles-wrong-a#0.1.0"), "rc-cycles-wrong-a");
    }
}

//! Runs cargo, parses its messages, and sorts them by package.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::Context as _;
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use exercise_harness::cleanup;

use super::{Build, Built, DidNotBuild, TEST, prebuilt, program};

/// The messages of a build, by package.
#[derive(Debug, Default)]
pub struct CargoOutput {
    pub tests: BTreeMap<String, PathBuf>,
    /// By the name of the program.
    pub programs: BTreeMap<String, PathBuf>,
    pub errors: BTreeMap<String, Vec<String>>,
    pub warnings: BTreeMap<String, Vec<String>>,
    pub finished: bool,
}

/// Runs `command`, and returns its messages and the lines of its progress. If tests were built
/// elsewhere, returns the messages about them instead.
pub fn run(
    mut command: Command,
    on_line: impl Fn(&str) + Sync,
) -> anyhow::Result<(CargoOutput, Vec<String>)> {
    if let Some(file) = prebuilt::messages() {
        return Ok((prebuilt::read(&file)?, Vec::new()));
    }
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    // A process group, so that Ctrl-C ends the compilers too.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, guard) = cleanup::Process::start_group(&mut command).with_context(|| {
        format!("{} cannot be started; is cargo installed?", program().display())
    })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = stdout.zip(stderr).context("cargo's output cannot be read")?;
    let (output, progress) = thread::scope(|scope| {
        let progress = scope.spawn(|| {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.map(|line| without_bars(&line, &on_line)).collect::<Vec<_>>()
        });
        let output = CargoOutput::parse(BufReader::new(stdout))
            .context("cargo's messages cannot be read")?;
        let progress = progress.join().unwrap_or_default();
        anyhow::Ok((output, progress))
    })?;
    child.wait().context("cargo cannot be waited for")?;
    drop(guard);
    Ok((output, progress))
}

/// The text of a line of cargo's progress after its progress bars, each of which ends with a carriage
/// return. `on_line` receives the progress: the bars while there are any, as `90 of 195: serde, syn`.
fn without_bars(line: &str, on_line: &impl Fn(&str)) -> String {
    let (bars, text) = line.rsplit_once('\r').unwrap_or(("", line));
    match bars.rsplit('\r').find_map(bar) {
        Some(progress) => on_line(&progress),
        None => on_line(text.trim()),
    }
    text.to_owned()
}

/// The figures of the progress bar `Building [===>   ] 90/195: serde, syn`.
fn bar(text: &str) -> Option<String> {
    let (_, figures) = text.split_once("] ")?;
    let (done, rest) = figures.split_once('/')?;
    let (all, names) = rest.split_once(':').unwrap_or((rest.trim(), ""));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    (is_number(done) && is_number(all)).then(|| format!("{done} of {all}: {}", names.trim()))
}

impl CargoOutput {
    /// Sorts the messages of `stream`.
    pub fn parse(stream: impl BufRead) -> io::Result<Self> {
        let mut output = Self::default();
        for message in Message::parse_stream(stream) {
            output.add(message?);
        }
        Ok(output)
    }

    fn add(&mut self, message: Message) {
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
                // "aborting due to ...", "2 warnings emitted".
                let is_summary = diagnostic.spans.is_empty()
                    && (diagnostic.message.starts_with("aborting due to")
                        || diagnostic.message.ends_with("emitted"));
                let (Some(rendered), false) = (diagnostic.rendered, is_summary) else { return };
                let of_level = match diagnostic.level {
                    DiagnosticLevel::Error | DiagnosticLevel::Ice => &mut self.errors,
                    DiagnosticLevel::Warning => &mut self.warnings,
                    _ => return,
                };
                let seen = of_level.entry(package).or_default();
                // A library that is compiled for several targets repeats its messages.
                if !seen.contains(&rendered) {
                    seen.push(rendered);
                }
            }
            Message::BuildFinished(_) => self.finished = true,
            _ => {}
        }
    }
}

pub fn results(packages: &[String], mut output: CargoOutput, progress: &[String]) -> Build {
    let result = |package: &String| {
        let test = output.tests.remove(package).ok_or_else(|| {
            let own = output.errors.get(package).map(|errors| errors.concat());
            DidNotBuild {
                message: own.unwrap_or_else(|| other_errors(packages, &output.errors, progress)),
            }
        });
        let warnings = output.warnings.remove(package).unwrap_or_default();
        (package.clone(), Built { test, warnings })
    };
    let packages = packages.iter().map(result).collect();
    Build { packages, other_warnings: output.warnings }
}

/// Why a package without an error of its own does not build: the errors of packages that were not
/// selected, or cargo's message.
fn other_errors(
    packages: &[String],
    errors: &BTreeMap<String, Vec<String>>,
    progress: &[String],
) -> String {
    let others = errors.iter().filter(|(package, _)| !packages.contains(package));
    let errors: String = others.map(|(_, errors)| errors.concat()).collect();
    if !errors.is_empty() {
        return errors;
    }
    if let Some(file) = prebuilt::messages() {
        return format!("It is not among the tests that {} lists.", file.display());
    }
    let error = progress.iter().skip_while(|line| !line.starts_with("error"));
    error.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The package's name in an ID such as `path+file:///workshop/a#name@0.1.0`. If the package is named like
/// its folder, the ID is `path+file:///workshop/name#0.1.0`.
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
    fn progress_bars_become_figures_and_are_no_part_of_the_message() {
        let seen = std::sync::Mutex::new(Vec::new());
        let on_line = |line: &str| seen.lock().unwrap().push(line.to_owned());
        let line = "    Building [=>   ] 90/195: serde, syn\r    Building [==>  ] 91/195: syn \r   \
                    Compiling serde v1.0.0";
        assert_eq!(without_bars(line, &on_line), "   Compiling serde v1.0.0");
        assert_eq!(without_bars("error: no [a] 1/b", &on_line), "error: no [a] 1/b");
        assert_eq!(*seen.lock().unwrap(), ["91 of 195: syn", "error: no [a] 1/b"]);
    }

    #[test]
    fn the_package_is_found_in_both_forms_of_an_id() {
        assert_eq!(
            package_of("path+file:///workshop/rc-cycles#rc-cycles-exercise@0.1.0"),
            "rc-cycles-exercise"
        );
        assert_eq!(
            package_of("path+file:///workshop/rc-cycles-wrong-a#0.1.0"),
            "rc-cycles-wrong-a"
        );
    }
}

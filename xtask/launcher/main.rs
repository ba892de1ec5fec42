//! Starts the workshop's runner: `cargo xtask` runs this program.
//!
//! It builds the runner and shows cargo's progress, but only if there is something to build. When cargo
//! cannot load the workshop's workspace, for example because a manifest is not valid, it starts the
//! runner of the last build, which can restore the file.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

/// The exit code if there is no runner to start.
const NO_RUNNER: u8 = 2;
/// The width of cargo's progress bar, which must fit a terminal.
const BAR_WIDTH: &str = "70";
/// The first words of cargo's messages about work that takes time.
const WORK: [&str; 4] = ["Compiling", "Downloading", "Downloaded", "Updating"];

fn main() -> ExitCode {
    launch().unwrap_or_else(|message| {
        eprintln!("{message}");
        ExitCode::from(NO_RUNNER)
    })
}

fn launch() -> Result<ExitCode, String> {
    let own_folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = own_folder.as_deref().and_then(|folder| folder.ancestors().nth(2));
    let root = root.ok_or("This program is started by cargo: cargo xtask")?;
    let memory = env::current_exe().map_err(|error| error.to_string())?;
    let memory = memory.with_file_name("runner.txt");
    let last = fs::read_to_string(&memory).ok().map(PathBuf::from).filter(|last| last.is_file());
    let runner = match build(root, last.is_none())? {
        Build::Built(runner) => {
            if last.as_ref() != Some(&runner) {
                // Without this file, a workspace that does not load cannot be restored by the runner.
                let _ = fs::write(&memory, runner.to_string_lossy().as_bytes());
            }
            runner
        }
        Build::DoesNotCompile => return Ok(ExitCode::from(NO_RUNNER)),
        Build::Refused(message) => match last {
            Some(last) => {
                eprintln!(
                    "cargo cannot load the workshop, so the runner from the last build is used:"
                );
                let is_error = |line: &&str| line.starts_with("error");
                let names_file = |line: &&str| line.contains("Cargo.");
                let (error, file) =
                    (message.lines().find(is_error), message.lines().find(names_file));
                for line in error.into_iter().chain(file.filter(|file| error != Some(file))) {
                    eprintln!("  {}", line.trim());
                }
                last
            }
            None => {
                return Err(format!(
                    "{}\n\nThe runner is not built yet, and cargo cannot load the workshop.\n\
                     Restore what cargo names above, for example: git checkout -- exercises",
                    message.trim()
                ));
            }
        },
    };
    start(&runner)
}

/// The result of building the runner.
enum Build {
    /// The runner's path.
    Built(PathBuf),
    /// The compiler's messages were printed.
    DoesNotCompile,
    /// cargo stopped before it built anything; this is its message.
    Refused(String),
}

fn build(root: &Path, is_first: bool) -> Result<Build, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .args(["build", "--locked", "--package", "xtask", "--bin", "xtask"])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_PROGRESS_WHEN", "always");
        command.env("CARGO_TERM_PROGRESS_WIDTH", BAR_WIDTH);
        if env::var_os("NO_COLOR").is_none() {
            command.env("CARGO_TERM_COLOR", "always");
        }
    }
    let cannot =
        |error: io::Error| format!("{} cannot be run: {error}", Path::new(&cargo).display());
    let mut child = command.spawn().map_err(cannot)?;
    let stdout = child.stdout.take().ok_or("cargo's output cannot be read")?;
    let stderr = child.stderr.take().ok_or("cargo's output cannot be read")?;
    let messages = thread::spawn(move || Messages::read(stdout));
    let printed = forward(stderr, is_first).map_err(cannot)?;
    child.wait().map_err(cannot)?;
    let messages = messages.join().unwrap_or_default();
    Ok(match messages.runner.filter(|_| messages.succeeded) {
        Some(runner) => Build::Built(runner),
        None if messages.finished => Build::DoesNotCompile,
        None => Build::Refused(printed),
    })
}

/// What matters among cargo's messages on standard output.
#[derive(Default)]
struct Messages {
    runner: Option<PathBuf>,
    finished: bool,
    succeeded: bool,
}

impl Messages {
    fn read(stdout: impl Read) -> Self {
        let mut messages = Self::default();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if line.contains("\"reason\":\"build-finished\"") {
                messages.finished = true;
                messages.succeeded = line.contains("\"success\":true");
            }
            if let Some((_, rest)) = line.split_once("\"executable\":\"") {
                messages.runner = Some(PathBuf::from(unescaped(rest)));
            }
        }
        messages
    }
}

/// The JSON string that `rest` begins with, after its opening quote. A path needs no other escapes.
fn unescaped(rest: &str) -> String {
    let mut text = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => text.extend(letters.next()),
            other => text.push(other),
        }
    }
    text
}

/// Copies cargo's messages to standard error from the first one about work that takes time. Returns
/// all of them.
fn forward(stderr: impl Read, is_first: bool) -> io::Result<String> {
    let mut all = String::new();
    let mut is_shown = false;
    let mut input = BufReader::new(stderr);
    let mut out = io::stderr();
    loop {
        let part = next_part(&mut input)?;
        if part.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(&part);
        if !text.ends_with('\r') {
            all.push_str(&text);
        }
        let first_word = first_word(&text);
        if !is_shown && WORK.contains(&first_word.as_str()) {
            is_shown = true;
            writeln!(out, "{}", heading(is_first))?;
        }
        let is_shown_part = (is_shown || first_word == "Blocking") && first_word != "Finished";
        if is_shown && out.is_terminal() {
            // Removes the progress bar.
            write!(out, "\x1b[K")?;
        }
        if is_shown_part {
            out.write_all(&part)?;
        }
        out.flush()?;
    }
    Ok(all)
}

/// The first word of `text`, without colours.
fn first_word(text: &str) -> String {
    let mut word = String::new();
    let mut in_escape = false;
    for letter in text.chars() {
        match letter {
            '\x1b' => in_escape = true,
            letter if in_escape => in_escape = !letter.is_ascii_alphabetic(),
            letter if !letter.is_whitespace() => word.push(letter),
            _ if word.is_empty() => {}
            _ => break,
        }
    }
    word
}

fn heading(is_first: bool) -> String {
    let mut command = String::from("cargo xtask");
    for argument in env::args().skip(1) {
        command.push(' ');
        command.push_str(&argument);
    }
    if is_first {
        format!(
            "Building the workshop's runner first: this takes about a minute, and only the first time. \
             Next: {command}"
        )
    } else {
        format!("Building the workshop's runner again, because it has changed. Next: {command}")
    }
}

/// The bytes up to the next end of a line or of a progress bar; empty at the end.
fn next_part(input: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(part);
        }
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let taken = end.map_or(buffer.len(), |end| end + 1);
        part.extend_from_slice(&buffer[..taken]);
        input.consume(taken);
        if end.is_some() {
            return Ok(part);
        }
    }
}

/// Replaces this program by the runner, so that signals reach it directly.
#[cfg(unix)]
fn start(runner: &Path) -> Result<ExitCode, String> {
    use std::os::unix::process::CommandExt as _;
    let error = Command::new(runner).args(env::args_os().skip(1)).exec();
    Err(format!("{} cannot be started: {error}", runner.display()))
}

/// Runs the runner and returns its exit code.
#[cfg(not(unix))]
fn start(runner: &Path) -> Result<ExitCode, String> {
    let status = Command::new(runner).args(env::args_os().skip(1)).status();
    let status =
        status.map_err(|error| format!("{} cannot be started: {error}", runner.display()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(NO_RUNNER)))
}

//! What must be so on the day: each check a sentence, and a remedy where it is not.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;

use exercise_harness::units;

/// The oldest toolchain that builds the workshop: `rust-version` of the workspace.
const OLDEST: (u32, u32) = (1, 88);
/// Memory that the processes of an exercise, their page and a browser need, in bytes.
const MEMORY: u64 = 1_000_000_000;
/// Descriptors that a trial is given.
const DESCRIPTORS: u64 = 256;
/// What may open the page.
const BROWSERS: [&str; 5] =
    ["firefox", "chromium", "google-chrome", "chromium-browser", "microsoft-edge"];

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub outcome: Outcome,
    pub sentence: String,
    pub remedy: Option<String>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it must be.
    Good,
    /// It cannot be told here, or does not stop the day.
    Unknown,
    /// The day would not go well.
    Missing,
}

impl Check {
    pub fn good(name: &'static str, sentence: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Good, sentence: sentence.into(), remedy: None }
    }

    pub fn missing(
        name: &'static str,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (sentence, remedy) = (sentence.into(), Some(remedy.into()));
        Self { name, outcome: Outcome::Missing, sentence, remedy }
    }

    fn unknown(name: &'static str, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unknown, ..Self::missing(name, sentence, remedy) }
    }
}

/// `version` is what the compiler says of itself: `rustc 1.95.0 (...)`.
pub fn toolchain(version: &anyhow::Result<String>) -> Check {
    let remedy = format!("Install Rust {}.{} or newer: rustup update stable", OLDEST.0, OLDEST.1);
    let version = match version {
        Ok(version) => version,
        Err(error) => return Check::missing("toolchain", format!("{error:#}"), remedy),
    };
    let number = version.split(' ').nth(1).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST => {
            Check::good("toolchain", version.clone())
        }
        _ => Check::missing("toolchain", format!("{version} is too old."), remedy),
    }
}

/// Whether every dependency is on this machine.
pub fn offline(resolved: anyhow::Result<()>) -> Check {
    match resolved {
        Ok(()) => Check::good("offline", "Every dependency is here: nothing needs a network."),
        Err(error) => Check::missing(
            "offline",
            format!("Without a network it does not build. {error:#}"),
            "While you have a network: cargo fetch --locked",
        ),
    }
}

pub fn built(took: &str, broken: &[String]) -> Check {
    if broken.is_empty() {
        return Check::good("build", format!("Every version and the page are built ({took})."));
    }
    Check::missing(
        "build",
        format!("These do not build: {}.", broken.join(", ")),
        "See the compiler's message: cargo xtask run NAME. As shipped again: cargo xtask reset NAME",
    )
}

pub fn not_built(error: &anyhow::Error) -> Check {
    Check::missing("build", format!("{error:#}"), "Mend what the message says, and try again.")
}

pub fn loopback() -> Check {
    match TcpListener::bind(("127.0.0.1", 0)) {
        Ok(_) => Check::good("ports", "A port of 127.0.0.1 can be listened on."),
        Err(error) => Check::missing(
            "ports",
            format!("No port of 127.0.0.1 can be listened on: {error}."),
            "Bring the loopback interface up, or ask whoever set this machine's firewall.",
        ),
    }
}

/// The memory that can be had, in bytes; `None` where the system does not tell.
pub fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

pub fn memory(available: Option<u64>) -> Check {
    match available {
        None => Check::unknown(
            "memory",
            "How much memory is free cannot be told here.",
            "Leave 1 GB free.",
        ),
        Some(bytes) if bytes >= MEMORY => {
            Check::good("memory", format!("{} can be had.", units::bytes(bytes as f64)))
        }
        Some(bytes) => Check::missing(
            "memory",
            format!("Only {} can be had.", units::bytes(bytes as f64)),
            "End other programs until 1 GB is free.",
        ),
    }
}

/// How many descriptors a program may have; `None` for no limit.
pub fn descriptor_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

pub fn descriptors(limit: Option<u64>) -> Check {
    match limit {
        Some(limit) if limit < DESCRIPTORS => Check::missing(
            "descriptors",
            format!("A program may open {limit} files only."),
            format!("In the shell that you start from: ulimit -n {DESCRIPTORS}"),
        ),
        Some(limit) => {
            Check::good("descriptors", format!("A program may open {} files.", units::count(limit)))
        }
        None => Check::good("descriptors", "A program may open any number of files."),
    }
}

pub fn terminal() -> Check {
    match terminal_size::terminal_size_of(std::io::stdout()) {
        Some((width, _)) if width.0 >= 80 => {
            Check::good("terminal", format!("It is {} characters wide.", width.0))
        }
        Some((width, _)) => Check::unknown(
            "terminal",
            format!("It is {} characters wide.", width.0),
            "Tables are made for 80: widen the window, or choose a smaller type.",
        ),
        None => Check::unknown(
            "terminal",
            "The output goes to no terminal.",
            "Start this in the terminal of the day to have it checked.",
        ),
    }
}

/// The program that would open the page.
pub fn find_browser() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return Some(PathBuf::from("open"));
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut all = BROWSERS.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
    all.find(|file| file.is_file())
}

pub fn browser(found: Option<PathBuf>) -> Check {
    match found {
        Some(program) => Check::good("browser", format!("{} opens the page.", program.display())),
        None => Check::missing(
            "browser",
            "No browser was found.",
            "Install one, such as Firefox; `cargo xtask demo` prints the address to open in it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_or_unreadable_toolchain_is_missing() {
        let of = |text: &str| toolchain(&Ok(text.to_owned())).outcome;
        assert_eq!(of("rustc 1.88.0 (abc 2025-06-23)"), Outcome::Good);
        assert_eq!(of("rustc 2.0.0-nightly"), Outcome::Good);
        assert_eq!(of("rustc 1.87.9"), Outcome::Missing);
        assert_eq!(of("cargo-what"), Outcome::Missing);
        assert_eq!(toolchain(&Err(anyhow::anyhow!("none"))).outcome, Outcome::Missing);
    }

    #[test]
    fn limits_are_told_apart_and_each_lack_has_a_remedy() {
        assert_eq!(memory(Some(MEMORY)).outcome, Outcome::Good);
        assert_eq!(memory(None).outcome, Outcome::Unknown);
        assert_eq!(descriptors(None).outcome, Outcome::Good);
        assert_eq!(descriptors(Some(256)).outcome, Outcome::Good);
        for lack in [
            memory(Some(MEMORY - 1)),
            descriptors(Some(255)),
            browser(None),
            offline(Err(anyhow::anyhow!("no tokio"))),
            built("3 s", &["rc-cycles".to_owned()]),
        ] {
            assert_eq!(lack.outcome, Outcome::Missing, "{lack:?}");
            assert!(lack.remedy.is_some_and(|remedy| remedy.len() > 10));
        }
    }
}

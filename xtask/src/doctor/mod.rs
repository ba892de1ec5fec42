//! Whether this machine is ready for a workshop: each check is a sentence, with a remedy if it fails.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;

use exercise_harness::units;

use crate::system;

/// The oldest toolchain that builds the workshop: `rust-version` of the workspace.
const OLDEST: (u32, u32) = (1, 88);
/// The memory that an exercise's processes, the page and a browser need, in bytes.
const MEMORY: u64 = 1_000_000_000;
/// The file descriptors that a trial may have.
const DESCRIPTORS: u64 = 256;
/// Programs that can open the page.
const BROWSERS: [&str; 5] =
    ["firefox", "chromium", "google-chrome", "chromium-browser", "microsoft-edge"];

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineCheck {
    /// A word for what was checked.
    pub name: &'static str,
    pub outcome: Readiness,
    /// What was found.
    pub sentence: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The requirement is met.
    Good,
    /// It cannot be checked here, or does not matter much.
    Unknown,
    /// The workshop would not work.
    Missing,
}

impl MachineCheck {
    /// A check that passed.
    pub fn good(name: &'static str, sentence: impl Into<String>) -> Self {
        Self { name, outcome: Readiness::Good, sentence: sentence.into(), remedy: None }
    }

    /// A check that failed.
    pub fn missing(
        name: &'static str,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (sentence, remedy) = (sentence.into(), Some(remedy.into()));
        Self { name, outcome: Readiness::Missing, sentence, remedy }
    }

    /// A check that does not stop the workshop.
    fn unknown(name: &'static str, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Readiness::Unknown, ..Self::missing(name, sentence, remedy) }
    }
}

/// The compiler is new enough. `version` is its output, such as `rustc 1.95.0 (...)`.
pub fn toolchain(version: &anyhow::Result<String>) -> MachineCheck {
    let remedy = format!("Install Rust {}.{} or newer: rustup update stable", OLDEST.0, OLDEST.1);
    let version = match version {
        Ok(version) => version,
        Err(error) => return MachineCheck::missing("toolchain", format!("{error:#}"), remedy),
    };
    let number = version.split(' ').nth(1).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST => {
            MachineCheck::good("toolchain", version.clone())
        }
        _ => MachineCheck::missing("toolchain", format!("{version} is too old."), remedy),
    }
}

/// Every dependency is on this machine.
pub fn offline(resolved: anyhow::Result<()>) -> MachineCheck {
    match resolved {
        Ok(()) => MachineCheck::good(
            "offline",
            "Every dependency is on this machine; no network is needed.",
        ),
        Err(error) => MachineCheck::missing(
            "offline",
            format!("It does not build without a network. {error:#}"),
            "While you have a network: cargo fetch --locked",
        ),
    }
}

/// Recordings can be written.
pub fn writable(result: &anyhow::Result<()>) -> MachineCheck {
    match result {
        Ok(()) => MachineCheck::good("disk", "Recordings can be written."),
        Err(error) => MachineCheck::missing(
            "disk",
            format!("No recordings can be written: {error:#}."),
            "Make room or change the folder's permissions, or set XDG_DATA_HOME to another folder.",
        ),
    }
}

/// Every version builds.
pub fn built(took: &str, broken: &[String]) -> MachineCheck {
    if broken.is_empty() {
        return MachineCheck::good(
            "build",
            format!("Every version and the page were built ({took})."),
        );
    }
    MachineCheck::missing(
        "build",
        format!("These do not build: {}.", broken.join(", ")),
        "See the compiler's message: cargo xtask run NAME. Restore it: cargo xtask reset NAME",
    )
}

/// The build could not begin.
pub fn not_built(error: &anyhow::Error) -> MachineCheck {
    MachineCheck::missing(
        "build",
        format!("{error:#}"),
        "Fix the error above and run `doctor` again.",
    )
}

/// A local port is available.
pub fn loopback() -> MachineCheck {
    match TcpListener::bind(("127.0.0.1", 0)) {
        Ok(_) => MachineCheck::good("ports", "A port of 127.0.0.1 is available."),
        Err(error) => MachineCheck::missing(
            "ports",
            format!("No port of 127.0.0.1 is available: {error}."),
            "Enable the loopback interface, or ask the administrator of this machine's firewall.",
        ),
    }
}

/// The available memory, in bytes; `None` if the system does not report it.
pub fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Enough memory is available.
pub fn memory(available: Option<u64>) -> MachineCheck {
    match available {
        None => MachineCheck::unknown(
            "memory",
            "The available memory is not known on this system.",
            "Leave 1 GB free.",
        ),
        Some(bytes) if bytes >= MEMORY => MachineCheck::good(
            "memory",
            format!("{} of memory is available.", units::bytes(bytes as f64)),
        ),
        Some(bytes) => MachineCheck::missing(
            "memory",
            format!("Only {} of memory is available.", units::bytes(bytes as f64)),
            "Close other programs until 1 GB is free.",
        ),
    }
}

/// The limit of file descriptors; `None` if there is none.
pub fn descriptor_limit() -> Option<u64> {
    system::open_file_limit()
}

/// A program may open enough files.
pub fn descriptors(limit: Option<u64>) -> MachineCheck {
    match limit {
        Some(limit) if limit < DESCRIPTORS => MachineCheck::missing(
            "descriptors",
            format!("A program may open only {limit} files."),
            format!("In the shell that you will use: ulimit -n {DESCRIPTORS}"),
        ),
        Some(limit) => MachineCheck::good(
            "descriptors",
            format!("A program may open {} files.", units::count(limit)),
        ),
        None => MachineCheck::good("descriptors", "A program may open any number of files."),
    }
}

/// The terminal is wide enough.
pub fn terminal() -> MachineCheck {
    match terminal_size::terminal_size_of(std::io::stdout()) {
        Some((width, _)) if width.0 >= 80 => {
            MachineCheck::good("terminal", format!("It is {} characters wide.", width.0))
        }
        Some((width, _)) => MachineCheck::unknown(
            "terminal",
            format!("It is {} characters wide.", width.0),
            "Tables need 80: widen the window, or choose a smaller font.",
        ),
        None => MachineCheck::unknown(
            "terminal",
            "Standard output is not a terminal.",
            "Run `doctor` in the terminal you will present from.",
        ),
    }
}

/// The program that will open the page.
pub fn find_browser() -> Option<PathBuf> {
    if let Some(program) = system::BROWSER {
        return Some(PathBuf::from(program));
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut all = BROWSERS.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
    all.find(|file| file.is_file())
}

/// A browser is installed.
pub fn browser(found: Option<PathBuf>) -> MachineCheck {
    match found {
        Some(program) => {
            MachineCheck::good("browser", format!("{} will open the page.", program.display()))
        }
        None => MachineCheck::missing(
            "browser",
            "No browser was found.",
            "Install one, such as Firefox; `cargo xtask demo` prints the page's address.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_or_unreadable_toolchain_is_missing() {
        let outcome = |text: &str| toolchain(&Ok(text.to_owned())).outcome;
        assert_eq!(outcome("rustc 1.88.0 (abc 2025-06-23)"), Readiness::Good);
        assert_eq!(outcome("rustc 2.0.0-nightly"), Readiness::Good);
        assert_eq!(outcome("rustc 1.87.9"), Readiness::Missing);
        assert_eq!(outcome("cargo-what"), Readiness::Missing);
        assert_eq!(toolchain(&Err(anyhow::anyhow!("none"))).outcome, Readiness::Missing);
    }

    #[test]
    fn requirements_have_limits_and_each_failure_has_a_remedy() {
        assert_eq!(memory(Some(MEMORY)).outcome, Readiness::Good);
        assert_eq!(memory(None).outcome, Readiness::Unknown);
        assert_eq!(descriptors(None).outcome, Readiness::Good);
        assert_eq!(descriptors(Some(256)).outcome, Readiness::Good);
        for failure in [
            memory(Some(MEMORY - 1)),
            descriptors(Some(255)),
            browser(None),
            offline(Err(anyhow::anyhow!("no tokio"))),
            writable(&Err(anyhow::anyhow!("the disk is full"))),
            built("3 s", &["rc-cycles".to_owned()]),
        ] {
            assert_eq!(failure.outcome, Readiness::Missing, "{failure:?}");
            assert!(failure.remedy.is_some_and(|remedy| remedy.len() > 10));
        }
    }
}

//! The tools: how each is installed and called, and what it concludes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use leak_meter::Verdict;

/// A tool that observes a program's heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Counts every allocation by call stack, and those never freed.
    Heaptrack,
    /// Valgrind's memcheck: finds blocks that nothing points to when the program ends.
    Memcheck,
    /// Valgrind's dhat: how much each line allocates, for how long, and how often it is accessed.
    Dhat,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Self::Heaptrack => "heaptrack",
            Self::Memcheck => "memcheck",
            Self::Dhat => "dhat",
        }
    }

    /// Its programs: the one to start, and the one that prints the results of heaptrack.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Heaptrack => &["heaptrack", "heaptrack_print"],
            Self::Memcheck | Self::Dhat => &["valgrind"],
        }
    }

    /// By which factor a program may be slower under it.
    pub fn slower(self) -> u32 {
        match self {
            Self::Heaptrack => 10,
            Self::Memcheck | Self::Dhat => 100,
        }
    }

    /// Refuses a tool that is not installed, with instructions.
    pub fn check_installed(self) -> anyhow::Result<()> {
        let path = env::var_os("PATH").unwrap_or_default();
        let is_installed =
            |program: &str| env::split_paths(&path).any(|at| at.join(program).is_file());
        let Some(missing) = self.programs().iter().find(|program| !is_installed(program)) else {
            return Ok(());
        };
        let package = self.programs()[0];
        let on_macos = match self {
            Self::Heaptrack => "not available; Apple's own tool is `leaks`",
            _ => "sudo port install valgrind (older systems only; Apple's own tool is `leaks`)",
        };
        anyhow::bail!(
            "{missing} is not installed, or not on the path.\n\
             Debian, Ubuntu: sudo apt-get install {package}\n\
             Fedora:         sudo dnf install {package}\n\
             macOS:          {on_macos}"
        )
    }

    /// The tool's program and arguments, which precede those of the observed program. It writes its
    /// results to `out`, with an extension of its own.
    pub fn command(self, out: &Path) -> Vec<OsString> {
        let with = |option: &str, extension: &str| {
            let mut argument = OsString::from(option);
            argument.push(out.with_extension(extension));
            argument
        };
        match self {
            Self::Heaptrack => vec!["heaptrack".into(), "-o".into(), out.into()],
            Self::Memcheck => vec![
                "valgrind".into(),
                "--tool=memcheck".into(),
                "--leak-check=full".into(),
                "--num-callers=40".into(),
                with("--log-file=", "log"),
            ],
            Self::Dhat => vec![
                "valgrind".into(),
                "--tool=dhat".into(),
                with("--dhat-out-file=", "json"),
                with("--log-file=", "log"),
            ],
        }
    }

    /// Its conclusion, in its own words, and the file with all of its results.
    pub fn conclusion(self, out: &Path) -> anyhow::Result<(Vec<String>, PathBuf)> {
        let (text, file) = match self {
            Self::Heaptrack => heaptrack(out)?,
            Self::Memcheck | Self::Dhat => {
                let log = out.with_extension("log");
                let text = fs::read_to_string(&log)
                    .with_context(|| format!("{} did not write {}", self.name(), log.display()))?;
                let json = out.with_extension("json");
                (text, if self == Self::Dhat { json } else { log })
            }
        };
        let lines: Vec<String> =
            text.lines().filter_map(|line| self.conclusion_line(line)).collect();
        anyhow::ensure!(
            !lines.is_empty(),
            "{} has no conclusion; its last lines are:\n{}",
            self.name(),
            last_lines(&text)
        );
        Ok((lines, file))
    }

    /// The line without its prefix, if it belongs to the conclusion.
    fn conclusion_line(self, line: &str) -> Option<String> {
        let starts: &[&str] = match self {
            Self::Heaptrack => &["peak heap memory", "total memory leaked", "calls to allocation"],
            Self::Memcheck => &[
                "in use at exit",
                "total heap usage",
                "definitely lost",
                "indirectly lost",
                "possibly lost",
                "still reachable",
                "All heap blocks were freed",
            ],
            Self::Dhat => &["Total:", "At t-gmax:", "At t-end:"],
        };
        // The prefix is the process ID: `==1234== `.
        let line = line.rsplit_once("==").map_or(line, |(_, line)| line).trim();
        starts.iter().any(|start| line.starts_with(start)).then(|| line.to_owned())
    }
}

/// The printed results of heaptrack, and their file, whose extension depends on its compression.
fn heaptrack(out: &Path) -> anyhow::Result<(String, PathBuf)> {
    let file = ["zst", "gz"].map(|extension| {
        let mut file = out.as_os_str().to_owned();
        file.push(format!(".{extension}"));
        PathBuf::from(file)
    });
    let file = file.into_iter().find(|file| file.is_file());
    let file = file.with_context(|| format!("heaptrack did not write {}.*", out.display()))?;
    let printed = Command::new("heaptrack_print")
        .arg(&file)
        .args(["--print-peaks", "0", "--print-allocators", "0", "--print-temporary", "0"])
        .stdin(Stdio::null())
        .output()
        .context("heaptrack_print cannot be started")?;
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    let message = String::from_utf8_lossy(&printed.stderr);
    anyhow::ensure!(printed.status.success(), "heaptrack_print failed:\n{}", last_lines(&message));
    Ok((text, file))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// What follows from the tool's conclusion and our verdict.
pub fn lesson(tool: Tool, conclusion: &[String], ours: Option<Verdict>) -> &'static str {
    let found = |what: &str| {
        let line = conclusion.iter().find(|line| line.starts_with(what));
        line.is_some_and(|line| !line.contains(" 0 bytes in 0 blocks"))
    };
    let growing = ours == Some(Verdict::Growing);
    match tool {
        Tool::Memcheck if found("definitely lost") && growing => {
            "Both find it: memcheck looks for blocks that nothing points to when the program ends, \
             and the leaked blocks here are unreachable."
        }
        Tool::Memcheck if growing => {
            "memcheck does not call it lost. It looks for blocks that nothing points to at one \
             moment, the end of the program. The leaked blocks here were held by something, and \
             were freed with it at the end or are still reachable. To memcheck that is no leak; to \
             a server that never ends, it is growing memory."
        }
        Tool::Memcheck => {
            "memcheck looks for blocks that nothing points to at one moment, the end of the \
             program; leak-meter looks at the memory that remains after each round."
        }
        Tool::Dhat => {
            "dhat reports how much was allocated, and how much was live at the peak (t-gmax) and at \
             the end (t-end); it does not judge. A service frees its memory when it is dropped, so \
             compare the peaks of a short run and a longer one (--rounds): the peak of a leak grows \
             with the rounds."
        }
        Tool::Heaptrack => {
            "heaptrack calls memory leaked that was not freed by the end of the program. A service \
             frees its memory when it is dropped, so only its peak shows it. Compare the peaks of a \
             short run and a longer one (--rounds): the peak of a leak grows with the rounds."
        }
    }
}

/// A note about the tool's terms, which the meter in the program affects.
pub fn note(tool: Tool) -> Option<&'static str> {
    // The header of leak_meter's allocator precedes each block.
    (tool == Tool::Memcheck).then_some(
        "The meter stores a few bytes before each block, so the program's pointers point into \
         blocks and not to their start: blocks that memcheck calls possibly lost here would be \
         still reachable without the meter.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conclusion_is_found_behind_the_process_id() {
        for (tool, line, found) in [
            (Tool::Memcheck, "==12==    definitely lost: 8 bytes in 1 blocks", true),
            (Tool::Memcheck, "==12== All heap blocks were freed -- no leaks are possible", true),
            (Tool::Memcheck, "==12== 8 bytes in 1 blocks are definitely lost in", false),
            (Tool::Dhat, "==12== At t-end:  9 bytes in 1 blocks", true),
            (Tool::Heaptrack, "total memory leaked: 1.2K", true),
            (Tool::Heaptrack, "total runtime: 0.2s.", false),
        ] {
            assert_eq!(tool.conclusion_line(line).is_some(), found, "{line}");
        }
    }

    #[test]
    fn the_lesson_depends_on_both_conclusions() {
        let lost = |bytes: u32| [format!("definitely lost: {bytes} bytes in {bytes} blocks")];
        let text = |bytes, ours| lesson(Tool::Memcheck, &lost(bytes), Some(ours));
        assert!(text(8, Verdict::Growing).starts_with("Both find it"));
        assert!(text(0, Verdict::Growing).starts_with("memcheck does not call it lost"));
        assert!(text(0, Verdict::Steady).starts_with("memcheck looks for blocks"));
        let freed = ["All heap blocks were freed -- no leaks are possible".to_owned()];
        let text = lesson(Tool::Memcheck, &freed, Some(Verdict::Growing));
        assert!(text.starts_with("memcheck does not call it lost"));
    }
}

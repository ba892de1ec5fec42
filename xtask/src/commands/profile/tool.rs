//! The tools: how each is called, where it is to be had, and what it concludes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use clap::ValueEnum;
use leak_meter::Verdict;

/// A tool that watches a program's heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// Counts every allocation by its call stack, with what was never freed
    Heaptrack,
    /// Valgrind's memcheck: looks for blocks that nothing points to when the program ends
    Valgrind,
    /// Valgrind's dhat: how much each line allocates, for how long, and how often it is read
    Dhat,
}

impl Tool {
    /// Its name, as it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heaptrack => "heaptrack",
            Self::Valgrind => "memcheck",
            Self::Dhat => "dhat",
        }
    }

    /// The program that is started; heaptrack's results are read by a second one.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Heaptrack => &["heaptrack", "heaptrack_print"],
            Self::Valgrind | Self::Dhat => &["valgrind"],
        }
    }

    /// How many times as long as otherwise a program may take under it.
    pub fn slower(self) -> u32 {
        match self {
            Self::Heaptrack => 10,
            Self::Valgrind | Self::Dhat => 100,
        }
    }

    /// Refuses a tool that is not there, with how to get it.
    ///
    /// # Errors
    /// When one of its programs is not on the path.
    pub fn check_installed(self) -> anyhow::Result<()> {
        let path = env::var_os("PATH").unwrap_or_default();
        let is_there = |program: &str| env::split_paths(&path).any(|at| at.join(program).is_file());
        let Some(missing) = self.programs().iter().find(|program| !is_there(program)) else {
            return Ok(());
        };
        let package = self.programs()[0];
        let on_macos = match self {
            Self::Heaptrack => "not to be had; Apple's own tool is `leaks`",
            _ => "sudo port install valgrind (older systems only; Apple's own tool is `leaks`)",
        };
        anyhow::bail!(
            "{missing} is not installed, or not on the path.\n\
             Debian, Ubuntu: sudo apt-get install {package}\n\
             Fedora:         sudo dnf install {package}\n\
             macOS:          {on_macos}"
        )
    }

    /// The tool's program and arguments, before those of the program that it watches. It writes its
    /// results to `out`, with an ending of its own.
    pub fn command(self, out: &Path) -> Vec<OsString> {
        let with = |option: &str, ending: &str| {
            let mut argument = OsString::from(option);
            argument.push(out.with_extension(ending));
            argument
        };
        match self {
            Self::Heaptrack => vec!["heaptrack".into(), "-o".into(), out.into()],
            Self::Valgrind => vec![
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

    /// What it concludes, in its own words, and the file with all of its results.
    ///
    /// # Errors
    /// When its results are not there, or have no conclusion.
    pub fn conclusion(self, out: &Path) -> anyhow::Result<(Vec<String>, PathBuf)> {
        let (text, file) = match self {
            Self::Heaptrack => heaptrack(out)?,
            Self::Valgrind | Self::Dhat => {
                let log = out.with_extension("log");
                let text = fs::read_to_string(&log)
                    .with_context(|| format!("{} has left no {}", self.name(), log.display()))?;
                let json = out.with_extension("json");
                (text, if self == Self::Dhat { json } else { log })
            }
        };
        let lines: Vec<String> = text.lines().filter_map(|line| self.concluding(line)).collect();
        anyhow::ensure!(
            !lines.is_empty(),
            "{} has come to no conclusion; it said last:\n{}",
            self.name(),
            last_lines(&text)
        );
        Ok((lines, file))
    }

    /// The line without what stands before each, if it is one of the conclusion's.
    fn concluding(self, line: &str) -> Option<String> {
        let starts: &[&str] = match self {
            Self::Heaptrack => &["peak heap memory", "total memory leaked", "calls to allocation"],
            Self::Valgrind => &[
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
        // `==1234== `, the process's number.
        let line = line.rsplit_once("==").map_or(line, |(_, line)| line).trim();
        starts.iter().any(|start| line.starts_with(start)).then(|| line.to_owned())
    }
}

/// What its printer says of heaptrack's file, whose ending goes by how it was compressed.
fn heaptrack(out: &Path) -> anyhow::Result<(String, PathBuf)> {
    let file = ["zst", "gz"].map(|ending| {
        let mut file = out.as_os_str().to_owned();
        file.push(format!(".{ending}"));
        PathBuf::from(file)
    });
    let file = file.into_iter().find(|file| file.is_file());
    let file = file.with_context(|| format!("heaptrack has left no {}.*", out.display()))?;
    let printed = Command::new("heaptrack_print")
        .arg(&file)
        .args(["--print-peaks", "0", "--print-allocators", "0", "--print-temporary", "0"])
        .stdin(Stdio::null())
        .output()
        .context("heaptrack_print cannot be started")?;
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    let said = String::from_utf8_lossy(&printed.stderr);
    anyhow::ensure!(printed.status.success(), "heaptrack_print fails:\n{}", last_lines(&said));
    Ok((text, file))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// What is to be learnt from the tool's conclusion beside ours.
pub fn lesson(tool: Tool, conclusion: &[String], ours: Option<Verdict>) -> &'static str {
    let lost = |what: &str| {
        let line = conclusion.iter().find(|line| line.starts_with(what));
        line.is_some_and(|line| !line.contains(" 0 bytes in 0 blocks"))
    };
    let growing = ours == Some(Verdict::Growing);
    match tool {
        Tool::Valgrind if lost("definitely lost") && growing => {
            "Both find it: memcheck looks for blocks that nothing points to when the program ends, \
             and what leaks here is out of reach."
        }
        Tool::Valgrind if growing => {
            "memcheck does not call it lost. It looks at one moment, the program's end, for blocks \
             that nothing points to. What leaks here was held by something all the while, and was \
             freed with it at the end, or is reachable still: no leak to memcheck, and memory to \
             the server that never ends."
        }
        Tool::Valgrind => {
            "memcheck looks at one moment, the program's end, for blocks that nothing points to; \
             leak-meter at what stays after each round."
        }
        Tool::Dhat => {
            "dhat tells how much was allocated and what was live at the peak (t-gmax) and at the \
             end (t-end), and does not judge. What a service holds falls when it is dropped, so \
             compare the peaks of a short run and of a longer one (--rounds): a leak's follows the \
             rounds."
        }
        Tool::Heaptrack => {
            "heaptrack calls leaked what was not freed by the program's end, so what a service \
             gives back when it is dropped is in its peak only. Compare the peaks of a short run \
             and of a longer one (--rounds): a leak's follows the rounds."
        }
    }
}

/// What has to be known of the tool's words, because the meter is in the program; nothing for most.
pub fn note(tool: Tool) -> Option<&'static str> {
    // The header of leak_meter's allocator stands before what the program gets.
    (tool == Tool::Valgrind).then_some(
        "The meter keeps a few bytes before each block, so the program's pointers lead into blocks \
         and not to their beginning: what memcheck calls possibly lost here, it would call still \
         reachable without the meter.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conclusion_is_found_behind_the_processs_number() {
        for (tool, line, found) in [
            (Tool::Valgrind, "==12==    definitely lost: 8 bytes in 1 blocks", true),
            (Tool::Valgrind, "==12== All heap blocks were freed -- no leaks are possible", true),
            (Tool::Valgrind, "==12== 8 bytes in 1 blocks are definitely lost in", false),
            (Tool::Dhat, "==12== At t-end:  9 bytes in 1 blocks", true),
            (Tool::Heaptrack, "total memory leaked: 1.2K", true),
            (Tool::Heaptrack, "total runtime: 0.2s.", false),
        ] {
            assert_eq!(tool.concluding(line).is_some(), found, "{line}");
        }
    }

    #[test]
    fn what_is_not_lost_and_grows_is_the_lesson() {
        let lost = |bytes: u32| [format!("definitely lost: {bytes} bytes in {bytes} blocks")];
        let said = |bytes, ours| lesson(Tool::Valgrind, &lost(bytes), Some(ours));
        assert!(said(8, Verdict::Growing).starts_with("Both find it"));
        assert!(said(0, Verdict::Growing).starts_with("memcheck does not call it lost"));
        assert!(said(0, Verdict::Steady).starts_with("memcheck looks at one moment"));
        let freed = ["All heap blocks were freed -- no leaks are possible".to_owned()];
        let said = lesson(Tool::Valgrind, &freed, Some(Verdict::Growing));
        assert!(said.starts_with("memcheck does not call it lost"));
    }
}

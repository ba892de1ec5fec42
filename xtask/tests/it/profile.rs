//! `profile`: another tool's conclusion beside ours, with fake tools, and with a real one if it is
//! installed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::Ran;
use crate::support::toy::{BROKEN, GROWING, PANICKING, Toy};
use crate::support::traces::Traces;
use tempfile::TempDir;

/// Keeps a block for each operation, and frees all at the end.
const KEEPING: &str = "
    let mut kept = Vec::new();
    context.soak().run(|operation| kept.push(Box::new(operation.number())))";

/// A fake heaptrack: runs the program, and writes its file.
const HEAPTRACK: &str = "#!/bin/sh
test \"$1\" = -o || exit 3
out=$2
shift 2
echo 'results of a fake heaptrack' > \"$out.gz\"
exec \"$@\"
";
const HEAPTRACK_PRINT: &str = "#!/bin/sh
test -f \"$1\" || exit 3
cat <<END
total runtime: 0.12s.
calls to allocation functions: 1234 (9999/s)
temporary memory allocations: 5 (41/s)
peak heap memory consumption: 56.78K
total memory leaked: 9.01K
END
";

fn workshop() -> Toy {
    Toy::new("workshop-to-profile")
        .with(1, "toy-lost", GROWING)
        .with(2, "toy-kept", KEEPING)
        .with(3, "toy-broken", BROKEN)
        .with(4, "toy-panicking", PANICKING)
        // Its results are in a file of its own, which no other test writes.
        .with(5, "toy-silent", KEEPING)
}

/// A folder with programs.
fn programs(programs: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in programs {
        let path = folder.path().join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// Runs `arguments` with the programs in `first` before all others on the path.
fn run(toy: &Toy, first: &Path, arguments: &[&str]) -> Ran {
    let path = std::env::var("PATH").unwrap();
    run_on(toy, &format!("{}:{path}", first.display()), arguments)
}

fn run_on(toy: &Toy, path: &str, arguments: &[&str]) -> Ran {
    let traces = Traces::new();
    let mut command = toy.command(arguments);
    command.env("PATH", path).env_remove("RUST_BACKTRACE");
    let ran = Ran::run(traces.mark(&mut command));
    traces.are_gone();
    ran
}

#[test]
fn a_tools_conclusion_is_shown_beside_ours() {
    let tools = programs(&[("heaptrack", HEAPTRACK), ("heaptrack_print", HEAPTRACK_PRINT)]);
    let order = ["profile", "toy-kept", "--tool", "heaptrack", "--rounds", "2"];
    run(&workshop(), tools.path(), &order).ends_with(0).says(&[
        "toy-kept, the exercise, under heaptrack",
        "heaptrack says, after 2 rounds and 200 operations:",
        "  calls to allocation functions: 1234",
        "  peak heap memory consumption: 56.78K",
        "  total memory leaked: 9.01K",
        "operations without heaptrack:",
        "  Growing",
        "  1.00 live blocks per operation",
        "times as long under heaptrack",
        "profile/toy-kept-exercise-heaptrack.gz",
    ]);
}

#[test]
fn the_other_version_and_other_rounds_can_be_chosen() {
    let tools = programs(&[("heaptrack", HEAPTRACK), ("heaptrack_print", HEAPTRACK_PRINT)]);
    let order = ["profile", "toy-kept", "--tool", "heaptrack", "--version", "solution"];
    let more = ["--rounds", "1", "--operations", "7"];
    run(&workshop(), tools.path(), &[&order[..], &more].concat()).ends_with(0).says(&[
        "toy-kept, the solution, under heaptrack",
        "after 1 round and 7 operations:",
        "  Steady",
    ]);
}

#[test]
fn a_missing_tool_is_reported_with_instructions() {
    let cargo = Path::new(env!("CARGO")).parent().unwrap().display().to_string();
    for (tool, program) in
        [("heaptrack", "heaptrack"), ("valgrind", "valgrind"), ("dhat", "valgrind")]
    {
        let ran = run_on(&workshop(), &cargo, &["profile", "toy-kept", "--tool", tool]);
        let ran = ran.ends_with(2).warns(&[
            &format!("{program} is not installed, or not on the path."),
            &format!("Debian, Ubuntu: sudo apt-get install {program}"),
            &format!("Fedora:         sudo dnf install {program}"),
            "macOS:",
        ]);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_missing_result_is_reported() {
    let silent = "#!/bin/sh\nshift 2\nexec \"$@\"\n";
    let tools = programs(&[("heaptrack", silent), ("heaptrack_print", HEAPTRACK_PRINT)]);
    let profile = |toy: &str| {
        run(&workshop(), tools.path(), &["profile", toy, "--tool", "heaptrack"]).ends_with(2)
    };
    profile("toy-silent").warns(&["heaptrack did not write "]);
    profile("toy-broken").warns(&["exercises/toy-broken does not build"]);
    profile("toy-panicking").warns(&["toy-panicking has no result. It panicked: out of tickets"]);
    profile("toy-kep").warns(&["There is no exercise named \"toy-kep\". Did you mean toy-kept?"]);
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    /// Memcheck calls unreachable memory lost, but not memory that is held.
    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn memcheck_finds_unreachable_memory_and_not_held_memory() {
        if Command::new("valgrind").arg("--version").output().is_err() {
            eprintln!("skipped: valgrind is not installed");
            return;
        }
        let nothing = programs(&[]);
        let profile = |toy: &str, tool: &str| {
            let order = ["profile", toy, "--tool", tool, "--rounds", "2", "--operations", "50"];
            run(&workshop(), nothing.path(), &order).ends_with(0)
        };
        profile("toy-lost", "valgrind").says(&[
            "memcheck says, after 2 rounds and 100 operations:",
            "definitely lost: 2,400 bytes in 100 blocks",
            "  Growing",
            "toy_lost_exercise::keep",
            "Both find it",
        ]);
        let kept =
            profile("toy-kept", "valgrind").says(&["  Growing", "memcheck does not call it lost."]);
        assert!(!kept.out.contains("Both find it"), "{}", kept.out);
        profile("toy-lost", "dhat").says(&["dhat says", "At t-gmax:", "At t-end:", "  Growing"]);
    }
}

//! Heap profiles: as files, in other formats, and by the command. The names come from the program itself or, as on
//! another machine, from its file.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

#[macro_use]
#[path = "isolated/mod.rs"]
mod isolated;

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use leak_meter::profile::{NamedProfile, Profile, Resolver, Weight};
use leak_meter::{Allocator, HeapCounts};
use serde_json::{Value, json};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The variable that passes a folder to a scene.
const FOLDER: &str = "LEAK_METER_TEST_FOLDER";

fn run_command(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leak-meter")).args(arguments).output().expect("it can be run")
}

#[track_caller]
fn text_of(output: &Output, code: i32) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{errors}\n{text}");
    format!("{errors}{text}")
}

fn this_program() -> PathBuf {
    env::current_exe().expect("this test's program")
}

#[inline(never)]
fn keep_orders(kept: &mut Vec<Vec<u8>>, count: usize) {
    for _ in 0..count {
        kept.push(vec![1; 1000]);
    }
}

/// A profile with some orders, and what the meter counted at that time.
fn profile_of_orders(count: usize) -> (NamedProfile, HeapCounts) {
    let mut kept = Vec::with_capacity(count);
    keep_orders(&mut kept, count);
    let counts = HeapCounts::now();
    let profile = Profile::take();
    drop(kept);
    (profile.named(&mut Resolver::of_this_program()), counts)
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn profiles_are_written() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let mut kept = Vec::with_capacity(10_000);
    // The working set swings beneath the leak.
    let mut swing: Vec<Vec<u8>> = Vec::new();
    for number in 0..64_u64 {
        keep_orders(&mut kept, 10);
        swing.clear();
        swing.extend((0..300 + number * 37 % 100).map(|_| vec![2; 64]));
        let path = Path::new(&folder).join(format!("{number:02}.json"));
        Profile::take().with_work(1000 * number).write(path).expect("the folder can be written to");
    }
}

/// Runs the program that writes profiles, and returns their paths.
fn written_by(program: &Path, folder: &Path) -> Vec<String> {
    let output = Command::new(program)
        .args(["--ignored", "--exact", "profiles_are_written"])
        .env(FOLDER, folder)
        .output()
        .expect("it can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    (0..64).map(|number| folder.join(format!("{number:02}.json")).display().to_string()).collect()
}

#[test]
#[ignore = "builds the reader, which takes minutes: run with --ignored"]
fn an_independent_reader_of_pprof_finds_the_totals_of_the_meter() {
    isolated::test_in_a_process("the_pprof_format_has_the_totals_of_the_meter", &[]);
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn the_pprof_format_has_the_totals_of_the_meter() {
    let (named, counts) = profile_of_orders(100);
    let read = read_independently(&named.to_pprof());
    assert_eq!(read["types"], json!([["inuse_objects", "count"], ["inuse_space", "bytes"]]));
    assert_eq!(read["default"], "inuse_space");
    let samples = read["samples"].as_array().unwrap();
    let total = |at: usize| {
        samples.iter().map(|sample| sample["values"][at].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((total(0), total(1)), (counts.live_blocks(), counts.live_bytes()));

    let orders = samples.iter().find(|sample| sample["values"] == json!([100, 100_000]));
    let frames = orders.expect("the orders")["frames"].as_array().unwrap();
    let own = frames.iter().find(|frame| frame[0] == "profiles::keep_orders");
    let own = own.unwrap_or_else(|| panic!("{frames:?}"));
    assert!(own[1].as_str().unwrap().ends_with("tests/profiles.rs"), "{own}");
    assert!(own[2].as_u64().unwrap() > 0, "{own}");
    assert_eq!(read["build_id"].as_str(), named.build_id.as_deref());
    assert_eq!(read["all_inside_the_mapping"], true);
}

/// What the reader in `pprof_reader`, a package of its own, finds in a profile.
fn read_independently(profile: &[u8]) -> Value {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pprof_reader/Cargo.toml");
    let mut reader = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("pprof_reader"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo can be run");
    reader.stdin.take().unwrap().write_all(profile).expect("the reader reads");
    let output = reader.wait_with_output().expect("the reader ends");
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn other_formats_have_the_same_totals() {
    isolated::test_in_a_process("every_format_has_the_same_totals", &[]);
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn every_format_has_the_same_totals() {
    let (named, counts) = profile_of_orders(100);
    assert_eq!(
        (named.live_blocks(), named.live_bytes()),
        (counts.live_blocks(), counts.live_bytes())
    );

    for (weight, total) in
        [(Weight::Bytes, counts.live_bytes()), (Weight::Blocks, counts.live_blocks())]
    {
        let folded = named.to_folded(weight);
        let lines =
            folded.lines().map(|line| line.rsplit_once(' ').expect("a stack and its weight"));
        let sum: u64 = lines.clone().map(|(_, weight)| weight.parse::<u64>().unwrap()).sum();
        assert_eq!(sum, total, "{folded}");
        assert!(
            lines.clone().any(|(stack, _)| stack.contains("profiles::keep_orders;")),
            "{folded}"
        );
    }
    let dhat: Value = serde_json::from_str(&named.to_dhat()).unwrap();
    let sum = |field: &str| {
        let points = dhat["pps"].as_array().unwrap().iter();
        points.map(|point| point[field].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((sum("tb"), sum("tbk")), (counts.live_bytes(), counts.live_blocks()));
    // What the viewer of DHAT demands of a file.
    for field in [
        "dhatFileVersion",
        "mode",
        "verb",
        "bklt",
        "bkacc",
        "tu",
        "Mtu",
        "cmd",
        "pid",
        "te",
        "pps",
        "ftbl",
    ] {
        assert!(!dhat[field].is_null(), "{field}");
    }
    let table = dhat["ftbl"].as_array().unwrap();
    let frames =
        dhat["pps"].as_array().unwrap().iter().flat_map(|point| point["fs"].as_array().unwrap());
    assert!(
        frames
            .clone()
            .all(|frame| frame.as_u64().is_some_and(|at| (1..table.len() as u64).contains(&at)))
    );

    let picture = String::from_utf8(named.to_flamegraph(Weight::Bytes).unwrap()).unwrap();
    assert!(picture.contains("<svg") && picture.contains("profiles::keep_orders"), "{picture}");
}

#[test]
fn the_command_names_lines_of_a_stripped_program_from_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    // The program as it is on another machine: without symbols and line tables, but with its build ID.
    let stripped = folder.path().join("service");
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(this_program()).status();
    assert!(strip.expect("strip, from the linker's package, can be run").success());
    let profiles = written_by(&stripped, folder.path());
    let (first, last) = (&*profiles[0], &*profiles[63]);

    let nameless = text_of(&run_command(&["top", last]), 0);
    assert!(nameless.contains("service+0x") && !nameless.contains("keep_orders"), "{nameless}");
    let program = this_program().display().to_string();
    let named = text_of(&run_command(&["top", last, "--binary", &program]), 0);
    assert!(named.contains("640 kB in 640 blocks: profiles::keep_orders"), "{named}");
    assert!(named.contains("tests/profiles.rs:"), "{named}");

    let difference = text_of(&run_command(&["diff", first, last, "--binary", &program]), 0);
    assert!(difference.contains("1. +630 blocks, +630 kB: profiles::keep_orders"), "{difference}");

    // A file of another program is refused.
    let other = env!("CARGO_BIN_EXE_leak-meter");
    let refused = text_of(&run_command(&["top", last, "--binary", other]), 2);
    assert!(refused.contains("is another build: its build ID is"), "{refused}");
}

#[test]
fn the_command_judges_a_series_of_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = written_by(&this_program(), folder.path());
    let program = this_program().display().to_string();
    let mut arguments = vec!["verdict", "--binary", &program];
    arguments.extend(profiles.iter().map(String::as_str));
    let text = text_of(&run_command(&arguments), 1);
    assert!(text.starts_with("Growing after 63,000 requests in "), "{text}");
    assert!(text.contains("1. Growing: profiles::keep_orders"), "{text}");
    assert!(text.contains("blocks: 10.0 per 1,000 requests"), "{text}");
    assert_eq!(text.matches(". Growing: ").count(), 1, "nothing else grows: {text}");

    arguments.push("--json");
    let json: Value = serde_json::from_str(&text_of(&run_command(&arguments), 1)).unwrap();
    assert_eq!(json["verdict"], "growing");
    // Nobody reads the text, but the exit code says it.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_leak-meter"))
        .args(&arguments)
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    let swapped = text_of(&run_command(&["verdict", &profiles[1], &profiles[0]]), 2);
    assert!(swapped.contains("not in the order in which they were taken"), "{swapped}");
    let few = text_of(&run_command(&["verdict", &profiles[0], &profiles[1]]), 0);
    assert!(few.starts_with("Undecided after 1,000 requests"), "{few}");
}

#[test]
fn a_file_of_another_version_or_program_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heap.json");
    let profile = Profile::take();
    profile.write(&path).unwrap();
    assert_eq!(Profile::read(&path).unwrap(), profile);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"format\":1", "\"format\":2,\"new\":[]", 1)).unwrap();
    let error = Profile::read(&path).unwrap_err().to_string();
    assert!(
        error.contains("has format 2, and this version of leak-meter reads format 1"),
        "{error}"
    );
    std::fs::write(&path, "{}").unwrap();
    let error = Profile::read(&path).unwrap_err().to_string();
    assert!(error.contains("is not a heap profile of leak-meter"), "{error}");
}

#[test]
fn a_write_that_fails_leaves_the_earlier_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("heap.json"), "the earlier one").unwrap();
    // The system refuses files of more than one block, as it does when the disk is full.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" --ignored --exact --nocapture no_room_for_a_profile"])
        .arg(this_program())
        .env(FOLDER, folder.path())
        .output()
        .expect("sh can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let earlier = std::fs::read_to_string(folder.path().join("heap.json")).unwrap();
    assert_eq!(earlier, "the earlier one");
}

#[test]
#[ignore = "run by another test with a limit on the size of files"]
fn no_room_for_a_profile() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let mut kept = Vec::with_capacity(100);
    keep_orders(&mut kept, 100);
    let error =
        Profile::take().write(Path::new(&folder).join("heap.json")).unwrap_err().to_string();
    assert!(error.contains("heap.json cannot be written: File too large"), "{error}");
}

//! Growth that is suppressed by its signature is listed but not reported as a leak. A suppression of
//! one place does not cover another, and a place without a name cannot be suppressed.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::fs;
use std::path::PathBuf;
use std::thread;

use leak_meter::{Allocator, Report, Soak, Verdict, allocator};
use tempfile::NamedTempFile;

#[global_allocator]
static METER: Allocator = Allocator::system();

fn file_of(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), text).expect("it can be written to");
    file
}

#[inline(never)]
#[allow(clippy::vec_box)] // Each value needs a block of its own.
fn register(kept: &mut Vec<Box<u64>>, number: u64) {
    kept.push(Box::new(number));
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(50).holders(false)
}

fn registering(soak: Soak<'_>) -> Report {
    let mut kept = Vec::with_capacity(100_000);
    soak.run(|operation| register(&mut kept, operation.number()))
}

/// The signature of the first place that grows.
#[track_caller]
fn signature_of(report: &Report) -> &str {
    let site = report.sites.first().unwrap_or_else(|| panic!("nothing grows\n{report}"));
    assert_eq!(site.verdict, Verdict::Growing, "{report}");
    site.signature.as_deref().unwrap_or_else(|| panic!("no signature\n{report}"))
}

#[test]
fn suppressed_growth_is_listed_and_not_reported_as_a_leak() {
    let report = registering(soak());
    let signature = signature_of(&report);
    assert!(report.to_string().contains(&format!("   signature {signature}\n")), "{report}");
    let file = file_of(&format!("# ours\n{signature} the registry\n0000000000000001 gone\n"));
    let report = registering(soak().suppressions(file.path()));
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert!(report.sites.is_empty(), "{report}");
    assert_eq!(report.suppressed[0].reason, "the registry");
    assert_eq!(report.unmatched_suppressions, ["0000000000000001 (gone)"]);
    let text = report.to_string();
    assert!(text.contains("\nSuppressed: suppressions::register (the registry)\n"), "{text}");
    let note = "\nNote: these suppressions matched nothing in this run: 0000000000000001 (gone).\n";
    assert!(text.contains(note), "{text}");
}

#[test]
fn an_unmatched_suppression_is_reported_for_a_healthy_program_too() {
    let file = file_of("0000000000000001 gone\n");
    let report = soak().suppressions(file.path()).run(|_| ());
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert_eq!(report.unmatched_suppressions, ["0000000000000001 (gone)"]);
}

/// The order of the soak's settings does not matter.
#[test]
fn a_refused_file_ends_the_soak_with_a_sentence() {
    let file = file_of("\ncbf29ce484222325 some reason\n");
    let (before, after) = (
        Soak::new().suppressions(file.path()).operations_per_round(50),
        Soak::new().operations_per_round(50).suppressions(file.path()),
    );
    for soak in [before, after] {
        let report = soak.run(|_| ());
        assert_eq!(report.verdict, Verdict::Undecided, "{report}");
        let stopped = report.stopped.as_deref().unwrap_or_default();
        assert!(stopped.starts_with("line 2 of "), "{report}");
        assert!(stopped.contains("suppresses cbf29ce484222325"), "{report}");
    }
}

/// Blocks whose call stacks are entirely in the standard library, up to the start of their thread.
fn keep_the_temporary_folder(kept: &mut Vec<PathBuf>) {
    kept.push(thread::spawn(std::env::temp_dir).join().expect("it ends"));
}

fn keep_the_current_folder(kept: &mut Vec<PathBuf>) {
    let here = thread::spawn(std::env::current_dir).join().expect("it ends");
    kept.push(here.expect("there is one"));
}

#[test]
fn a_suppression_without_own_functions_covers_its_own_call_stack_alone() {
    let mut kept = Vec::with_capacity(20_000);
    let report = soak().run(|_| keep_the_temporary_folder(&mut kept));
    assert!(!report.sites[0].own, "{report}");
    let file = file_of(&format!("{} the first\n", signature_of(&report)));
    let report = soak().suppressions(file.path()).run(|_| keep_the_temporary_folder(&mut kept));
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    let report = soak().suppressions(file.path()).run(|_| {
        keep_the_temporary_folder(&mut kept);
        keep_the_current_folder(&mut kept);
    });
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    assert_eq!((report.suppressed.len(), report.sites.len()), (1, 1), "{report}");
    let stack =
        report.sites[0].stack.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(stack.contains("current_dir"), "{report}");
}

#[test]
fn a_place_without_a_name_says_why_and_that_it_cannot_be_suppressed() {
    let report = registering(soak());
    let file = file_of(&format!("{} the registry\n", signature_of(&report)));
    let mut kept = Vec::with_capacity(100_000);
    let report = soak().suppressions(file.path()).run(|operation| {
        // From here on, blocks have no call stack.
        allocator::stop();
        register(&mut kept, operation.number());
    });
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    assert_eq!((&report.sites[0].signature, report.sites[0].line), (&None, None));
    let text = report.to_string();
    assert!(text.contains("   it has no line: all blocks without a call stack are"), "{text}");
    assert!(text.contains("   it cannot be suppressed: a signature is made from"), "{text}");
    assert!(!text.contains("   signature"), "{text}");
    assert!(!text.contains("line-tables-only"), "{text}");
}

//! The commands for authors: begin a pattern, record its fixes, and accept what was measured.

use std::fs;
use std::path::Path;

use crate::support::workshop_copy::WorkshopCopy;

const NOTES: &str = "exercises/lost-notes/src/notes.rs";
const METADATA: &str = "crates/lost-notes/exercise.toml";

#[track_caller]
fn edit(copy: &WorkshopCopy, place: &str, from: &str, to: &str) {
    let text = read(&copy.path(place));
    assert!(text.contains(from), "{place} has no {from:?}");
    fs::write(copy.path(place), text.replacen(from, to, 1)).unwrap();
}

#[track_caller]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A workshop with the skeleton of a pattern in it.
fn with_skeleton(folder: &str) -> WorkshopCopy {
    let copy = WorkshopCopy::new("rc-cycles", folder);
    copy.run(&["author", "new", "lost-notes"]).ends_with(0).says(&[
        "Created lost-notes",
        "crates/lost-notes",
        "exercises/lost-notes",
        "solutions/lost-notes",
        "Next: cargo xtask run lost-notes",
    ]);
    copy
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_skeleton_leaks_its_solution_does_not_and_placeholders_are_listed() {
    let copy = with_skeleton("author-new");
    copy.run(&["run", "lost-notes", "--reveal"]).ends_with(0).says(&[
        "Growing",
        "Steady",
        "lost_notes_exercise::notes::Notes::open",
    ]);
    let ran = copy.run(&["verify", "lost-notes"]).ends_with(1).says(&[
        "FAILED   shipped       crates/lost-notes/shipped.toml",
        "proven   metadata",
        "proven   mirror",
        "proven   dependencies",
        "proven   readmes",
        "FAILED   placeholders  crates/lost-notes/Cargo.toml",
        "line 3: the service: contract, workload and checks of the exercise",
        "FAILED   placeholders  crates/lost-notes/exercise.toml",
        "FAILED   placeholders  exercises/lost-notes/README.md",
        "line 1: a title for lost-notes",
        "FAILED   placeholders  solutions/lost-notes/README.md",
        "one public incident of this pattern, with its link",
        "proven   warnings",
        "proven   exercise      2 behaviours pass, 2 memory trials fail as expected",
        "proven   solution",
        "FAILED   fixes         crates/lost-notes/fixes/wrong",
        "Found 1 patch; at least 4 are required.",
        "FAILED   fixes         crates/lost-notes/fixes/right",
    ]);
    // The one wrong fix is rejected as claimed.
    assert!(!ran.out.contains("empty-note.patch, trial"), "{}", ran.out);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn an_invalid_name_creates_nothing() {
    let copy = WorkshopCopy::new("rc-cycles", "author-names");
    let manifest = read(&copy.path("Cargo.toml"));
    for (name, words) in [
        ("Lost", "cannot be a pattern's name"),
        ("lost--notes", "cannot be a pattern's name"),
        ("3-notes", "cannot be a pattern's name"),
        ("../lost", "cannot be a pattern's name"),
        ("rc-cycles", "crates/rc-cycles exists already."),
        ("moka", "has a dependency named moka"),
    ] {
        let ran = copy.run(&["author", "new", name]).ends_with(2).warns(&[words]);
        assert_eq!(ran.out, "", "{name}");
    }
    assert_eq!(read(&copy.path("Cargo.toml")), manifest);
    assert_eq!(fs::read_dir(copy.path("crates")).unwrap().count(), 1);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_skeleton_that_cannot_be_written_leaves_nothing_behind() {
    let copy = WorkshopCopy::new("rc-cycles", "author-unwritten");
    // A file in place of a folder.
    fs::write(copy.path("solutions.txt"), "").unwrap();
    fs::rename(copy.path("solutions"), copy.path("elsewhere")).unwrap();
    fs::rename(copy.path("solutions.txt"), copy.path("solutions")).unwrap();
    copy.run(&["author", "new", "lost-notes"])
        .ends_with(2)
        .warns(&["cannot be written, so nothing"]);
    assert!(!copy.path("crates/lost-notes").exists());
    assert!(!copy.path("exercises/lost-notes").exists());
    assert!(!read(&copy.path("Cargo.toml")).contains("lost-notes"));
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn accept_declares_the_measured_leak_and_keeps_the_rest_of_the_file() {
    let copy = with_skeleton("author-accept");
    edit(&copy, METADATA, "\"Notes::open\"", "\"Notes::close\" # its place");
    edit(&copy, METADATA, "[\"live_blocks\", \"live_bytes\"]", "[\"open_files\"]");
    let before = read(&copy.path(METADATA));
    copy.run(&["verify", "lost-notes"]).ends_with(1).says(&[
        "FAILED   exercise",
        "declares that open files grow",
        "declares Notes::close in exercises/lost-notes/src/notes.rs; the first growing line is in",
    ]);
    copy.run(&["author", "accept", "lost-notes"]).ends_with(0).says(&[
        "exercises/lost-notes: shipped now, 5 files.",
        "crates/lost-notes/exercise.toml: it now declares what was measured:",
        "[leak].resources: open files -> live blocks, live bytes",
        "[leak].function: Notes::close -> Notes::open",
        "[leak].per_operation: nothing -> ",
        "Next: cargo xtask verify lost-notes",
    ]);
    copy.run(&["verify", "lost-notes"])
        .ends_with(1)
        .says(&["proven   shipped", "proven   exercise"]);
    let after = read(&copy.path(METADATA));
    let rates = after.lines().find(|line| line.starts_with("per_operation = { live_blocks = "));
    let rates = rates.unwrap_or_else(|| panic!("no rates in {after}"));
    let expected = before.replace("[\"open_files\"]", "[\"live_blocks\", \"live_bytes\"]").replace(
        "\"Notes::close\" # its place\n",
        &format!("\"Notes::open\" # its place\n{rates}\n"),
    );
    assert_eq!(after, expected);
    copy.run(&["author", "accept", "lost-notes"])
        .ends_with(0)
        .says(&["exercise.toml: it already declares what was measured."]);
    // A wrong rate is refused.
    edit(&copy, METADATA, "live_blocks = 1", "live_blocks = 2");
    let ran = copy.run(&["verify", "lost-notes"]).ends_with(1);
    ran.says(&["FAILED   exercise", "live blocks per operation, but ", "were measured."]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn an_edit_becomes_a_patch_and_the_exercise_is_restored() {
    let copy = with_skeleton("author-record");
    copy.run(&["author", "accept", "--locks-only"]).ends_with(0);
    let shipped = read(&copy.path(NOTES));
    let record = |kind: &str, name: &str, more: &[&str]| {
        let order = ["author", "record-fix", "lost-notes", kind, name];
        copy.run(&[&order[..], more].concat())
    };
    let because = ["--because", "Removes the notes of even tasks only."];
    let by_growth = ["--rejected-by", "memory::growth"];
    record("wrong", "even-only", &because)
        .ends_with(2)
        .warns(&["exercises/lost-notes is as shipped, so there is no edit to record."]);

    let removing = "note.clear();\n            if task % 2 == 0 {\n                \
                    self.texts.remove(&task);\n            }";
    edit(&copy, NOTES, "note.clear();", removing);
    let edited = read(&copy.path(NOTES));
    for (kind, more, words) in [
        ("wrong", &by_growth[..], "Add --because"),
        ("wrong", &because[..], "Add --rejected-by memory::growth"),
        (
            "wrong",
            &[&because[..], &["--rejected-by", "growth"]].concat(),
            "is not the name of a trial",
        ),
        ("right", &[&because[..], &by_growth].concat(), "Remove --rejected-by."),
        ("fix", &because[..], "possible values: wrong, right"),
    ] {
        record(kind, "even-only", more).ends_with(2).warns(&[words]);
        assert_eq!(read(&copy.path(NOTES)), edited, "{words}");
    }
    edit(&copy, "exercises/lost-notes/README.md", "## Scenario", "## The scenario");
    record("wrong", "even-only", &[&because[..], &by_growth].concat())
        .ends_with(2)
        .warns(&["README.md is changed too, but a fix may change only files below src/."]);
    edit(&copy, "exercises/lost-notes/README.md", "## The scenario", "## Scenario");

    record("wrong", "even-only", &[&because[..], &by_growth].concat()).ends_with(0).says(&[
        "Recorded crates/lost-notes/fixes/wrong/even-only.patch, which changes src/notes.rs.",
        "exercises/lost-notes is as shipped again.",
        "Your edit is saved in .leak-lab/kept/",
    ]);
    assert_eq!(read(&copy.path(NOTES)), shipped);
    let patch = read(&copy.path("crates/lost-notes/fixes/wrong/even-only.patch"));
    let head = "Removes the notes of even tasks only.\n\nRejected-by: memory::growth\n\n\
                --- a/src/notes.rs\n+++ b/src/notes.rs\n@@ ";
    assert!(patch.starts_with(head), "{patch}");

    // A right fix with a new and a deleted file.
    edit(
        &copy,
        NOTES,
        "        if let Some(note) = self.texts.get_mut(&task) {\n            \
                        note.clear();\n        }\n",
        "        self.close(task);\n",
    );
    fs::rename(copy.path(NOTES), copy.path("exercises/lost-notes/src/texts.rs")).unwrap();
    let library = "exercises/lost-notes/src/lib.rs";
    edit(&copy, library, "mod notes;\n\npub use notes", "mod texts;\n\npub use texts");
    record("right", "closed", &["--because", "Cancelling is closing."]).ends_with(0);
    let patch = read(&copy.path("crates/lost-notes/fixes/right/closed.patch"));
    for line in ["--- /dev/null\n+++ b/src/texts.rs", "--- a/src/notes.rs\n+++ /dev/null"] {
        assert!(patch.contains(line), "{line} is not in {patch}");
    }
    assert!(!copy.path("exercises/lost-notes/src/texts.rs").exists());
    let ran = copy.run(&["verify", "lost-notes"]).ends_with(1).says(&[
        "Found 2 patches; at least 4 are required.",
        "Found 1 patch; at least 2 are required.",
    ]);
    assert!(!ran.out.contains(".patch, trial"), "{}", ran.out);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_patch_that_no_longer_applies_is_shown_with_its_hunk_and_can_be_renewed() {
    let copy = with_skeleton("author-renew");
    edit(&copy, NOTES, "            note.clear();\n", "            note.truncate(0);\n");
    copy.run(&["author", "accept", "--locks-only"]).ends_with(0);
    copy.run(&["verify", "lost-notes", "--form"]).ends_with(1).says(&[
        "FAILED   fixes         crates/lost-notes/fixes/wrong/empty-note.patch",
        "Hunk 1 of src/notes.rs does not apply:",
        "-            note.clear();",
        "+            *note = String::new();",
        "record it under the same name",
    ]);
    edit(&copy, NOTES, "note.truncate(0);", "*note = String::new();");
    copy.run(&["author", "record-fix", "lost-notes", "wrong", "empty-note"])
        .ends_with(0)
        .says(&["Renewed crates/lost-notes/fixes/wrong/empty-note.patch"]);
    let patch = read(&copy.path("crates/lost-notes/fixes/wrong/empty-note.patch"));
    assert!(patch.contains("Rejected-by: memory::bound_cancelled_tasks\n"), "{patch}");
    assert!(patch.contains("-            note.truncate(0);"), "{patch}");
}

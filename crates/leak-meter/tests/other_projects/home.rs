//! The meter in another project: outside this workspace, a test of ten lines finds a planted leak of
//! one block in a thousand operations at its line, and passes without the leak.
//!
//! There are four kinds of builds: debug and release, with and without frame pointers, each with a
//! plain `#[test]` and a `harness = false` test. Each builds the meter once: the target folder is
//! inside that of the workspace and is kept. `cargo test --package leak-meter --test other_projects --
//! --ignored home --nocapture --test-threads 1` shows the cost of each.
#![allow(clippy::print_stdout)] // The figures in the documentation come from here.

use super::project::Project;

/// This flag decides how call stacks are found.
const FRAME_POINTERS: &str = "-C force-frame-pointers=yes";

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn debug_without_frame_pointers() {
    Form { release: false, frame_pointers: false }.is_proved();
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn release_with_frame_pointers() {
    Form { release: true, frame_pointers: true }.is_proved();
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn debug_with_frame_pointers() {
    Form { release: false, frame_pointers: true }.is_proved();
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn release_without_frame_pointers() {
    Form { release: true, frame_pointers: false }.is_proved();
}

/// One way of building the project.
#[derive(Debug, Clone, Copy)]
struct Form {
    release: bool,
    frame_pointers: bool,
}

impl Form {
    fn is_proved(self) {
        let files = ["src/lib.rs", "tests/plain.rs", "tests/by_hand.rs", "tests/switched.rs"];
        let project = Project::new("home_project", &files, &[""]);
        for test in ["plain", "by_hand"] {
            let (green, text) = self.outcome(&project, test, false);
            assert!(green, "{self:?} of {test} without the leak\n{text}");
            if test == "by_hand" {
                // An unwinder is too slow to use outside soaks.
                let method = if self.frame_pointers { "FramePointers" } else { "Off" };
                assert!(text.contains(&format!("call sites are found by {method}\n")), "{text}");
            }
            if let Some(figures) = text.lines().find(|line| line.starts_with("one purchase takes"))
            {
                println!("{self:?}: {figures}");
            }
            let (green, text) = self.outcome(&project, test, true);
            assert!(!green, "{self:?} of {test} with the leak\n{text}");
            assert!(text.contains("1. Growing: shop::Till::ring_up"), "{self:?} of {test}\n{text}");
            let line = format!("\n   src/lib.rs:{}\n", planted_line(&project));
            assert!(text.contains(&line), "{self:?} of {test}, not at{line}{text}");
            assert!(text.contains("0.0010 blocks and"), "{self:?} of {test}\n{text}");
            let advised = text.contains("Note: frame pointers are missing");
            assert_eq!(advised, !self.frame_pointers, "{self:?} of {test}\n{text}");
        }
        self.switches_on_only_if_that_is_cheap(&project);
    }

    fn switches_on_only_if_that_is_cheap(self, project: &Project) {
        let (green, text) = self.outcome(project, "switched", false);
        assert!(green, "{self:?}\n{text}");
        assert_eq!(text.contains("call sites are on\n"), self.frame_pointers, "{self:?}\n{text}");
        let refused = "refused: call sites stay off: frame pointers are missing, and an unwinder would make every \
                       allocation many times slower; ";
        // The project's flags come from the environment.
        let remedy = "add -C force-frame-pointers=yes to the environment variable";
        let refuses = text.contains(refused) && text.contains(remedy);
        assert_eq!(refuses, !self.frame_pointers, "{self:?}\n{text}");
    }

    /// Whether the project's test passes, and its complete output.
    fn outcome(self, project: &Project, test: &str, leaks: bool) -> (bool, String) {
        let mut arguments = vec!["--test", test];
        arguments.extend(self.release.then_some("--release"));
        arguments.extend(["--", "--nocapture"]);
        let flags = if self.frame_pointers { FRAME_POINTERS } else { "" };
        let variables: &[_] = if leaks { &[("KEEPS_RECEIPTS", "yes")] } else { &[] };
        project.test("home", flags, &arguments, variables)
    }
}

/// The line of the leak, counted from 1.
fn planted_line(project: &Project) -> usize {
    let text = project.read("src/lib.rs");
    1 + text.lines().position(|line| line.ends_with("// the planted leak")).expect("the leak")
}

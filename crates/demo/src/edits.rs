//! Notices that an exercise was edited after the page's program started. The page still shows the code of then,
//! because only the runner builds versions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use exercise_harness::plan::{Plan, Planned, Role};

/// The sentence for an exercise that was edited.
pub const EDITED: &str = "The exercise was edited after the page started. \
                          To show it as \u{201c}Yours\u{201d}, restart cargo xtask demo.";
/// The time between two looks at the files, in seconds.
const INTERVAL: f64 = 1.0;

/// The source files of a version, by path.
type Sources = BTreeMap<PathBuf, Vec<u8>>;

/// The code of every exercise when the program started, and the edits that were reported since.
#[derive(Debug)]
pub struct Edits {
    at_start: Vec<Sources>,
    /// The last code of the current exercise that was reported, if it differs from that at the start.
    reported: Option<Sources>,
    /// The time since the last look, in seconds.
    passed: f64,
}

impl Edits {
    pub fn new(plan: &Plan) -> Self {
        let at_start = plan.exercises.iter().map(sources).collect();
        Self { at_start, reported: None, passed: INTERVAL }
    }

    /// Whether the exercise `planned`, which is number `at`, has been edited and that is still to be reported.
    /// `passed` is the time since the last call, in seconds.
    pub fn are_new(&mut self, at: usize, planned: &Planned, passed: f64) -> bool {
        self.passed += passed;
        if self.passed < INTERVAL {
            return false;
        }
        self.passed = 0.0;
        let now = sources(planned);
        if now == self.at_start[at] {
            self.reported = None;
            return false;
        }
        let is_new = self.reported.as_ref() != Some(&now);
        self.reported = Some(now);
        is_new
    }

    /// Reports an edit of the current exercise again, at the next call.
    pub fn repeat(&mut self) {
        self.reported = None;
        self.passed = INTERVAL;
    }
}

/// The code that a learner edits.
fn sources(planned: &Planned) -> Sources {
    let version = |role| planned.versions.iter().find(|version| version.role == role);
    let mut sources = Sources::new();
    // Once an exercise was edited, its shipped version is in another folder.
    if let Some(version) = version(Role::Edited).or_else(|| version(Role::Shipped)) {
        add_sources(&version.folder.join("src"), &mut sources);
    }
    sources
}

fn add_sources(folder: &Path, sources: &mut Sources) {
    // A file may vanish while an editor saves it; the next look finds it.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            add_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = fs::read(&path)
        {
            sources.insert(path, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use exercise_harness::Exercise;
    use exercise_harness::plan::PlannedVersion;

    use super::*;

    #[test]
    fn an_edit_is_reported_once_and_again_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("src/store/map.rs");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "shipped").unwrap();
        let text = include_str!("../../rc-cycles/exercise.toml");
        let planned = Planned {
            versions: vec![PlannedVersion {
                role: Role::Shipped,
                folder: folder.path().to_owned(),
                binary: None,
                trouble: None,
            }],
            ..Planned::new("rc-cycles", &Exercise::parse(text).unwrap())
        };
        let plan = Plan {
            root: folder.path().to_owned(),
            exercises: vec![planned],
            first: 0,
            recordings: Vec::new(),
        };
        let mut edits = Edits::new(&plan);
        let are_new = |edits: &mut Edits| edits.are_new(0, &plan.exercises[0], INTERVAL);
        assert!(!are_new(&mut edits));
        fs::write(folder.path().join("src/.map.rs.swp"), "of an editor").unwrap();
        assert!(!are_new(&mut edits));
        fs::write(&file, "edited").unwrap();
        assert_eq!([0; 3].map(|_| are_new(&mut edits)), [true, false, false]);
        edits.repeat();
        assert_eq!([0; 2].map(|_| are_new(&mut edits)), [true, false]);
        fs::write(&file, "edited again").unwrap();
        assert!(are_new(&mut edits));
        fs::write(&file, "shipped").unwrap();
        assert!(!are_new(&mut edits), "it is as it was");
        fs::write(&file, "edited").unwrap();
        assert!(are_new(&mut edits));
    }
}

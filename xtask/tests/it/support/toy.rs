//! A toy workshop, generated below the target folder, with tiny exercises of every outcome.
//!
//! Its memory tests use the real `exercise-harness`. Files are written only where they changed, and
//! all toys share one target folder, so that a second run builds next to nothing.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Ran, cargo_configuration, repository, runner, temporary_folder};

/// A toy exercise's statements, in a `fn(&Context) -> Report` of its memory test.
pub const STEADY: &str = "context.soak().run(|_| drop(Box::new(1)))";
/// Keeps a block of 8 bytes for each operation, in line 5 of `src/lib.rs`.
pub const GROWING: &str = "context.soak().run(|operation| toy::keep(operation.number()))";
/// Keeps a block of 8 bytes for each of the first 700 operations: level from round 7 on.
pub const FILLING: &str = "
    context.soak().run(|operation| if operation.number() < 700 { toy::keep(operation.number()) })";
/// Makes 32 KiB more resident with each of the first 700 operations, and allocates nothing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub const TOUCHING: &str = "
    use std::sync::atomic::{AtomicU8, Ordering};
    const PAGE: usize = 4096;
    static PAGES: [AtomicU8; 700 * 8 * PAGE] = [const { AtomicU8::new(0) }; 700 * 8 * PAGE];
    context.soak().run(|operation| {
        let first = 8 * PAGE * operation.number() as usize;
        (0..8).filter_map(|page| PAGES.get(first + page * PAGE)).for_each(|page| page.store(1, Ordering::Relaxed));
    })";
/// Panics in the third round.
pub const PANICKING: &str = "
    context.soak().run(|operation| assert!(operation.round() < 2, \"out of tickets\"))";
/// Exits with success in the third round, after printing that the test passed.
pub const EXITING: &str = "
    context.soak().run(|operation| if operation.round() == 2 {
        println!(\"test memory::growth ... ok\");
        std::process::exit(0)
    })";
/// Aborts.
pub const ABORTING: &str = "context.soak().run(|_| if true { std::process::abort() })";
/// Stops after three rounds with an error.
pub const STOPPED: &str = "
    context.soak().run(|operation| match operation.round() {
        3 => Err(\"no files are left\"),
        _ => Ok(()),
    })";
/// Is always undecided.
pub const UNDECIDED: &str = "
    let mut report = context.soak().run(|_| {});
    report.verdict = leak_meter::Verdict::Undecided;
    report.growth[0].verdict = leak_meter::Verdict::Undecided;
    report.growth[0].reason = leak_meter::verdict::Reason::NotMeasured {
        why: format!(\"open with {context:?}\"),
    };
    report";
/// Is Growing in no total, unless it has 192 rounds; then it is steady.
pub const GROWING_AT_FIRST: &str = "
    let mut report = context.soak().run(|_| {});
    if !format!(\"{context:?}\").contains(\"rounds: Some(192)\") {
        report.verdict = leak_meter::Verdict::Growing;
    }
    report";
/// Does not compile.
pub const BROKEN: &str = "let report: leak_meter::Report = 7; report";

/// The library of every toy.
const LIBRARY: &str = "//! Toy.

/// Keeps a block of 8 bytes.
pub fn keep(number: u64) {
    Box::leak(Box::new(number));
}

/// Keeps a block of 16 bytes.
pub fn keep_within_bounds(number: u64) {
    Box::leak(Box::new([number; 2]));
}
";

/// A workshop in a folder of its own.
pub struct Toy {
    root: PathBuf,
    /// Whether its exercises are judged, so that their verdicts are shown.
    is_judged: bool,
}

impl Toy {
    /// An empty workshop of this name.
    pub fn new(name: &str) -> Self {
        let toy = Self { root: temporary_folder().join(name), is_judged: true };
        toy.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\", \"solutions/*\"]\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n",
        );
        if let Some(text) = cargo_configuration(&toy.root) {
            toy.write(".cargo/config.toml", &text);
        }
        // The same versions as in the real workshop, which are already available. Cargo extends the
        // lock file, so a second copy shows whether the original has changed.
        let lock = fs::read_to_string(repository().join("Cargo.lock")).unwrap_or_default();
        if fs::read_to_string(toy.root.join("Cargo.lock.original")).ok() != Some(lock.clone()) {
            toy.write("Cargo.lock.original", &lock);
            toy.write("Cargo.lock", &lock);
        }
        toy
    }

    /// Adds the exercise `name`, whose growth trial runs `growth`; its solution is steady.
    pub fn with(self, order: impl Display, name: &str, growth: &str) -> Self {
        let order = order.to_string();
        self.version(&order, name, "exercise", growth);
        self.version(&order, name, "solution", STEADY);
        self
    }

    /// As [`with`](Self::with), without a solution.
    pub fn with_exercise(self, order: impl Display, name: &str, growth: &str) -> Self {
        self.version(&order.to_string(), name, "exercise", growth);
        self
    }

    /// Leaves it to the test to judge the exercises.
    pub fn unjudged(mut self) -> Self {
        self.is_judged = false;
        let _ = fs::remove_dir_all(self.path(".leak-lab/judged"));
        self
    }

    /// Stores a right judgement of each exercise that has none.
    fn judge(&self) {
        for entry in fs::read_dir(self.path("crates")).into_iter().flatten().flatten() {
            let place = format!(".leak-lab/judged/{}.json", entry.file_name().display());
            let judgement = "{\"answer\": \"leak\", \"why\": \"\", \"is_right\": true, \"is_place_right\": null}";
            if entry.path().join("exercise.toml").is_file() && !self.path(&place).exists() {
                self.write(&place, judgement);
            }
        }
    }

    /// Holds the place in the shared target folder where shipped versions are laid out and built:
    /// only one workshop at a time may use it.
    pub fn builds_shipped_versions() -> MutexGuard<'static, ()> {
        static SHIPPED: Mutex<()> = Mutex::new(());
        SHIPPED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn version(&self, order: &str, name: &str, version: &str, growth: &str) {
        let metadata_file = format!("crates/{name}/exercise.toml");
        self.write(&metadata_file, &metadata(&order, name));
        let (folder, package) = (format!("{version}s/{name}"), format!("{name}-{version}"));
        self.write(&format!("{folder}/Cargo.toml"), &self.manifest(&package));
        self.write(&format!("{folder}/src/lib.rs"), LIBRARY);
        let test = memory_test(name, &package, &self.path(&metadata_file), growth);
        self.write(&format!("{folder}/tests/memory.rs"), &test);
    }

    /// The version contains the workshop's name: cargo distinguishes packages in one target folder by
    /// name, version and place *in* the workspace, and would confuse equally named toys of two
    /// workshops. A workshop elsewhere has a random name, which would never be built again; its toys
    /// have names of their own.
    fn manifest(&self, package: &str) -> String {
        let crates = repository().join("crates");
        let workshop = self.root.strip_prefix(temporary_folder()).unwrap_or(Path::new("elsewhere"));
        let is_legal = |letter: &char| letter.is_ascii_alphanumeric();
        let workshop: String = workshop.to_string_lossy().chars().filter(is_legal).collect();
        format!(
            "[package]\nname = \"{package}\"\nversion = \"0.1.0+{workshop}\"\nedition = \"2024\"\n\
             [dev-dependencies]\n\
             exercise-harness = {{ path = \"{0}/exercise-harness\" }}\n\
             leak-meter = {{ path = \"{0}/leak-meter\" }}\n\
             [[test]]\nname = \"memory\"\nharness = false\n",
            crates.display()
        )
    }

    /// Replaces `from`, which must occur in the file at `place`, by `to`.
    #[track_caller]
    pub fn replacing(self, place: &str, from: &str, to: &str) -> Self {
        let text = self.read(place);
        assert!(text.contains(from), "{place} has no {from:?}");
        self.write(place, &text.replace(from, to));
        self
    }

    /// Adds the decoy `name`, both of whose versions run `growth`. `decoy` is the contents of its table
    /// `[decoy]`.
    pub fn with_decoy(self, order: impl Display, name: &str, growth: &str, decoy: &str) -> Self {
        let toy = self.with(&order, name, growth);
        let metadata = metadata(&order, name);
        let common = metadata.split("[leak]").next().unwrap_or_default();
        toy.write(&format!("crates/{name}/exercise.toml"), &format!("{common}[decoy]\n{decoy}\n"));
        let package = format!("{name}-solution");
        toy.write(
            &format!("solutions/{name}/tests/memory.rs"),
            &memory_test(
                name,
                &package,
                &toy.path(&format!("crates/{name}/exercise.toml")),
                growth,
            ),
        );
        toy
    }

    /// Accepts every exercise as it is now as the shipped version.
    pub fn shipped(self) -> Self {
        // A toy fails most checks of `verify`, but its exercises are accepted.
        let accepted = self.run(&["author", "accept", "--locks-only"]);
        assert!(!accepted.out.is_empty(), "{}", accepted.err);
        self
    }

    /// An existing workshop, such as a clone.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), is_judged: true }
    }

    /// The text of a file.
    #[track_caller]
    pub fn read(&self, place: &str) -> String {
        fs::read_to_string(self.root.join(place)).unwrap()
    }

    /// The path of a file.
    pub fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// Overwrites a file.
    pub fn write(&self, place: &str, text: &str) {
        let path = self.root.join(place);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The runner, about to run `arguments` in this workshop.
    pub fn command(&self, arguments: &[&str]) -> Command {
        if self.is_judged {
            self.judge();
        }
        let mut command = runner(&self.root, arguments);
        command
            .env("CARGO_TARGET_DIR", temporary_folder().join("toy-target"))
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// The result of running `arguments` in this workshop.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::run(&mut self.command(arguments))
    }
}

fn metadata(order: &impl Display, name: &str) -> String {
    format!(
        "order = {order}\ntitle = \"The toy {name}\"\nservice = \"toy\"\nsummary = \"A toy\"\n\
         difficulty = \"Easy\"\nminutes = 10\noperations_per_round = 100\n\
         requests_per_second = 10.0\n[leak]\nresources = [\"live_blocks\", \"live_bytes\"]\n\
         file = \"src/lib.rs\"\nfunction = \"toy\"\n[fix]\nfiles = [\"src/lib.rs\"]\n"
    )
}

fn memory_test(name: &str, package: &str, metadata: &Path, growth: &str) -> String {
    let metadata = metadata.display().to_string();
    format!(
        "use exercise_harness::{{Bound, Context, Meter, Suite}};
#[allow(unused_imports)]
use {} as toy;

#[global_allocator]
static METER: Meter = exercise_harness::meter();

fn growth(context: &Context) -> leak_meter::Report {{
    {growth}
}}

fn bound(_: &Context) -> Bound {{
    let resource = leak_meter::Resource::LiveBlocks;
    Bound {{ resource, measured: 3, limit: 5, after: \"7 toys\".to_owned() }}
}}

fn main() -> std::process::ExitCode {{
    Suite::new({name:?}, include_str!({metadata:?}))
        .behaviour(\"it_works\", |_| {{}})
        .growth(growth)
        .bound(\"toys\", bound)
        .main()
}}
",
        package.replace('-', "_")
    )
}

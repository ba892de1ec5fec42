//! No edit breaks the runner: each failure of an exercise is reported within a limited time, affects no
//! other exercise, and leaves no process or file behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::toy::{ABORTING, BROKEN, EXITING, GROWING, PANICKING, STEADY, Toy};
use crate::support::traces::Traces;
use crate::support::{Ran, flat};

const LOOPING: &str = "loop { std::hint::black_box(context); }";
const SLEEPING: &str = "loop { std::thread::sleep(std::time::Duration::from_secs(60)) }";
const OVERFLOWING: &str = "
    fn deep(number: u64) -> u64 { std::hint::black_box(deep(number + 1)) + 1 }
    context.soak().run(|operation| assert_ne!(deep(operation.number()), 0))";
const GREEDY: &str = "
    let mut kept = Vec::new();
    loop { kept.push(std::hint::black_box(vec![1_u8; 1 << 20])) }";
const OPENING: &str = "
    let mut kept = Vec::new();
    context.soak().run(|_| kept.push(std::fs::File::open(\"/dev/null\").unwrap()))";
const FLOODING: &str = "loop { println!(\"{}\", \"all is well, \".repeat(100)) }";
/// Prints that it is steady in every way.
const BOASTING: &str = r#"
    println!("test memory::growth ... ok\n\ntest result: ok. 3 passed; 0 failed");
    println!("{{\"event\":\"end\",\"outcome\":{{\"kind\":\"behaved\"}}}}");
    println!("toy-boasting Steady Steady nothing\nEvery exercise is steady: all leaks are fixed.");
    context.soak().run(|operation| toy::keep(operation.number()))"#;
/// Finds the event stream among its open files, and writes a forged end to it.
const FORGING: &str = r#"
    use std::io::Write;
    let stream = std::fs::read_dir("/proc/self/fd").unwrap().flatten().map(|file| file.path())
        .find(|file| std::fs::read_link(file).is_ok_and(|to| to.to_string_lossy().contains("/events")));
    let mut stream = std::fs::OpenOptions::new().append(true).open(stream.unwrap()).unwrap();
    stream.write_all(b"{\"event\":\"end\",\"outcome\":{\"kind\":\"behaved\"}}\n").unwrap();
    std::process::exit(0)"#;
/// The same, but repeats the events in it.
const REPEATING: &str = r#"
    use std::io::Write;
    let stream = std::fs::read_dir("/proc/self/fd").unwrap().flatten().map(|file| file.path())
        .find(|file| std::fs::read_link(file).is_ok_and(|to| to.to_string_lossy().contains("/events")))
        .unwrap();
    let written = std::fs::read(&stream).unwrap();
    let mut stream = std::fs::OpenOptions::new().append(true).open(stream).unwrap();
    stream.write_all(&written).unwrap();
    context.soak().run(|_| {})"#;
const CUTTING: &str = r#"
    let report = context.soak().run(|_| {});
    let stream = std::fs::read_dir("/proc/self/fd").unwrap().flatten().map(|file| file.path())
        .find(|file| std::fs::read_link(file).is_ok_and(|to| to.to_string_lossy().contains("/events")));
    std::fs::File::create(stream.unwrap()).unwrap();
    report"#;
const HOMELESS: &str = "
    std::fs::remove_dir_all(context.folder().parent().unwrap()).unwrap();
    context.soak().run(|_| {})";
/// Removes its folder during the measurement.
const EVICTED: &str = "
    context.soak().run(|operation| if operation.number() == 250 {
        std::fs::remove_dir(context.folder()).unwrap()
    })";
/// Leaves a process in its group, one in another session, and one without a parent.
const LITTERING: &str = r#"
    for script in ["exec sleep 600", "exec setsid sleep 600", "setsid sleep 600 & exit"] {
        let mut command = std::process::Command::new("sh");
        drop(command.args(["-c", script]).spawn().unwrap());
    }
    context.soak().run(|_| {})"#;
const SPAWNING: &str = "
    context.soak().operations_per_round(5).run(|_| {
        std::thread::spawn(|| loop { std::thread::park() });
    })";
/// Closes standard error, and then panics.
const SPEECHLESS: &str = "
    use std::os::fd::{FromRawFd, OwnedFd};
    drop(unsafe { OwnedFd::from_raw_fd(2) });
    panic!(\"nobody hears this\")";
const SELF_DELETING: &str = r#"
    std::fs::remove_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    context.soak().run(|operation| toy::keep(operation.number()))"#;

/// Every failure: the exercise, its growth trial, the text beside its name, and the sentences below it.
const FAILURES: [(&str, &str, &str, &[&str]); 21] = [
    ("toy-broken", BROKEN, "it does not build", &[]),
    ("toy-panicking", PANICKING, "it panicked", &["It panicked: out of tickets at"]),
    (
        "toy-looping",
        LOOPING,
        "it timed out",
        &["without a result; it was computing: look for an endless loop", "LEAK_LAB_SILENCE=120"],
    ),
    (
        "toy-sleeping",
        SLEEPING,
        "it timed out",
        &["without a result; it was waiting: look for a lock, a channel, a join or a sleep"],
    ),
    (
        "toy-exiting",
        EXITING,
        "it ended its own process",
        &["ended with exit code 0", "std::process::exit. It had measured 2 rounds."],
    ),
    (
        "toy-aborting",
        ABORTING,
        "it was ended by a signal",
        &["signal 6 (abort)", "Look for a call of std::process::abort"],
    ),
    (
        "toy-overflowing",
        OVERFLOWING,
        "it was ended by a signal",
        &["Its stack overflowed; look for endless recursion"],
    ),
    (
        "toy-greedy",
        GREEDY,
        "it was ended by a signal",
        &["It ran out of memory: an allocation was refused (a trial may have 1.00 GB of data)"],
    ),
    (
        "toy-opening",
        OPENING,
        "it panicked",
        &["Too many open files", "A trial may have 256 files open at once"],
    ),
    (
        "toy-flooding",
        FLOODING,
        "it was ended by a signal",
        &["It printed more than 16.0 MB and was ended; do not print in every operation"],
    ),
    ("toy-boasting", BOASTING, "1.00 live blocks", &[]),
    (
        "toy-forging",
        FORGING,
        "it produced an invalid event stream",
        &["Its event stream is invalid", "was not written by the harness"],
    ),
    (
        "toy-repeating",
        REPEATING,
        "it produced an invalid event stream",
        &["Its event stream is invalid", "was not written by the harness"],
    ),
    (
        "toy-cutting",
        CUTTING,
        "it produced an invalid event stream",
        &["Its event stream is invalid: ", "The stream is ignored"],
    ),
    ("toy-homeless", HOMELESS, "not proven yet", &[]),
    ("toy-evicted", EVICTED, "not proven yet", &[]),
    (
        "toy-littering",
        LITTERING,
        "nothing",
        &[
            "It left 3 processes behind (sleep). They were ended; end and wait for every process that you start",
        ],
    ),
    ("toy-spawning", SPAWNING, "1.00 threads", &[]),
    ("toy-speechless", SPEECHLESS, "it panicked", &["It panicked: nobody hears this at"]),
    ("toy-own-allocator", STEADY, "it does not build", &[]),
    ("toy-without-meter", GROWING, "not proven yet", &[]),
];

/// A workshop with an exercise for each failure.
fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let mut toy = Toy::new("workshop-of-outcomes").with(1, "toy-broken", BROKEN);
        for (order, (exercise, growth, ..)) in (1..).zip(FAILURES).skip(1) {
            toy = toy.with_exercise(order, exercise, growth);
        }
        let own = "#[global_allocator]\nstatic OWN: std::alloc::System = std::alloc::System;\n";
        let place = "exercises/toy-own-allocator/src/lib.rs";
        toy.write(place, &format!("{}{own}", toy.read(place)));
        toy.replacing(
            "exercises/toy-without-meter/tests/memory.rs",
            "static METER: Meter = exercise_harness::meter();",
            "static METER: std::alloc::System = std::alloc::System;\nconst _: Option<Meter> = None;",
        )
    })
}

/// Runs `arguments` with a short timeout, and asserts that nothing is left behind.
fn run(toy: &Toy, arguments: &[&str]) -> Ran {
    let traces = Traces::new();
    let mut command = toy.command(arguments);
    // Backtraces take seconds in a debug build.
    command.env("LEAK_LAB_SILENCE", "8").env_remove("RUST_BACKTRACE");
    let ran = Ran::run(traces.mark(&mut command));
    traces.are_gone();
    ran
}

#[test]
fn each_failure_has_its_sentence_and_affects_no_other_exercise() {
    let toy = workshop();
    // The first build does not count.
    run(toy, &["run", "toy-broken", "--version", "exercise"]).ends_with(2);
    let began = Instant::now();
    let ran = run(toy, &["run", "--version", "exercise"]).ends_with(2);
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    let lines: Vec<&str> = ran.out.lines().collect();
    for (at, (exercise, _, beside, sentences)) in FAILURES.iter().enumerate() {
        let begins = |name: &str| {
            let line = lines.iter().position(|line| line.split(' ').next() == Some(name));
            line.unwrap_or_else(|| panic!("{name} is missing:\n{}\n{}", ran.out, ran.err))
        };
        let end = FAILURES.get(at + 1).map_or(lines.len(), |(next, ..)| begins(next));
        let own = flat(&lines[begins(exercise)..end].join("\n"));
        assert!(own.contains(beside), "{exercise}: {beside:?} is not in {own}\n{}", ran.err);
        for sentence in *sentences {
            assert!(own.contains(sentence), "{exercise}: {sentence:?} is not in {own}");
        }
    }
    let errors = flat(&ran.err);
    for words in [
        "exercises/toy-broken does not build",
        "exercises/toy-own-allocator does not build",
        "already has the one global allocator, the meter: remove the other",
    ] {
        assert!(errors.contains(words), "{words:?} is not in {}", ran.err);
    }
    assert!(!ran.out.contains("Every exercise is steady"), "{}", ran.out);
}

#[test]
fn an_exercise_that_cannot_be_measured_is_not_steady_and_says_why() {
    let toy = workshop();
    for (exercise, words) in [
        ("toy-homeless", "cannot be counted: No such file"),
        ("toy-evicted", "was removed"),
        ("toy-without-meter", "declare one with #[global_allocator]"),
    ] {
        let ran = run(toy, &["test", exercise]).ends_with(1);
        assert!(flat(&ran.out).contains(words), "{words:?} is not in {}", ran.out);
    }
    let ran = run(toy, &["test", "toy-littering"]).ends_with(1);
    assert!(flat(&ran.out).contains("It left 3 processes behind (sleep)"), "{}", ran.out);
    // Its output is shown and marked.
    let ran = run(toy, &["test", "toy-exiting"]).ends_with(1);
    ran.says(&["The end of its output:", "  | test memory::growth ... ok"]);
}

#[test]
fn a_failing_behaviour_affects_no_other_trial() {
    let place = "exercises/toy-misbehaving/tests/memory.rs";
    for (behaviour, words) in [
        ("panic!(\"one is not two\")", "It panicked: one is not two at"),
        ("std::process::exit(0)", "ended with exit code 0 before the trial was over"),
        ("loop { std::thread::park() }", "it was waiting: look for a lock"),
        (
            "std::fs::write(std::env::temp_dir().join(\"spilled\"), \"page\").unwrap()",
            "It left 1 file in the system's folder for temporary files or in the current folder \
             (spilled).",
        ),
        ("std::fs::create_dir(\"cache\").unwrap()", "in the current folder (cache)."),
    ] {
        let toy = Toy::new("workshop-that-misbehaves")
            .with(1, "toy-misbehaving", STEADY)
            .replacing(place, "|_| {})", &format!("|_| {{ {behaviour} }})"));
        let ran = run(&toy, &["test", "toy-misbehaving"]).ends_with(1);
        let text = flat(&ran.out);
        assert!(text.contains(words), "{words:?} is not in {}", ran.out);
        assert!(text.contains("pass memory::growth"), "{}", ran.out);
        assert!(text.contains("Failed: 1 of 3 trials."), "{}", ran.out);
    }
}

/// In plain `cargo test` too, a process that exits with success does not pass.
#[test]
fn plain_cargo_test_does_not_pass_a_test_that_exits() {
    let place = "exercises/toy-leaving/tests/memory.rs";
    let toy = Toy::new("workshop-that-leaves").with(1, "toy-leaving", STEADY);
    let leaving = "|_| { println!(\"goodbye\"); std::process::exit(0) })";
    let toy = toy.replacing(place, "|_| {})", leaving);
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--test", "memory"]).current_dir(toy.path("exercises/toy-leaving"));
    for (name, value) in toy.command(&[]).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let ran = Ran::run(&mut command).ends_with(101);
    let ran = ran.says(&["ended with exit code 0 before the trial was over"]);
    ran.warns(&["behaviour::it_works printed:\ngoodbye"]);
}

#[test]
fn a_test_that_never_lists_its_trials_is_ended() {
    let toy = Toy::new("workshop-that-never-begins").with(1, "toy-beginning", STEADY).replacing(
        "exercises/toy-beginning/tests/memory.rs",
        "ExitCode {\n",
        "ExitCode {\n    if true { loop { std::thread::park() } }\n",
    );
    let ran = run(&toy, &["test", "toy-beginning"]).ends_with(2);
    let errors = flat(&ran.err);
    assert!(errors.contains("does not list its trials: it was ended after 8"), "{}", ran.err);
}

#[test]
fn an_invalid_timeout_is_refused_with_a_valid_one() {
    let toy = Toy::new("workshop-with-invalid-timeout").with(1, "toy-steady", STEADY);
    let mut command = toy.command(&["run"]);
    let ran = Ran::run(command.env("LEAK_LAB_SILENCE", "never")).ends_with(2);
    ran.warns(&["LEAK_LAB_SILENCE is set to \"never\"; it must be a number of seconds above 0"]);
}

#[test]
fn sources_that_delete_themselves_are_measured_as_they_were_built() {
    let toy = Toy::new("workshop-that-deletes-itself").with(1, "toy-gone", SELF_DELETING);
    run(&toy, &["run", "toy-gone"]).ends_with(0).says(&["Growing", "toy_gone_exercise::keep"]);
    assert!(!Path::new(&toy.path("exercises/toy-gone/src")).exists());
    // From now on it does not build, but the other version is still measured.
    let ran = run(&toy, &["run", "toy-gone"]).ends_with(2);
    ran.says(&["The exercise does not build", "The solution is steady"]);
    fs::create_dir_all(toy.path("exercises/toy-gone/src")).unwrap();
}

//! The exercises that fail, each by its growth trial.

use crate::support::toy::{ABORTING, BROKEN, EXITING, GROWING, PANICKING, STEADY};

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
/// Removes its folders during the measurement.
const EVICTED: &str = "
    context.soak().run(|operation| if operation.number() == 250 {
        std::fs::remove_dir_all(context.folder().parent().unwrap()).unwrap()
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
pub const SELF_DELETING: &str = r#"
    std::fs::remove_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    context.soak().run(|operation| toy::keep(operation.number()))"#;

/// Every failure: the exercise, its growth trial, the text beside its name, and the sentences below it.
pub const FAILURES: [(&str, &str, &str, &[&str]); 21] = [
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

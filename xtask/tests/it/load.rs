//! An exercise under a changing load, and under full load until it is out of memory.

use std::sync::OnceLock;

use crate::support::toy::{STEADY, Toy};

/// A workshop with an exercise that keeps a mebibyte per operation, and one without a load trial.
fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(lay_out)
}

fn lay_out() -> Toy {
    let toy =
        Toy::new("workshop-with-load").with(1, "toy-load", STEADY).with(2, "toy-idle", STEADY);
    let place = "crates/toy-load/exercise.toml";
    let load = "[load]\nspare_bytes = 60_000_000\noperations = 400\n\
                operations_per_round = 4\n";
    toy.write(place, &(toy.read(place) + load));
    let keep = "std::mem::forget(std::hint::black_box(vec![7_u8; 1 << 20]))";
    for (folder, work) in [("exercises", keep), ("solutions", "")] {
        toy.write(&format!("{folder}/toy-load/tests/memory.rs"), &memory_test(work));
    }
    toy
}

fn memory_test(work: &str) -> String {
    format!(
        "use exercise_harness::{{Context, Meter, Phase, Phases, Suite}};
use leak_meter::{{HeapCounts, Report}};

#[global_allocator]
static METER: Meter = exercise_harness::meter();

fn load(context: &Context) -> Report {{
    context.soak().run(|_| {{ {work} }})
}}

fn phases(_: &Context) -> Phases {{
    let phase = |name: &str, operations| {{
        let bytes_before = HeapCounts::now().live_bytes();
        for _ in 0..operations {{ {work} }}
        let bytes_after = HeapCounts::now().live_bytes();
        let name = name.to_owned();
        Phase {{ name, operations, nanoseconds: 500_000_000, bytes_before, bytes_after }}
    }};
    let phases = vec![phase(\"busy\", 5), phase(\"quiet\", 0), phase(\"busier\", 10)];
    Phases {{ phases, limit_per_operation: 1000.0 }}
}}

fn main() -> std::process::ExitCode {{
    Suite::new(\"toy-load\", include_str!(\"../../../crates/toy-load/exercise.toml\"))
        .behaviour(\"it_works\", |_| {{}})
        .growth(|context| context.soak().run(|_| {{}}))
        .phases(phases)
        .load(load)
        .main()
}}
"
    )
}

#[test]
fn an_exercise_runs_until_it_is_out_of_memory_and_in_phases() {
    let toy = workshop();
    let ran = toy.run(&["run", "toy-load", "--until-oom"]).ends_with(0);
    let limit = if cfg!(target_os = "linux") { "RLIMIT_DATA" } else { "The meter ends it" };
    let end = ["the end: out of memory", limit];
    let lives: Vec<&str> = ["exercise, started\n"]
        .into_iter()
        .chain(end)
        .chain(["exercise, started again\n"])
        .chain(end)
        .chain(["solution, for ten times as many operations", "still running", "is still running"])
        .collect();
    ran.says(&lives);

    // With a tenth of the spare memory.
    let ran = toy.run(&["run", "toy-load", "--until-oom", "--tenth"]).ends_with(0);
    ran.says(&["with 6.00 MB of spare memory", "the end: out of memory", "the end: out of memory"]);

    let ran = toy.run(&["run", "toy-load"]).ends_with(0);
    ran.says(&[
        "Live memory while the load changes",
        "busy     10",
        "1.05 MB",
        "quiet    -",
        "busier   20",
        "1.05 MB",
        "does not fall in the quiet phase",
        "is the same at both rates",
        "The memory of the solution does not follow its traffic.",
        "Next:",
    ]);

    let ran = toy.run(&["run", "--format", "json"]).ends_with(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let phases = |exercise: usize, version: usize| {
        let version = &document["exercises"][exercise]["versions"][version];
        assert_eq!(version["phases_message"], serde_json::Value::Null);
        version["phases"]["phases"].clone()
    };
    for (version, bytes) in [(0, 10 << 20), (1, 0)] {
        let phase = &phases(0, version)[2];
        assert_eq!((&phase["name"], &phase["operations"]), (&"busier".into(), &10.into()));
        let [before, after] =
            ["bytes_before", "bytes_after"].map(|name| phase[name].as_i64().unwrap());
        assert_eq!(after - before, bytes, "{phase}");
    }
    assert_eq!(phases(1, 0), serde_json::Value::Null);
}

#[test]
fn until_oom_needs_one_exercise_with_a_load_trial() {
    let toy = workshop();
    let ran = toy.run(&["run", "toy-idle", "--until-oom"]).ends_with(2);
    ran.warns(&["toy-idle has no load trial", "Next: cargo xtask run toy-idle"]);
    let ran = toy.run(&["run", "--until-oom"]).ends_with(2);
    ran.warns(&["--until-oom runs one exercise, and 2 are selected."]);
    let ran = toy.run(&["run", "toy-load", "--tenth"]).ends_with(2);
    ran.warns(&["--until-oom"]);
}

#[test]
fn an_exercise_that_fails_in_its_phases_is_leaking() {
    let toy = workshop();
    toy.run(&["test", "toy-load"])
        .ends_with(1)
        .says(&["trials: behaviour::it_works, memory::growth", "FAIL  memory::phases"]);
    let listed = toy.run(&["list"]).ends_with(0).out;
    let line = listed.lines().find(|line| line.contains("toy-load"));
    assert!(line.is_some_and(|line| line.ends_with("leaking")), "{listed}");
}

//! When the assertions on a report pass, and their messages when they do not.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

use leak_meter::{Operation, Report, Resource, Soak, Verdict};

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(100)
}

fn serve(operation: Operation) {
    drop(black_box(vec![operation.number(); 10]));
}

fn steady() -> Report {
    let report = soak().run(serve);
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    report
}

fn growing() -> Report {
    let mut kept = Vec::with_capacity(20_000);
    let report = soak().run(|operation| kept.push(Box::new(operation.number())));
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    report
}

/// Steady except for a gauge that rises in a few late steps, which may or may not be growth.
fn undecided() -> Report {
    let mut readings = 0;
    let report = soak()
        .gauge("subscribers", move || {
            readings += 1;
            [60, 75, 90].iter().filter(|step| readings > **step).count() as u64
        })
        .run(serve);
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    report
}

fn too_few_rounds() -> Report {
    let report = soak().rounds(11).run(serve);
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    report
}

/// The message with which an assertion panics. `None` if it passes.
fn refused(assertion: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(assertion)).err()?;
    Some(*payload.downcast::<String>().expect("a sentence"))
}

pub fn assert_steady_refuses_what_grows_and_what_is_undecided() {
    let report = steady();
    assert_eq!(refused(|| report.assert_steady()), None);
    for report in [growing(), undecided(), too_few_rounds()] {
        assert_eq!(refused(|| report.assert_steady()), Some(report.to_string()));
    }
}

pub fn assert_not_growing_accepts_an_undecided_resource_beside_steady_ones() {
    for report in [steady(), undecided()] {
        assert_eq!(refused(|| report.assert_not_growing()), None, "{report}");
    }
    for report in [growing(), too_few_rounds()] {
        assert_eq!(refused(|| report.assert_not_growing()), Some(report.to_string()));
    }
}

pub fn assert_detects_names_the_detection_limit() {
    let report = steady();
    let growth = report.growth_of(Resource::LiveBlocks).expect("they were measured");
    let limit = growth.detection_limit.expect("a Steady verdict has one");
    assert_eq!(refused(|| report.assert_detects(Resource::LiveBlocks, 1.0)), None);
    assert_eq!(refused(|| report.assert_detects(Resource::LiveBlocks, limit)), None);
    let text = refused(|| report.assert_detects(Resource::LiveBlocks, 1e-9)).expect("too little");
    assert!(text.contains("a leak of 1.0e-9 (live blocks) per operation could have been missed"));
    let sentence = format!(
        "the detection limit of this run is {}; give it more time or more operations",
        leak_meter::internals::units::number(limit)
    );
    assert!(text.contains(&sentence), "{text}");

    // A growing resource has been detected.
    assert_eq!(refused(|| growing().assert_detects(Resource::LiveBlocks, 1e-9)), None);
    let report = too_few_rounds();
    let text = refused(|| report.assert_detects(Resource::LiveBlocks, 1.0)).expect("undecided");
    assert!(text.contains("11 rounds are too few"), "{text}");
    let text = refused(|| report.assert_detects(Resource::Tasks, 1.0)).expect("not measured");
    assert!(text.starts_with("tasks were not measured"), "{text}");
}

pub fn a_summary_is_one_line() {
    for report in [steady(), growing(), undecided(), too_few_rounds()] {
        let summary = report.summary();
        assert_eq!(summary.lines().count(), 1, "{summary}");
        assert!(summary.starts_with(&format!("{}: ", report.verdict)), "{summary}");
    }
    let summary = steady().summary();
    assert!(summary.starts_with("Steady: 9,600 operations in 96 rounds; a leak of"), "{summary}");
    assert!(summary.ends_with(" would show"), "{summary}");
}

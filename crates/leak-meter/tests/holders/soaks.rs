//! Holders in a soak's report.

use std::collections::HashMap;

use leak_meter::{Report, Soak, Verdict};

#[inline(never)]
fn enter(table: &mut HashMap<u64, String>, number: u64) {
    table.insert(number, number.to_string());
}

fn leaking(look: bool) -> Report {
    let mut table = HashMap::new();
    Soak::new()
        .operations_per_round(100)
        .holders(look)
        .run(|operation| enter(&mut table, operation.number()))
}

pub fn report_of_a_leak() {
    let report = leaking(true);
    let holders = report.holders.as_ref().expect("something grows");
    let finding = &holders.findings[0];
    assert!(super::are(&finding.steps, &[("hash table", "::enter")]), "{report}");
    super::is_on_stack(&finding.hold, "the_scene", Some("soaks::leaking"));
    assert_eq!(finding.place().and_then(|step| step.line), report.sites[0].line);
    let text = report.to_string();
    assert!(text.contains("Who holds it:\n1. held by the hash table of soaks::enter\n"), "{text}");

    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap().holders, report.holders);
    let more = json.replacen("\"findings\":", "\"surprise\":1,\"findings\":", 1);
    assert!(serde_json::from_str::<Report>(&more).unwrap_err().to_string().contains("surprise"));

    assert_eq!(leaking(false).holders, None);
}

pub fn nothing_for_a_healthy_program() {
    let report = Soak::new()
        .operations_per_round(100)
        .run(|operation| drop(std::hint::black_box(Box::new(operation.number()))));
    assert_eq!((report.verdict, report.holders), (Verdict::Steady, None));
}

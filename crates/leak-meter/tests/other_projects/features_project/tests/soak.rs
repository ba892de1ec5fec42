//! With `soak`, and with or without `holders`.
#![cfg(feature = "soak")]

use leak_meter::{Allocator, Soak, Verdict};
use queue::Queue;

#[global_allocator]
static METER: Allocator = Allocator::system();

#[test]
fn a_leak_is_found_at_its_line() {
    let mut queue = Queue::default();
    let report = Soak::new().operations_per_round(20).run(|operation| queue.push(operation.number()));
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    assert_eq!(report.sites[0].function, "queue::Queue::push", "{report}");
    assert_eq!(report.holders.is_some(), cfg!(feature = "holders"), "{report}");
    assert_eq!(report.to_string().contains("Who holds it"), cfg!(feature = "holders"), "{report}");
}

//! A project whose leaks lie in every kind of function.

use ledger::Ledger;

/// A block that a vendored package allocates.
#[inline(never)]
pub fn book(ledger: &mut Ledger, amount: u64) -> usize {
    ledger.enter(amount); // leak: vendored
    ledger.len()
}

/// A block that an asynchronous function allocates.
pub async fn remember(kept: &mut Vec<Box<u64>>, number: u64) {
    std::future::ready(()).await;
    kept.push(Box::new(number)); // leak: asynchronous
}

/// A block that a small function allocates, which the compiler may set into its caller.
#[inline(always)]
fn note(kept: &mut Vec<Box<u64>>, number: u64) {
    kept.push(Box::new(number)); // leak: inlined
}

/// Calls the small one.
#[inline(never)]
pub fn visit(kept: &mut Vec<Box<u64>>, number: u64) -> usize {
    note(kept, number);
    kept.len()
}

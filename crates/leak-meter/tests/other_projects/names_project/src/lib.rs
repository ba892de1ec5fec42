//! A project with leaks in every kind of function.

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

/// Notes that are never discarded.
#[derive(Default)]
pub struct Notes<T> {
    kept: Vec<Box<T>>,
}

impl<T> Notes<T>
where
    T: Clone,
{
    /// A block that a small method allocates, which the compiler may inline into its caller.
    #[inline(always)]
    fn note(&mut self, number: T) {
        self.kept.push(Box::new(number)); // leak: inlined
    }
}

/// Calls the small method.
#[inline(never)]
pub fn visit(notes: &mut Notes<u64>, number: u64) -> usize {
    notes.note(number);
    notes.kept.len()
}

//! Readings defined by the program: subscribers, the length of a queue, connections in a pool.

/// A quantity of the program that should return to its earlier value.
///
/// Any `FnMut() -> u64` is a gauge. If several tests watch a type, implement the trait for it once:
///
/// ```
/// use leak_meter::probe::Gauge;
/// use std::sync::{Arc, Mutex};
///
/// struct Waiting(Arc<Mutex<Vec<String>>>);
///
/// impl Gauge for Waiting {
///     fn read(&mut self) -> u64 {
///         self.0.lock().map_or(0, |letters| letters.len() as u64)
///     }
/// }
///
/// let letters = Arc::new(Mutex::new(vec!["hello".to_owned()]));
/// assert_eq!(Waiting(letters).read(), 1);
/// ```
pub trait Gauge {
    /// The current reading, in the gauge's own unit. Allocations made here do not count as the
    /// program's.
    fn read(&mut self) -> u64;
}

impl<F: FnMut() -> u64> Gauge for F {
    fn read(&mut self) -> u64 {
        self()
    }
}

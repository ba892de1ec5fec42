//! A reading of the program's own: subscribers, the length of a queue, connections in a pool.

/// Something of a program's own that can be counted, and that should come back to where it was.
///
/// Any `FnMut() -> u64` is one. A type that is watched in more than one test implements it once:
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
    /// The reading of this moment, in the gauge's own unit. What it allocates is not counted as the
    /// program's.
    fn read(&mut self) -> u64;
}

impl<F: FnMut() -> u64> Gauge for F {
    fn read(&mut self) -> u64 {
        self()
    }
}

//! What the meter costs a service: its requests per second and its processor time per request, as shares of those
//! without the meter, with 95 % intervals.
//!
//! ```sh
//! cargo bench --package leak-meter --features service --bench service       # takes 6 minutes
//! cargo bench --package leak-meter --features service --bench service -- 60 # with 60 turns instead of 1,200
//! ```
//!
//! Three services run side by side: the example `service` with call sites on, the same with call sites off, and
//! `service_unmetered`. In each turn, each of them is loaded for a tenth of a second, in varying order, so that other
//! activity on the machine affects all alike. A figure is the median of the ratios within the turns; its interval
//! follows from their ranks and assumes nothing about the noise except that it affects each turn independently.
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

#[cfg(target_os = "linux")]
#[allow(dead_code)] // The tests use more of it.
#[path = "../../tests/service/client.rs"]
mod client;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "../../tests/service/process.rs"]
mod process;
#[cfg(target_os = "linux")]
mod turns;

#[cfg(target_os = "linux")]
fn main() {
    turns::measure();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The processor time of another process is read from Linux's /proc.");
}

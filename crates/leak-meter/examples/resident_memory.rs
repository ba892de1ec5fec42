//! Resident memory and live bytes side by side: imports on several threads, after which live bytes are back
//! where they were, and resident memory is not.
//!
//! ```text
//! cargo run --package leak-meter --example resident_memory
//! MALLOC_ARENA_MAX=2 cargo run --package leak-meter --example resident_memory
//! LD_PRELOAD=libjemalloc.so.2 target/debug/examples/resident_memory # if it is installed
//! ```
//!
//! Resident memory is read on Linux. The last step, `malloc_trim`, exists in the GNU C library only.

#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

use std::hint::black_box;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use leak_meter::probe::{ResidentBytesProbe, Unavailable};
use leak_meter::{Allocator, HeapCounts};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The threads, each with its own share of the work.
const THREADS: usize = 7;
/// How often each of them imports a batch, one thread after the other.
const IMPORTS: usize = 20;
/// Rows in a batch, and the bytes of each.
const ROWS: usize = 300;
const ROW: usize = 7_500;

fn main() -> Result<(), Unavailable> {
    let mut probe = ResidentBytesProbe::new()?;
    let mut print = |when: &str| -> Result<(), Unavailable> {
        let [resident, live] =
            [probe.bytes()?, HeapCounts::now().live_bytes()].map(|bytes| bytes as f64 / 1e6);
        println!("{when:24} resident {resident:5.1} MB   live {live:5.2} MB");
        Ok(())
    };
    print("at the start")?;
    let (imported, is_imported) = channel();
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (begin, begins) = channel();
            let imported = imported.clone();
            (begin, thread::spawn(move || import(&begins, &imported)))
        })
        .collect();
    for (number, (begin, _)) in (1..).zip(&threads) {
        for _ in 0..IMPORTS {
            // A thread ends with this function.
            let _ = begin.send(());
            let _ = is_imported.recv();
        }
        print(&format!("imports on {number} of {THREADS} threads"))?;
    }
    if trim() {
        print("after malloc_trim")?;
    }
    for (begin, thread) in threads {
        drop(begin);
        // Its panic was printed when it happened.
        let _ = thread.join();
    }
    Ok(())
}

/// Imports a batch whenever it is told to. All of its rows are freed, and a connection stays.
fn import(begins: &Receiver<()>, imported: &Sender<()>) {
    let mut connection = None;
    for () in begins {
        let rows: Vec<Vec<u8>> = (0..ROWS).map(|_| vec![1; ROW]).collect();
        // Made when it is first needed, above the rows.
        connection.get_or_insert_with(|| vec![1_u8; 200]);
        drop(black_box(rows));
        let _ = imported.send(());
    }
    drop(black_box(connection));
}

/// Has the C library give free pages back to the system. `false` if it has no such function.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)] // A function of the C library is called.
fn trim() -> bool {
    // SAFETY: the function takes a number, and it may be called at any time, on any thread.
    unsafe { libc::malloc_trim(0) };
    true
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() -> bool {
    false
}

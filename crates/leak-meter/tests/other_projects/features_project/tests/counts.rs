//! With any features: the allocator, its counts and the probes.

use std::fs::File;

use leak_meter::probe::{ForeignBytesProbe, OpenFilesProbe};
use leak_meter::{Allocator, HeapCounts, allocator};

#[global_allocator]
static METER: Allocator = Allocator::system();

fn main() {
    assert!(allocator::is_installed());
    let before = HeapCounts::now();
    let mut kept = Vec::with_capacity(1000);
    kept.resize(1000, 1_u8);
    kept.reserve_exact(1000);
    let with = HeapCounts::now();
    assert_eq!(with.live_blocks() - before.live_blocks(), 1);
    assert_eq!(with.live_bytes() - before.live_bytes(), 2000);
    assert_eq!(with.reallocations - before.reallocations, 1);
    drop(kept);
    assert_eq!(HeapCounts::now().live_bytes(), before.live_bytes());

    let mut files = OpenFilesProbe::new().expect("the system lists open files");
    let before = files.count().expect("open files can be counted");
    let _file = File::open("Cargo.toml").expect("the manifest");
    assert_eq!(files.count().expect("open files can be counted"), before + 1);
    if let Ok(mut foreign) = ForeignBytesProbe::new() {
        foreign.bytes().expect("a probe that can be made can be read");
    }
}

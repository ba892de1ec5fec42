//! The scene: the limit is lowered, and files are opened until none is left.

use std::fs::File;
use std::hint::black_box;

use leak_meter::Snapshot;
use leak_meter::allocator::{self, Method};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const LIMIT: u64 = 64;

#[inline(never)]
fn keep(size: usize) -> Vec<u8> {
    black_box(vec![1; size])
}

pub fn call_sites_are_found_without_a_descriptor() {
    let limit = Rlimit { current: Some(LIMIT), ..getrlimit(Resource::Nofile) };
    setrlimit(Resource::Nofile, limit).expect("the limit can be lowered");
    let mut files = Vec::with_capacity(64);
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
    let before = Snapshot::take();
    let early = keep(3000);
    drop(files);
    let late = keep(5000);
    let came = Snapshot::take().since(&before);
    let place = came.places.first().unwrap_or_else(|| panic!("no place\n{came}"));
    assert!(place.function.ends_with("keep"), "{came}");
    assert_eq!((place.blocks, place.bytes), (2, 8000), "{came}");
    if cfg!(debug_assertions) {
        // The workspace's configuration enables frame pointers.
        assert_eq!(allocator::method(), Method::FramePointers);
    }
    drop((early, late));
}

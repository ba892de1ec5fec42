//! What a request costs in a large upload.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use exercise_harness::{Context, cost};

use super::start;
use crate::Uploads;
use crate::client::send;

/// The size of the large upload before the comparison, in chunks of 128 KiB.
const LARGE: usize = 64;
/// The number of comparisons, of which the fastest of each kind counts.
const TURNS: usize = 32;
/// The number of chunks in a comparison.
const CHUNKS: usize = 8;
/// How many times longer a chunk may take in the large upload.
const MOST: f64 = 20.0;

/// A chunk takes about as long in a large upload as in a small one, and as much of the processor.
pub fn chunk_costs_the_same_in_a_large_upload<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let begin = |service: &mut S| {
        service.begin(client, "video.mp4", 32 * 1024 * 1024).expect("an upload can begin")
    };
    let large = begin(&mut service);
    for _ in 0..LARGE {
        send(&mut service, client, large, &vec![7; 128 * 1024]).expect("the chunk is accepted");
    }
    let (mut in_large, mut in_small) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        in_large = in_large.min(send_some(&mut service, client, large));
        let small = begin(&mut service);
        in_small = in_small.min(send_some(&mut service, client, small));
        service.abort(client, small).expect("an upload can be aborted");
    }
    expect_alike("takes", in_large.as_secs_f64() / in_small.as_secs_f64());
    // While other programs write, a small upload may wait for the disk as long as a large one.
    let small = begin(&mut service);
    let service = RefCell::new(service);
    let send_to = |upload| {
        send_some(&mut *service.borrow_mut(), client, upload);
    };
    expect_alike("keeps the processor busy", cost::ratio(|| send_to(small), || send_to(large)));
}

/// Panics if a chunk `takes` much longer in the large upload.
fn expect_alike(takes: &str, ratio: f64) {
    assert!(
        ratio <= MOST,
        "a chunk {takes} {ratio:.0} times as long in a large upload as in a small one; at most {MOST} \
         times are allowed"
    );
}

/// The time that it takes to send some chunks.
fn send_some<S: Uploads>(service: &mut S, client: u64, upload: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..CHUNKS {
        send(service, client, upload, &[7; 4096]).expect("the chunk is accepted");
    }
    began.elapsed()
}

//! Two snapshots and their difference by place. This is one test, because a snapshot counts
//! everything that its process allocates.
#![cfg(feature = "sites")]

use std::hint::black_box;

use leak_meter::snapshot::Difference;
use leak_meter::{Allocator, Snapshot};

#[global_allocator]
static METER: Allocator = Allocator::system();

#[inline(never)]
fn keep(kept: &mut Vec<Box<[u8]>>, bytes: usize) {
    kept.push(vec![7; bytes].into_boxed_slice());
}

#[inline(never)]
fn reserve() -> Vec<Box<[u8]>> {
    Vec::with_capacity(100)
}

#[test]
fn growth_between_two_snapshots_is_charged_to_its_place() {
    let first = Snapshot::take();
    let mut kept = reserve();
    for _ in 0..3 {
        keep(&mut kept, 24);
        drop(black_box(vec![1_u8; 500]));
    }
    let second = Snapshot::take();
    let came = second.since(&first);
    assert_eq!((came.blocks, came.bytes), (4, 72 + 1600), "{came}");
    assert_eq!(came.places.len(), 2, "{came}");
    let [table, blocks] = &came.places[..] else { unreachable!() };
    assert!(table.function.ends_with("reserve"), "{came}");
    assert!(blocks.function.ends_with("keep"), "{came}");
    assert!(blocks.file.as_ref().is_some_and(|file| file.ends_with("snapshots.rs")), "{came}");
    assert_eq!((blocks.blocks, blocks.bytes), (3, 72));
    assert!(blocks.own && blocks.stack.len() > 1, "{blocks:?}");
    let text = came.to_string();
    assert!(text.starts_with("+4 blocks, +1.67 kB since the earlier snapshot\n"), "{text}");
    let place = format!("tests/snapshots.rs:{}", blocks.line.unwrap());
    assert!(text.contains("+3 blocks, +72.0 B: ") && text.contains(&place), "{text}");

    let third = Snapshot::take(); // The strings above are also live.
    kept.truncate(1);
    let went = Snapshot::take().since(&third);
    assert_eq!((went.blocks, went.bytes), (-2, -48), "{went}");
    assert!(went.to_string().contains("freed more than they allocated: 1"), "{went}");

    // No figure includes the snapshots or their names.
    let (fourth, fifth) = (Snapshot::take(), Snapshot::take());
    let nothing = fifth.since(&fourth);
    assert_eq!(nothing.places, [], "{nothing}");
    assert_eq!(Snapshot::take().live_bytes(), fourth.live_bytes());

    let written = serde_json::to_string(&went).unwrap();
    assert_eq!(serde_json::from_str::<Difference>(&written).unwrap(), went);
    let more = written.replacen('{', "{\"surprise\":1,", 1);
    assert!(serde_json::from_str::<Difference>(&more).is_err());
}

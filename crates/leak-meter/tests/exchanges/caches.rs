//! A full container replaces blocks of one call stack with blocks of another: not Growing.

use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use leak_meter::verdict::Reason;
use leak_meter::{Report, Verdict};
use lru::LruCache;

use super::soak;

type Entry = Box<[u64; 8]>;

/// More entries than a soak of 96 rounds exchanges.
const FULL: u64 = 30_000;

#[inline(never)]
fn fill(number: u64) -> Entry {
    Box::new([number; 8])
}

#[inline(never)]
fn refresh(number: u64) -> Entry {
    Box::new([number; 8])
}

/// Fills the container in the first operation, and exchanges one entry in each operation.
fn exchange<C>(
    mut container: C,
    insert: fn(&mut C, u64, Entry),
    remove: fn(&mut C, u64),
) -> Report {
    soak().run(|operation| {
        let number = operation.number();
        if number == 0 {
            (0..FULL).for_each(|number| insert(&mut container, number, fill(number)));
        }
        remove(&mut container, number);
        insert(&mut container, FULL + number, refresh(number));
    })
}

#[track_caller]
fn is_steady(report: &Report) {
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
}

#[track_caller]
fn is_not_blamed(report: &Report) {
    assert_ne!(report.verdict, Verdict::Growing, "{report}");
}

pub fn a_full_queue_that_exchanges_its_entries_is_steady() {
    let queue = VecDeque::with_capacity(40_000);
    let push = |queue: &mut VecDeque<Entry>, _, entry| queue.push_back(entry);
    is_steady(&exchange(queue, push, |queue, _| drop(queue.pop_front())));
}

pub fn a_full_queue_made_of_a_vector_is_steady() {
    let mut cache = VecDeque::new();
    let report = soak().run(|operation| {
        if operation.number() == 0 {
            cache = VecDeque::from((0..FULL).map(fill).collect::<Vec<Entry>>());
        }
        cache.pop_front();
        cache.push_back(refresh(operation.number()));
    });
    is_steady(&report);
}

pub fn a_full_hash_table_that_exchanges_its_entries_is_steady() {
    let table = Box::new(HashMap::with_capacity(60_000));
    let insert = |table: &mut Box<HashMap<u64, Entry>>, key, entry| drop(table.insert(key, entry));
    is_steady(&exchange(table, insert, |table, key| drop(table.remove(&key))));
}

pub fn a_full_btree_that_exchanges_its_entries_is_steady() {
    let insert = |tree: &mut BTreeMap<u64, Entry>, key, entry| drop(tree.insert(key, entry));
    // The nodes of the tree are also allocated and freed.
    is_not_blamed(&exchange(BTreeMap::new(), insert, |tree, _| drop(tree.pop_first())));
}

pub fn a_full_linked_list_that_exchanges_its_entries_is_steady() {
    let push = |list: &mut LinkedList<Entry>, _, entry| list.push_back(entry);
    is_steady(&exchange(LinkedList::new(), push, |list, _| drop(list.pop_front())));
}

pub fn a_full_lru_cache_that_exchanges_its_entries_is_steady() {
    let cache = LruCache::new(NonZeroUsize::new(usize::try_from(FULL).unwrap()).unwrap());
    let put = |cache: &mut LruCache<u64, Entry>, key, entry| drop(cache.push(key, entry));
    is_steady(&exchange(cache, put, |_, _| ()));
}

pub fn entries_of_several_blocks_are_exchanged_as_a_whole() {
    struct Page {
        text: Entry,
        tags: Vec<Entry>,
    }
    let page = |number, make: fn(u64) -> Entry| Page {
        text: make(number),
        tags: (0..12).map(make).collect(),
    };
    let mut pages: HashMap<u64, Box<Page>> = HashMap::with_capacity(8_000);
    let report = soak().operations_per_round(20).run(|operation| {
        let number = operation.number();
        if number == 0 {
            pages.extend((0..3_000).map(|number| (number, Box::new(page(number, fill)))));
        }
        let old = pages.remove(&number).unwrap();
        assert_eq!((old.text[0], old.tags.len()), (number, 12));
        pages.insert(3_000 + number, Box::new(page(number, refresh)));
    });
    is_steady(&report);
}

pub fn shards_of_one_cache_are_one_container() {
    const SHARDS: u64 = 64;
    let shards = || (0..SHARDS).map(|_| HashMap::with_capacity(1_000)).collect();
    let shard = |key: u64| usize::try_from(key % SHARDS).unwrap();
    let mut cache: Vec<HashMap<u64, Entry>> = shards();
    let report = soak().run(|operation| {
        let number = operation.number();
        if number == 0 {
            (0..FULL).for_each(|key| drop(cache[shard(key)].insert(key, fill(key))));
        }
        cache[shard(number)].remove(&number);
        let key = FULL + number;
        cache[shard(key)].insert(key, refresh(number));
    });
    is_steady(&report);
}

type Moka = moka::sync::Cache<u64, Arc<[u64; 8]>>;

fn moka(capacity: u64) -> Moka {
    let policy = moka::policy::EvictionPolicy::lru();
    moka::sync::Cache::builder().max_capacity(capacity).eviction_policy(policy).build()
}

#[inline(never)]
fn warm_up(cache: &Moka, keys: u64) {
    for key in 0..keys {
        cache.insert(key, Arc::new([key; 8]));
        if key % 64 == 0 {
            cache.run_pending_tasks();
        }
    }
    cache.run_pending_tasks();
}

#[inline(never)]
fn renew(cache: &Moka, key: u64) {
    cache.insert(key, Arc::new([key; 8]));
}

/// A cache of `capacity` that is full before the soak; each operation calls `each` with it.
fn full_moka(capacity: u64, operations: u64, each: impl Fn(&Moka, u64)) -> Report {
    let cache = moka(capacity);
    warm_up(&cache, capacity);
    // When a key is written again, the cache keeps two copies of it. After that it is full.
    warm_up(&cache, capacity);
    soak()
        .operations_per_round(operations)
        .settle(|| cache.run_pending_tasks())
        .run(|operation| each(&cache, operation.number()))
}

pub fn a_moka_cache_that_was_full_before_the_soak_may_get_new_keys() {
    is_not_blamed(&full_moka(FULL, 200, |cache, number| renew(cache, FULL + number)));
}

pub fn a_moka_cache_that_was_full_before_the_soak_may_get_new_values() {
    is_not_blamed(&full_moka(FULL, 200, renew));
}

pub fn a_small_moka_cache_that_is_renewed_slowly_is_not_blamed() {
    is_not_blamed(&full_moka(400, 3, renew));
}

pub fn a_moka_cache_that_fills_and_is_then_renewed_by_another_path_is_not_blamed() {
    let cache = moka(FULL);
    let report = soak().settle(|| cache.run_pending_tasks()).run(|operation| {
        if operation.number() == 0 {
            warm_up(&cache, FULL);
        }
        renew(&cache, FULL + operation.number());
    });
    is_not_blamed(&report);
    let cache = moka(FULL);
    let report = soak().settle(|| cache.run_pending_tasks()).run(|operation| {
        if operation.number() == 0 {
            warm_up(&cache, FULL);
        }
        // In a different order from the one in which it was filled.
        let key = operation.seed() % FULL;
        cache.invalidate(&key);
        renew(&cache, key);
    });
    is_not_blamed(&report);
}

pub fn growth_that_ends_when_the_old_entries_have_run_out_is_not_blamed() {
    let mut cache: VecDeque<Entry> = (0..9_000).map(fill).collect();
    let report = soak().run(|operation| {
        cache.pop_front();
        cache.push_back(refresh(operation.number()));
    });
    is_steady(&report);
}

pub fn without_a_heap_scan_the_report_says_what_would_decide() {
    let mut jobs = VecDeque::new();
    let mut done = Vec::with_capacity(40_000);
    let report = soak().holders(false).run(|operation| {
        if operation.number() == 0 {
            jobs.extend((0..FULL).map(fill));
        }
        drop(jobs.pop_front());
        done.push(refresh(operation.number()));
    });
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    let reason = &report.sites[0].reason;
    assert!(matches!(reason, Reason::PerhapsExchanged { .. }), "{report}");
    assert!(reason.to_string().contains("is switched off; a longer run may decide"), "{report}");
}

//! Stores whose entries do not stay: a cleaner clears all of them from time to time, or each entry
//! expires.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use leak_meter::{Report, Resource, Soak, Verdict};

/// How long each operation sleeps.
const REQUEST: Duration = Duration::from_micros(300);

pub fn a_store_that_is_cleared_now_and_then_is_not_growing() {
    let budget = Duration::from_secs(3);
    for interval in [budget / 4, budget * 2 / 5, budget / 2] {
        let sessions = Arc::new(Mutex::new(HashMap::new()));
        let cleared = Arc::downgrade(&sessions);
        thread::spawn(move || {
            while let Some(sessions) = cleared.upgrade() {
                thread::sleep(interval);
                sessions.lock().expect("the sessions").clear();
            }
        });
        let report = Soak::new().budget(budget).run(|operation| {
            sessions.lock().expect("the sessions").insert(operation.number(), vec![0_u8; 200]);
            thread::sleep(REQUEST);
        });
        assert_ne!(report.verdict, Verdict::Growing, "cleared every {interval:?}:\n{report}");
        assert!(report.stopped.is_none(), "{report}");
    }
}

const BUDGET: Duration = Duration::from_millis(1200);
const TIME_TO_LIVE: Duration = Duration::from_millis(1500);

/// A link that expires after the budget.
struct Link {
    made: Instant,
    _target: Box<[u8; 100]>,
}

impl Link {
    #[inline(never)]
    fn new() -> Self {
        Self { made: Instant::now(), _target: Box::new([0; 100]) }
    }

    fn is_alive(&self) -> bool {
        self.made.elapsed() < TIME_TO_LIVE
    }
}

/// A container of links.
trait Links: Default + Send + 'static {
    fn add(&mut self, number: u64);
    fn drop_expired(&mut self);
}

/// A tree frees its nodes.
impl Links for BTreeMap<u64, Link> {
    fn add(&mut self, number: u64) {
        self.insert(number, Link::new());
    }

    fn drop_expired(&mut self) {
        while self.first_entry().is_some_and(|first| !first.get().is_alive()) {
            self.pop_first();
        }
    }
}

/// A ring buffer keeps its capacity when it is emptied.
impl Links for VecDeque<Link> {
    fn add(&mut self, _: u64) {
        self.push_back(Link::new());
    }

    fn drop_expired(&mut self) {
        while self.front().is_some_and(|first| !first.is_alive()) {
            self.pop_front();
        }
    }
}

/// Creates links; a thread drops those that have expired.
fn make_links<L: Links>(soak: Soak<'_>) -> Report {
    let links = Arc::new(Mutex::new(L::default()));
    let expiring = Arc::downgrade(&links);
    thread::spawn(move || {
        while let Some(links) = expiring.upgrade() {
            links.lock().expect("the links").drop_expired();
            drop(links);
            thread::sleep(Duration::from_millis(5));
        }
    });
    soak.budget(BUDGET).run(|operation| {
        links.lock().expect("the links").add(operation.number());
        thread::sleep(REQUEST);
    })
}

pub fn a_store_whose_entries_outlive_the_budget_is_growing() {
    for report in
        [make_links::<BTreeMap<u64, Link>>(Soak::new()), make_links::<VecDeque<Link>>(Soak::new())]
    {
        super::growing(&report, Resource::LiveBlocks);
        super::is_at(&report, "Link::new");
    }
}

pub fn the_same_store_is_steady_after_a_rest_of_their_time_to_live() {
    let began = Instant::now();
    let report = make_links::<BTreeMap<u64, Link>>(Soak::new().rest(TIME_TO_LIVE));
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert!(report.after_rest.is_some(), "{report}");
    // The rest is added to the budget, which is for the load alone.
    assert!(began.elapsed() > BUDGET / 2 + TIME_TO_LIVE, "{report}");
}

/// Its capacity cannot be distinguished from that of a list that leaks.
pub fn a_store_that_keeps_its_room_is_not_growing_after_the_rest() {
    let report = make_links::<VecDeque<Link>>(Soak::new().rest(TIME_TO_LIVE));
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    let site = report.sites.first().unwrap_or_else(|| panic!("the room is told\n{report}"));
    assert!(site.function.ends_with("add"), "{report}");
    assert!(site.reason.to_string().contains("declare a bound"), "{report}");

    let soak = Soak::new().rest(TIME_TO_LIVE).bound_site("add", 1 << 20);
    let report = make_links::<VecDeque<Link>>(soak);
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert_eq!(report.suppressed.len(), 1, "{report}");
}

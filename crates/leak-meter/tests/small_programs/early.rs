//! Containers created before the soak have their lines, like those created during it, with any kind of
//! test and runtime. This includes containers in a static, and those created before `main`.
#![allow(unsafe_code)] // Functions that run before `main` are listed in a special section.

use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hint::black_box;
use std::mem;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use leak_meter::allocator::{self, Method};
use leak_meter::{Report, Soak, Verdict};

/// One container of each kind.
#[derive(Default)]
struct Store {
    numbers: Vec<u64>,
    text: String,
    queue: VecDeque<u64>,
    ranks: BinaryHeap<u64>,
    table: HashMap<u64, u64>,
    newest: Option<Box<Node>>,
}

struct Node {
    _number: u64,
    older: Option<Box<Node>>,
}

/// The functions that make a store grow. A tail call in them would leave no frame of them.
const GROWTH: [&str; 6] = ["::note", "::write", "::enqueue", "::rank", "::enter", "::link"];
/// The functions that create containers with some capacity. A block that is resized belongs to the place
/// that created it; a table or a list allocates another block.
const ROOM: [&str; 6] = ["::numbers", "::text", "::queue", "::ranks", "::enter", "::link"];

#[inline(never)]
fn note(numbers: &mut Vec<u64>, number: u64) {
    numbers.push(number);
    black_box(numbers);
}

#[inline(never)]
fn write(text: &mut String) {
    text.push_str("GET 200;");
    black_box(text);
}

#[inline(never)]
fn enqueue(queue: &mut VecDeque<u64>, number: u64) {
    queue.push_back(number);
    black_box(queue);
}

#[inline(never)]
fn rank(ranks: &mut BinaryHeap<u64>, number: u64) {
    ranks.push(number);
    black_box(ranks);
}

#[inline(never)]
fn enter(table: &mut HashMap<u64, u64>, number: u64) {
    table.insert(number, number);
    black_box(table);
}

#[inline(never)]
fn link(newest: &mut Option<Box<Node>>, number: u64) {
    *newest = Some(Box::new(Node { _number: number, older: newest.take() }));
}

#[inline(never)]
fn numbers() -> Vec<u64> {
    black_box(Vec::with_capacity(16))
}

#[inline(never)]
fn text() -> String {
    black_box(String::with_capacity(16))
}

#[inline(never)]
fn queue() -> VecDeque<u64> {
    black_box(VecDeque::with_capacity(16))
}

#[inline(never)]
fn ranks() -> BinaryHeap<u64> {
    // This must differ from the code of `numbers`; otherwise the compiler merges the two functions.
    black_box(BinaryHeap::with_capacity(20))
}

impl Store {
    fn grow(&mut self, number: u64) {
        note(&mut self.numbers, number);
        write(&mut self.text);
        enqueue(&mut self.queue, number);
        rank(&mut self.ranks, number);
        enter(&mut self.table, number);
        link(&mut self.newest, number);
    }

    /// A store that has already grown.
    fn used() -> Self {
        let mut store = Self::default();
        (0..100).for_each(|number| store.grow(number));
        store
    }

    fn with_room() -> Self {
        let (numbers, text, queue, ranks) = (numbers(), text(), queue(), ranks());
        let table = HashMap::with_capacity(16);
        Self { numbers, text, queue, ranks, table, newest: None }
    }
}

/// A store that has grown, and one with spare capacity.
type Stores = [Store; 2];

fn stores() -> Stores {
    [Store::used(), Store::with_room()]
}

static IN_STATIC: LazyLock<Mutex<Stores>> = LazyLock::new(|| Mutex::new(stores()));

static BEFORE_MAIN: Mutex<Option<Stores>> = Mutex::new(None);

extern "C" fn make_before_main() {
    *BEFORE_MAIN.lock().unwrap_or_else(PoisonError::into_inner) = Some(stores());
}

#[used]
// SAFETY: the section contains functions without arguments, which the system calls once before `main`.
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = make_before_main;

/// When stores are created.
#[derive(Debug, Clone, Copy)]
enum Made {
    BeforeMain,
    InStatic,
    BeforeSoak,
    /// In the round with this number.
    InRound(usize),
}

const MADE: [Made; 5] =
    [Made::BeforeMain, Made::InStatic, Made::BeforeSoak, Made::InRound(0), Made::InRound(2)];

/// The stores of a soak; none until they are created.
struct Kept(Option<Stores>);

impl Kept {
    fn of(made: Made) -> Self {
        Self(match made {
            Made::BeforeMain => BEFORE_MAIN.lock().expect("the stores").take(),
            Made::InStatic => {
                let mut stores = IN_STATIC.lock().expect("the stores");
                Some(mem::take(&mut *stores))
            }
            Made::BeforeSoak => Some(stores()),
            Made::InRound(_) => None,
        })
    }

    fn grow(&mut self, made: Made, operation: leak_meter::Operation, of_two: usize) {
        if let Made::InRound(round) = made
            && round == operation.round()
            && self.0.is_none()
        {
            self.0 = Some(stores());
        }
        if let Some(stores) = &mut self.0 {
            stores[of_two].grow(operation.number());
        }
    }

    /// Frees the contents of one of the stores, which would be on the lines of the other one.
    fn clear(&mut self, of_two: usize) {
        let store = self.0.as_mut().map(|stores| mem::take(&mut stores[of_two]));
        let mut newest = store.and_then(|store| store.newest);
        // Without recursion, which would overflow the stack with a list of this length.
        while let Some(node) = newest {
            newest = node.older;
        }
    }
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(100).holders(false)
}

/// Asserts that each container has its line, and that there is no other place.
#[track_caller]
fn have_their_lines(made: Made, report: &Report, functions: [&str; 6]) {
    assert_eq!(report.verdict, Verdict::Growing, "{made:?}\n{report}");
    for function in functions {
        let is_it = |site: &&leak_meter::site::Site| site.function.ends_with(function);
        let Some(site) = report.sites.iter().find(is_it) else {
            panic!("{made:?}: no {function}\n{report}");
        };
        assert!(site.file.as_ref().is_some_and(|file| file.ends_with("early.rs")), "{report}");
        assert!(site.line.is_some(), "{made:?}: {function}\n{report}");
    }
    assert_eq!(report.sites.len(), functions.len(), "{made:?}\n{report}");
}

/// In a test without a runtime.
pub fn what_was_made_at_any_time_has_its_line() {
    for made in MADE {
        let mut kept = Kept::of(made);
        for (of_two, functions) in [GROWTH, ROOM].into_iter().enumerate() {
            let report = soak().run(|operation| kept.grow(made, operation, of_two));
            have_their_lines(made, &report, functions);
            kept.clear(of_two);
        }
    }
}

/// In a test on a runtime, whose threads make the stores grow.
pub async fn what_was_made_at_any_time_has_its_line_on_a_runtime() {
    for made in MADE {
        // In a task of its own, on a thread of the runtime.
        let make = async move { Arc::new(Mutex::new(Kept::of(made))) };
        let kept = tokio::spawn(make).await.expect("the stores are made");
        for (of_two, functions) in [GROWTH, ROOM].into_iter().enumerate() {
            let report = soak().run_async(async |operation| {
                let kept = Arc::clone(&kept);
                let grow = async move {
                    kept.lock().expect("the stores").grow(made, operation, of_two);
                };
                tokio::spawn(grow).await.expect("the stores grow");
            });
            have_their_lines(made, &report.await, functions);
            kept.lock().expect("the stores").clear(of_two);
        }
    }
}

#[test]
fn what_was_made_at_any_time_has_its_line_on_a_runtime_of_one_thread() {
    super::isolated::test_in_a_process("early::on_one_thread", &[]);
}

#[test]
fn what_was_made_at_any_time_has_its_line_on_a_runtime_of_several_threads() {
    super::isolated::test_in_a_process("early::on_several_threads", &[]);
}

#[tokio::test]
#[ignore = "a child of the test above"]
async fn on_one_thread() {
    what_was_made_at_any_time_has_its_line_on_a_runtime().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a child of the test above"]
async fn on_several_threads() {
    what_was_made_at_any_time_has_its_line_on_a_runtime().await;
}

/// The method by which stacks are found quickly.
const QUICK: Method = if cfg!(windows) { Method::Unwinder } else { Method::FramePointers };

/// A soak restores the previous search method; blocks created between soaks have their lines.
pub fn after_a_soak_attribution_is_as_before() {
    let soaked = || {
        let before = allocator::method();
        let report = soak().rounds(12).run(|_| assert_ne!(allocator::method(), Method::Off));
        assert!(report.stopped.is_none(), "{report}");
        assert_eq!(allocator::method(), before);
        before
    };
    assert_eq!(soaked(), QUICK);
    let mut between = Store::with_room();
    let report = soak().run(|operation| between.grow(operation.number()));
    have_their_lines(Made::BeforeSoak, &report, ROOM);
    allocator::stop();
    assert_eq!(soaked(), Method::Off);
    let mut stopped = Store::with_room();
    allocator::start();
    assert_eq!(soaked(), QUICK);
    // Its blocks take the lines that resize them.
    let report = soak().run(|operation| stopped.grow(operation.number()));
    have_their_lines(Made::BeforeSoak, &report, GROWTH);
    // A call during a soak still applies after it.
    let report = soak().rounds(12).run(|_| allocator::stop());
    assert!(report.stopped.is_none(), "{report}");
    assert_eq!(soaked(), Method::Off);
    let report = soak().rounds(12).run(|_| assert_ne!(allocator::start(), Method::Off));
    assert!(report.stopped.is_none(), "{report}");
    assert_eq!(soaked(), QUICK);
    mem::forget((between, stopped));
}

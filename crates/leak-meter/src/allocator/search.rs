//! Whether call stacks are looked for, and how: by frame pointers, or by an unwinder.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::guard::MeterGuard;
use super::stack::FRAME_POINTER_IS_KNOWN;
use super::state::{NOT_BEGUN, Outside, State, method_of};
use super::walk::known_chain_is_seen;
use super::{environment, records, sites, text_segment};

/// How call stacks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Method {
    /// They are not looked for.
    Off = 0,
    /// By frame pointers: every package was built with them.
    FramePointers = 1,
    /// By an unwinder, since frame pointers are missing somewhere.
    Unwinder = 2,
}

/// The word of the [`State`].
static STATE: AtomicU32 = AtomicU32::new(State::AT_START.word());

static AGREED: AtomicUsize = AtomicUsize::new(0);
static DISAGREED: AtomicUsize = AtomicUsize::new(0);
/// Of these, the stacks on which a function of the meter's own object had no frame pointer.
static LACKING: AtomicUsize = AtomicUsize::new(0);

/// Threads that are adding to the table of sites.
static ADDING: AtomicUsize = AtomicUsize::new(0);

/// How long a thread sleeps between two checks of whether another thread is done.
const RETRY_PAUSE: Duration = Duration::from_millis(1);
/// The most such checks: in a forked process the other thread does not exist.
const MOST_RETRIES: u32 = 500;

/// How often the two methods of finding a stack were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walks {
    /// Stacks on which both methods agreed.
    pub agreed: usize,
    /// Stacks on which they disagreed.
    pub disagreed: usize,
}

/// Looks for call sites from now on, until [`stop`], also where that takes an unwinder.
///
/// By frame pointers they are looked for from the first allocation of the process on, unless the environment
/// variable `LEAK_METER_ATTRIBUTION` is `off`. So this is for a program that was built without frame
/// pointers, or that has called [`stop`]. Returns how they are found, which is [`Method::Off`] only when the
/// system gives no memory for the table of sites.
pub fn start() -> Method {
    let ask = |state: State| State {
        outside: Outside::Asked,
        paused: state.method == Method::Off,
        ..state
    };
    let before = change(ask);
    if before.method != Method::Off {
        return before.method;
    }
    // The site numbers in the readings of a soak must stay valid.
    let is_fresh = !before.in_soak;
    if is_fresh {
        sites::note_refused();
    }
    resume(before, is_fresh)
}

/// As [`start`], with the given method, to compare the two. Where frame pointers are missing, using them gives
/// wrong sites, but right counts.
pub fn start_with(method: Method) {
    start();
    change(|state| State { method, ..state });
}

/// Stops looking for call sites, until [`start`], a [`Snapshot`](crate::Snapshot) or a soak. Blocks keep the
/// sites that they have.
pub fn stop() {
    update(|state| Some(state.stopped()));
}

/// While it lives, a soak runs and call sites are looked for. Afterwards the search is as before, or as
/// [`start`] and [`stop`] set it meanwhile. Only one exists at a time.
#[derive(Debug)]
pub(crate) struct SoakSearch(());

impl SoakSearch {
    pub(crate) fn begin() -> Self {
        let renews = sites::need_renewal();
        let enter = |state: State| {
            let paused = renews || state.method == Method::Off;
            let method = if paused { Method::Off } else { state.method };
            State { in_soak: true, paused, method, ..state }
        };
        let before = change(enter);
        if renews || before.method == Method::Off {
            resume(before, true);
        }
        sites::note_refused();
        Self(())
    }
}

impl Drop for SoakSearch {
    fn drop(&mut self) {
        update(|state| Some(state.after_soak()));
    }
}

/// The search begins, at the first allocation of the process. Returns the word of the state then.
///
/// Waits for no other thread: allocations of other threads meanwhile get no site. The functions that it calls
/// take only short locks of the loader and the C library, and allocate nothing of the program's.
#[cold]
pub(super) fn begin() -> u32 {
    let word = state();
    let claimed = State { outside: Outside::Cheap, paused: true, ..State::of_word(word) };
    let is_claimed = || {
        STATE.compare_exchange(word, claimed.word(), Ordering::SeqCst, Ordering::Relaxed).is_ok()
    };
    if method_of(word) == NOT_BEGUN && is_claimed() {
        if environment::switches_off() {
            update(|state| Some(state.resumed(Method::Off, state.renewals)));
        } else {
            resume(claimed, false);
        }
    }
    state()
}

/// Ends the pause of a search that was in the state `before`, and returns the method by which it continues.
fn resume(before: State, renews: bool) -> Method {
    let _guard = MeterGuard::enter();
    let found = if before.method == Method::Off { find_method() } else { before.method };
    if renews && sites::need_renewal() && have_added() {
        sites::renew();
    }
    let resumed = update(|state| Some(state.resumed(found, sites::renewals())));
    resumed.method
}

/// How call stacks can be found in this program.
fn find_method() -> Method {
    text_segment::find();
    if !records::prepare() {
        return Method::Off;
    }
    // If the stack is not known yet, the stacks of new sites decide later.
    if FRAME_POINTER_IS_KNOWN && known_chain_is_seen() != Some(false) {
        Method::FramePointers
    } else {
        Method::Unwinder
    }
}

/// Changes the state once no thread has paused the search, and returns what it was.
fn change(next: impl Fn(State) -> State) -> State {
    let mut retries = 0;
    loop {
        let word = state();
        let before = State::of_word(word);
        if before.paused && retries < MOST_RETRIES {
            retries += 1;
            thread::sleep(RETRY_PAUSE);
            continue;
        }
        let next = next(before).word();
        if STATE.compare_exchange(word, next, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
            return before;
        }
    }
}

/// Changes the state, unless to `None`, and returns what it is then.
fn update(next: impl Fn(State) -> Option<State>) -> State {
    let next = |word| next(State::of_word(word)).map(State::word);
    match STATE.fetch_update(Ordering::SeqCst, Ordering::Relaxed, next) {
        Ok(before) => next(before).map_or(State::of_word(before), State::of_word),
        Err(word) => State::of_word(word),
    }
}

/// Does `work`, which adds to the table of sites. `None` if the search is off, as it is while the table is
/// renewed.
pub(super) fn add<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Either this thread sees the search off, or the one that has switched it off sees this one.
    ADDING.fetch_add(1, Ordering::SeqCst);
    let is_on = State::of_word(STATE.load(Ordering::SeqCst)).method != Method::Off;
    let done = is_on.then(work);
    ADDING.fetch_sub(1, Ordering::SeqCst);
    done
}

/// Waits until no thread adds to the table of sites, after the search was switched off. `false` if one goes
/// on doing so.
fn have_added() -> bool {
    (0..MOST_RETRIES).any(|_| {
        let none = ADDING.load(Ordering::SeqCst) == 0;
        if !none {
            thread::sleep(RETRY_PAUSE);
        }
        none
    })
}

/// How call stacks are found, or were when they were last looked for.
pub(super) fn method_was() -> Method {
    match (method(), AGREED.load(Ordering::Relaxed), LACKING.load(Ordering::Relaxed)) {
        (Method::Off, agreed, lacking) if agreed > 10 * lacking => Method::FramePointers,
        (method, ..) => method,
    }
}

/// How call stacks are found at this moment.
pub fn method() -> Method {
    State::of_word(STATE.load(Ordering::Acquire)).method
}

/// Whether call sites are looked for at this moment, or are to be from the next allocation on.
#[inline]
pub(super) fn is_on() -> bool {
    method_of(state()) != Method::Off as u32
}

/// The word of the state; 0 in its lowest byte while call sites are not looked for.
#[inline]
pub(super) fn state() -> u32 {
    STATE.load(Ordering::Relaxed)
}

/// How often stacks were compared, and how often they disagreed.
pub fn walks() -> Walks {
    Walks { agreed: AGREED.load(Ordering::Relaxed), disagreed: DISAGREED.load(Ordering::Relaxed) }
}

/// Both methods found the same call stack.
pub(super) fn note_agreement() {
    AGREED.fetch_add(1, Ordering::Relaxed);
}

/// They found different stacks; `lacking` if a frame pointer was missing in the meter's own object. Code in
/// other libraries says nothing about how the program was built: the C library has no frame pointers, and
/// neither has the unwinder that calls back while a backtrace is printed.
pub(super) fn note_disagreement(lacking: bool) {
    DISAGREED.fetch_add(1, Ordering::Relaxed);
    if !lacking {
        return;
    }
    let lacking = LACKING.fetch_add(1, Ordering::Relaxed) + 1;
    // A few stacks through code without frame pointers do not make the rest wrong.
    if lacking >= 3 && lacking * 10 > AGREED.load(Ordering::Relaxed) {
        update(State::without_frame_pointers);
    }
}

//! Whether and how call stacks are looked for: with frame pointers or with an unwinder.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::guard::MeterGuard;
use super::registers::FRAME_POINTER_IS_KNOWN;
use super::state::{NOT_BEGUN, Outside, State, method_of};
use super::walk::known_chain_is_seen;
use super::{environment, records, sites, stack_cache, text_segment, unwind_tables};

/// How call stacks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Method {
    /// Call stacks are not looked for.
    Off = 0,
    /// With frame pointers: every package was built with them.
    FramePointers = 1,
    /// With an unwinder, because frame pointers are missing somewhere. On Windows for x86-64, always: the unwind
    /// tables of the program are as quick to follow.
    Unwinder = 2,
}

/// The current [`State`], as a word.
static STATE: AtomicU32 = AtomicU32::new(State::AT_START.word());

static AGREED: AtomicUsize = AtomicUsize::new(0);
static DISAGREED: AtomicUsize = AtomicUsize::new(0);
/// The disagreements in which a function of the meter's own object had no frame pointer.
static LACKING: AtomicUsize = AtomicUsize::new(0);

/// Threads that are adding to the table of sites.
static ADDING: AtomicUsize = AtomicUsize::new(0);

/// How long a thread sleeps between two checks of whether another thread is done.
const RETRY_PAUSE: Duration = Duration::from_millis(1);
/// The maximum number of these checks: in a forked process the other thread does not exist.
const MOST_RETRIES: u32 = 500;

/// How often both methods of finding a stack were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walks {
    /// Stacks on which both methods agreed.
    pub agreed: usize,
    /// Stacks on which they disagreed.
    pub disagreed: usize,
}

/// Looks for call sites from now on, until [`stop`], even if that requires an unwinder.
///
/// With frame pointers, and on Windows for x86-64, the search begins at the first allocation of the process, unless
/// the environment variable `LEAK_METER_ATTRIBUTION` is `off`. This function is therefore for programs that were
/// built without frame pointers or have called [`stop`]. Returns the method, which is [`Method::Off`] only if the
/// system provides no memory for the site table.
pub fn start() -> Method {
    let ask = |state: State| State {
        outside: Outside::Asked,
        paused: state.method == Method::Off,
        ..state
    };
    resume_if_off(change(ask))
}

/// Like [`start`], but only where call stacks are cheap to find, by frame pointers or, on Windows for x86-64, by unwind
/// tables; otherwise the search stays off. Returns the method.
pub(crate) fn start_if_cheap() -> Method {
    let ask = |state: State| match state.method {
        Method::Off => State { outside: Outside::Cheap, paused: true, ..state },
        // A soak has switched it on; it stays on after the soak.
        _ if matches!(state.outside, Outside::NotBegun | Outside::Off) => {
            State { outside: Outside::Cheap, ..state }
        }
        _ => state,
    };
    resume_if_off(change(ask))
}

/// Resumes the search if it was off `before`. Returns the method.
fn resume_if_off(before: State) -> Method {
    if before.method != Method::Off {
        return before.method;
    }
    // The site numbers in a soak's readings must stay valid.
    let is_fresh = !before.in_soak;
    if is_fresh {
        sites::note_refused();
    }
    resume(before, is_fresh)
}

/// Like [`start`], but with the given method, to compare the two. If frame pointers are missing,
/// [`Method::FramePointers`] gives wrong sites, but correct counts.
pub fn start_with(method: Method) {
    start();
    change(|state| State { method, ..state });
}

/// Stops looking for call sites until [`start`], a [`Snapshot`](crate::Snapshot) or a soak. Blocks keep the
/// sites that they have.
pub fn stop() {
    update(|state| Some(state.stopped()));
}

/// Keeps the search on during a soak. When it is dropped, the search returns to its earlier state, or to the
/// one that [`start`] or [`stop`] has set since. Only one exists at a time.
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

/// Begins the search at the first allocation of the process. Returns the resulting state word.
///
/// Does not wait for other threads: their allocations in the meantime get no site. The functions that it calls
/// hold locks of the loader and the C library only briefly, and allocate nothing on behalf of the program.
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

/// Ends the pause of a search whose state was `before`, and returns the method with which it continues.
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
    stack_cache::prepare();
    unwind_tables::prepare();
    if !records::prepare() {
        return Method::Off;
    }
    // If the bounds of the stack are not known yet, the stacks of new sites decide later.
    if FRAME_POINTER_IS_KNOWN && known_chain_is_seen() != Some(false) {
        Method::FramePointers
    } else {
        Method::Unwinder
    }
}

/// Changes the state once no thread has paused the search, and returns the previous state.
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

/// Changes the state unless `next` returns `None`, and returns the resulting state.
fn update(next: impl Fn(State) -> Option<State>) -> State {
    let next = |word| next(State::of_word(word)).map(State::word);
    match STATE.fetch_update(Ordering::SeqCst, Ordering::Relaxed, next) {
        Ok(before) => next(before).map_or(State::of_word(before), State::of_word),
        Err(word) => State::of_word(word),
    }
}

/// Runs `work`, which adds to the site table. `None` if the search is off, which includes the renewal of the
/// table.
pub(super) fn add<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Either this thread sees that the search is off, or the thread that switched it off sees this one.
    ADDING.fetch_add(1, Ordering::SeqCst);
    let is_on = State::of_word(STATE.load(Ordering::SeqCst)).method != Method::Off;
    let done = is_on.then(work);
    ADDING.fetch_sub(1, Ordering::SeqCst);
    done
}

/// Waits until no thread is adding to the site table, after the search was switched off. `false` if the wait
/// times out.
fn have_added() -> bool {
    (0..MOST_RETRIES).any(|_| {
        let none = ADDING.load(Ordering::SeqCst) == 0;
        if !none {
            thread::sleep(RETRY_PAUSE);
        }
        none
    })
}

/// The method of finding call stacks: the current one, or the last one if the search is off.
pub(super) fn method_was() -> Method {
    match (method(), AGREED.load(Ordering::Relaxed), LACKING.load(Ordering::Relaxed)) {
        (Method::Off, agreed, lacking) if agreed > 10 * lacking => Method::FramePointers,
        (method, ..) => method,
    }
}

/// The current method of finding call stacks.
pub fn method() -> Method {
    State::of_word(STATE.load(Ordering::Acquire)).method
}

/// Whether call sites are looked for now, or will be from the next allocation on.
#[inline]
pub(super) fn is_on() -> bool {
    method_of(state()) != Method::Off as u32
}

/// The state word. Its method bits are 0 while call sites are not looked for.
#[inline]
pub(super) fn state() -> u32 {
    STATE.load(Ordering::Relaxed)
}

/// How often both methods agreed and disagreed.
pub fn walks() -> Walks {
    Walks { agreed: AGREED.load(Ordering::Relaxed), disagreed: DISAGREED.load(Ordering::Relaxed) }
}

/// Records that both methods found the same call stack.
pub(super) fn note_agreement() {
    AGREED.fetch_add(1, Ordering::Relaxed);
}

/// Records that the methods found different stacks; `lacking` if a frame pointer was missing in the meter's
/// own object. Code in other libraries does not show how the program was built: neither the C library nor the
/// unwinder that calls back while printing a backtrace has frame pointers.
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

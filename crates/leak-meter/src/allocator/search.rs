//! Whether call stacks are looked for, and how: by frame pointers, or by an unwinder.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::code;
use super::records;
use super::sites;
use super::stack::FRAME_POINTER_IS_KNOWN;
use super::walk::known_chain_is_seen;

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

/// The state of the search: the [`Method`] in the lowest byte; above it how often the table of sites was
/// renewed, so that what a thread remembers of its stacks is known to be out of date.
static STATE: AtomicU32 = AtomicU32::new(Method::Off as u32);
const METHOD_BITS: u32 = 8;

static AGREED: AtomicUsize = AtomicUsize::new(0);
static DISAGREED: AtomicUsize = AtomicUsize::new(0);
/// Of these, the stacks on which a function of the meter's own object had no frame pointer.
static LACKING: AtomicUsize = AtomicUsize::new(0);

/// How often the two ways of finding a stack were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walks {
    /// Stacks that both ways saw alike.
    pub agreed: usize,
    /// Stacks that frame pointers saw otherwise than the unwinder.
    pub disagreed: usize,
}

thread_local! {
    /// Whether this thread's allocations are the meter's own.
    static IN_METER: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, this thread's allocations are the meter's own.
pub(super) struct MeterGuard {
    before: bool,
}

impl MeterGuard {
    pub(super) fn enter() -> Self {
        Self { before: IN_METER.replace(true) }
    }
}

impl Drop for MeterGuard {
    fn drop(&mut self) {
        IN_METER.set(self.before);
    }
}

impl MeterGuard {
    /// Whether this thread's allocations are the meter's own.
    #[inline]
    pub(super) fn is_entered() -> bool {
        IN_METER.get()
    }
}

/// Starts to look for call sites, and finds out how. Does nothing if it was started before.
///
/// Returns [`Method::Off`] only when the system gives no memory for the table of sites.
pub fn start() -> Method {
    if method() != Method::Off {
        return method();
    }
    code::find();
    if !records::prepare() {
        return Method::Off;
    }
    {
        let _guard = MeterGuard::enter();
        sites::begin();
    }
    // Where the stack is not known yet, every new site's stack will tell.
    let found = if FRAME_POINTER_IS_KNOWN && known_chain_is_seen() != Some(false) {
        Method::FramePointers
    } else {
        Method::Unwinder
    };
    set(found);
    found
}

fn set(method: Method) {
    STATE.store(sites::renewals() << METHOD_BITS | method as u32, Ordering::Release);
}

/// How call stacks are found, or were when they were last looked for.
#[cfg_attr(not(feature = "holders"), allow(dead_code))]
pub(super) fn method_was() -> Method {
    match (method(), AGREED.load(Ordering::Relaxed), LACKING.load(Ordering::Relaxed)) {
        (Method::Off, agreed, lacking) if agreed > 10 * lacking => Method::FramePointers,
        (method, ..) => method,
    }
}

/// As [`start`], by the given method, whatever is found out: to compare one with the other. Frame
/// pointers where there are none give wrong sites, not wrong counts.
pub fn start_with(method: Method) {
    start();
    set(method);
}

/// Stops looking for call sites. Blocks keep the sites that they have.
pub fn stop() {
    set(Method::Off);
}

/// Goes on looking for call sites, in the table as it is, if they were looked for by `method`.
#[cfg(feature = "soak")]
pub(crate) fn resume(method: Method) {
    if method != Method::Off && self::method() == Method::Off {
        set(method);
    }
}

/// How call stacks are found at this moment.
pub fn method() -> Method {
    match method_of(STATE.load(Ordering::Acquire)) {
        1 => Method::FramePointers,
        2 => Method::Unwinder,
        _ => Method::Off,
    }
}

/// The method of a state.
#[inline]
pub(super) fn method_of(state: u32) -> u32 {
    state & ((1 << METHOD_BITS) - 1)
}

/// Whether call sites are looked for at this moment.
#[inline]
pub(super) fn is_on() -> bool {
    method_of(state()) != Method::Off as u32
}

/// The state of the search; 0 in its lowest byte while call sites are not looked for.
#[inline]
pub(super) fn state() -> u32 {
    STATE.load(Ordering::Relaxed)
}

/// How often stacks were compared, and how often they disagreed.
pub fn walks() -> Walks {
    Walks { agreed: AGREED.load(Ordering::Relaxed), disagreed: DISAGREED.load(Ordering::Relaxed) }
}

/// Both ways saw a new stack alike.
pub(super) fn note_agreement() {
    AGREED.fetch_add(1, Ordering::Relaxed);
}

/// They saw it differently; `lacking` if that was for want of a frame pointer in the meter's own object.
/// What lies in other libraries, which are built by others, says nothing of how the program was built: the C
/// library has no frame pointers, and neither has the unwinder that calls back while a backtrace is printed.
pub(super) fn note_disagreement(lacking: bool) {
    DISAGREED.fetch_add(1, Ordering::Relaxed);
    if !lacking {
        return;
    }
    let lacking = LACKING.fetch_add(1, Ordering::Relaxed) + 1;
    // A few stacks through code without frame pointers do not make the rest wrong.
    if lacking >= 3 && lacking * 10 > AGREED.load(Ordering::Relaxed) {
        let walking = sites::renewals() << METHOD_BITS | Method::FramePointers as u32;
        let unwinding = sites::renewals() << METHOD_BITS | Method::Unwinder as u32;
        // Not if the search has ended meanwhile.
        let _ = STATE.compare_exchange(walking, unwinding, Ordering::Release, Ordering::Relaxed);
    }
}

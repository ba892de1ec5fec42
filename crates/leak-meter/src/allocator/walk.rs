//! Who allocates: the call stack of the allocation under way, as a site.
//!
//! With frame pointers the stack is a linked list, and a walk takes a nanosecond a frame. Whether
//! they are there is found out, never assumed: [`start`] walks a known chain of calls, and every new
//! site's stack is walked a second time by an unwinder. Where the two disagree, the unwinder is
//! believed; where they do so often, it alone is used from then on: slow, but right.
//!
//! A walk reads nothing but the thread's own stack, between the hook's frame and the stack's top. On
//! any other stack (a signal's, a coroutine's) there is no walk, and the block is charged to
//! [`SiteId::FOREIGN_STACK`].

use std::cell::Cell;
use std::hint::black_box;
use std::ptr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use super::code;
use super::frames::{Frames, SEED, agree, mix, unwind};
use super::recent::Frame;
use super::records::{self, MOST_FRAMES};
use super::sites::{self, SiteId};
use super::slots;
use super::stack::{FRAME_POINTER_IS_KNOWN, frame_pointer, own_stack, stack_pointer};

/// How call stacks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Method {
    /// They are not looked for.
    Off = 0,
    /// By frame pointers: every package was built with them.
    FramePointers = 1,
    /// By an unwinder, since frame pointers are missing somewhere.
    Unwinder = 2,
}

static METHOD: AtomicU8 = AtomicU8::new(Method::Off as u8);
static AGREED: AtomicUsize = AtomicUsize::new(0);
static DISAGREED: AtomicUsize = AtomicUsize::new(0);

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
    // Where the stack is not known yet, every new site's stack will tell.
    let found = if FRAME_POINTER_IS_KNOWN && known_chain_is_seen() != Some(false) {
        Method::FramePointers
    } else {
        Method::Unwinder
    };
    METHOD.store(found as u8, Ordering::Release);
    found
}

/// How call stacks are found, or were when they were last looked for.
fn method_was() -> Method {
    match (method(), AGREED.load(Ordering::Relaxed), DISAGREED.load(Ordering::Relaxed)) {
        (Method::Off, agreed, disagreed) if agreed > 10 * disagreed => Method::FramePointers,
        (method, ..) => method,
    }
}

/// As [`start`], by the given method, whatever is found out: to compare one with the other. Frame
/// pointers where there are none give wrong sites, not wrong counts.
pub fn start_with(method: Method) {
    start();
    METHOD.store(method as u8, Ordering::Release);
}

/// Stops looking for call sites. Blocks keep the sites that they have.
pub fn stop() {
    METHOD.store(Method::Off as u8, Ordering::Release);
}

/// How call stacks are found at this moment.
pub fn method() -> Method {
    match METHOD.load(Ordering::Acquire) {
        1 => Method::FramePointers,
        2 => Method::Unwinder,
        _ => Method::Off,
    }
}

/// How often stacks were compared, and how often they disagreed.
pub fn walks() -> Walks {
    Walks { agreed: AGREED.load(Ordering::Relaxed), disagreed: DISAGREED.load(Ordering::Relaxed) }
}

/// Whether call sites are looked for at this moment.
#[inline]
pub(super) fn is_on() -> bool {
    METHOD.load(Ordering::Relaxed) != Method::Off as u8
}

/// The site of the allocation under way. `hook` is the function that calls this: the walk begins in
/// its frame, and the unwinder's frames end there.
#[inline(always)]
#[allow(clippy::inline_always)] // So that the walk begins in the hook's own frame.
pub(super) fn current_site(size: usize, hook: *const ()) -> SiteId {
    if IN_METER.get() {
        return SiteId::METER;
    }
    match METHOD.load(Ordering::Relaxed) {
        0 => SiteId::UNKNOWN,
        1 => site_by_frame_pointers(frame_pointer(), size, hook),
        _ => site_by_unwinder(frame_pointer(), hook),
    }
}

/// Follows the list of frame pointers from `pointer`. `None` on a stack that is not the thread's.
///
/// Ends at the outermost frame in the program's own code: what lies beyond (the system's start of
/// a thread) may keep other things in that register.
#[inline]
fn walk(pointer: usize) -> Option<Frames> {
    let mut frames = Frames::new();
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let (mut count, mut hash) = (0, SEED);
    let (mut lowest, mut pointer) = (here - 1, pointer);
    while count < MOST_FRAMES && is_frame(pointer, lowest, stack.top) {
        // SAFETY: two words at `pointer` lie between this function's frame and the top of this
        // thread's stack, which is mapped and which no other thread writes to. They may hold
        // anything: they are only compared and remembered.
        let frame: Frame = unsafe { ptr::with_exposed_provenance::<Frame>(pointer).read() };
        let [next, back] = frame;
        frames.pairs[count].write(frame);
        frames.addresses[count].write(back);
        count += 1;
        hash = mix(hash, back);
        if code::contains(back) {
            (frames.count, frames.hash) = (count, hash);
        }
        lowest = pointer;
        pointer = next;
    }
    frames.read = count;
    Some(frames)
}

#[inline]
fn site_by_frame_pointers(pointer: usize, size: usize, hook: *const ()) -> SiteId {
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return SiteId::FOREIGN_STACK;
    }
    if !is_frame(pointer, here - 1, stack.top) {
        return SiteId::UNKNOWN;
    }
    if let Some(recent) = slots::recent() {
        // SAFETY: `recent` is this thread's own and borrowed for this call alone. `pointer` lies in
        // this thread's stack, as did all that was kept: the table was cleared when this thread
        // took it.
        if let Some(site) = unsafe { (*recent).find(pointer, size) } {
            return site;
        }
    }
    site_by_walk(pointer, size, hook)
}

#[inline(never)]
fn site_by_walk(pointer: usize, size: usize, hook: *const ()) -> SiteId {
    let Some(frames) = walk(pointer) else {
        return SiteId::FOREIGN_STACK;
    };
    if frames.count == 0 {
        return SiteId::UNKNOWN;
    }
    let site = sites::find(frames.hash).unwrap_or_else(|| new_site(&frames, pointer, hook));
    if let Some(recent) = slots::recent() {
        // SAFETY: as in `site_by_frame_pointers`; the walk has just read all these frames.
        unsafe { (*recent).keep(pointer, size, frames.pairs(), site) };
    }
    site
}

/// Where a frame of this thread's stack ends, and an address in the function that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameBound {
    pub(crate) end: usize,
    pub(crate) code: usize,
}

/// The frames of this thread's stack outside the caller's, innermost first; empty where frame
/// pointers are missing.
#[inline(never)]
pub(crate) fn frame_bounds() -> Vec<FrameBound> {
    let here = frame_pointer();
    if method_was() != Method::FramePointers {
        return Vec::new();
    }
    let walked = walk(here);
    let frames = walked.as_ref().map(Frames::pairs).unwrap_or_default();
    // What a frame holds lies below its own frame pointer, which is the one that the frame further
    // in has saved; the return address beside that is in the function that it belongs to.
    frames.iter().map(|[end, code]| FrameBound { end: *end, code: *code }).collect()
}

/// Whether a frame, two words, may lie at `pointer` between two places of a stack.
#[inline]
fn is_frame(pointer: usize, above: usize, top: usize) -> bool {
    pointer > above && pointer <= top - size_of::<Frame>() && pointer.is_multiple_of(8)
}

#[cold]
fn site_by_unwinder(pointer: usize, hook: *const ()) -> SiteId {
    let _guard = MeterGuard::enter();
    match unwind(hook, pointer) {
        Some(frames) if frames.count > 0 => sites::find_or_insert(frames.hash, frames.as_slice()),
        Some(_) => SiteId::UNKNOWN,
        None => SiteId::FOREIGN_STACK,
    }
}

/// The site of a stack that was not seen before. It is compared with what the unwinder sees, which
/// is believed where the two differ: the stack went through code without frame pointers.
#[cold]
fn new_site(walked: &Frames, pointer: usize, hook: *const ()) -> SiteId {
    let _guard = MeterGuard::enter();
    let Some(unwound) = unwind(hook, pointer).filter(|unwound| unwound.count > 0) else {
        return sites::find_or_insert(walked.hash, walked.as_slice()); // Nothing to compare with.
    };
    if agree(walked.as_slice(), unwound.as_slice()) {
        AGREED.fetch_add(1, Ordering::Relaxed);
        return sites::find_or_insert(walked.hash, walked.as_slice());
    }
    let disagreed = DISAGREED.fetch_add(1, Ordering::Relaxed) + 1;
    // A few stacks through code without frame pointers do not make the rest wrong.
    if disagreed >= 3 && disagreed * 10 > AGREED.load(Ordering::Relaxed) {
        METHOD.store(Method::Unwinder as u8, Ordering::Release);
    }
    let site = sites::find_or_insert(unwound.hash, unwound.as_slice());
    sites::alias(walked.hash, site);
    site
}

/// Whether both methods see a known chain of calls alike; `None` if this stack cannot be walked.
#[inline(never)]
fn known_chain_is_seen() -> Option<bool> {
    #[inline(never)]
    fn outer(depth: usize) -> Option<bool> {
        let seen = if depth == 0 { inner() } else { outer(depth - 1) };
        black_box(seen)
    }
    #[inline(never)]
    fn inner() -> Option<bool> {
        let _guard = MeterGuard::enter();
        let pointer = frame_pointer();
        let walked = walk(pointer)?;
        let unwound = unwind(inner as *const (), pointer);
        black_box(Some(unwound.is_some_and(|unwound| agree(walked.as_slice(), unwound.as_slice()))))
    }
    black_box(outer(black_box(4)))
}

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
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use super::recent::Frame;
use super::sites::{self, MOST_FRAMES, SiteId};
use super::slots;

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

#[derive(Clone, Copy)]
struct Stack {
    /// The lowest address of the thread's stack; 0 until asked for.
    low: usize,
    /// One past its highest address.
    top: usize,
}

thread_local! {
    static STACK: Cell<Stack> = const { Cell::new(Stack { low: 0, top: 0 }) };
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
    if !sites::prepare() {
        return Method::Off;
    }
    let found = if frame::IS_KNOWN && known_chain_is_seen() {
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

/// The site of the allocation under way.
#[inline(always)]
#[allow(clippy::inline_always)] // So that the walk begins in the hook's own frame.
pub(super) fn current_site(size: usize) -> SiteId {
    if IN_METER.get() {
        return SiteId::METER;
    }
    match METHOD.load(Ordering::Relaxed) {
        0 => SiteId::UNKNOWN,
        1 => site_by_frame_pointers(frame::pointer(), size),
        _ => site_by_unwinder(),
    }
}

/// The return addresses of one stack, innermost first, and their hash.
struct Frames {
    addresses: [MaybeUninit<usize>; MOST_FRAMES],
    /// The first `count` were written.
    count: usize,
    hash: u64,
    /// What a walk read at each frame pointer.
    pairs: [MaybeUninit<Frame>; MOST_FRAMES],
    /// The first `read` were written.
    read: usize,
}

impl Frames {
    #[inline]
    fn new() -> Self {
        Self {
            addresses: [const { MaybeUninit::uninit() }; MOST_FRAMES],
            count: 0,
            hash: SEED,
            pairs: [const { MaybeUninit::uninit() }; MOST_FRAMES],
            read: 0,
        }
    }

    fn as_slice(&self) -> &[usize] {
        // SAFETY: the first `count` addresses were written, in order.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast(), self.count) }
    }
}

impl Frames {
    fn pairs(&self) -> &[Frame] {
        // SAFETY: the first `read` pairs were written, in order.
        unsafe { std::slice::from_raw_parts(self.pairs.as_ptr().cast(), self.read) }
    }
}

const SEED: u64 = 0x517C_C1B7_2722_0A95;

#[inline]
fn mix(hash: u64, address: usize) -> u64 {
    (hash.rotate_left(5) ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Follows the list of frame pointers from `pointer`. `None` on a stack that is not the thread's.
///
/// Ends at the outermost frame in the program's own code: what lies beyond (the system's start of
/// a thread) may keep other things in that register.
#[inline]
fn walk(pointer: usize) -> Option<Frames> {
    let mut frames = Frames::new();
    let stack = own_stack();
    let here = (&raw const frames).addr();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let (mut count, mut hash) = (0, SEED);
    let (mut lowest, mut pointer) = (here, pointer);
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
fn site_by_frame_pointers(pointer: usize, size: usize) -> SiteId {
    let stack = own_stack();
    let here = (&raw const stack).addr();
    if here < stack.low || here >= stack.top {
        return SiteId::FOREIGN_STACK;
    }
    if !is_frame(pointer, here, stack.top) {
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
    site_by_walk(pointer, size)
}

#[inline(never)]
fn site_by_walk(pointer: usize, size: usize) -> SiteId {
    let Some(frames) = walk(pointer) else {
        return SiteId::FOREIGN_STACK;
    };
    if frames.count == 0 {
        return SiteId::UNKNOWN;
    }
    let site = sites::find(frames.hash).unwrap_or_else(|| new_site(&frames));
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
    let here = frame::pointer();
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
fn site_by_unwinder() -> SiteId {
    let _guard = MeterGuard::enter();
    match unwind() {
        Some(frames) if frames.count > 0 => sites::find_or_insert(frames.hash, frames.as_slice()),
        Some(_) => SiteId::UNKNOWN,
        None => SiteId::FOREIGN_STACK,
    }
}

/// The stack as the unwinder sees it, from the caller of the frame that this function is in.
fn unwind() -> Option<Frames> {
    let mut frames = Frames::new();
    let stack = own_stack();
    let here = (&raw const frames).addr();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let mut count = 0;
    let mut hash = SEED;
    // SAFETY: on the systems that this is built for, walking needs no synchronisation between
    // threads. The guard that every caller holds keeps allocations in here from coming back.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            // The unwinder's own frames lie below this one.
            if frame.sp().addr() > here && count < MOST_FRAMES {
                let back = frame.ip().addr();
                frames.addresses[count].write(back);
                count += 1;
                hash = mix(hash, back);
                if code::contains(back) {
                    (frames.count, frames.hash) = (count, hash);
                }
            }
            count < MOST_FRAMES
        });
    }
    Some(frames)
}

/// Frames at the outer end that only the unwinder sees: the system's start of the program.
const START_FRAMES: usize = 4;

/// The site of a stack that was not seen before. It is compared with what the unwinder sees, which
/// is believed where the two differ: the stack went through code without frame pointers.
#[cold]
fn new_site(walked: &Frames) -> SiteId {
    let _guard = MeterGuard::enter();
    let unwound = unwind();
    let differs = unwound.filter(|unwound| !agree(walked.as_slice(), unwound.as_slice()));
    let Some(unwound) = differs.filter(|unwound| unwound.count > 0) else {
        AGREED.fetch_add(1, Ordering::Relaxed);
        return sites::find_or_insert(walked.hash, walked.as_slice());
    };
    let disagreed = DISAGREED.fetch_add(1, Ordering::Relaxed) + 1;
    // A few stacks through code without frame pointers do not make the rest wrong.
    if disagreed >= 3 && disagreed * 10 > AGREED.load(Ordering::Relaxed) {
        METHOD.store(Method::Unwinder as u8, Ordering::Release);
    }
    let site = sites::find_or_insert(unwound.hash, unwound.as_slice());
    sites::alias(walked.hash, site);
    site
}

/// Whether a walked stack is the unwound one, which begins a few frames further in. Of a stack too
/// deep for either, the walk therefore sees a few frames more at the outer end.
fn agree(walked: &[usize], unwound: &[usize]) -> bool {
    let Some(first) = walked.first() else {
        return false;
    };
    let Some(start) = unwound.iter().position(|address| address == first) else {
        return false;
    };
    // Each sees so many frames at the most, and counts them from another one.
    let is_cut = |frames: &[usize]| frames.len() >= MOST_FRAMES - 8;
    let cut = [is_cut(walked), is_cut(unwound)];
    let unwound = &unwound[start..];
    let common = walked.len().min(unwound.len());
    walked[..common] == unwound[..common]
        && (unwound.len() - common <= START_FRAMES || cut[0])
        && (walked.len() == common || cut[1])
}

/// Walks a known chain of calls with both methods.
#[inline(never)]
fn known_chain_is_seen() -> bool {
    #[inline(never)]
    fn outer(depth: usize) -> bool {
        let seen = if depth == 0 { inner() } else { outer(depth - 1) };
        black_box(seen)
    }
    #[inline(never)]
    fn inner() -> bool {
        let _guard = MeterGuard::enter();
        let (walked, unwound) = (walk(frame::pointer()), unwind());
        match (walked, unwound) {
            (Some(walked), Some(unwound)) => {
                black_box(agree(walked.as_slice(), unwound.as_slice()))
            }
            _ => false,
        }
    }
    black_box(outer(black_box(4)))
}

/// The bounds of this thread's stack, asked for once.
#[inline]
fn own_stack() -> Stack {
    let known = STACK.get();
    if known.low != 0 { known } else { find_stack() }
}

#[cold]
fn find_stack() -> Stack {
    // Nothing lies in an empty stack: what cannot be found out is never walked.
    let stack = stack_of_thread().unwrap_or(Stack { low: usize::MAX, top: 0 });
    STACK.set(stack);
    stack
}

/// A main thread without a limit is reported as reaching down to anything; no walk needs more.
const LARGEST_STACK: usize = 1 << 30;

#[cfg(target_os = "linux")]
fn stack_of_thread() -> Option<Stack> {
    let mut attributes = MaybeUninit::uninit();
    let mut low = ptr::null_mut();
    let mut size = 0;
    // SAFETY: each call gets valid places to write to; the attributes are read only after the
    // system has filled them in, and destroyed once.
    let found = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let got = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            got == 0
        }
    };
    let low = low.addr();
    let top = low.checked_add(size)?;
    (found && low > 0).then(|| Stack { low: low.max(top.saturating_sub(LARGEST_STACK)), top })
}

#[cfg(target_os = "macos")]
fn stack_of_thread() -> Option<Stack> {
    // SAFETY: both ask about the calling thread, and write nothing.
    let (top, size) = unsafe {
        let thread = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(thread).addr(), libc::pthread_get_stacksize_np(thread))
    };
    let low = top.checked_sub(size.min(LARGEST_STACK))?;
    (low > 0).then_some(Stack { low, top })
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn stack_of_thread() -> Option<Stack> {
    None
}

/// The register that holds the innermost frame's address.
mod frame {
    pub(super) const IS_KNOWN: bool =
        cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && cfg!(unix);

    #[inline(always)]
    #[allow(clippy::inline_always)] // It must be the caller's register.
    pub(super) fn pointer() -> usize {
        let pointer: usize;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a register is copied; nothing else changes.
        unsafe {
            std::arch::asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: a register is copied; nothing else changes.
        unsafe {
            std::arch::asm!("mov {}, x29", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            pointer = 0;
        }
        pointer
    }
}

/// How far from the addresses in its file the executable was loaded; `None` where that is not
/// known. Known after [`start`].
pub fn load_offset() -> Option<usize> {
    code::offset()
}

/// Where the program's own code lies.
mod code {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static LOW: AtomicUsize = AtomicUsize::new(0);
    static HIGH: AtomicUsize = AtomicUsize::new(usize::MAX);
    /// The load offset; `usize::MAX` while unknown.
    static OFFSET: AtomicUsize = AtomicUsize::new(usize::MAX);

    pub(super) fn offset() -> Option<usize> {
        let offset = OFFSET.load(Ordering::Relaxed);
        (offset != usize::MAX).then_some(offset)
    }

    /// Whether an address lies in the executable's code.
    #[inline]
    pub(super) fn contains(address: usize) -> bool {
        address >= LOW.load(Ordering::Relaxed) && address < HIGH.load(Ordering::Relaxed)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn find() {
        use std::ffi::{c_int, c_void};

        /// Called for each loaded object; the first is the executable.
        unsafe extern "C" fn first(
            object: *mut libc::dl_phdr_info,
            _: usize,
            _: *mut c_void,
        ) -> c_int {
            // SAFETY: the system hands out a valid description, with `dlpi_phnum` headers.
            let (base, headers) = unsafe {
                let object = &*object;
                let count = usize::from(object.dlpi_phnum);
                (object.dlpi_addr, std::slice::from_raw_parts(object.dlpi_phdr, count))
            };
            let code = headers.iter().filter(|header| {
                header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0
            });
            let (mut low, mut high) = (usize::MAX, 0);
            for header in code {
                #[allow(clippy::cast_possible_truncation)] // addresses of this process.
                let start = (base + header.p_vaddr) as usize;
                low = low.min(start);
                #[allow(clippy::cast_possible_truncation)]
                let end = start + header.p_memsz as usize;
                high = high.max(end);
            }
            if low < high {
                #[allow(clippy::cast_possible_truncation)]
                OFFSET.store(base as usize, Ordering::Relaxed);
                LOW.store(low, Ordering::Relaxed);
                HIGH.store(high, Ordering::Relaxed);
            }
            1
        }

        // SAFETY: the callback has the signature asked for and keeps nothing.
        unsafe { libc::dl_iterate_phdr(Some(first), std::ptr::null_mut()) };
    }

    /// Elsewhere every address counts as code; the walk ends where the list does.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn find() {}
}

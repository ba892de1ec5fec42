//! The call stack from the unwind tables that every 64-bit program on Windows contains.
//!
//! Frame pointers form no list there: the register points somewhere into its frame. But the tables say, for each
//! address of code, how far above the stack pointer, or above that register, the return address lies. This rule is
//! remembered by return address, so that following a stack takes a few nanoseconds per frame and no lock. The
//! system's unwinder, which is far slower, checks the stack of every new site, and takes over for code that has no
//! simple rule or does not belong to the meter's object.

use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

use windows_sys::Win32::System::Diagnostics::Debug::{
    IMAGE_DIRECTORY_ENTRY_EXCEPTION, IMAGE_RUNTIME_FUNCTION_ENTRY as Function,
};

use super::super::frames::Collector;
use super::super::registers::stack_pointer;
use super::super::stack::own_stack;
use super::super::text_segment;
use super::super::walk::FrameBound;
use super::Walk;
use super::rule::Rule;
use crate::image::Image;

/// Whether stacks can be found this way.
pub(in super::super) const ARE_READ: bool = true;

/// The meter's object: where it begins, and its table of functions, sorted by address.
static BASE: AtomicUsize = AtomicUsize::new(0);
static FUNCTIONS: AtomicPtr<Function> = AtomicPtr::new(ptr::null_mut());
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The rules of recently seen return addresses: the address, counted from `BASE`, in the upper half of a word.
const RULES: usize = 1 << RULE_BITS;
const RULE_BITS: u32 = 14;
static KNOWN: [AtomicU64; RULES] = [const { AtomicU64::new(0) }; RULES];

/// Return addresses outside the meter's object at which stacks end: the system's code that starts a thread.
static ENDS: [AtomicUsize; 16] = [const { AtomicUsize::new(0) }; 16];

/// Finds the tables; must have been called before any walk.
pub(in super::super) fn prepare() {
    let Some(image) = Image::of_the_meter() else { return };
    let Some((functions, size)) = image.table(IMAGE_DIRECTORY_ENTRY_EXCEPTION) else { return };
    BASE.store(image.base(), Ordering::Relaxed);
    COUNT.store(size / size_of::<Function>(), Ordering::Relaxed);
    FUNCTIONS.store(functions.cast_mut().cast(), Ordering::Release);
}

/// The call stack of the caller, beginning with the first frame whose stack pointer is above `pointer`.
#[inline(never)]
pub(in super::super) fn walk(pointer: usize) -> Walk {
    let mut collector = Collector::new();
    let end = each_frame(|ip, sp| sp <= pointer || collector.push(ip));
    match end {
        End::Reached => Walk::Found(collector.frames),
        End::ForeignStack => Walk::ForeignStack,
        End::NoRule(address) => Walk::NeedsSystem(address),
    }
}

/// The frames of this thread's stack outside the caller's frame, innermost first.
#[inline(never)]
pub(in super::super) fn frame_bounds() -> Vec<FrameBound> {
    let here = stack_pointer();
    let mut frames: Vec<FrameBound> = Vec::new();
    each_frame(|ip, sp| {
        // A frame ends where the stack pointer of its caller is.
        if let Some(inner) = frames.last_mut() {
            inner.end = sp;
        }
        if sp > here {
            frames.push(FrameBound { end: sp, code: ip });
        }
        true
    });
    frames.pop(); // Its end is not known.
    frames
}

enum End {
    /// The outermost frame was reached, or the caller wants no more.
    Reached,
    ForeignStack,
    NoRule(usize),
}

/// Calls `on_frame` with the address in each function and its stack pointer, from the caller on, until it returns
/// `false`.
#[inline(always)]
#[allow(clippy::inline_always)] // Most of the work of a walk.
fn each_frame(mut on_frame: impl FnMut(usize, usize) -> bool) -> End {
    let stack = own_stack();
    let (mut ip, mut sp, mut bp): (usize, usize, usize);
    // SAFETY: this copies registers; nothing else changes.
    unsafe {
        std::arch::asm!(
            "lea {ip}, [rip]", "mov {sp}, rsp", "mov {bp}, rbp",
            ip = out(reg) ip, sp = out(reg) sp, bp = out(reg) bp,
            options(nomem, nostack, preserves_flags),
        );
    }
    if sp < stack.low || sp >= stack.top {
        return End::ForeignStack;
    }
    while on_frame(ip, sp) {
        if !text_segment::contains(ip) {
            return if is_end(ip) { End::Reached } else { End::NoRule(ip) };
        }
        let Some(rule) = rule_of(ip) else { return End::NoRule(ip) };
        let back = rule.return_address(sp, bp);
        let saved = rule.saved_pointer(back);
        let is_in_stack = |place: usize| place >= sp && place <= stack.top - size_of::<usize>();
        if !back.is_multiple_of(8) || !is_in_stack(back) || !saved.is_none_or(is_in_stack) {
            return End::NoRule(ip);
        }
        // SAFETY: both words lie in this thread's stack, above the stack pointer of the function that they belong
        // to, and are aligned.
        unsafe {
            if let Some(saved) = saved {
                bp = word_at(saved);
            }
            ip = word_at(back);
        }
        sp = back + size_of::<usize>();
    }
    End::Reached
}

/// # Safety
/// There is an aligned word at `place` that can be read.
#[inline(always)]
#[allow(clippy::inline_always)] // In a loop over frames.
unsafe fn word_at(place: usize) -> usize {
    // SAFETY: the caller's promise. No other thread writes to this thread's stack.
    unsafe { ptr::with_exposed_provenance::<usize>(place).read_volatile() }
}

/// The rule of the function that continues at `ip`, an address in the meter's object.
#[inline]
fn rule_of(ip: usize) -> Option<Rule> {
    let offset = u32::try_from(ip - BASE.load(Ordering::Relaxed)).ok()?;
    let place = &KNOWN[(offset.wrapping_mul(0x9E37_79B1) >> (u32::BITS - RULE_BITS)) as usize];
    let known = place.load(Ordering::Relaxed);
    if known >> u32::BITS == u64::from(offset) {
        #[allow(clippy::cast_possible_truncation)] // The lower half.
        return Some(Rule::from_bits(known as u32));
    }
    let rule = find_rule(offset)?;
    place.store(u64::from(offset) << u32::BITS | u64::from(rule.bits()), Ordering::Relaxed);
    Some(rule)
}

#[cold]
fn find_rule(offset: u32) -> Option<Rule> {
    let functions = FUNCTIONS.load(Ordering::Acquire);
    if functions.is_null() {
        return None;
    }
    // SAFETY: the object has this table, which stays in memory while the object is loaded.
    let functions = unsafe { std::slice::from_raw_parts(functions, COUNT.load(Ordering::Relaxed)) };
    let after = functions.partition_point(|function| function.BeginAddress <= offset);
    let function = functions.get(after.checked_sub(1)?)?;
    if offset >= function.EndAddress {
        return None;
    }
    // SAFETY: the table leads to descriptions in the same object.
    unsafe {
        let base = ptr::with_exposed_provenance::<u8>(BASE.load(Ordering::Relaxed));
        Rule::read(base, function, offset - function.BeginAddress)
    }
}

fn is_end(address: usize) -> bool {
    ENDS.iter().any(|end| end.load(Ordering::Relaxed) == address)
}

/// Notes that the system's unwinder has found no frame of the meter's object beyond this address outside it.
#[cold]
pub(in super::super) fn note_end(address: usize) {
    if text_segment::contains(address) || is_end(address) {
        return;
    }
    for end in &ENDS {
        let stored = end.compare_exchange(0, address, Ordering::Relaxed, Ordering::Relaxed);
        if stored.is_ok() {
            return;
        }
    }
}

const _: () = assert!(mem::size_of::<Function>() == 12);

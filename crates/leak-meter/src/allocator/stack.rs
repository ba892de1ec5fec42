//! The bounds of a thread's own stack, and the registers that point to its innermost frame.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

use super::guard::MeterGuard;

/// The bounds of a thread's stack.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    /// The lowest address of the thread's stack; 0 until it is known.
    pub(super) low: usize,
    /// One past its highest address.
    pub(super) top: usize,
}

/// An empty range contains no address, so a stack with unknown bounds is never walked.
const UNKNOWN: Stack = Stack { low: usize::MAX, top: 0 };

/// After a failure the system is asked again at the next call, and then after pauses that double in length, up
/// to this many calls.
const LONGEST_PAUSE: u32 = 256;

thread_local! {
    static STACK: Cell<Stack> = const { Cell::new(Stack { low: 0, top: 0 }) };
    /// Calls left until the system is asked again, and the length of the current pause in calls.
    static PAUSE: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// The bounds of this thread's stack. They are looked up only once.
#[inline]
pub(super) fn own_stack() -> Stack {
    let known = STACK.get();
    if known.low != 0 { known } else { find_stack() }
}

#[cold]
fn find_stack() -> Stack {
    let (left, pause) = PAUSE.get();
    if left > 0 {
        PAUSE.set((left - 1, pause));
        return UNKNOWN;
    }
    // The C library may allocate during the lookup, perhaps with the allocator that is being counted.
    let _guard = MeterGuard::enter();
    if let Some(stack) = stack_of_thread() {
        STACK.set(stack);
        return stack;
    }
    let pause = (2 * pause).clamp(1, LONGEST_PAUSE);
    PAUSE.set((pause, pause));
    UNKNOWN
}

/// The system reports a huge range for a main thread without a stack limit. No walk needs more than this.
const LARGEST_STACK: usize = 1 << 30;
/// This close below the top of the main thread's stack, the system places no mapping of its own accord.
#[cfg(target_os = "linux")]
const FREE_BELOW_TOP: usize = 64 << 20;

#[cfg(target_os = "linux")]
fn stack_of_thread() -> Option<Stack> {
    let here = stack_pointer();
    stack_of_main_thread().filter(|stack| (stack.low..stack.top).contains(&here)).or_else(asked_for)
}

/// The stack that the program was started with, found without the C library: glibc reads a file for it, which
/// fails if no descriptor is left, and musl reports only the part that has been used so far. `None` on other
/// threads.
#[cfg(target_os = "linux")]
fn stack_of_main_thread() -> Option<Stack> {
    // SAFETY: these calls take no pointers.
    let (is_main, name) = unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        (thread == libc::c_long::from(libc::getpid()), libc::getauxval(libc::AT_EXECFN))
    };
    if !is_main {
        return None;
    }
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the limit is read only after the system has filled it in.
    let limit = unsafe {
        if libc::getrlimit(libc::RLIMIT_STACK, limit.as_mut_ptr()) != 0 {
            return None;
        }
        limit.assume_init().rlim_cur
    };
    // The system puts the program's name above its arguments, and the arguments above every frame.
    let top = usize::try_from(name).ok()? & !15;
    let size = usize::try_from(limit).unwrap_or(usize::MAX).min(FREE_BELOW_TOP);
    let low = top.checked_sub(size)?;
    (low > 0).then_some(Stack { low, top })
}

#[cfg(target_os = "linux")]
fn asked_for() -> Option<Stack> {
    let mut attributes = MaybeUninit::uninit();
    let mut low = ptr::null_mut();
    let mut size = 0;
    // SAFETY: each call gets valid places to write to; the attributes are read only after the system has
    // filled them in, and are destroyed once.
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
    // SAFETY: both calls query the calling thread and write nothing.
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

/// Whether the register that holds the address of the innermost frame is known.
pub(super) const FRAME_POINTER_IS_KNOWN: bool =
    cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && cfg!(unix);

/// The value of the register that holds the address of the innermost frame; 0 if it is not known.
#[inline(always)]
#[allow(clippy::inline_always)] // It must be the caller's register.
pub(super) fn frame_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, x29", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        pointer = 0;
    }
    pointer
}

/// The value of the stack pointer register. Where that register is not known, the address of a local variable takes
/// its place, although a memory checker may have moved the variable to the heap.
#[inline(always)]
#[allow(clippy::inline_always)] // The innermost frame is that of the caller.
pub(super) fn stack_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let local = 0_u8;
        pointer = (&raw const local).addr();
    }
    pointer
}

/// The two words at a frame pointer: the caller's frame pointer, and the return address.
pub(super) type Frame = [usize; 2];

/// Reads the two words at a frame pointer, in assembly. If only the address of a frame was cached, the memory
/// may hold other variables by now, and a memory checker would report any read that it can see as an error.
///
/// # Safety
/// Two words at `pointer` lie in this thread's stack, above its stack pointer.
#[inline(always)]
#[allow(clippy::inline_always)] // In loops over frames.
pub(super) unsafe fn frame_at(pointer: usize) -> Frame {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: this copies two words that the caller may read to registers; nothing else changes. No other
    // thread writes to this thread's stack, and the words are only compared and stored, whatever their values.
    unsafe {
        let (next, back): (usize, usize);
        std::arch::asm!(
            "mov {next}, [{pointer}]",
            "mov {back}, [{pointer} + 8]",
            pointer = in(reg) pointer,
            next = out(reg) next,
            back = lateout(reg) back,
            options(readonly, nostack, preserves_flags, pure),
        );
        [next, back]
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        let (next, back): (usize, usize);
        std::arch::asm!(
            "ldp {next}, {back}, [{pointer}]",
            pointer = in(reg) pointer,
            next = lateout(reg) next,
            back = lateout(reg) back,
            options(readonly, nostack, preserves_flags, pure),
        );
        [next, back]
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    // SAFETY: the caller's promise.
    unsafe {
        ptr::with_exposed_provenance::<Frame>(pointer).read()
    }
}

/// The differences between the current frames and cached ones.
#[derive(Clone, Copy)]
#[cfg(target_arch = "x86_64")]
pub(super) struct Difference(std::arch::x86_64::__m128i);

#[cfg(target_arch = "x86_64")]
impl Difference {
    // SAFETY: zeroes are a valid value of a vector.
    pub(super) const NONE: Self = Self(unsafe { std::mem::zeroed() });

    /// Adds the difference between the frame at `pointer` and `frame`, both words at once.
    ///
    /// # Safety
    /// The same as for [`frame_at`].
    #[inline(always)]
    #[allow(clippy::inline_always)] // In loops over frames.
    pub(super) unsafe fn with(self, pointer: usize, frame: &Frame) -> Self {
        use std::arch::x86_64::{__m128i, _mm_or_si128, _mm_xor_si128};
        let now: __m128i;
        // SAFETY: as in `frame_at`; every x86_64 processor has these registers.
        unsafe {
            std::arch::asm!(
                "movdqu {now}, [{pointer}]",
                pointer = in(reg) pointer,
                now = lateout(xmm_reg) now,
                options(readonly, nostack, preserves_flags, pure),
            );
            // By value, because debug assertions would check a load through a pointer.
            let was: __m128i = std::mem::transmute(*frame);
            Self(_mm_or_si128(self.0, _mm_xor_si128(now, was)))
        }
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub(super) fn is_none(self) -> bool {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_setzero_si128};
        // SAFETY: every x86_64 processor has these instructions.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(self.0, _mm_setzero_si128())) == 0xFFFF }
    }
}

/// The differences between the current frames and cached ones.
#[derive(Clone, Copy)]
#[cfg(not(target_arch = "x86_64"))]
pub(super) struct Difference(usize);

#[cfg(not(target_arch = "x86_64"))]
impl Difference {
    pub(super) const NONE: Self = Self(0);

    /// Adds the difference between the frame at `pointer` and `frame`.
    ///
    /// # Safety
    /// The same as for [`frame_at`].
    #[inline(always)]
    #[allow(clippy::inline_always)] // In loops over frames.
    pub(super) unsafe fn with(self, pointer: usize, frame: &Frame) -> Self {
        // SAFETY: the caller's promise.
        let now = unsafe { frame_at(pointer) };
        Self(self.0 | (now[0] ^ frame[0]) | (now[1] ^ frame[1]))
    }

    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }
}

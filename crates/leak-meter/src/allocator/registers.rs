//! The registers that point to the innermost frame of a stack, and the words of a frame.

/// Whether the register that holds the address of the innermost frame is known.
pub(super) const FRAME_POINTER_IS_KNOWN: bool =
    cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && cfg!(unix);

/// The value of the register that holds the address of the innermost frame; 0 if it is not known. On Windows, where
/// that register may point anywhere into a frame, the stack pointer.
#[inline(always)]
#[allow(clippy::inline_always)] // It must be the caller's register.
pub(super) fn frame_pointer() -> usize {
    #[cfg(windows)]
    let pointer = stack_pointer();
    #[cfg(not(windows))]
    let pointer: usize;
    #[cfg(all(target_arch = "x86_64", not(windows)))]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(all(target_arch = "aarch64", not(windows)))]
    // SAFETY: this copies a register; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, x29", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", windows)))]
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
        std::ptr::with_exposed_provenance::<Frame>(pointer).read()
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

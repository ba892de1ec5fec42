//! Thread-local words, each in a slot of the system's.
//!
//! The system zeroes a slot for each thread and keeps it until the thread has ended. The first 64 slots lie in the
//! thread's own description (`TEB`), whose layout the system's headers publish; reading them there is one
//! instruction and, unlike `TlsGetValue`, keeps the program's last error.

use std::marker::PhantomData;
use std::mem::offset_of;
use std::sync::atomic::{AtomicU32, Ordering};

use windows_sys::Win32::Foundation::{GetLastError, SetLastError};
use windows_sys::Win32::System::Threading::{
    TEB, TLS_OUT_OF_INDEXES, TlsAlloc, TlsFree, TlsGetValue, TlsSetValue,
};

use super::Zero;

/// Declares a cell for each thread.
macro_rules! thread_cell {
    ($($(#[$doc:meta])* static $name:ident: $type:ty;)+) => {
        $($(#[$doc])* static $name: $crate::allocator::thread_cell::ThreadCell<$type> =
            $crate::allocator::thread_cell::ThreadCell::new();)+
    };
}
pub(in super::super) use thread_cell;

/// How many slots lie in the thread's description, and where the first one lies.
const NEAR: u32 = 64;
const SLOTS: usize = offset_of!(TEB, TlsSlots);

/// A cell that has a value of its own in each thread. Until a value is set, and if the system has no slot left, it
/// is false, 0 or null.
pub(in super::super) struct ThreadCell<T> {
    /// The number of the slot plus one; 0 until a thread has set a value.
    slot: AtomicU32,
    values: PhantomData<fn(T) -> T>,
}

/// A type whose values fit into a slot.
pub(in super::super) trait Word: Zero {
    fn to_word(self) -> usize;
    fn from_word(word: usize) -> Self;
}

impl Word for bool {
    fn to_word(self) -> usize {
        usize::from(self)
    }

    fn from_word(word: usize) -> Self {
        word != 0
    }
}

impl Word for usize {
    fn to_word(self) -> usize {
        self
    }

    fn from_word(word: usize) -> Self {
        word
    }
}

impl<T> Word for *const T {
    fn to_word(self) -> usize {
        self.expose_provenance()
    }

    fn from_word(word: usize) -> Self {
        std::ptr::with_exposed_provenance(word)
    }
}

impl<T: Word> ThreadCell<T> {
    pub(in super::super) const fn new() -> Self {
        Self { slot: AtomicU32::new(0), values: PhantomData }
    }

    /// This thread's value.
    #[inline]
    pub(in super::super) fn get(&self) -> T {
        match self.slot.load(Ordering::Acquire).checked_sub(1) {
            Some(slot) => T::from_word(read(slot)),
            None => T::ZERO,
        }
    }

    /// Sets this thread's value.
    #[inline]
    pub(in super::super) fn set(&self, value: T) {
        let known = self.slot.load(Ordering::Acquire).checked_sub(1);
        if let Some(slot) = known.or_else(|| self.new_slot()) {
            write(slot, value.to_word());
        }
    }

    /// Sets this thread's value, and returns the one before.
    #[inline]
    pub(in super::super) fn replace(&self, value: T) -> T {
        let before = self.get();
        self.set(value);
        before
    }

    #[cold]
    fn new_slot(&self) -> Option<u32> {
        // SAFETY: these calls take no pointers. The slot that is freed was allocated here and never used.
        unsafe {
            let slot = TlsAlloc();
            if slot == TLS_OUT_OF_INDEXES {
                return None;
            }
            let stored =
                self.slot.compare_exchange(0, slot + 1, Ordering::AcqRel, Ordering::Acquire);
            let Err(first) = stored else { return Some(slot) };
            TlsFree(slot);
            Some(first - 1)
        }
    }
}

/// The address of a near slot, as an offset in the thread's description.
fn offset(slot: u32) -> usize {
    SLOTS + slot as usize * size_of::<usize>()
}

#[inline]
fn read(slot: u32) -> usize {
    #[cfg(target_arch = "x86_64")]
    if slot < NEAR {
        let word: usize;
        // SAFETY: on this processor, `gs` is the start of the thread's description, which has a slot there.
        unsafe {
            std::arch::asm!(
                "mov {word}, gs:[{offset}]",
                offset = in(reg) offset(slot),
                word = lateout(reg) word,
                options(nostack, preserves_flags, readonly),
            );
        }
        return word;
    }
    // SAFETY: the slot was allocated and is never freed. The last error is the program's.
    unsafe {
        let error = GetLastError();
        let word = TlsGetValue(slot).expose_provenance();
        SetLastError(error);
        word
    }
}

#[inline]
fn write(slot: u32, word: usize) {
    #[cfg(target_arch = "x86_64")]
    if slot < NEAR {
        // SAFETY: as in `read`.
        unsafe {
            std::arch::asm!(
                "mov gs:[{offset}], {word}",
                offset = in(reg) offset(slot),
                word = in(reg) word,
                options(nostack, preserves_flags),
            );
        }
        return;
    }
    // SAFETY: as in `read`.
    unsafe {
        let error = GetLastError();
        TlsSetValue(slot, std::ptr::without_provenance(word));
        SetLastError(error);
    }
}

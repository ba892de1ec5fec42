//! Reads this process's own memory. A page that is given back meanwhile causes a fault, which ends the copy.

use std::arch::naked_asm;
use std::ffi::c_void;
use std::ops::Range;
use std::time::Instant;

use windows_sys::Win32::Foundation::EXCEPTION_ACCESS_VIOLATION;
use windows_sys::Win32::System::Diagnostics::Debug::{
    AddVectoredExceptionHandler, EXCEPTION_CONTINUE_EXECUTION, EXCEPTION_CONTINUE_SEARCH,
    EXCEPTION_POINTERS, RemoveVectoredExceptionHandler,
};

use super::super::{OutOfTime, WORD, Word};

/// The number of bytes read at once.
const CHUNK: usize = 256 * 1024;
const PAGE: usize = 4096;

/// The memory of this process.
#[derive(Debug)]
pub(crate) struct Memory {
    chunk: Vec<u8>,
    until: Instant,
    _faults: Faults,
}

impl Memory {
    /// Prepares reading until `until`.
    pub(crate) fn open(until: Instant) -> Result<Self, String> {
        Ok(Self { chunk: vec![0; CHUNK], until, _faults: Faults::caught()? })
    }

    /// Sets a new end time.
    pub(crate) fn set_end(&mut self, until: Instant) {
        self.until = until;
    }

    /// Calls `on_words` with the words of `range` and the address of the first one, in order and in chunks.
    /// Unreadable pages are skipped.
    pub(crate) fn each(
        &mut self,
        range: &Range<usize>,
        mut on_words: impl FnMut(usize, &[Word]),
    ) -> Result<(), OutOfTime> {
        let mut at = range.start.next_multiple_of(WORD);
        while at < range.end {
            if Instant::now() >= self.until {
                return Err(OutOfTime);
            }
            let want = CHUNK.min(range.end - at);
            let got = copy(at, &mut self.chunk[..want]);
            on_words(at, self.chunk[..got].as_chunks().0);
            // The page after the bytes that were read is no longer mapped.
            let gone = ((at + got) / PAGE + 1) * PAGE;
            at = if got == want { at + want } else { gone };
        }
        Ok(())
    }

    /// The two words at `address`; `None` if they cannot be read.
    #[allow(clippy::unused_self)] // Faults are caught while this value exists.
    pub(crate) fn pair(&self, address: usize) -> Option<[Word; 2]> {
        let mut bytes = [0; 2 * WORD];
        if copy(address, &mut bytes) < bytes.len() {
            return None;
        }
        let [first, second] = bytes.as_chunks().0 else { return None };
        Some([*first, *second])
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // This copy of the heap is full of addresses; left on the heap, it would look like a holder.
        self.chunk.fill(0);
    }
}

/// Copies memory at `from`, and returns how many bytes could be read.
fn copy(from: usize, to: &mut [u8]) -> usize {
    // SAFETY: the bytes of `to` can be written. A fault at `from` ends the copy, as long as faults are caught, which
    // the caller's `Memory` sees to. The bytes that were copied may have changed meanwhile, but have any value.
    let left = unsafe { copy_bytes(to.as_mut_ptr(), from, to.len()) };
    to.len() - left
}

/// Copies `length` bytes and returns 0; or, if a fault was caught, the number of bytes that are left. The arguments
/// are in rcx, rdx and r8; rsi and rdi belong to the caller.
#[unsafe(naked)]
unsafe extern "system" fn copy_bytes(to: *mut u8, from: usize, length: usize) -> usize {
    naked_asm!(
        "mov r10, rdi",
        "mov r11, rsi",
        "mov rdi, rcx",
        "mov rsi, rdx",
        "mov rcx, r8",
        "cld",
        "jmp {}",
        sym moves_bytes,
    )
}

/// The part of [`copy_bytes`] in which a fault may occur: its first instruction.
#[unsafe(naked)]
unsafe extern "system" fn moves_bytes() {
    naked_asm!("rep movsb", "jmp {}", sym ends_copy)
}

/// The end of [`copy_bytes`], at which it continues after a fault, with the number of bytes that are left in rcx.
#[unsafe(naked)]
unsafe extern "system" fn ends_copy() {
    naked_asm!("mov rax, rcx", "mov rdi, r10", "mov rsi, r11", "ret")
}

/// While it exists, a fault in [`copy_bytes`] ends the copy.
#[derive(Debug)]
struct Faults(*mut c_void);

impl Faults {
    fn caught() -> Result<Self, String> {
        // SAFETY: the handler has the required signature, and its code stays loaded while the handler is in place.
        let handle = unsafe { AddVectoredExceptionHandler(1, Some(on_exception)) };
        if handle.is_null() {
            return Err("the system accepts no handler for exceptions".to_owned());
        }
        Ok(Self(handle))
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        // SAFETY: the handler was added by `caught`, and is removed once.
        unsafe { RemoveVectoredExceptionHandler(self.0) };
    }
}

/// Called for every exception of the process, on the thread that raised it.
unsafe extern "system" fn on_exception(pointers: *mut EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes the exception and the registers at that moment, which it restores afterwards.
    let (record, registers) = unsafe {
        let pointers = &*pointers;
        (&*pointers.ExceptionRecord, &mut *pointers.ContextRecord)
    };
    let moves = (moves_bytes as *const ()).addr() as u64;
    if record.ExceptionCode != EXCEPTION_ACCESS_VIOLATION || registers.Rip != moves {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    registers.Rip = (ends_copy as *const ()).addr() as u64;
    EXCEPTION_CONTINUE_EXECUTION
}

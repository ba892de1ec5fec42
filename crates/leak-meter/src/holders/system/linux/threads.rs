//! The threads of this process, with their names and the addresses of their stacks and thread-local blocks.

use std::fs;

use super::super::Thread;

/// The registers that a function must restore and that may hold a pointer.
pub(crate) const REGISTERS: usize = 6;
/// How many bytes of a thread's control block are read, starting at the thread pointer: the C library
/// stores the values of thread-specific keys there.
pub(crate) const CONTROL_BLOCK: usize = 2304;

/// A thread-local block further below the thread pointer than this belongs to an object that was loaded
/// later, and was allocated elsewhere.
const STATIC_BLOCKS: usize = 1 << 20;

/// How often the stack pointer of a running thread is requested: the thread may be waiting the next time.
const ATTEMPTS: usize = 3;

/// Every thread of the process, the main one first. The calling thread's stack pointer is not included.
pub(crate) fn all() -> Vec<Thread> {
    let main = std::process::id();
    let entries = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut threads: Vec<Thread> = ids.map(|id| thread(id, id == main)).collect();
    threads.sort_by_key(|thread| (!thread.is_main, thread.id));
    threads
}

/// The ID of the calling thread.
pub(crate) fn own_id() -> u32 {
    // SAFETY: this asks for a number, and cannot fail.
    unsafe { libc::gettid() }.unsigned_abs()
}

fn thread(id: u32, is_main: bool) -> Thread {
    let read = |file| fs::read_to_string(format!("/proc/self/task/{id}/{file}"));
    let name = if is_main {
        "main".to_owned()
    } else {
        read("comm").map(|name| name.trim_end().to_owned()).unwrap_or_default()
    };
    let stack_pointer = (0..ATTEMPTS).find_map(|_| stack_pointer(&read("syscall").ok()?));
    Thread { id, name, is_main, stack_pointer, pointer: None }
}

/// The stack pointer in the system's description of the call in which a thread waits: the last field but one.
/// The description of a running thread has a single field.
fn stack_pointer(text: &str) -> Option<usize> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let field = fields.get(fields.len().checked_sub(2)?)?;
    usize::from_str_radix(field.strip_prefix("0x")?, 16).ok()
}

/// Whether `words`, at `address`, may be the beginning of a thread's control block, which contains two pointers
/// to itself. The C libraries for x86-64 do this.
#[inline]
pub(crate) fn may_be_pointer(address: usize, words: &[[u8; 8]]) -> bool {
    let own = address.to_ne_bytes();
    words.first().is_some_and(|word| *word == own) && words.get(2).is_some_and(|word| *word == own)
}

/// The thread pointer of the calling thread, on architectures where it locates the thread's memory.
#[allow(clippy::unnecessary_wraps)] // Each architecture returns one of the two.
pub(crate) fn own_pointer() -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    {
        let pointer: usize;
        // SAFETY: on Linux the first word of the segment `fs` is the thread pointer itself, according to the
        // x86-64 ABI for thread-local storage; it is read, and nothing else changes.
        unsafe {
            std::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, preserves_flags, readonly));
        }
        Some(pointer)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        None
    }
}

/// The thread-local block of another thread, from the calling thread's own pointer and block: all threads have them
/// at the same distance.
pub(crate) fn block_of(
    pointer: usize,
    own: usize,
    own_block: usize,
    _: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let below = own.checked_sub(own_block).filter(|below| *below <= STATIC_BLOCKS)?;
    pointer.checked_sub(below)
}

/// The callee-saved registers of the calling thread: a pointer may be in one of them and nowhere else.
#[inline(always)]
#[allow(clippy::inline_always)] // They must be the caller's registers.
pub(crate) fn registers() -> [usize; REGISTERS] {
    let mut registers = [0; REGISTERS];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: six words are written to an array of six; no register and no flag changes.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12",
            "mov [{0} + 24], r13", "mov [{0} + 32], r14", "mov [{0} + 40], r15",
            in(reg) registers.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]", "stp x21, x22, [{0}, 16]", "stp x23, x24, [{0}, 32]",
            in(reg) registers.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    registers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_waiting_thread_has_a_known_stack_pointer() {
        let waits = "202 0x55 0x80 0x1 0x0 0x0 0x0 0x7ffc7f1ed3d8 0x7f9354ad32ad\n";
        assert_eq!(stack_pointer(waits), Some(0x7ffc_7f1e_d3d8));
        assert_eq!(stack_pointer("-1 0x7ffc7f1ed3d0 0x7f9354ad32ad\n"), Some(0x7ffc_7f1e_d3d0));
        assert_eq!(stack_pointer("running\n"), None);
    }

    #[test]
    fn all_threads_include_the_calling_one_and_the_main_one_comes_first() {
        let threads = all();
        assert!(threads[0].is_main);
        assert_eq!(threads[0].name, "main");
        assert!(threads.iter().any(|thread| thread.id == own_id()));
    }
}

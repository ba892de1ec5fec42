//! The threads of this process, with their names and the addresses of their stacks.

use std::mem;
use std::ptr;
use std::slice;

use windows_sys::Win32::Foundation::{
    CloseHandle, FILETIME, HANDLE, INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    CONTEXT, CONTEXT_CONTROL_AMD64, GetThreadContext,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcessId, GetCurrentThreadId, GetThreadDescription, GetThreadTimes, OpenThread,
    ResumeThread, SuspendThread, THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION,
    THREAD_SUSPEND_RESUME,
};

use super::super::{Thread, WORD};

/// The registers that a function must restore and that may hold a pointer.
pub(crate) const REGISTERS: usize = 8;
/// How many bytes of a thread's description (`TEB`) are read: up to the end of its slots for thread-local values.
pub(crate) const CONTROL_BLOCK: usize = 0x1680;
/// The word of a thread's description that contains the description's own address.
const OWN_ADDRESS: usize = 0x30 / 8;

/// The offset of the pointer to the list of thread-local blocks in a thread's description.
pub(super) const BLOCKS: usize = 0x58;
/// The maximum number of blocks that are looked at.
const MOST_BLOCKS: usize = 1024;

/// Every thread of the process, the main one first. The calling thread's stack pointer is not included.
pub(crate) fn all() -> Vec<Thread> {
    let own = own_id();
    let mut threads: Vec<(u64, Thread)> =
        ids().into_iter().map(|id| thread(id, id == own)).collect();
    // The main thread is the oldest one.
    threads.sort_by_key(|(began, thread)| (*began, thread.id));
    let mut threads: Vec<Thread> = threads.into_iter().map(|(_, thread)| thread).collect();
    if let Some(main) = threads.first_mut() {
        main.is_main = true;
        "main".clone_into(&mut main.name);
    }
    if let Some((_, others)) = threads.split_first_mut() {
        others.sort_by_key(|thread| thread.id);
    }
    threads
}

/// The ID of the calling thread.
pub(crate) fn own_id() -> u32 {
    // SAFETY: this asks for a number, and cannot fail.
    unsafe { GetCurrentThreadId() }
}

fn ids() -> Vec<u32> {
    let mut ids = Vec::new();
    let size = u32::try_from(size_of::<THREADENTRY32>()).unwrap_or(0);
    let mut entry = THREADENTRY32 { dwSize: size, ..THREADENTRY32::default() };
    // SAFETY: `entry` is a place to write to and states its size; the list is closed once.
    unsafe {
        let own = GetCurrentProcessId();
        let list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        if list == INVALID_HANDLE_VALUE {
            return ids;
        }
        let mut is_more = Thread32First(list, &raw mut entry) != 0;
        while is_more {
            if entry.th32OwnerProcessID == own {
                ids.push(entry.th32ThreadID);
            }
            is_more = Thread32Next(list, &raw mut entry) != 0;
        }
        CloseHandle(list);
    }
    ids
}

/// The thread and the time at which it began.
fn thread(id: u32, is_own: bool) -> (u64, Thread) {
    let mut thread =
        Thread { id, name: String::new(), is_main: false, stack_pointer: None, pointer: None };
    let access = THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION;
    // SAFETY: the handle is valid or null, and is closed once.
    unsafe {
        let handle = OpenThread(access, 0, id);
        if handle.is_null() {
            return (u64::MAX, thread); // It has ended.
        }
        thread.name = name(handle).unwrap_or_default();
        thread.stack_pointer = if is_own { None } else { stack_pointer(handle) };
        let began = began(handle);
        CloseHandle(handle);
        (began, thread)
    }
}

/// # Safety
/// `thread` is the handle of a thread.
unsafe fn began(thread: HANDLE) -> u64 {
    let mut times = [FILETIME::default(); 4];
    let [began, ended, kernel, user] = times.each_mut().map(ptr::from_mut);
    // SAFETY: the caller's promise; these are places to write to.
    if unsafe { GetThreadTimes(thread, began, ended, kernel, user) } == 0 {
        return u64::MAX;
    }
    u64::from(times[0].dwHighDateTime) << 32 | u64::from(times[0].dwLowDateTime)
}

/// # Safety
/// `thread` is the handle of a thread.
unsafe fn name(thread: HANDLE) -> Option<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller's promise. The system returns a string of 16-bit units that ends with 0, and which the
    // caller frees.
    unsafe {
        if GetThreadDescription(thread, &raw mut text) < 0 || text.is_null() {
            return None;
        }
        let mut length = 0;
        while *text.add(length) != 0 {
            length += 1;
        }
        let name = String::from_utf16_lossy(slice::from_raw_parts(text, length));
        LocalFree(text.cast());
        Some(name)
    }
}

/// The stack pointer of another thread, which stands still while it is read. Nothing is allocated meanwhile: that
/// thread may hold the lock of the heap.
///
/// # Safety
/// `thread` is the handle of a thread other than the calling one.
unsafe fn stack_pointer(thread: HANDLE) -> Option<usize> {
    #[repr(align(16))] // As the system requires.
    struct Registers(CONTEXT);
    // SAFETY: zeroes are a valid value of numbers. The thread is resumed after each successful suspension.
    unsafe {
        let mut registers: Registers = mem::zeroed();
        registers.0.ContextFlags = CONTEXT_CONTROL_AMD64;
        if SuspendThread(thread) == u32::MAX {
            return None;
        }
        let done = GetThreadContext(thread, &raw mut registers.0);
        ResumeThread(thread);
        (done != 0).then(|| usize::try_from(registers.0.Rsp).ok())?
    }
}

/// Whether `words`, at `address`, may be the beginning of a thread's description, which contains its own address.
#[inline]
pub(crate) fn may_be_pointer(address: usize, words: &[[u8; 8]]) -> bool {
    address.is_multiple_of(4096)
        && words.get(OWN_ADDRESS).is_some_and(|word| *word == address.to_ne_bytes())
}

/// The address of the calling thread's description.
#[allow(clippy::unnecessary_wraps)] // Other systems may have none.
pub(crate) fn own_pointer() -> Option<usize> {
    let pointer: usize;
    // SAFETY: on Windows the segment `gs` is the thread's description, which has its own address there.
    unsafe {
        std::arch::asm!("mov {}, gs:[0x30]", out(reg) pointer, options(nostack, preserves_flags, readonly));
    }
    Some(pointer)
}

/// The thread-local block of another thread, from the calling thread's own pointer and block: each thread has a list
/// of its blocks, in the same order.
pub(crate) fn block_of(
    pointer: usize,
    own: usize,
    own_block: usize,
    word: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let [own_list, list] = [word(own + BLOCKS)?, word(pointer + BLOCKS)?];
    let number =
        (0..MOST_BLOCKS).find(|number| word(own_list + number * WORD) == Some(own_block))?;
    word(list + number * WORD).filter(|block| *block != 0)
}

/// The callee-saved registers of the calling thread: a pointer may be in one of them and nowhere else.
#[inline(always)]
#[allow(clippy::inline_always)] // They must be the caller's registers.
pub(crate) fn registers() -> [usize; REGISTERS] {
    let mut registers = [0; REGISTERS];
    // SAFETY: eight words are written to an array of eight; no register and no flag changes.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12",
            "mov [{0} + 24], r13", "mov [{0} + 32], r14", "mov [{0} + 40], r15",
            "mov [{0} + 48], rsi", "mov [{0} + 56], rdi",
            in(reg) registers.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    registers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_threads_include_the_calling_one_and_the_main_one_comes_first() {
        let (end, is_over) = std::sync::mpsc::sync_channel::<()>(0);
        let (tell, told) = std::sync::mpsc::sync_channel(0);
        let other = std::thread::Builder::new().name("waits".to_owned()).spawn(move || {
            tell.send(own_id()).unwrap();
            is_over.recv().unwrap_err();
        });
        let other_id = told.recv().unwrap();
        let threads = all();
        assert!(threads[0].is_main);
        assert_eq!(threads[0].name, "main");
        let own = threads.iter().find(|thread| thread.id == own_id()).expect("the calling thread");
        assert_eq!(own.stack_pointer, None);
        let waits = threads.iter().find(|thread| thread.id == other_id).expect("the other thread");
        assert_eq!(waits.name, "waits");
        assert!(waits.stack_pointer.is_some());
        drop(end);
        other.unwrap().join().unwrap();
    }
}

//! Calls a function at the end of each thread, by a callback in the program's list of them.
//!
//! The loader calls each function of that list whenever a thread ends, on that thread. The linker sorts the parts
//! of the list by their names; those of the standard library, which drops thread-local values, come before ours.

use std::ffi::c_void;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use windows_sys::Win32::System::SystemServices::DLL_THREAD_DETACH;

use super::super::thread_cell::thread_cell;
use super::Destructor;

type Callback = unsafe extern "system" fn(*mut c_void, u32, *mut c_void);

#[used]
#[unsafe(link_section = ".CRT$XLY")]
static CALLBACK: Callback = on_event;

/// The destructor; null until a thread has asked for it.
static DESTRUCTOR: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

thread_cell! {
    /// The number that was passed for this thread; 0 if there is none.
    static NUMBER: usize;
}

/// Asks the system to call `destructor` with `number`, which must not be 0, when this thread ends. All threads
/// use the same destructor.
pub(in super::super) fn call_at_exit(destructor: Destructor, number: usize) {
    // The linker drops the list's entry unless code that is called refers to it.
    // SAFETY: a valid reference to a constant.
    let _ = unsafe { (&raw const CALLBACK).read_volatile() };
    DESTRUCTOR.store(destructor as *mut c_void, Ordering::Release);
    NUMBER.set(number);
}

/// Called by the loader at the start and the end of the process and of each thread.
unsafe extern "system" fn on_event(_: *mut c_void, event: u32, _: *mut c_void) {
    if event != DLL_THREAD_DETACH {
        return;
    }
    let number = NUMBER.replace(0);
    let destructor = DESTRUCTOR.load(Ordering::Acquire);
    if number != 0 && !destructor.is_null() {
        // SAFETY: `call_at_exit` stored a function of this type.
        let destructor = unsafe { mem::transmute::<*mut c_void, Destructor>(destructor) };
        destructor(ptr::without_provenance_mut(number));
    }
}

//! Calls a function at the end of each thread, by a key with a destructor.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::text_segment;
use super::Destructor;

/// The key with the destructor: 0 until it is created, then the key plus one.
static KEY: AtomicUsize = AtomicUsize::new(0);

/// Asks the system to call `destructor` with `number`, which must not be 0, when this thread ends. All threads
/// use the same destructor. A Rust thread-local is not used because registering its destructor may allocate.
pub(in super::super) fn call_at_exit(destructor: Destructor, number: usize) {
    let Some(key) = exit_key(destructor) else {
        return; // The destructor is then not called.
    };
    // SAFETY: the key was made by `pthread_key_create`; the value is a number, never dereferenced.
    unsafe { libc::pthread_setspecific(key, ptr::without_provenance(number)) };
}

fn exit_key(destructor: Destructor) -> Option<libc::pthread_key_t> {
    let known = KEY.load(Ordering::Acquire);
    if known != 0 {
        return libc::pthread_key_t::try_from(known - 1).ok();
    }
    if !text_segment::pin() {
        return None; // The destructor must not be called after its code has been unloaded.
    }
    let mut key = 0;
    // SAFETY: `key` is a place to write to; the destructor has the required signature.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(destructor)) } != 0 {
        return None;
    }
    // Keys are 32 bits wide on Linux and 64 on macOS, and small numbers on both.
    let stored = usize::try_from(key).ok()? + 1;
    match KEY.compare_exchange(0, stored, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(key),
        Err(first) => {
            // SAFETY: this key was created above and was not shared with any other code.
            unsafe { libc::pthread_key_delete(key) };
            libc::pthread_key_t::try_from(first - 1).ok()
        }
    }
}

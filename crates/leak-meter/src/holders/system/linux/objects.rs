//! The loaded program and libraries, with the addresses of their statics and thread-local blocks.

use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;

use super::super::Object;

/// Every loaded object, starting with the executable.
pub(crate) fn all() -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    // SAFETY: `add` has the required signature, and gets a pointer to `objects`, which nothing else
    // borrows during the call.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut objects).cast()) };
    objects
}

/// Called for each loaded object, with a pointer to a `Vec<Object>`.
unsafe extern "C" fn add(
    object: *mut libc::dl_phdr_info,
    size: usize,
    objects: *mut c_void,
) -> c_int {
    // SAFETY: the system passes a valid description, with `dlpi_phnum` headers and a name that is
    // null or a string; `objects` is what `all` passed.
    let (object, headers, objects) = unsafe {
        let object = &*object;
        let headers = std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into());
        (object, headers, &mut *objects.cast::<Vec<Object>>())
    };
    let path = if object.dlpi_name.is_null() {
        String::new()
    } else {
        // SAFETY: as above.
        unsafe { CStr::from_ptr(object.dlpi_name) }.to_string_lossy().into_owned()
    };
    let offset = address(object.dlpi_addr);
    let statics = headers
        .iter()
        .filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0)
        .map(|header| stretch(offset + address(header.p_vaddr), address(header.p_memsz)));
    let block = headers.iter().find(|header| header.p_type == libc::PT_TLS);
    // Older systems pass a shorter description, which ends before this field.
    let has_data =
        size >= std::mem::offset_of!(libc::dl_phdr_info, dlpi_tls_data) + size_of::<usize>();
    let thread_local = block
        .filter(|_| has_data && !object.dlpi_tls_data.is_null())
        .map(|header| stretch(object.dlpi_tls_data.addr(), address(header.p_memsz)));
    objects.push(Object { path, offset, statics: statics.collect(), thread_local });
    0
}

fn stretch(start: usize, length: usize) -> Range<usize> {
    start..start.saturating_add(length)
}

#[allow(clippy::cast_possible_truncation)] // An address of this process.
fn address(value: u64) -> usize {
    value as usize
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::AtomicU64;

    use super::*;

    static COUNTER: AtomicU64 = AtomicU64::new(1);

    thread_local! {
        static OWN: Cell<u64> = const { Cell::new(1) };
    }

    #[test]
    fn the_first_object_contains_the_programs_statics_and_thread_locals() {
        let objects = all();
        let program = &objects[0];
        let counter = (&raw const COUNTER).addr();
        assert!(program.statics.iter().any(|statics| statics.contains(&counter)));
        let own = OWN.with(|own| std::ptr::from_ref(own).addr());
        assert!(program.thread_local.as_ref().is_some_and(|block| block.contains(&own)));
    }
}

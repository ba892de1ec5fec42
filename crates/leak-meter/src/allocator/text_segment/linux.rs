//! The meter's object on Linux.

use std::ffi::{c_int, c_void};
use std::sync::atomic::Ordering;

use super::unix::PATH;
use super::{HIGH, LOW, OFFSET};

/// Finds the meter's object among those that are loaded.
pub(in super::super) fn find() {
    /// Called for each loaded object, starting with the executable; `index` counts them. Stops at the
    /// object that contains this function.
    unsafe extern "C" fn visit_object(
        object: *mut libc::dl_phdr_info,
        _: usize,
        index: *mut c_void,
    ) -> c_int {
        // SAFETY: the system passes a valid description with `dlpi_phnum` headers; `index` is the pointer
        // passed below.
        let (base, headers, name, index) = unsafe {
            let object = &*object;
            let count = usize::from(object.dlpi_phnum);
            let headers = std::slice::from_raw_parts(object.dlpi_phdr, count);
            (object.dlpi_addr, headers, object.dlpi_name, &mut *index.cast::<usize>())
        };
        let code = headers
            .iter()
            .filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0);
        let (mut low, mut high) = (usize::MAX, 0);
        for header in code {
            #[allow(clippy::cast_possible_truncation)] // Addresses of this process.
            let start = (base + header.p_vaddr) as usize;
            low = low.min(start);
            #[allow(clippy::cast_possible_truncation)]
            let end = start + header.p_memsz as usize;
            high = high.max(end);
        }
        let is_executable = *index == 0;
        *index += 1;
        if !(low..high).contains(&(visit_object as *const ()).addr()) {
            return 0;
        }
        #[allow(clippy::cast_possible_truncation)]
        OFFSET.store(base as usize, Ordering::Relaxed);
        LOW.store(low, Ordering::Relaxed);
        HIGH.store(high, Ordering::Relaxed);
        if !is_executable {
            PATH.store(name.cast_mut(), Ordering::Release);
        }
        1
    }

    let mut index = 0_usize;
    // SAFETY: the callback has the required signature and receives `index` only during this call.
    unsafe { libc::dl_iterate_phdr(Some(visit_object), (&raw mut index).cast()) };
}

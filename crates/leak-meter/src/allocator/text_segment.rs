//! The object that contains the meter, an executable or a shared library, and the addresses of its code.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::{ffi, ptr};

static LOW: AtomicUsize = AtomicUsize::new(0);
static HIGH: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The load offset; `usize::MAX` until it is known.
static OFFSET: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The path of the shared library; null for the executable, and until it is known.
static PATH: AtomicPtr<ffi::c_char> = AtomicPtr::new(ptr::null_mut());

/// The difference between addresses in memory and addresses in the file of the meter's object; `None`
/// until [`start`](super::start) has found it.
#[cfg(feature = "sites")]
pub(crate) fn load_offset() -> Option<usize> {
    let offset = OFFSET.load(Ordering::Relaxed);
    (offset != usize::MAX).then_some(offset)
}

/// The file of the shared library that contains the meter; `None` if it is part of the executable.
pub(crate) fn library() -> Option<&'static ffi::CStr> {
    let path = PATH.load(Ordering::Acquire);
    // SAFETY: this is the loader's own string for the library that contains this code, and `pin` keeps
    // that library loaded.
    (!path.is_null()).then(|| unsafe { ffi::CStr::from_ptr(path) })
}

/// Whether an address is in the code of the meter's object.
#[cfg(feature = "sites")]
#[inline]
pub(crate) fn contains(address: usize) -> bool {
    address >= LOW.load(Ordering::Relaxed) && address < HIGH.load(Ordering::Relaxed)
}

/// Keeps the shared library that contains the meter from being unloaded, because the system calls into it
/// whenever a thread ends. Does nothing for an executable. `false` if that fails.
pub(super) fn pin() -> bool {
    find();
    let Some(path) = library() else { return true };
    let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: the path is a C string. The library is already loaded, so this runs none of its code.
    !unsafe { libc::dlopen(path.as_ptr(), flags) }.is_null()
}

#[cfg(target_os = "linux")]
pub(super) fn find() {
    use std::ffi::{c_int, c_void};

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

/// On other systems every address counts as code; the walk ends where the list of frame pointers ends.
#[cfg(not(target_os = "linux"))]
#[cfg_attr(target_os = "macos", allow(deprecated))] // The system's own header still declares these functions.
pub(super) fn find() {
    // SAFETY: `information` is a place to write to, and is read only after it was filled in.
    let information = unsafe {
        let mut information = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
        let here = (find as *const ()).cast();
        if libc::dladdr(here, information.as_mut_ptr()) == 0 {
            return;
        }
        information.assume_init()
    };
    // The loaded objects are numbered, the executable first.
    #[cfg(target_os = "macos")]
    // SAFETY: these functions take a number, and return null or 0 if no object has it.
    unsafe {
        let start = information.dli_fbase.addr();
        let is_its = |object: &u32| libc::_dyld_get_image_header(*object).addr() == start;
        if let Some(object) = (0..libc::_dyld_image_count()).find(is_its) {
            let offset = libc::_dyld_get_image_vmaddr_slide(object);
            OFFSET.store(offset.cast_unsigned(), Ordering::Relaxed);
            if object == 0 {
                return;
            }
        }
    }
    PATH.store(information.dli_fname.cast_mut(), Ordering::Release);
}

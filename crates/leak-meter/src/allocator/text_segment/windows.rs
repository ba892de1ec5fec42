//! The meter's object on Windows: the program or a dynamic library.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::Ordering;

use windows_sys::Win32::Foundation::HMODULE;
use windows_sys::Win32::System::Diagnostics::Debug::{
    IMAGE_NT_HEADERS64, IMAGE_SCN_MEM_EXECUTE, IMAGE_SECTION_HEADER,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
    GetModuleFileNameW, GetModuleHandleExW, GetModuleHandleW,
};
use windows_sys::Win32::System::SystemServices::IMAGE_DOS_HEADER;

use super::{HIGH, LOW, OFFSET};

/// The longest path that the system has, in units of 16 bits.
const LONGEST_PATH: u32 = 32 << 10;

/// Finds the meter's object: a handle is the address at which an object lies in memory, headers first.
pub(in super::super) fn find() {
    let Some(module) = module() else { return };
    let base = module.addr();
    // SAFETY: a loaded 64-bit object begins with these headers, which lead to one another, and stays loaded while
    // its code runs.
    let sections = unsafe {
        let start = module.cast::<u8>();
        let first = start.cast::<IMAGE_DOS_HEADER>().read_unaligned();
        let Ok(at) = usize::try_from(first.e_lfanew) else { return };
        let headers = start.add(at).cast::<IMAGE_NT_HEADERS64>().read_unaligned();
        let optional = usize::from(headers.FileHeader.SizeOfOptionalHeader);
        let before = std::mem::offset_of!(IMAGE_NT_HEADERS64, OptionalHeader);
        let list = start.add(at + before + optional).cast::<IMAGE_SECTION_HEADER>();
        (0..usize::from(headers.FileHeader.NumberOfSections))
            .map(move |section| list.add(section).read_unaligned())
    };
    let (mut low, mut high) = (usize::MAX, 0);
    for section in sections.filter(|section| section.Characteristics & IMAGE_SCN_MEM_EXECUTE != 0) {
        let start = base + section.VirtualAddress as usize;
        // SAFETY: both members of the union are numbers, and a loaded section has this one.
        let size = unsafe { section.Misc.VirtualSize };
        low = low.min(start);
        high = high.max(start + size as usize);
    }
    OFFSET.store(base, Ordering::Relaxed);
    LOW.store(low, Ordering::Relaxed);
    HIGH.store(high, Ordering::Relaxed);
}

/// The object that contains this function.
fn module() -> Option<HMODULE> {
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut module = ptr::null_mut();
    // SAFETY: with this flag, the name is an address of code; `module` is a place to write to.
    let found =
        unsafe { GetModuleHandleExW(flags, (find as *const ()).cast(), &raw mut module) } != 0;
    (found && !module.is_null()).then_some(module)
}

/// The file of the dynamic library that contains the meter; `None` if it is part of the program.
pub(crate) fn library() -> Option<PathBuf> {
    let module = module()?;
    // SAFETY: without a name, the call takes no pointer.
    if module == unsafe { GetModuleHandleW(ptr::null()) } {
        return None;
    }
    let mut path = vec![0; LONGEST_PATH as usize];
    // SAFETY: `path` has room for `LONGEST_PATH` units.
    let length = unsafe { GetModuleFileNameW(module, path.as_mut_ptr(), LONGEST_PATH) };
    let path = path.get(..length as usize).filter(|path| !path.is_empty())?;
    Some(PathBuf::from(OsString::from_wide(path)))
}

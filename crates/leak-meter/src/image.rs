//! An object that Windows has loaded: its headers, sections and tables, as they lie in memory.
#![allow(unsafe_code)] // Reads the headers.

#[cfg(feature = "sites")]
use std::ffi::OsString;
use std::mem::offset_of;
use std::ops::Range;
#[cfg(feature = "sites")]
use std::os::windows::ffi::OsStringExt;
#[cfg(feature = "sites")]
use std::path::PathBuf;
use std::ptr;

use windows_sys::Win32::Foundation::HMODULE;
#[cfg(target_pointer_width = "32")]
use windows_sys::Win32::System::Diagnostics::Debug::IMAGE_NT_HEADERS32 as Headers;
#[cfg(target_pointer_width = "64")]
use windows_sys::Win32::System::Diagnostics::Debug::IMAGE_NT_HEADERS64 as Headers;
use windows_sys::Win32::System::Diagnostics::Debug::{
    IMAGE_DIRECTORY_ENTRY, IMAGE_SECTION_CHARACTERISTICS, IMAGE_SECTION_HEADER,
};
#[cfg(feature = "sites")]
use windows_sys::Win32::System::LibraryLoader::GetModuleFileNameW;
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
    GetModuleHandleExW,
};
use windows_sys::Win32::System::SystemServices::IMAGE_DOS_HEADER;

/// The longest path that the system has, in units of 16 bits.
#[cfg(feature = "sites")]
const LONGEST_PATH: u32 = 32 << 10;

/// A loaded object, which stays loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Image {
    start: *const u8,
}

impl Image {
    /// The object that contains the meter.
    pub(crate) fn of_the_meter() -> Option<Self> {
        let flags =
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
        let here = Self::of_the_meter as *const ();
        let mut handle = ptr::null_mut();
        // SAFETY: with this flag, the name is an address of code; `handle` is a place to write to.
        let found = unsafe { GetModuleHandleExW(flags, here.cast(), &raw mut handle) } != 0;
        // SAFETY: the object stays loaded while its code runs.
        (found && !handle.is_null()).then(|| unsafe { Self::at(handle.cast()) })
    }

    /// The object that begins at `start`, which is also its handle.
    ///
    /// # Safety
    /// An object is loaded there, and stays loaded while this value is used.
    pub(crate) unsafe fn at(start: *const u8) -> Self {
        Self { start }
    }

    /// The system's handle of it.
    pub(crate) fn handle(self) -> HMODULE {
        self.start.cast_mut().cast()
    }

    /// Its file; `None` if the system does not say it.
    #[cfg(feature = "sites")]
    pub(crate) fn file(self) -> Option<PathBuf> {
        let mut path = vec![0; LONGEST_PATH as usize];
        // SAFETY: `path` has room for `LONGEST_PATH` units.
        let length = unsafe { GetModuleFileNameW(self.handle(), path.as_mut_ptr(), LONGEST_PATH) };
        let path = path.get(..length as usize).filter(|path| !path.is_empty())?;
        Some(PathBuf::from(OsString::from_wide(path)))
    }

    /// The address at which it begins. Addresses in its file count from there.
    pub(crate) fn base(self) -> usize {
        self.start.addr()
    }

    fn headers(self) -> (*const u8, Headers) {
        // SAFETY: a loaded object begins with these headers, the first of which leads to the second.
        unsafe {
            let first = self.start.cast::<IMAGE_DOS_HEADER>().read_unaligned();
            let at = self.start.add(usize::try_from(first.e_lfanew).unwrap_or(0));
            (at, at.cast::<Headers>().read_unaligned())
        }
    }

    /// The addresses of the sections that have this characteristic.
    pub(crate) fn sections(
        self,
        characteristic: IMAGE_SECTION_CHARACTERISTICS,
    ) -> impl Iterator<Item = Range<usize>> {
        let (at, headers) = self.headers();
        let before = offset_of!(Headers, OptionalHeader)
            + usize::from(headers.FileHeader.SizeOfOptionalHeader);
        #[allow(clippy::cast_ptr_alignment)] // Each section is read from wherever it lies.
        let list = at.wrapping_add(before).cast::<IMAGE_SECTION_HEADER>();
        let sections = (0..usize::from(headers.FileHeader.NumberOfSections))
            // SAFETY: the list of sections lies behind the headers, and has as many as these say.
            .map(move |number| unsafe { list.add(number).read_unaligned() });
        let wanted = sections.filter(move |section| section.Characteristics & characteristic != 0);
        wanted.map(move |section| {
            let start = self.base() + section.VirtualAddress as usize;
            // SAFETY: both members of the union are numbers; the section of a loaded object has this one.
            start..start + unsafe { section.Misc.VirtualSize } as usize
        })
    }

    /// The address and the size of one of the object's tables, if it has that table.
    pub(crate) fn table(self, which: IMAGE_DIRECTORY_ENTRY) -> Option<(*const u8, usize)> {
        let table =
            self.headers().1.OptionalHeader.DataDirectory.get(usize::from(which)).copied()?;
        let start = self.start.wrapping_add(table.VirtualAddress as usize);
        (table.VirtualAddress != 0).then_some((start, table.Size as usize))
    }
}

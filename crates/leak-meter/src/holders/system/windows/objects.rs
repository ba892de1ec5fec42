//! The loaded program and libraries, with the addresses of their statics and thread-local blocks.

use std::ops::Range;
use std::ptr;

use windows_sys::Win32::Foundation::{FreeLibrary, HMODULE};
use windows_sys::Win32::System::Diagnostics::Debug::{
    IMAGE_DIRECTORY_ENTRY_TLS, IMAGE_SCN_MEM_WRITE,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GetModuleHandleExW,
};
use windows_sys::Win32::System::ProcessStatus::K32EnumProcessModules;
use windows_sys::Win32::System::SystemServices::IMAGE_TLS_DIRECTORY64;
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::super::{Object, WORD};
use super::threads;
use crate::image::Image;

/// Every loaded object, starting with the executable.
pub(crate) fn all() -> Vec<Object> {
    let mut handles = vec![ptr::null_mut(); 256];
    loop {
        let size = u32::try_from(size_of_val(handles.as_slice())).unwrap_or(u32::MAX);
        let mut needed = 0;
        // SAFETY: `handles` is a place of `size` bytes to write to, and `needed` is one for their length.
        let done = unsafe {
            K32EnumProcessModules(GetCurrentProcess(), handles.as_mut_ptr(), size, &raw mut needed)
        };
        if done == 0 {
            return Vec::new();
        }
        let count = needed as usize / size_of_val(&handles[0]);
        if count <= handles.len() {
            handles.truncate(count);
            break;
        }
        handles.resize(count + 16, ptr::null_mut());
    }
    let objects = handles.into_iter().enumerate().filter_map(|(number, handle)| {
        let object = Held::new(handle)?;
        Some(Object {
            path: if number == 0 { String::new() } else { path(object.image()) },
            offset: object.image().base(),
            statics: object.image().sections(IMAGE_SCN_MEM_WRITE).collect(),
            thread_local: thread_local(object.image()),
        })
    });
    objects.collect()
}

/// A loaded object, which the system does not unload while this exists.
struct Held(HMODULE);

impl Held {
    /// `None` if the object was unloaded since the system listed it.
    fn new(listed: HMODULE) -> Option<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: with this flag, the name is an address, which the system looks up in its own list and does not read;
        // `handle` is a place to write to.
        let found = unsafe {
            GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                listed.cast_const().cast(),
                &raw mut handle,
            )
        } != 0;
        let held = (found && !handle.is_null()).then(|| Self(handle))?;
        // Another object may lie at this address by now.
        (held.0 == listed).then_some(held)
    }

    fn image(&self) -> Image {
        // SAFETY: the handle of an object is the address at which it lies, and this object is held. Callers drop the
        // image before the object, since both are local to `all`.
        unsafe { Image::at(self.0.cast_const().cast()) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the handle was counted in `new`.
        unsafe { FreeLibrary(self.0) };
    }
}

fn path(image: Image) -> String {
    image.file().map_or_else(String::new, |file| file.to_string_lossy().into_owned())
}

/// The calling thread's copy of the object's thread-local block.
fn thread_local(image: Image) -> Option<Range<usize>> {
    let (table, size) = image.table(IMAGE_DIRECTORY_ENTRY_TLS)?;
    if size < size_of::<IMAGE_TLS_DIRECTORY64>() {
        return None;
    }
    // SAFETY: the object has this table at this place. The table leads to the block's index, by which the system
    // finds the block, in a list that the thread's description leads to.
    unsafe {
        let table = table.cast::<IMAGE_TLS_DIRECTORY64>().read_unaligned();
        let index =
            ptr::with_exposed_provenance::<u32>(usize::try_from(table.AddressOfIndex).ok()?);
        let thread = threads::own_pointer()?;
        let blocks = ptr::with_exposed_provenance::<usize>(thread + threads::BLOCKS).read();
        let place = blocks + index.read() as usize * WORD;
        let start = ptr::with_exposed_provenance::<usize>(place).read();
        let stored = table.EndAddressOfRawData.checked_sub(table.StartAddressOfRawData)?;
        let length = usize::try_from(stored).ok()? + table.SizeOfZeroFill as usize;
        (start != 0 && length > 0).then_some(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    static COUNTER: AtomicU64 = AtomicU64::new(1);

    #[test]
    fn only_the_address_of_a_loaded_object_is_held() {
        let inside = (&raw const COUNTER).cast_mut();
        assert!(Held::new(inside.cast()).is_none());
        assert!(Held::new(ptr::without_provenance_mut(1)).is_none());
        let program = Image::of_the_meter().unwrap().handle();
        assert_eq!(Held::new(program).map(|held| held.image().handle()), Some(program));
    }

    #[test]
    fn the_first_object_contains_the_programs_statics() {
        let objects = all();
        let counter = (&raw const COUNTER).addr();
        assert!(objects[0].statics.iter().any(|statics| statics.contains(&counter)));
        assert!(objects.iter().any(|object| object.path.to_lowercase().ends_with("ntdll.dll")));
    }
}

//! The system's lists of all processes and of all handles, of which the parts of this process are read.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::io;
use std::mem::offset_of;
use std::ptr;

use windows_sys::Wdk::Foundation::{NtQueryObject, ObjectTypeInformation};
use windows_sys::Wdk::System::SystemInformation::{
    NtQuerySystemInformation, SYSTEM_INFORMATION_CLASS, SystemProcessInformation,
};
use windows_sys::Win32::Foundation::{
    NTSTATUS, RtlNtStatusToDosError, STATUS_INFO_LENGTH_MISMATCH, UNICODE_STRING,
};
use windows_sys::Win32::System::Threading::GetCurrentProcessId;
use windows_sys::Win32::System::WindowsProgramming::SYSTEM_PROCESS_INFORMATION;

/// The list of all handles of all processes (`SystemExtendedHandleInformation`).
const ALL_HANDLES: SYSTEM_INFORMATION_CLASS = 64;

/// One handle in that list.
#[repr(C)]
#[derive(Clone, Copy)]
struct HandleEntry {
    object: *mut c_void,
    process: usize,
    handle: *mut c_void,
    access: u32,
    creator: u16,
    kind: u16,
    attributes: u32,
    reserved: u32,
}

/// A list begins with the number of its entries and a reserved word.
const BEFORE_HANDLES: usize = 2 * size_of::<usize>();

/// More room than the list had needed, since it may grow before it is read.
const SPARE: usize = 64 << 10;

/// The list of processes.
#[derive(Debug, Default)]
pub(super) struct Processes {
    list: Vec<u64>,
}

impl Processes {
    /// What the list says about this process.
    pub(super) fn own(&mut self) -> io::Result<SYSTEM_PROCESS_INFORMATION> {
        let length = read(SystemProcessInformation, &mut self.list)?;
        // SAFETY: this call takes no arguments.
        let id = unsafe { GetCurrentProcessId() } as usize;
        let mut at = 0;
        while at + size_of::<SYSTEM_PROCESS_INFORMATION>() <= length {
            // SAFETY: the entry lies within the list, and is valid for every content.
            let entry = unsafe {
                let start = self.list.as_ptr().cast::<u8>().add(at);
                start.cast::<SYSTEM_PROCESS_INFORMATION>().read_unaligned()
            };
            if entry.UniqueProcessId.addr() == id {
                return Ok(entry);
            }
            if entry.NextEntryOffset == 0 {
                break;
            }
            at += entry.NextEntryOffset as usize;
        }
        Err(io::Error::other("the list of processes does not contain this one"))
    }
}

/// The list of handles.
#[derive(Debug, Default)]
pub(super) struct Handles {
    list: Vec<u64>,
}

impl Handles {
    /// The number of this process's handles.
    pub(super) fn count(&mut self) -> io::Result<u64> {
        Ok(self.own()?.count() as u64)
    }

    /// The number of this process's handles, by the names of their types.
    pub(super) fn by_type(&mut self) -> io::Result<BTreeMap<String, u64>> {
        let mut kinds: BTreeMap<u16, (u64, Option<String>)> = BTreeMap::new();
        for entry in self.own()? {
            let (count, name) = kinds.entry(entry.kind).or_default();
            *count += 1;
            // A handle that has been closed since has no type.
            *name = name.take().or_else(|| type_name(entry.handle));
        }
        let mut by_name = BTreeMap::new();
        for (count, name) in kinds.into_values() {
            *by_name.entry(name.unwrap_or_else(|| "closed".to_owned())).or_default() += count;
        }
        Ok(by_name)
    }

    /// The entries of this process's handles.
    fn own(&mut self) -> io::Result<impl Iterator<Item = HandleEntry>> {
        let length = read(ALL_HANDLES, &mut self.list)?;
        let entries = length.saturating_sub(BEFORE_HANDLES) / size_of::<HandleEntry>();
        let listed = self.list.first().map_or(0, |count| usize::try_from(*count).unwrap_or(0));
        // SAFETY: this call takes no arguments.
        let id = unsafe { GetCurrentProcessId() } as usize;
        let list = &self.list;
        let entry = move |index: usize| {
            let at = BEFORE_HANDLES + index * size_of::<HandleEntry>();
            // SAFETY: the entry lies within the list, and is valid for every content.
            unsafe { list.as_ptr().cast::<u8>().add(at).cast::<HandleEntry>().read_unaligned() }
        };
        Ok((0..entries.min(listed)).map(entry).filter(move |entry| entry.process == id))
    }
}

/// The name of the type of a handle, such as "File" or "Event". This question never waits for the object.
fn type_name(handle: *mut c_void) -> Option<String> {
    let mut information = [0_u64; 64];
    let size = u32::try_from(size_of_val(&information)).ok()?;
    // SAFETY: `information` is a place of `size` bytes to write to; an invalid handle is refused. The name that the
    // system refers to lies in `information`.
    unsafe {
        let place = information.as_mut_ptr().cast();
        let status = NtQueryObject(handle, ObjectTypeInformation, place, size, ptr::null_mut());
        if status < 0 {
            return None;
        }
        let name = information.as_ptr().cast::<UNICODE_STRING>().read();
        let units = std::slice::from_raw_parts(name.Buffer, usize::from(name.Length) / 2);
        Some(String::from_utf16_lossy(units))
    }
}

/// Reads one of the system's lists and returns its length in bytes.
fn read(class: SYSTEM_INFORMATION_CLASS, list: &mut Vec<u64>) -> io::Result<usize> {
    loop {
        let size = u32::try_from(size_of_val(list.as_slice())).unwrap_or(u32::MAX);
        let mut length = 0;
        // SAFETY: `list` is a place of `size` bytes to write to, and `length` is one for its length.
        let status = unsafe {
            NtQuerySystemInformation(class, list.as_mut_ptr().cast(), size, &raw mut length)
        };
        if status == STATUS_INFO_LENGTH_MISMATCH {
            let room = (length.max(size) as usize).saturating_add(SPARE);
            list.resize(room.div_ceil(size_of::<u64>()), 0);
        } else if status < 0 {
            return Err(error(status));
        } else {
            return Ok((length as usize).min(size as usize));
        }
    }
}

fn error(status: NTSTATUS) -> io::Error {
    // SAFETY: this call takes no pointers.
    let code = unsafe { RtlNtStatusToDosError(status) };
    io::Error::from_raw_os_error(code.cast_signed())
}

const _: () =
    assert!(offset_of!(HandleEntry, reserved) + 4 == 40 && size_of::<HandleEntry>() == 40);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_opened_is_one_more_handle_of_its_type() {
        let mut handles = Handles::default();
        let count = |handles: &mut Handles| handles.by_type().unwrap().get("File").copied();
        let before = count(&mut handles).unwrap_or(0);
        let files: Vec<_> = (0..40).map(|_| tempfile::tempfile().unwrap()).collect();
        let with = count(&mut handles).unwrap();
        // Other tests open files at the same time.
        assert!((before + 20..before + 60).contains(&with), "{before} -> {with}");
        drop(files);
    }
}

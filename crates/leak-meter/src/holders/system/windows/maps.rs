//! The mappings of this process, one after the other.

use std::ptr;

use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_IMAGE, MEM_PRIVATE, MEMORY_BASIC_INFORMATION, PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY, PAGE_READWRITE, PAGE_WRITECOPY, VirtualQuery,
};

use super::super::{Backing, Mapping};

/// Accesses that allow writing. The statics of an object are copied when they are first written.
const WRITABLE: [u32; 4] =
    [PAGE_READWRITE, PAGE_EXECUTE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY];

/// The private writable mappings, by address. Shared ones are left out, because they also belong to other processes.
/// So are the guard pages of stacks, which must not be touched: their access differs.
#[allow(clippy::unnecessary_wraps)] // On other systems the list may not be readable.
pub(in super::super) fn all() -> Result<Vec<Mapping>, String> {
    let mut mappings = Vec::new();
    let mut at = 0;
    loop {
        let mut region = MEMORY_BASIC_INFORMATION::default();
        let size = size_of::<MEMORY_BASIC_INFORMATION>();
        // SAFETY: `region` is a place of `size` bytes to write to; the address is only a number.
        let got = unsafe { VirtualQuery(ptr::without_provenance(at), &raw mut region, size) };
        let end = region.BaseAddress.addr().saturating_add(region.RegionSize);
        if got == 0 || end <= at {
            return Ok(mappings);
        }
        let is_writable = WRITABLE.contains(&region.Protect);
        let backing = match region.Type {
            MEM_PRIVATE => Some(Backing::Anonymous),
            MEM_IMAGE => Some(Backing::File),
            _ => None,
        };
        if let Some(backing) = backing.filter(|_| region.State == MEM_COMMIT && is_writable) {
            mappings.push(Mapping { range: at..end, backing });
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static NUMBER: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(1);

    #[test]
    fn heap_stack_and_statics_are_listed() {
        NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mappings = all().unwrap();
        let backing = |address: usize| {
            let mapping = mappings.iter().find(|mapping| mapping.range.contains(&address));
            mapping.map(|mapping| mapping.backing)
        };
        let block = Box::new(1);
        assert_eq!(backing((&raw const *block).addr()), Some(Backing::Anonymous));
        assert_eq!(backing((&raw const block).addr()), Some(Backing::Anonymous));
        assert_eq!(backing((&raw const NUMBER).addr()), Some(Backing::File));
        assert_eq!(backing((all as *const ()).addr()), None);
    }
}

//! The header in front of each block: 16 bytes that remember its size and its site.
//!
//! ```text
//! base                          block (what the program gets)
//! | padding (align - 16) | size u64 | site u32, mark u32 | ...
//! ```
//! The mark is keyed to the block's own address and wiped when it is given back, so that live
//! blocks can be told from their remains.

use std::alloc::Layout;

use super::sites::SiteId;

const HEADER: usize = size_of::<Header>();

#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Header {
    size: u64,
    site: u32,
    mark: u32,
}

/// What the wrapped allocator is asked for, so that a header fits in front of the caller's block.
#[derive(Clone, Copy)]
pub(super) struct Outer {
    pub(super) layout: Layout,
    /// From the base to the caller's block, in bytes.
    pub(super) prefix: usize,
}

impl Outer {
    /// `None` if the block would be too large for any allocator.
    #[inline]
    pub(super) fn of(layout: Layout) -> Option<Self> {
        let prefix = layout.align().max(HEADER);
        let size = layout.size().checked_add(prefix)?;
        let layout = Layout::from_size_align(size, prefix).ok()?;
        Some(Self { layout, prefix })
    }
}

/// Writes the header of a live block.
///
/// # Safety
/// `block` was placed behind an [`Outer`] prefix, so the 16 bytes in front of it belong to it.
#[inline]
pub(super) unsafe fn put(block: *mut u8, size: usize, site: SiteId) {
    let header = Header { size: size as u64, site: site.0, mark: mark(block) };
    // SAFETY: the caller's promise; a prefix is a multiple of 16, so the place is aligned.
    unsafe { place(block).write(header) }
}

/// Wipes the header of a block that is given back and returns its site.
///
/// # Safety
/// As [`put`], and the header was written by it.
#[inline]
pub(super) unsafe fn take(block: *mut u8) -> SiteId {
    // SAFETY: the caller's promise.
    let header = unsafe { place(block).read() };
    if header.mark != mark(block) {
        return SiteId::UNKNOWN; // Overwritten by unsafe code of the program.
    }
    // SAFETY: the same place.
    unsafe { place(block).write(Header { size: 0, site: 0, mark: 0 }) };
    SiteId(header.site)
}

/// # Safety
/// As [`put`].
#[inline]
unsafe fn place(block: *mut u8) -> *mut Header {
    // SAFETY: the prefix in front of `block` is at least a header long.
    unsafe { block.sub(HEADER) }.cast()
}

/// A mark that only a block at this address has; never 0 for an address that a block can have.
#[inline]
#[allow(clippy::cast_possible_truncation)] // The upper half of the product is the mark.
fn mark(block: *mut u8) -> u32 {
    ((block as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32 | 1
}

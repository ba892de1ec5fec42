//! The header in front of each block: 16 bytes that record its size and site.
//!
//! ```text
//! base                          block (what the program gets)
//! | padding (align - 16) | size u64 | site u32, mark u32 | ...
//! ```
//! The mark depends on the address of the block and is wiped when the block is freed, which distinguishes
//! live blocks from stale copies.

use std::alloc::Layout;

use super::site_id::SiteId;

/// The size of a header, and the alignment that it has.
pub(super) const HEADER: usize = size_of::<Header>();

#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Header {
    size: u64,
    site: u32,
    mark: u32,
}

/// From this size on, the GNU C library may give a block a mapping of its own.
const MAPPED: usize = 128 << 10;
/// The smallest chunk of the GNU C library, for which it leaves room beside an aligned block.
const CHUNK: usize = 32;

/// The layout requested from the wrapped allocator, which leaves room for a header in front of the caller's
/// block.
#[derive(Clone, Copy)]
pub(super) struct Outer {
    pub(super) layout: Layout,
    /// The distance from the base to the caller's block, in bytes.
    pub(super) prefix: usize,
}

impl Outer {
    /// `None` if the block would be too large for any allocator.
    #[inline]
    pub(super) fn for_layout(layout: Layout) -> Option<Self> {
        const MOST: usize = isize::MAX as usize + 1;
        let prefix = layout.align().max(HEADER);
        // SAFETY: a layout has at most `isize::MAX` bytes, and an alignment is at most one more.
        let size = unsafe { layout.size().unchecked_add(prefix) };
        // SAFETY: the larger of two powers of two is one, and the size, rounded up to it, is at most `isize::MAX`.
        (size <= MOST - prefix).then(|| unsafe {
            let layout = Layout::from_size_align_unchecked(size, prefix);
            Self { layout, prefix }
        })
    }
}

/// Whether a block of this layout is aligned more strictly than a header, so that its prefix is longer.
#[inline]
pub(super) fn is_padded(layout: Layout) -> bool {
    layout.align() > HEADER
}

/// The memory that a block of an outer `size` takes beyond its header and the requested bytes.
pub(super) fn padding(prefix: usize, size: usize) -> u64 {
    // If the system's allocator maps the block, the bytes it skips for alignment stay part of the mapping.
    let slack = if size >= MAPPED { prefix + CHUNK } else { 0 };
    (prefix - HEADER + slack) as u64
}

/// Writes the header of a live block.
///
/// # Safety
/// `block` was placed behind an [`Outer`] prefix, so the 16 bytes in front of it belong to it.
#[inline]
pub(super) unsafe fn put(block: *mut u8, size: usize, site: SiteId) {
    let header = Header { size: size as u64, site: site.0, mark: mark(block) };
    // SAFETY: the caller's promise; a prefix is a multiple of 16, so the place is aligned.
    unsafe { *place(block) = header };
}

/// Wipes the header of a block that is being freed, and returns its site.
///
/// # Safety
/// As for [`put`]; and `put` wrote the header.
#[inline]
pub(super) unsafe fn take(block: *mut u8) -> SiteId {
    // SAFETY: the caller's promise.
    let header = unsafe { *place(block) };
    if header.mark != mark(block) {
        return SiteId::UNKNOWN; // Overwritten by unsafe code of the program.
    }
    // SAFETY: the same address as above.
    unsafe { *place(block) = Header { size: 0, site: 0, mark: 0 } };
    SiteId(header.site)
}

/// # Safety
/// As for [`put`].
#[inline]
unsafe fn place(block: *mut u8) -> *mut Header {
    // SAFETY: the prefix in front of `block` is at least a header long.
    unsafe { block.sub(HEADER) }.cast()
}

/// A mark that is specific to this address; never 0 for an address that a block can have.
#[inline]
fn mark(block: *mut u8) -> u32 {
    mark_at(block.addr() as u64)
}

#[inline]
#[allow(clippy::cast_possible_truncation)] // The upper half of the product is the mark.
fn mark_at(block: u64) -> u32 {
    (block.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32 | 1
}

/// The header of a live block, from the two words in front of it.
#[cfg(feature = "holders")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) size: u64,
    pub(crate) site: SiteId,
}

/// Reads the two words in front of the address `block`, if they are the header of a live block.
#[cfg(feature = "holders")]
#[inline]
pub(crate) fn read(block: u64, size: [u8; 8], site_and_mark: [u8; 8]) -> Option<Found> {
    let [site, mark] = site_and_mark.as_chunks().0 else { return None };
    if u32::from_ne_bytes(*mark) != mark_at(block) {
        return None;
    }
    let site = SiteId(u32::from_ne_bytes(*site));
    Some(Found { size: u64::from_ne_bytes(size), site })
}

#[cfg(test)]
mod size_tests {
    use super::*;

    #[test]
    fn the_outer_layout_is_refused_exactly_when_it_is_no_layout() {
        for align in [1, 8, 16, 32, 4096, 1 << 62] {
            let most = isize::MAX as usize - (align - 1);
            let edges =
                [HEADER, align, 2 * align, 2 * HEADER].map(|less| most.saturating_sub(less));
            for size in edges.into_iter().flat_map(|edge| [edge.saturating_sub(1), edge, edge + 1])
            {
                let Ok(layout) = Layout::from_size_align(size, align) else { continue };
                let prefix = align.max(HEADER);
                let outer =
                    size.checked_add(prefix).map(|size| Layout::from_size_align(size, prefix));
                let found = Outer::for_layout(layout).map(|outer| (outer.layout, outer.prefix));
                assert_eq!(found, outer.and_then(Result::ok).map(|layout| (layout, prefix)));
                assert_eq!(is_padded(layout), prefix > HEADER);
            }
        }
    }
}

#[cfg(all(test, feature = "holders"))]
mod tests {
    use super::*;

    #[repr(C, align(16))]
    struct Block([u64; 4]);

    fn found(memory: &Block) -> Option<Found> {
        let block = (&raw const memory.0[2]).addr() as u64;
        read(block, memory.0[0].to_ne_bytes(), memory.0[1].to_ne_bytes())
    }

    #[test]
    fn a_header_can_be_read_until_it_is_taken() {
        let mut memory = Block([0; 4]);
        let block = (&raw mut memory.0[2]).cast::<u8>();
        // SAFETY: two words of `memory` stand in front of `block`.
        unsafe { put(block, 13, SiteId(7)) };
        assert_eq!(found(&memory), Some(Found { size: 13, site: SiteId(7) }));
        let copy = Block(memory.0);
        assert_eq!(found(&copy), None, "a copy elsewhere is no header");
        // SAFETY: as above.
        assert_eq!(unsafe { take(block) }, SiteId(7));
        assert_eq!(found(&memory), None);
    }
}

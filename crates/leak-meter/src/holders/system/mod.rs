//! What the system reports about this process's memory on 64-bit Linux.
//!
//! - `maps`: the mappings; `memory`: reads them; `pages`: the parts of them in use.
//! - `objects`: the program and its libraries; `threads`: their stacks and thread-local blocks.

pub(crate) mod maps;
pub(crate) mod memory;
pub(crate) mod objects;
mod pages;
pub(crate) mod threads;

pub(crate) use maps::{Backing, Mapping};
pub(crate) use memory::{Memory, OutOfTime, WORD, Word};
pub(crate) use objects::Object;
pub(crate) use threads::Thread;

/// The current writable mappings, except the meter's own tables.
pub(crate) fn mappings() -> Result<Vec<Mapping>, String> {
    let text = std::fs::read_to_string("/proc/self/maps")
        .map_err(|error| format!("/proc/self/maps cannot be read: {error}"))?;
    let own: Vec<_> = crate::allocator::mapped().collect();
    Ok(own.iter().fold(maps::parse(&text), |mappings, own| {
        mappings.into_iter().flat_map(|mapping| without(mapping, own)).collect()
    }))
}

/// The parts of a mapping outside `hole`, since the system merges neighbours.
fn without(
    mapping: Mapping,
    hole: &std::ops::Range<usize>,
) -> impl Iterator<Item = Mapping> + use<> {
    let Mapping { range, backing } = mapping;
    let parts = [
        range.start..range.end.min(hole.start.max(range.start)),
        range.start.max(hole.end.min(range.end))..range.end,
    ];
    let is_outside = hole.start >= range.end || hole.end <= range.start;
    let parts = if is_outside { [range, 0..0] } else { parts };
    parts.into_iter().filter(|part| !part.is_empty()).map(move |range| Mapping { range, backing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_cuts_a_mapping_in_two() {
        let cut = |hole| {
            let mapping = Mapping { range: 10..20, backing: Backing::Anonymous };
            let parts = without(mapping, &hole).map(|part| (part.range.start, part.range.end));
            parts.collect::<Vec<_>>()
        };
        assert_eq!(cut(12..15), [(10, 12), (15, 20)]);
        assert_eq!(cut(5..15), [(15, 20)]);
        assert_eq!(cut(15..25), [(10, 15)]);
        assert_eq!(cut(0..5), [(10, 20)]);
        assert_eq!(cut(20..30), [(10, 20)]);
        assert!(cut(5..25).is_empty());
    }
}

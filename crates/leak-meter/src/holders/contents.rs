//! What blocks are and contain, as far as it helps to identify owners.

use super::heap::Heap;
use super::owners::{self, Role};
use super::places::Places;
use super::stale_pointers::{Room, Slots};
use super::system::{Memory, WORD};
use super::weak;
use crate::allocator::SiteId;

/// The blocks of a scan.
#[derive(Debug)]
pub(super) struct Contents<'a> {
    pub(super) heap: &'a Heap,
    pub(super) memory: &'a Memory,
    pub(super) places: &'a mut Places,
}

impl Contents<'_> {
    pub(super) fn place_of(&mut self, block: u32) -> u32 {
        self.places.number(SiteId::of_index(self.heap.site(block)))
    }

    pub(super) fn room(&mut self, block: u32) -> Room {
        let place = self.place_of(block);
        self.places.get(place).room()
    }

    pub(super) fn is_task(&mut self, block: u32) -> bool {
        let place = self.place_of(block);
        self.places.get(place).role() == Role::Task
    }

    pub(super) fn is_owned_within(&mut self, block: u32) -> bool {
        let place = self.place_of(block);
        self.places.get(place).is_owned_within()
    }

    pub(super) fn slots(&mut self, block: u32) -> Slots {
        let place = self.place_of(block);
        self.places.get(place).slots()
    }
}

impl owners::Blocks for Contents<'_> {
    fn structure(&self, place: u32) -> u32 {
        self.places.structure(place)
    }

    fn site(&self, block: u32) -> u32 {
        self.heap.site(block)
    }

    fn place(&mut self, block: u32) -> u32 {
        self.place_of(block)
    }

    fn role(&self, place: u32) -> Role {
        self.places.get(place).role()
    }
}

impl weak::Blocks for Contents<'_> {
    fn site(&self, block: u32) -> u32 {
        self.heap.site(block)
    }

    fn counts(&self, block: u32) -> Option<(u64, u64)> {
        const MOST: u64 = 1 << 32;
        if self.heap.size(block) < 2 * WORD as u64 {
            return None;
        }
        let [strong, weak] = self.memory.pair(self.heap.start(block as usize))?;
        let (strong, weak) = (u64::from_ne_bytes(strong), u64::from_ne_bytes(weak));
        (strong < MOST && weak > 0 && weak < MOST).then_some((strong, weak))
    }

    fn place(&mut self, site: u32) -> (u32, bool) {
        let number = self.places.number(SiteId::of_index(site));
        (number, self.places.get(number).has_fields())
    }

    fn is_counted(&self, place: u32) -> bool {
        self.places.get(place).is_counted()
    }
}

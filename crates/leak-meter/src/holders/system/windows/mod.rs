//! What Windows reports about the memory of this process.

pub(super) mod maps;
pub(super) mod memory;
pub(crate) mod objects;
pub(crate) mod threads;

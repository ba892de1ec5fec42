//! What 64-bit Linux reports about this process's memory.
//!
//! - `maps`: the mappings; `memory`: reads them; `pages`: the parts of them in use.
//! - `objects`: the program and its libraries; `threads`: their stacks and thread-local blocks.

pub(super) mod maps;
pub(super) mod memory;
pub(crate) mod objects;
mod pages;
pub(crate) mod threads;

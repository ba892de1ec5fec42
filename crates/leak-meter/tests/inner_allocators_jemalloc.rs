//! The meter on top of jemalloc: a leak is found at its line, and jemalloc serves the blocks.
#![allow(unsafe_code)] // To ask jemalloc itself.

fn main() {}

//! Chapters: how the verdict is reached, and where it ends.

#[doc = include_str!("method.md")]
pub mod method {}

#[doc = include_str!("limits.md")]
pub mod limits {}

//! Chapters: how the verdict is reached, and where it ends.

#[allow(clippy::doc_markdown)] // Names of authors.
#[doc = include_str!("method.md")]
pub mod method {}

#[doc = include_str!("limits.md")]
pub mod limits {}

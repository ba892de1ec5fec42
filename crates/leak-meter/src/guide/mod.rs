//! Chapters: recipes for special cases, how the verdict is reached, and the limits of the method.

#[doc = include_str!("recipes.md")]
pub mod recipes {}

#[allow(clippy::doc_markdown)] // Names of authors.
#[doc = include_str!("method.md")]
pub mod method {}

#[doc = include_str!("limits.md")]
pub mod limits {}

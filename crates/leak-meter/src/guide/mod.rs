//! Chapters: recipes for special cases, services that run, how the verdict is reached, and the limits of the method.

#[doc = include_str!("recipes.md")]
pub mod recipes {}

#[allow(clippy::doc_markdown)] // Names of tools.
#[doc = include_str!("service.md")]
pub mod service {}

#[allow(clippy::doc_markdown)] // Names of authors.
#[doc = include_str!("method.md")]
pub mod method {}

#[doc = include_str!("limits.md")]
pub mod limits {}

//! Pages and their cache.

mod cache;

pub use cache::Cache;

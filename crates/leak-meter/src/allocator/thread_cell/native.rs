//! Thread-local variables, by the standard library.

/// Declares a cell for each thread.
macro_rules! thread_cell {
    ($($(#[$doc:meta])* static $name:ident: $type:ty;)+) => {
        std::thread_local! {
            $($(#[$doc])* static $name: std::cell::Cell<$type> =
                const { std::cell::Cell::new($crate::allocator::thread_cell::Zero::ZERO) };)+
        }
    };
}
pub(in super::super) use thread_cell;

//! Systems whose stacks are not known.

use super::Stack;

pub(super) fn stack_of_thread() -> Option<Stack> {
    None
}

//! Finds out which test of the process a call stack belongs to, since the standard harness runs tests side by
//! side.

use super::culprit;
use super::frame::Frame;
use super::names::Names;
use crate::allocator;

/// The call stack on which a soak was started. It shows the test that runs the soak, unless the soak runs on a
/// thread of its own or in a task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    addresses: Vec<usize>,
}

impl Origin {
    /// The caller's stack, without frames in other libraries: resolving their names takes long, and none of
    /// them is a test.
    pub(super) fn here() -> Self {
        let mut addresses = Vec::new();
        backtrace::trace(|frame| {
            let address = frame.ip().addr();
            if allocator::is_own_code(address) {
                addresses.push(address);
            }
            true
        });
        Self { addresses }
    }
}

/// The test that runs a soak; `None` if it is not known.
pub(crate) struct SoakedTest(Option<String>);

impl SoakedTest {
    pub(crate) fn new(origin: &Origin, names: &mut Names) -> Self {
        Self(test_of(&names.frames(&origin.addresses)).map(|test| test.function.clone()))
    }

    /// Whether a stack belongs to another test, or to the harness itself. Blocks from before the soak may
    /// belong to a test that has ended, for instance in a static; if they grow, this test makes them grow. So a
    /// stack belongs to another test only if it `allocates`, which a test that has ended does not.
    pub(crate) fn is_not_of(&self, frames: &[Frame], allocates: bool) -> bool {
        let is_other = |test: &Frame| allocates && self.0.as_ref() != Some(&test.function);
        culprit::is_of_another_test(frames) && test_of(frames).is_none_or(is_other)
    }
}

/// The function that the harness runs as a test: the outermost function of the program that the harness calls.
fn test_of(frames: &[Frame]) -> Option<&Frame> {
    let harness = frames.iter().position(|frame| frame.function.starts_with("test::run_test"))?;
    frames[..harness].iter().rev().find(|frame| frame.owner.is_programs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Owner;

    /// A stack with these `functions` of the program, called by the harness.
    fn stack(functions: &[&str]) -> Vec<Frame> {
        let mut frames: Vec<Frame> =
            functions.iter().map(|function| Frame::named(function, Owner::Tests)).collect();
        frames.push(Frame::named("core::ops::function::FnOnce::call_once", Owner::Standard));
        frames.push(Frame::named("test::run_test", Owner::Standard));
        frames.push(Frame::named("test::run_tests", Owner::Standard));
        frames.push(Frame::named("shop::main", Owner::Program));
        frames
    }

    #[test]
    fn a_stack_belongs_to_another_test_if_that_test_runs_beside_the_soak() {
        let soaked = SoakedTest(Some("shop::carts".to_owned()));
        let own = stack(&["shop::Cart::add", "shop::carts"]);
        let other = stack(&["shop::Cart::add", "shop::orders"]);
        assert!(!soaked.is_not_of(&own, true) && !soaked.is_not_of(&own, false));
        assert!(soaked.is_not_of(&other, true) && !soaked.is_not_of(&other, false));
        // The harness's own blocks.
        assert!(soaked.is_not_of(&stack(&[]), true) && soaked.is_not_of(&stack(&[]), false));
        // A stack that does not go through the harness.
        let thread = [Frame::named("shop::Cart::add", Owner::Program)];
        assert!(!soaked.is_not_of(&thread, true));
        // The test is unknown if the soak runs on its own thread.
        let unknown = SoakedTest(None);
        assert!(unknown.is_not_of(&own, true) && !unknown.is_not_of(&own, false));
    }
}

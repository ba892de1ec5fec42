//! A short identifier for a call stack that is stable across builds.

use super::frame::{Frame, Owner, without_generics};

/// The initial value of FNV-1a, which is the hash of an empty list.
const START: u64 = 0xCBF2_9CE4_8422_2325;
/// The signature of a call stack without any function. No place gets it, since one suppression would
/// then cover all such places.
pub(super) const EMPTY: &str = "cbf29ce484222325";

/// A hash (64-bit FNV-1a) of the program's own functions on a call stack, as 16 hexadecimal digits. If
/// there are none, it covers all functions, without their generic arguments; `None` if no function has a
/// name.
///
/// Own functions take precedence because updates of other packages do not change them.
pub(crate) fn of_frames(frames: &[Frame]) -> Option<String> {
    let own = frames.iter().filter(|frame| frame.owner.is_programs());
    let mut names: Vec<String> = own.map(|frame| frame.function.clone()).collect();
    if names.is_empty() {
        let is_named = |frame: &&Frame| !matches!(frame.owner, Owner::Meter | Owner::Unknown);
        let others = frames.iter().filter(is_named);
        names.extend(others.map(|frame| without_generics(&frame.function)));
        // The start of the program does not identify a place.
        names.retain(|name| name != "main");
    }
    let bytes = names.iter().flat_map(|name| name.bytes().chain([b'\n']));
    let hash =
        bytes.fold(START, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    (!names.is_empty()).then(|| format!("{hash:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_an_empty_list_is_the_initial_value() {
        assert_eq!(format!("{START:016x}"), EMPTY);
    }

    #[test]
    fn only_own_functions_count_if_there_are_any() {
        let own = Frame::named("shop::add", Owner::Program);
        let alone = of_frames(std::slice::from_ref(&own));
        let among = of_frames(&[Frame::named("alloc::vec::Vec<u8>::push", Owner::Standard), own]);
        assert_eq!(alone, among);
        assert!(alone.is_some());
    }

    #[test]
    fn without_own_functions_the_others_distinguish_places() {
        let of_functions = |functions: &[&str]| {
            let frames = functions.iter().map(|function| Frame::named(function, Owner::Dependency));
            of_frames(&frames.collect::<Vec<_>>())
        };
        let thread = "std::sys::thread::start";
        let moka = of_functions(&["moka::Cache<u64, u8>::insert", thread]);
        assert_ne!(moka, of_functions(&["tokio::spawn", thread]));
        assert_eq!(
            moka,
            of_functions(&["moka::Cache<u8>::insert", thread]),
            "generics are left out"
        );
    }

    #[test]
    fn a_stack_without_names_has_no_signature() {
        assert_eq!(of_frames(&[]), None);
        let nameless = ["leak_meter::Soak::run", "main", "shop+0x1f2e"].into_iter().zip([
            Owner::Meter,
            Owner::System,
            Owner::Unknown,
        ]);
        let nameless: Vec<Frame> =
            nameless.map(|(function, owner)| Frame::named(function, owner)).collect();
        assert_eq!(of_frames(&nameless), None);
    }
}

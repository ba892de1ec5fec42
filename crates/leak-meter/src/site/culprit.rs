//! Finds the frame of a call stack that is responsible for an allocation.

use super::frame::{Frame, Owner};

/// Packages that run other packages' code on their own threads.
const EXECUTORS: [&str; 10] = [
    "async-executor",
    "async-std",
    "blocking",
    "futures-executor",
    "futures-util",
    "rayon",
    "rayon-core",
    "smol",
    "threadpool",
    "tokio",
];

/// The index of the frame that is responsible for an allocation.
///
/// It is the innermost frame in the program's own packages, otherwise in its tests. On a thread of a dependency,
/// it is the innermost frame of that package, since the packages that it calls are containers; the thread belongs
/// to the outermost package that does more than run other code. Otherwise it is the outermost frame with a name.
pub(crate) fn culprit(frames: &[Frame]) -> Option<usize> {
    let innermost = |owner| frames.iter().position(|frame| frame.owner == owner);
    let is_start = |frame: &Frame| {
        matches!(frame.owner, Owner::Meter | Owner::Unknown) || frame.function == "main"
    };
    innermost(Owner::Program)
        .or_else(|| innermost(Owner::Tests))
        .or_else(|| of_dependency(frames))
        .or_else(|| frames.iter().rposition(|frame| !is_start(frame)))
}

fn of_dependency(frames: &[Frame]) -> Option<usize> {
    let packages = || frames.iter().rev().filter_map(|frame| frame.package.as_ref());
    let runs_others = |name: &str| EXECUTORS.contains(&name);
    let package =
        packages().find(|package| !runs_others(&package.name)).or_else(|| packages().next())?;
    frames.iter().position(|frame| frame.package.as_ref() == Some(package))
}

/// Whether a stack belongs to a test of the standard harness other than the one that runs the soak, since the
/// tests of one process run side by side. `frames` begin outside the meter's hooks.
#[cfg(feature = "soak")]
pub(crate) fn is_of_another_test(frames: &[Frame]) -> bool {
    let in_harness = frames.iter().any(|frame| frame.function.starts_with("test::run_test"));
    // On a stack the soak is further in than the harness, so a stack that contains the harness also contains the
    // soak.
    let in_soak = frames.iter().any(|frame| frame.owner == Owner::Meter);
    in_harness && !in_soak
}

#[cfg(test)]
mod tests {
    use super::super::frame::Package;
    use super::*;

    fn in_package(package: &str, function: &str) -> Frame {
        let package = Package { name: package.to_owned(), version: Some("1.0.0".to_owned()) };
        Frame { package: Some(package), ..Frame::named(function, Owner::Dependency) }
    }

    #[test]
    fn own_code_is_responsible_before_other_code() {
        let frames = [
            Frame::named("alloc::vec::Vec::push", Owner::Standard),
            in_package("lru", "lru::LruCache::put"),
            Frame::named("shop::remember", Owner::Program),
            Frame::named("shop::serve", Owner::Program),
            Frame::named("tests::leaks", Owner::Tests),
            Frame::named("main", Owner::System),
        ];
        assert_eq!(culprit(&frames), Some(2));
        assert_eq!(culprit(&frames[3..]), Some(0));
        assert_eq!(culprit(&frames[4..]), Some(0));
        assert_eq!(culprit(&frames[5..]), None);
    }

    #[test]
    fn on_a_dependencys_thread_its_package_is_responsible() {
        let start = || Frame::named("std::sys::thread::thread_start", Owner::Standard);
        let push = || Frame::named("alloc::vec::Vec::push", Owner::Standard);
        let frames = [
            push(),
            in_package("hashbrown", "hashbrown::RawTable::insert"),
            in_package("neli", "neli::Router::note"),
            in_package("neli", "neli::Router::run"),
            start(),
        ];
        assert_eq!(culprit(&frames), Some(2));
        let frames =
            [push(), in_package("h2", "h2::send"), in_package("tokio", "tokio::run"), start()];
        assert_eq!(culprit(&frames), Some(1));
        let frames = [
            push(),
            in_package("tokio", "tokio::spawn"),
            in_package("tokio", "tokio::run"),
            start(),
        ];
        assert_eq!(culprit(&frames), Some(1));
        assert_eq!(culprit(&[push(), start()]), Some(1));
    }

    #[test]
    fn code_without_names_has_no_responsible_frame() {
        let nameless = Frame::named("shop+0x1f2e", Owner::Unknown);
        assert_eq!(culprit(&[nameless]), None);
    }
}

//! Places without a name or a line, and the reasons.

use super::frame::{Frame, Owner};
use crate::allocator::SiteId;

/// The frame that represents a site without a known call stack.
pub(crate) fn nameless(site: SiteId) -> Frame {
    let function = match site {
        SiteId::UNKNOWN => "blocks without a call stack",
        SiteId::OVERFLOW => "call sites that did not fit into the table",
        SiteId::FOREIGN_STACK => "a stack that is not the thread's own",
        _ => "code without names",
    };
    Frame::named(function, Owner::Unknown)
}

/// Why the line of a place is not known, in one sentence, with a remedy if there is one. `None` if the line
/// is known. `culprit` is the responsible frame of `frames`; `None` if no frame has a name.
#[cfg(feature = "soak")]
pub(crate) fn why_no_line(
    site: SiteId,
    culprit: Option<&Frame>,
    frames: &[Frame],
) -> Option<&'static str> {
    let Some(culprit) = culprit else {
        return Some(match site {
            SiteId::UNKNOWN => {
                "it has no line: all blocks without a call stack are counted together; outside soaks, \
                 LEAK_METER_ATTRIBUTION=off, allocator::stop() and missing frame pointers leave blocks \
                 without one"
            }
            SiteId::OVERFLOW => {
                "it has no line: the meter's table of call stacks is full, and the blocks of all \
                 later ones are counted together"
            }
            SiteId::FOREIGN_STACK => {
                "it has no line: stacks other than a thread's own, such as those of coroutines and \
                 signal handlers, are not read"
            }
            _ => {
                "it has no line: no function on its call stack has a name; if the profile in \
                 Cargo.toml sets strip, remove it"
            }
        });
    };
    if culprit.line.is_some() {
        return None;
    }
    // The profile applies to everything that cargo builds, so a frame of another package that has no line,
    // beside frames that have one, was built by another tool.
    let is_built_elsewhere = !culprit.owner.is_programs();
    if is_built_elsewhere && frames.iter().any(|frame| frame.line.is_some()) {
        return Some("its line is not known: this code was built without line tables");
    }
    Some("its line is not known; add debug = \"line-tables-only\" to the profile in Cargo.toml")
}

#[cfg(all(test, feature = "soak"))]
mod tests {
    use super::*;

    fn frame(owner: Owner, line: Option<u32>) -> Frame {
        Frame { line, ..Frame::named("a::b", owner) }
    }

    #[test]
    fn line_tables_are_advised_where_they_help() {
        let some_site = SiteId::of_index(100);
        let own = frame(Owner::Program, None);
        let foreign = frame(Owner::Dependency, None);
        let with_line = frame(Owner::Standard, Some(7));
        let advised = |culprit: Option<&Frame>, frames: &[Frame]| {
            why_no_line(some_site, culprit, frames).map(|why| why.contains("line-tables-only"))
        };
        assert_eq!(advised(Some(&own), &[with_line.clone(), own.clone()]), Some(true));
        assert_eq!(advised(Some(&foreign), std::slice::from_ref(&foreign)), Some(true));
        assert_eq!(advised(Some(&foreign), &[with_line.clone(), foreign.clone()]), Some(false));
        assert_eq!(advised(Some(&with_line), std::slice::from_ref(&with_line)), None);
        assert_eq!(advised(None, &[]), Some(false));
    }

    #[test]
    fn each_kind_of_nameless_place_says_why_it_has_no_line() {
        for (site, why) in [
            (SiteId::UNKNOWN, "without a call stack"),
            (SiteId::OVERFLOW, "table of call stacks is full"),
            (SiteId::FOREIGN_STACK, "other than a thread's own"),
            (SiteId::of_index(100), "no function on its call stack has a name"),
        ] {
            assert!(why_no_line(site, None, &[]).unwrap().contains(why), "{site:?}");
        }
    }
}

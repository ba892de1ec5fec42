//! The state of the search for call sites, in one word, so that each change is one atomic step.

use super::search::Method;
use super::unwind_tables;

/// Whether call stacks are found quickly even without frame pointers.
pub(crate) const UNWINDER_IS_CHEAP: bool = unwind_tables::ARE_READ;

/// The state of the search outside soaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Outside {
    /// Not decided yet, because nothing has been allocated.
    NotBegun = 0,
    /// Off: stopped, switched off by the environment, or not possible with frame pointers.
    Off = 1,
    /// On while it is cheap, that is, with frame pointers or with unwind tables that are quick to follow.
    Cheap = 2,
    /// On with any method, because the program asked for it.
    Asked = 3,
}

/// The state of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// The current method of finding call stacks.
    pub(super) method: Method,
    pub(super) outside: Outside,
    pub(super) in_soak: bool,
    /// Whether the search is paused while one thread prepares it.
    pub(super) paused: bool,
    /// How often the site table has been renewed. A thread compares it to find out whether its cached stacks
    /// are out of date.
    pub(super) renewals: u32,
}

const METHOD_BITS: u32 = 8;
const OUTSIDE_SHIFT: u32 = METHOD_BITS;
const SOAK_SHIFT: u32 = OUTSIDE_SHIFT + 2;
const PAUSED_SHIFT: u32 = SOAK_SHIFT + 1;
const RENEWALS_SHIFT: u32 = PAUSED_SHIFT + 1;

/// The value of the method bits in a state word if the next allocation begins the search.
pub(super) const NOT_BEGUN: u32 = 3;

/// The method in a state word, or [`NOT_BEGUN`].
#[inline]
pub(super) fn method_of(word: u32) -> u32 {
    word & ((1 << METHOD_BITS) - 1)
}

impl State {
    pub(super) const AT_START: Self = Self {
        method: Method::Off,
        outside: Outside::NotBegun,
        in_soak: false,
        paused: false,
        renewals: 0,
    };

    pub(super) const fn word(self) -> u32 {
        let is_not_begun =
            matches!(self.outside, Outside::NotBegun) && !self.in_soak && !self.paused;
        let method = if is_not_begun { NOT_BEGUN } else { self.method as u32 };
        method
            | (self.outside as u32) << OUTSIDE_SHIFT
            | (self.in_soak as u32) << SOAK_SHIFT
            | (self.paused as u32) << PAUSED_SHIFT
            | self.renewals << RENEWALS_SHIFT
    }

    pub(super) fn of_word(word: u32) -> Self {
        Self {
            method: match method_of(word) {
                1 => Method::FramePointers,
                2 => Method::Unwinder,
                _ => Method::Off,
            },
            outside: match word >> OUTSIDE_SHIFT & 3 {
                0 => Outside::NotBegun,
                1 => Outside::Off,
                2 => Outside::Cheap,
                _ => Outside::Asked,
            },
            in_soak: word >> SOAK_SHIFT & 1 != 0,
            paused: word >> PAUSED_SHIFT & 1 != 0,
            renewals: word >> RENEWALS_SHIFT,
        }
    }

    /// The program wants no search, neither in a soak nor outside.
    pub(super) fn stopped(self) -> Self {
        Self { method: Method::Off, outside: Outside::Off, ..self }
    }

    /// The pause ends; call stacks can be found with `method`.
    pub(super) fn resumed(self, method: Method, renewals: u32) -> Self {
        Self { paused: false, renewals, ..self }.by(method)
    }

    /// The soak ends; the search returns to its state outside soaks.
    pub(super) fn after_soak(self) -> Self {
        Self { in_soak: false, ..self }.by(self.method)
    }

    /// Frame pointers turned out to be missing: the search continues with an unwinder if the program asked for
    /// it, and ends otherwise. `None` if frame pointers are not in use.
    pub(super) fn without_frame_pointers(self) -> Option<Self> {
        (self.method == Method::FramePointers).then(|| self.by(Method::Unwinder))
    }

    /// Uses this method, if the state permits it.
    fn by(self, method: Method) -> Self {
        let is_wanted = match self.outside {
            _ if self.in_soak => true,
            Outside::NotBegun | Outside::Off => false,
            Outside::Cheap => {
                method == Method::FramePointers || method == Method::Unwinder && UNWINDER_IS_CHEAP
            }
            Outside::Asked => true,
        };
        match (is_wanted, self.outside) {
            (true, _) => Self { method, ..self },
            (false, Outside::NotBegun) => Self { method: Method::Off, ..self },
            (false, _) => self.stopped(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Method::{FramePointers, Off, Unwinder};

    const OUTSIDE: [Outside; 4] = [Outside::NotBegun, Outside::Off, Outside::Cheap, Outside::Asked];

    fn state(outside: Outside, method: Method) -> State {
        State { method, outside, ..State::AT_START }
    }

    /// The state during a soak that began in `state`.
    fn in_soak(state: State, method: Method) -> State {
        State { in_soak: true, paused: true, method: Off, ..state }.resumed(method, 0)
    }

    #[test]
    fn a_word_holds_the_whole_state() {
        for outside in OUTSIDE {
            for method in [Off, FramePointers, Unwinder] {
                for (in_soak, paused) in [(false, false), (true, false), (false, true)] {
                    let is_not_begun = outside == Outside::NotBegun && !in_soak && !paused;
                    let state = State { method, outside, in_soak, paused, renewals: 5 };
                    let read = State::of_word(state.word());
                    let method = if is_not_begun { Off } else { method };
                    assert_eq!(read, State { method, ..state });
                    assert_eq!(method_of(state.word()) == NOT_BEGUN, is_not_begun, "{state:?}");
                }
            }
        }
    }

    #[test]
    fn a_soak_searches_by_any_method_and_leaves_the_state_as_it_was() {
        for (before, method) in [
            (state(Outside::NotBegun, Off), FramePointers),
            (state(Outside::NotBegun, Off), Unwinder),
            (state(Outside::Off, Off), FramePointers),
            (state(Outside::Off, Off), Unwinder),
            (state(Outside::Cheap, FramePointers), FramePointers),
            (state(Outside::Asked, FramePointers), FramePointers),
            (state(Outside::Asked, Unwinder), Unwinder),
        ] {
            let during = in_soak(before, method);
            assert_eq!(during.method, method);
            assert_eq!(during.after_soak(), before);
        }
    }

    #[test]
    fn a_start_or_stop_in_a_soak_still_applies_after_it() {
        let cheap = state(Outside::Cheap, FramePointers);
        let stopped = in_soak(cheap, FramePointers).stopped();
        assert_eq!(stopped.method, Off);
        assert_eq!(stopped.after_soak(), state(Outside::Off, Off));
        let during = in_soak(state(Outside::Off, Off), Unwinder);
        let started = State { outside: Outside::Asked, ..during };
        assert_eq!(started.after_soak(), state(Outside::Asked, Unwinder));
        // A stop during the pause is not lost.
        let paused = State { paused: true, ..state(Outside::Cheap, Off) };
        assert_eq!(paused.stopped().resumed(FramePointers, 0), state(Outside::Off, Off));
    }

    #[test]
    fn a_slow_unwinder_is_used_only_if_the_program_asked_for_the_search() {
        let cheap = state(Outside::Cheap, FramePointers);
        let without = if UNWINDER_IS_CHEAP {
            state(Outside::Cheap, Unwinder)
        } else {
            state(Outside::Off, Off)
        };
        assert_eq!(cheap.without_frame_pointers(), Some(without));
        let during =
            in_soak(cheap, FramePointers).without_frame_pointers().expect("they were used");
        assert_eq!(during.method, Unwinder);
        assert_eq!(during.after_soak(), without);
        let asked = state(Outside::Asked, FramePointers);
        assert_eq!(asked.without_frame_pointers(), Some(state(Outside::Asked, Unwinder)));
        assert_eq!(state(Outside::Asked, Unwinder).without_frame_pointers(), None);
        assert_eq!(state(Outside::Off, Off).without_frame_pointers(), None);
        // Switched off by the environment, the search returns to that after a soak.
        let beginning = State { paused: true, ..state(Outside::Cheap, Off) };
        let off = beginning.resumed(Off, 0);
        assert_eq!(off, state(Outside::Off, Off));
        assert_eq!(in_soak(off, Unwinder).after_soak(), off);
        // The same holds at the first allocation.
        let beginning = State { paused: true, ..state(Outside::Cheap, Off) };
        assert_eq!(beginning.resumed(Unwinder, 0), without);
        assert_eq!(beginning.resumed(FramePointers, 0), cheap);
    }
}

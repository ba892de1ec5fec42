//! How to find the caller's frame from a function's own: a rule, read from the function's unwind description.

use windows_sys::Win32::System::Diagnostics::Debug::IMAGE_RUNTIME_FUNCTION_ENTRY as Function;

/// The number of the register that holds a frame pointer.
const RBP: u8 = 5;
/// How many descriptions may be chained to one another.
const MOST_CHAINED: usize = 32;
/// Distances are stored in words, each with this many bits.
const DISTANCE_BITS: u32 = 15;
const DISTANCE: u32 = (1 << DISTANCE_BITS) - 1;

/// A rule, for any address in a function's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// From bit 0: whether distances count from the frame pointer and not from the stack pointer; the distance to the
    /// return address; how far below that the caller's frame pointer was saved, or 0 if it was not.
    bits: u32,
}

impl Rule {
    #[inline]
    pub(super) fn from_bits(bits: u32) -> Self {
        Self { bits }
    }

    #[inline]
    pub(super) fn bits(self) -> u32 {
        self.bits
    }

    fn new(is_from_pointer: bool, distance: usize, saved_below: usize) -> Option<Self> {
        let words = |bytes: usize| {
            let words = u32::try_from(bytes / 8).ok().filter(|words| *words <= DISTANCE)?;
            bytes.is_multiple_of(8).then_some(words)
        };
        let (distance, saved_below) = (words(distance)?, words(saved_below)?);
        let bits = u32::from(is_from_pointer) | distance << 1 | saved_below << (1 + DISTANCE_BITS);
        Some(Self { bits })
    }

    /// Where the return address lies.
    #[inline]
    pub(super) fn return_address(self, stack_pointer: usize, frame_pointer: usize) -> usize {
        let start = if self.bits & 1 == 0 { stack_pointer } else { frame_pointer };
        start.wrapping_add((self.bits >> 1 & DISTANCE) as usize * 8)
    }

    /// Where the caller's frame pointer was saved, if the function uses that register.
    #[inline]
    pub(super) fn saved_pointer(self, return_address: usize) -> Option<usize> {
        let below = self.bits >> (1 + DISTANCE_BITS);
        (below > 0).then(|| return_address.wrapping_sub(below as usize * 8))
    }

    /// Reads the rule of a function at `offset` from its beginning. `None` if there is no rule of this simple kind,
    /// as in the instructions that set the frame up.
    ///
    /// # Safety
    /// `function` is an entry of the table of the object that begins at `base`.
    pub(super) unsafe fn read(base: *const u8, function: &Function, offset: u32) -> Option<Self> {
        // SAFETY: both members of the union are numbers.
        let mut at = unsafe { function.Anonymous.UnwindInfoAddress };
        let mut frame = Frame::default();
        for chained in 0..MOST_CHAINED {
            // SAFETY: the table leads to descriptions in the same object; each has as many codes as it says, and
            // behind an even number of them the next function, if it is chained.
            unsafe {
                let description = base.add(at as usize);
                let [first, prolog, count, register] = description.cast::<[u8; 4]>().read();
                if first & 7 != 1 || chained == 0 && offset < u32::from(prolog) {
                    return None;
                }
                let codes = std::slice::from_raw_parts(description.add(4).cast(), count.into());
                frame.apply(codes, register)?;
                let is_chained = first >> 3 & 4 != 0;
                if !is_chained {
                    return frame.rule();
                }
                let next = description.add(4 + usize::from(count).next_multiple_of(2) * 2);
                at = next.cast::<Function>().read_unaligned().Anonymous.UnwindInfoAddress;
            }
        }
        None
    }
}

/// The frame of a function while its description is read, from the body outwards.
#[derive(Debug, Default)]
struct Frame {
    /// Whether distances count from the frame pointer.
    is_from_pointer: bool,
    /// The distance to where the stack pointer was before the instructions that were read.
    distance: isize,
    /// The distance to the place at which the caller's frame pointer was saved.
    saved: Option<isize>,
}

impl Frame {
    /// Undoes the instructions of a description: pairs of a place and a code, the last instruction first.
    fn apply(&mut self, codes: &[[u8; 2]], register: u8) -> Option<()> {
        let (register, pointer_above) = (register & 15, isize::from(register >> 4) * 16);
        if register != 0 && register != RBP {
            return None;
        }
        let words = |first: usize, count: usize| {
            let words = codes.get(first..first + count)?;
            let number = |sum: u32, [low, high]: &[u8; 2]| {
                sum << 16 | u32::from_le_bytes([*low, *high, 0, 0])
            };
            isize::try_from(words.iter().rev().fold(0, number)).ok()
        };
        let frame_start = if register == 0 { 0 } else { -pointer_above };
        let mut at = 0;
        while let Some([_, code]) = codes.get(at) {
            let (operation, information) = (code & 15, code >> 4);
            at += match (operation, information) {
                // A register was pushed.
                (0, register) => {
                    if register == RBP {
                        self.saved = Some(self.distance);
                    }
                    self.distance += 8;
                    1
                }
                // The stack pointer was moved.
                (1, 0) => {
                    self.distance += words(at + 1, 1)? * 8;
                    2
                }
                (1, 1) => {
                    self.distance += words(at + 1, 2)?;
                    3
                }
                (2, words) => {
                    self.distance += isize::from(words) * 8 + 8;
                    1
                }
                // The frame pointer was set.
                (3, _) => {
                    self.is_from_pointer = true;
                    self.distance = -pointer_above;
                    1
                }
                // A register was saved in the frame.
                (4, register) => {
                    if register == RBP {
                        self.saved = Some(frame_start + words(at + 1, 1)? * 8);
                    }
                    2
                }
                (5, register) => {
                    if register == RBP {
                        self.saved = Some(frame_start + words(at + 1, 2)?);
                    }
                    3
                }
                // A vector register was saved.
                (8, _) => 2,
                (9, _) => 3,
                _ => return None,
            };
        }
        Some(())
    }

    fn rule(&self) -> Option<Rule> {
        let below = self.saved.map_or(Some(0), |saved| {
            usize::try_from(self.distance - saved).ok().filter(|below| *below > 0)
        })?;
        Rule::new(self.is_from_pointer, usize::try_from(self.distance).ok()?, below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule for codes that stand for `(operation, information)`; other pairs are words.
    fn rule(codes: &[[u8; 2]], register: u8) -> Option<Rule> {
        let mut frame = Frame::default();
        frame.apply(codes, register)?;
        frame.rule()
    }

    fn code(operation: u8, information: u8) -> [u8; 2] {
        [9, information << 4 | operation]
    }

    #[test]
    fn a_frame_without_a_pointer_is_measured_from_the_stack_pointer() {
        // push rsi; push rdi; sub rsp, 0x28
        let found = rule(&[code(2, 4), code(0, 7), code(0, 6)], 0).unwrap();
        assert_eq!(found.return_address(0x1000, 0), 0x1000 + 0x28 + 16);
        assert_eq!(found.saved_pointer(0x2000), None);
    }

    #[test]
    fn a_frame_with_a_pointer_is_measured_from_it() {
        // push rbp; push rsi; sub rsp, 0x1088; lea rbp, [rsp + 0x80]
        let codes = [code(3, 0), code(1, 0), [0x11, 0x02], code(0, 6), code(0, 5)];
        let found = rule(&codes, 8 << 4 | RBP).unwrap();
        let (sp, bp) = (0x10000, 0x10080);
        assert_eq!(found.return_address(0, bp), sp + 0x1088 + 16);
        assert_eq!(found.saved_pointer(0x2000), Some(0x2000 - 8));
    }

    #[test]
    fn a_saved_pointer_is_found_in_the_frame() {
        // sub rsp, 0x100028; mov [rsp + 0x30], rbp
        let codes = [code(4, RBP), [6, 0], code(1, 1), [0x28, 0], [0x10, 0]];
        assert_eq!(rule(&codes, 0), None, "too large for a rule");
        let codes = [code(4, RBP), [6, 0], code(1, 0), [0x21, 0]];
        let found = rule(&codes, 0).unwrap();
        assert_eq!(found.return_address(0x1000, 0), 0x1108);
        assert_eq!(found.saved_pointer(0x1108), Some(0x1030));
    }

    #[test]
    fn other_registers_and_interrupts_have_no_rule() {
        assert_eq!(rule(&[code(2, 4)], 3), None);
        assert_eq!(rule(&[code(10, 0)], 0), None);
    }
}

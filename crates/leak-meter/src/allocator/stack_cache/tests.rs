use super::*;

const STATE: u32 = 1;
const FRAMES: usize = 8;

/// A stack of linked frames.
struct Stack([Frame; FRAMES]);

impl Stack {
    fn link(&mut self) {
        let start = self.start();
        for (index, [next, back]) in self.0.iter_mut().enumerate() {
            *next = start + (index + 1) * size_of::<Frame>();
            *back = 1000 + index;
        }
    }

    fn start(&self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    /// Links the frames, and gives one of them the return address of this variant.
    fn vary(&mut self, frame: usize, variant: usize) {
        self.link();
        self.0[frame][1] = 2000 + variant;
    }
}

fn empty_cache() -> Box<StackCache> {
    prepare();
    // SAFETY: zeroed memory is an empty cache.
    unsafe { Box::new_zeroed().assume_init() }
}

/// Looks for the stack, and caches it if it is not found, as the hook does. Returns whether it was found.
fn visit(cache: &mut StackCache, stack: &Stack, site: u32) -> bool {
    // SAFETY: all frames lie in `stack`, which does not move.
    unsafe {
        let found = cache.find(stack.start(), 24, STATE);
        if found.is_none() {
            cache.keep(stack.start(), 24, STATE, &stack.0, SiteId(site));
        }
        assert!(found.is_none_or(|found| found == SiteId(site)), "the site of another stack");
        found.is_some()
    }
}

/// How many of the visits find their stack, if stacks that differ in one outer frame take turns.
fn found(places: &[usize], variants: usize, rounds: usize) -> usize {
    let (mut cache, mut stack) = (empty_cache(), Box::new(Stack([[0; 2]; FRAMES])));
    let mut found = 0;
    for _ in 0..rounds {
        for (number, place) in places.iter().enumerate() {
            for variant in 0..variants {
                stack.vary(*place, variant);
                let site = u32::try_from(number * variants + variant).unwrap();
                found += usize::from(visit(&mut cache, &stack, site));
            }
        }
    }
    found
}

#[test]
fn stacks_that_differ_only_in_an_outer_frame_do_not_evict_each_other() {
    // The first rounds cache the stacks and find the probe.
    assert!(found(&[6], 4, 100) >= 95 * 4, "{} of 400", found(&[6], 4, 100));
    assert!(found(&[3, 5, 6], 4, 100) >= 90 * 12, "{} of 1200", found(&[3, 5, 6], 4, 100));
}

#[test]
fn probes_that_no_longer_tell_stacks_apart_are_replaced() {
    let (mut cache, mut stack) = (empty_cache(), Box::new(Stack([[0; 2]; FRAMES])));
    let mut visits = |frame: usize, rounds: usize| {
        let mut found = 0;
        for visit_number in 0..rounds * 4 {
            stack.vary(frame, visit_number % 4);
            let site = u32::try_from(frame * 4 + visit_number % 4).unwrap();
            found += usize::from(visit(&mut cache, &stack, site));
        }
        found
    };
    for frame in 1..=PROBES {
        visits(frame, 10);
    }
    visits(PROBES + 1, MOST_CONFLICTS as usize);
    assert!(visits(PROBES + 1, 10) >= 38);
}

#[test]
fn a_forgotten_stack_is_not_found() {
    let (mut cache, mut stack) = (empty_cache(), Box::new(Stack([[0; 2]; FRAMES])));
    stack.link();
    visit(&mut cache, &stack, 5);
    assert!(visit(&mut cache, &stack, 5));
    cache.forget();
    assert!(!visit(&mut cache, &stack, 5));
}

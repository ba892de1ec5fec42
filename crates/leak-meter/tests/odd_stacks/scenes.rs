//! The scenes. They are one test, because the site table belongs to the whole process.
#![allow(unsafe_code)] // These stacks are created by calls of the system.

use std::cell::UnsafeCell;
use std::hint::black_box;
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use leak_meter::allocator::walks;
use leak_meter::internals::{SiteId, counts_of_site};
use leak_meter::{Allocator, HeapCounts, Snapshot, allocator};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The number of blocks that each scene keeps.
const KEPT: u64 = 100;

pub fn blocks_are_counted_on_every_kind_of_stack_and_charged_where_that_is_known() {
    allocator::start();
    on_a_signal_stack();
    on_a_coroutine();
    on_a_thread_that_rust_did_not_start();
    called_back_by_code_without_frame_pointers();
    at_the_end_of_a_deep_recursion();
    in_a_forked_process();
    // The methods may disagree only about the stack through the C library, which may have no frame
    // pointers.
    assert!(walks().disagreed <= 1, "{:?}", walks());
}

/// What `scene` adds: the number of blocks, and of those charged to a stack that is not the
/// thread's own.
fn added_by(scene: impl FnOnce()) -> (u64, u64) {
    let before = HeapCounts::now().live_blocks();
    let foreign = counts_of_site(SiteId::FOREIGN_STACK).live_blocks();
    scene();
    let foreign = counts_of_site(SiteId::FOREIGN_STACK).live_blocks() - foreign;
    (HeapCounts::now().live_blocks() - before, foreign)
}

#[inline(never)]
fn keep() {
    for number in 0..KEPT {
        mem::forget(black_box(Box::new(number)));
    }
}

/// A new stack. It is never freed, because frames on it may still be cached.
fn new_stack() -> &'static mut [u8] {
    Box::leak(vec![0_u8; 1 << 18].into_boxed_slice())
}

fn on_a_signal_stack() {
    extern "C" fn handler(_: libc::c_int) {
        keep();
    }
    let stack = new_stack();
    let added = added_by(|| {
        // SAFETY: the stack is large enough and lives forever; this very thread raises the handler
        // between two allocations, so the handler interrupts none of the functions that it calls.
        unsafe {
            let alternate = libc::stack_t {
                ss_sp: stack.as_mut_ptr().cast(),
                ss_flags: 0,
                ss_size: stack.len(),
            };
            let mut before: libc::stack_t = mem::zeroed();
            assert_eq!(libc::sigaltstack(&raw const alternate, &raw mut before), 0);
            let mut action: libc::sigaction = mem::zeroed();
            action.sa_sigaction = handler as extern "C" fn(libc::c_int) as usize;
            action.sa_flags = libc::SA_ONSTACK;
            assert_eq!(libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()), 0);
            assert_eq!(libc::raise(libc::SIGUSR1), 0);
            assert_eq!(libc::sigaltstack(&raw const before, ptr::null_mut()), 0);
        }
    });
    assert_eq!(added, (KEPT, KEPT));
}

struct Contexts(UnsafeCell<MaybeUninit<[libc::ucontext_t; 2]>>);

// SAFETY: one test uses it, from one thread.
unsafe impl Sync for Contexts {}

static CONTEXTS: Contexts = Contexts(UnsafeCell::new(MaybeUninit::uninit()));

fn on_a_coroutine() {
    extern "C" fn coroutine() {
        keep();
    }
    let stack = new_stack();
    let added = added_by(|| {
        // SAFETY: both contexts are filled in before they are switched to; the coroutine's stack
        // lives forever, and the coroutine returns to the main context through `uc_link`.
        unsafe {
            let [main, other] = &mut *CONTEXTS.0.get().cast::<[libc::ucontext_t; 2]>();
            assert_eq!(libc::getcontext(other), 0);
            other.uc_stack.ss_sp = stack.as_mut_ptr().cast();
            other.uc_stack.ss_size = stack.len();
            other.uc_link = main;
            libc::makecontext(other, coroutine, 0);
            assert_eq!(libc::swapcontext(main, other), 0);
        }
    });
    assert_eq!(added, (KEPT, KEPT));
}

fn on_a_thread_that_rust_did_not_start() {
    extern "C" fn body(_: *mut libc::c_void) -> *mut libc::c_void {
        keep();
        ptr::null_mut()
    }
    let before = Snapshot::take();
    let added = added_by(|| {
        let mut thread = 0;
        // SAFETY: the thread gets no argument, and is joined before `thread` goes out of scope.
        unsafe {
            assert_eq!(
                libc::pthread_create(&raw mut thread, ptr::null(), body, ptr::null_mut()),
                0
            );
            assert_eq!(libc::pthread_join(thread, ptr::null_mut()), 0);
        }
    });
    assert_eq!(added, (KEPT, 0));
    assert_kept_by("odd_stacks::scenes::keep", &before);
}

/// Asserts that the place that gained the most since `before` is `function`, with the blocks of one
/// scene.
#[track_caller]
fn assert_kept_by(function: &str, before: &Snapshot) {
    let difference = Snapshot::take().since(before);
    let place = difference.places.first().unwrap_or_else(|| panic!("no place\n{difference}"));
    assert_eq!(place.function, function, "{difference}");
    assert_eq!(place.blocks, i64::try_from(KEPT).unwrap(), "{difference}");
}

static COMPARED: AtomicU64 = AtomicU64::new(0);

fn called_back_by_code_without_frame_pointers() {
    extern "C" fn compare(a: *const libc::c_void, b: *const libc::c_void) -> libc::c_int {
        if COMPARED.fetch_add(1, Ordering::Relaxed) < KEPT {
            mem::forget(black_box(Box::new(0_u64)));
        }
        // SAFETY: the system passes two elements of the array that it was given.
        let (a, b) = unsafe { (*a.cast::<u32>(), *b.cast::<u32>()) };
        a.cmp(&b) as libc::c_int
    }
    let mut numbers: Vec<u32> = (0..1000).map(|number| number * 7919 % 1000).collect();
    let before = Snapshot::take();
    let added = added_by(|| {
        // SAFETY: the array has that many elements of that size.
        unsafe {
            libc::qsort(numbers.as_mut_ptr().cast(), numbers.len(), 4, Some(compare));
        }
    });
    assert!(numbers.is_sorted());
    assert_eq!(added, (KEPT, 0));
    let place = "odd_stacks::scenes::called_back_by_code_without_frame_pointers::compare";
    assert_kept_by(place, &before);
}

fn at_the_end_of_a_deep_recursion() {
    #[inline(never)]
    fn descend(depth: usize) -> usize {
        if depth == 0 {
            keep();
            return 0;
        }
        black_box(descend(black_box(depth - 1)) + 1)
    }
    const DEPTH: usize = 200_000;
    let before = Snapshot::take();
    let added = added_by(|| {
        let thread = thread::Builder::new().stack_size(256 << 20);
        let depth = thread.spawn(|| descend(DEPTH)).unwrap().join().unwrap();
        assert_eq!(depth, DEPTH);
    });
    assert_eq!(added, (KEPT, 0));
    assert_kept_by("odd_stacks::scenes::keep", &before);
}

fn in_a_forked_process() {
    // SAFETY: the child only calls the allocator, which holds no lock that another thread could
    // have held, and the system's exit.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let before = HeapCounts::now().live_blocks();
            keep();
            let right = HeapCounts::now().live_blocks() - before == KEPT;
            libc::_exit(i32::from(!right));
        }
        assert!(child > 0);
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "status {status}");
    }
}

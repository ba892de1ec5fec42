//! Attempts to sign in, of which the third that fails in a row is the last.
//!
//! - `workload`: people who sign in and people who give up, for the soak
//! - `behaviours`: who may try, and who may not
//! - `bounds`: how much may be kept of people who are gone
//!
//! [`SignIn`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// The failed attempts of everybody who is at the sign-in page.
pub trait SignIn: Sized + 'static {
    /// Nobody is at the page.
    fn start() -> Self;

    /// Whether `name` may try: at most two attempts have failed since the page was opened.
    fn may_try(&self, name: &str) -> bool;

    /// An attempt of `name` has failed.
    fn fail(&mut self, name: &str);

    /// `name` has signed in. The next visit of the page starts anew.
    fn succeed(&mut self, name: &str);

    /// `name` has closed the page. The next visit of the page starts anew.
    fn leave(&mut self, name: &str);
}

/// The entry of a version's memory test.
pub fn main<S: SignIn>() -> ExitCode {
    Suite::new("sign-in", include_str!("../exercise.toml"))
        .behaviour("third_failure_is_the_last", behaviours::third_failure_is_the_last::<S>)
        .behaviour("sign_in_starts_anew", behaviours::sign_in_starts_anew::<S>)
        .behaviour("closed_page_starts_anew", behaviours::closed_page_starts_anew::<S>)
        .behaviour("others_keep_their_count", behaviours::others_keep_their_count::<S>)
        .behaviour("crowd_is_counted", behaviours::crowd_is_counted::<S>)
        .growth(workload::growth::<S>)
        .bound("people_who_left", bounds::people_who_left::<S>)
        .main()
}

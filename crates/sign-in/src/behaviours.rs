//! Who may try to sign in, and who may not.

use exercise_harness::Context;

use crate::SignIn;

/// After three failures in a row, nobody may try again.
pub fn third_failure_is_the_last<S: SignIn>(_: &Context) {
    let mut service = S::start();
    for may_try in [true, true, false] {
        service.fail("ada");
        assert_eq!(service.may_try("ada"), may_try);
    }
}

/// Who has signed in has all attempts again.
pub fn sign_in_starts_anew<S: SignIn>(_: &Context) {
    starts_anew::<S>(S::succeed);
}

/// Who has closed the page has all attempts again, even after the third failure.
pub fn closed_page_starts_anew<S: SignIn>(_: &Context) {
    starts_anew::<S>(S::leave);
}

fn starts_anew<S: SignIn>(end: fn(&mut S, &str)) {
    for failures in 0..4 {
        let mut service = S::start();
        for _ in 0..failures {
            service.fail("ada");
        }
        end(&mut service, "ada");
        for may_try in [true, true, false] {
            service.fail("ada");
            assert_eq!(service.may_try("ada"), may_try, "after {failures} failures");
        }
    }
}

/// The end of one visit changes nothing for others.
pub fn others_keep_their_count<S: SignIn>(_: &Context) {
    let mut service = S::start();
    for _ in 0..3 {
        service.fail("ada");
        service.fail("bob");
    }
    service.leave("ada");
    service.succeed("eve");
    assert!(service.may_try("ada") && service.may_try("eve") && !service.may_try("bob"));
}

/// However many people are at the page, each has a count.
pub fn crowd_is_counted<S: SignIn>(_: &Context) {
    let mut service = S::start();
    let names: Vec<String> = (0..5_000).map(|number| format!("user-{number}")).collect();
    for name in names.iter().chain(&names).chain(&names) {
        service.fail(name);
    }
    assert!(names.iter().all(|name| !service.may_try(name)));
    assert!(service.may_try("user-5000"));
}

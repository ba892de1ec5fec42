//! The work of the soak: people who mistype once and sign in, and people who give up.

use exercise_harness::Context;
use leak_meter::{Operation, Report};

use crate::SignIn;

/// Lets many people sign in or give up, and measures the growth.
pub fn growth<S: SignIn>(context: &Context) -> Report {
    let mut service = S::start();
    context.soak().run(|operation| two_visits(&mut service, operation))
}

/// Two people open the page: one signs in, and one leaves.
fn two_visits<S: SignIn>(service: &mut S, operation: Operation) {
    let number = operation.number();
    let (patient, hasty) =
        (format!("patient-{number}@example.org"), format!("hasty-{number}@example.org"));
    service.fail(&patient);
    service.fail(&hasty);
    assert!(service.may_try(&patient));
    service.succeed(&patient);
    service.leave(&hasty);
}

//! Nothing to call: this crate's manifest gives what the runner and the exercises share one set of
//! features, so that cargo builds it once and not once for each.

//! Growth that is an exchange: a full container gives back blocks of one call stack and takes as many
//! of another.
//!
//! A cache whose entries were made before the soak, or by one path while it filled and by another since,
//! exchanges them one by one. The new stack seems to grow, until all are exchanged; the old one falls as
//! surely. So the stacks that grow and those that clearly fall are judged as one.

use super::findings::sum;
use super::ledger::History;
use crate::allocator::SiteId;
use crate::verdict::{Verdict, decide};

/// What is said of growth that may be an exchange.
const SAID: &str = "as many blocks of other call stacks went as came here";

/// Whether a reason is one of this module's.
pub(super) fn is_said(reason: &str) -> bool {
    reason.starts_with(SAID)
}

/// Takes back what `verdicts` say of growth that others' fall makes up for: Steady if their sum is, and
/// Undecided if it is not certain, or if what fell has no call stack, since anything may be in it.
pub(super) fn judge(changing: &[History], verdicts: &mut [(Verdict, String)]) {
    let among = changing.len();
    let rises = |history: &History| {
        decide::decide_among(&history.blocks(), among).verdict == Verdict::Growing
    };
    let growing: Vec<usize> = (0..among)
        .filter(|at| verdicts[*at].0 == Verdict::Growing && rises(&changing[*at]))
        .collect();
    if growing.is_empty() {
        return;
    }
    let falling: Vec<usize> =
        (0..among).filter(|at| decide::clearly_falls(&changing[*at].blocks(), among)).collect();
    if falling.is_empty() {
        return;
    }
    let all = sum(growing.iter().chain(&falling).map(|at| &changing[*at]));
    let together = [all.blocks(), all.bytes()].map(|series| decide::decide(&series).verdict);
    if together.contains(&Verdict::Growing) {
        return;
    }
    let known = falling.iter().all(|at| changing[*at].site != SiteId::UNKNOWN);
    let rounds = all.readings.len();
    let (verdict, end) = if known && together == [Verdict::Steady; 2] {
        (Verdict::Steady, "they are steady together".to_owned())
    } else {
        (Verdict::Undecided, format!("{} rounds decide", 2 * rounds))
    };
    for at in growing {
        verdicts[at] =
            (verdict, format!("{SAID}, as in a full container that exchanges them; {end}"));
    }
}

//! Growth that is an exchange: a full container gives back blocks of one call stack and takes as many
//! of another.
//!
//! A cache whose entries were made before the soak, or by one path while it filled and by another since,
//! exchanges them one by one. The new stack seems to grow, until all are exchanged, and the old one falls.
//! So the stacks that grow and those that fall are judged as one.

use super::findings::{Judgement, sum};
use super::ledger::History;
use crate::allocator::SiteId;
use crate::verdict::{Reason, Series, SharedContainer, Verdict, decide};

/// Takes back what `verdicts` say of growth that others' fall makes up for: Steady if their sum is, and
/// Undecided if it is not certain, or if what fell has no call stack, since anything may be in it.
pub(super) fn judge(changing: &[History], verdicts: &mut [Judgement]) {
    let among = changing.len();
    let rises = |history: &History| {
        Series::new(&history.blocks()).among(among).decide().verdict == Verdict::Growing
    };
    let growing: Vec<usize> = (0..among)
        .filter(|at| verdicts[*at].verdict == Verdict::Growing && rises(&changing[*at]))
        .collect();
    if growing.is_empty() {
        return;
    }
    let falling: Vec<usize> =
        (0..among).filter(|at| decide::falls(&changing[*at].blocks())).collect();
    if falling.is_empty() {
        return;
    }
    let all = sum(growing.iter().chain(&falling).map(|at| &changing[*at]));
    let together = [all.blocks(), all.bytes()].map(|series| decide::decide(&series).verdict);
    if together.contains(&Verdict::Growing) {
        return;
    }
    let known = falling.iter().all(|at| changing[*at].site != SiteId::UNKNOWN);
    let verdict = if known && together == [Verdict::Steady; 2] {
        Verdict::Steady
    } else {
        Verdict::Undecided
    };
    for at in growing {
        verdicts[at].verdict = verdict;
        verdicts[at].reason = Reason::Exchanged { container: SharedContainer::Unknown };
    }
}

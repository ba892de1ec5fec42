//! What must remain of a session, whichever way and whenever it ends.

use std::time::Duration;

use exercise_harness::Context;
use exercise_harness::runtime::eventually;
use leak_meter::HeapCounts;

use crate::CommentDrafts;
use crate::behaviours::{ADA, HOUR, SHED, is_saved, typed};
use crate::clock::{OVER, SAVED, at_once, pass, paste, run, write};

/// More pieces than any queue of a sensible size holds.
const BURST: usize = 500;
/// The bytes that may wait to be added to a draft, beside the text itself.
const WAITING: u64 = 64 * 1024;

/// Text is saved within five seconds after it was typed, whenever its author has left meanwhile.
pub fn text_is_saved_in_time<S: CommentDrafts>(_: &Context) {
    for before in [0, 1_300, 4_700] {
        for after in [0, 1_000, 2_500, 4_000, 4_900] {
            run::<S, _>(async |service| {
                let mut session = service.open(ADA, SHED);
                pass(Duration::from_millis(before)).await;
                typed(write::<S>(&mut session, "The door is painted.").await);
                let after = Duration::from_millis(after);
                pass(after).await;
                drop(session);
                pass(SAVED.saturating_sub(after)).await;
                assert_eq!(
                    service.draft(ADA, SHED).as_deref(),
                    Some("The door is painted."),
                    "five seconds after it was typed; the author left {after:?} after typing"
                );
            });
        }
    }
}

/// A connection breaks off while its author types faster than the draft can take it: each piece
/// that was accepted is saved.
pub fn cut_off_while_typing<S: CommentDrafts>(_: &Context) {
    for open_for in [Duration::ZERO, Duration::from_secs(3)] {
        run::<S, _>(async |service| {
            let mut session = service.open(ADA, SHED);
            pass(open_for).await;
            let text = paste::<S>(&mut session, "pasted, ", BURST).await;
            drop(session);
            let saved = || service.draft(ADA, SHED).is_some_and(|draft| draft.starts_with(&text));
            if let Err(late) = eventually(SAVED, "the accepted text", saved).await {
                let draft = service.draft(ADA, SHED);
                panic!("{late}: {draft:?} was saved, {text:?} was accepted");
            }
        });
    }
}

/// A connection breaks off while its draft is submitted: the text is a comment or still a draft,
/// complete, and not both.
pub fn cut_off_while_submitting<S: CommentDrafts>(_: &Context) {
    for pieces in [1, 3, BURST] {
        run::<S, _>(async |service| {
            let mut session = service.open(ADA, SHED);
            let text = paste::<S>(&mut session, "pasted, ", pieces).await;
            at_once(S::submit(session)).await;
            pass(SAVED).await;
            for time in [Duration::ZERO, OVER, HOUR] {
                pass(time).await;
                let (draft, comments) = (service.draft(ADA, SHED), service.comments(SHED));
                let kept: Vec<&String> = draft.iter().chain(&comments).collect();
                assert!(
                    kept.len() == 1 && kept[0].starts_with(&text),
                    "the draft is {draft:?}, the comments are {comments:?}; the author was cut off \
                     while submitting {text:?}"
                );
            }
        });
    }
}

/// An author who types faster than the draft can take it has to wait.
pub fn waiting_text_is_limited<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut session = service.open(ADA, SHED);
        pass(Duration::from_secs(1)).await;
        let before = HeapCounts::now().live_bytes();
        let mut accepted = 0_u64;
        while accepted < 20_000 && at_once(S::write(&mut session, "a")).await == Some(Ok(())) {
            accepted += 1;
        }
        let waiting = HeapCounts::now().live_bytes().saturating_sub(before);
        assert!(
            waiting <= WAITING + 4 * accepted,
            "{accepted} keys were accepted at once and take {waiting} bytes; at most {WAITING} bytes \
             may wait beside the text itself"
        );
        drop(session);
        is_saved(service, ADA, SHED, &"a".repeat(usize::try_from(accepted).unwrap_or(0))).await;
    });
}

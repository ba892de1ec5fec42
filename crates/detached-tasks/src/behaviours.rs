//! What authors must find, however the service is implemented.

use std::time::Duration;

use exercise_harness::Context;
use exercise_harness::runtime::eventually;

use crate::CommentDrafts;
use crate::clock::{OVER, SAVED, pass, pass_hours, run, submit, write};

/// The authors and readers in most checks.
pub const ADA: u64 = 1;
pub const BEN: u64 = 2;
/// The tasks in most checks.
pub const SHED: u64 = 10;
pub const FENCE: u64 = 11;
/// Long enough for all background work.
pub const HOUR: Duration = Duration::from_secs(3600);

/// Checks that the session accepted the text.
#[track_caller]
pub fn typed(result: Result<(), String>) {
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Waits until the draft of `author` on `task` is saved as `text`; fails if it takes too long.
pub async fn is_saved<S: CommentDrafts>(service: &S, author: u64, task: u64, text: &str) {
    let saved = || service.draft(author, task).as_deref() == Some(text);
    if let Err(late) = eventually(SAVED, "the saved draft", saved).await {
        panic!("{late}: {:?} was saved, {text:?} was typed", service.draft(author, task));
    }
}

/// While an author types, the draft is saved again and again.
pub fn draft_is_saved_while_it_grows<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut session = service.open(ADA, SHED);
        let mut text = String::new();
        for piece in ["The door ", "is painted, ", "the roof is not, ", "and it rains."] {
            typed(write::<S>(&mut session, piece).await);
            text.push_str(piece);
            is_saved(service, ADA, SHED, &text).await;
        }
        assert_eq!(service.draft(BEN, SHED), None, "the draft is Ada's");
        assert_eq!(service.draft(ADA, FENCE), None, "the draft is on the shed");
        assert!(service.comments(SHED).is_empty(), "the draft was not submitted");
        drop(session);
    });
}

/// Text typed just before an author left is saved, however long it is.
pub fn last_words_are_saved<S: CommentDrafts>(_: &Context) {
    for pieces in [1, 2, 31, 32, 33, 200] {
        run::<S, _>(async |service| {
            let mut session = service.open(ADA, SHED);
            let mut text = String::new();
            for number in 0..pieces {
                let piece = format!("word {number}, ");
                typed(write::<S>(&mut session, &piece).await);
                text.push_str(&piece);
            }
            drop(session);
            is_saved(service, ADA, SHED, &text).await;
            pass_hours(24 * 40).await;
            assert_eq!(service.draft(ADA, SHED), Some(text), "the draft stays until Ada returns");
        });
    }
    run::<S, _>(async |service| {
        drop(service.open(ADA, SHED));
        pass(HOUR).await;
        assert_eq!(service.draft(ADA, SHED), None, "nothing was typed");
    });
}

/// A submitted draft becomes a complete comment at once and is no longer a draft.
pub fn submitted_draft_is_a_comment<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut session = service.open(ADA, SHED);
        typed(write::<S>(&mut session, "The door is ").await);
        pass(HOUR).await;
        typed(write::<S>(&mut session, "painted.").await);
        typed(submit::<S>(session).await);
        assert_eq!(service.comments(SHED), ["The door is painted."]);
        for time in [Duration::ZERO, OVER, HOUR] {
            pass(time).await;
            assert_eq!(service.draft(ADA, SHED), None, "the draft has become a comment");
        }

        let mut session = service.open(BEN, SHED);
        typed(write::<S>(&mut session, "Thanks.").await);
        typed(submit::<S>(session).await);
        assert_eq!(service.comments(SHED), ["The door is painted.", "Thanks."]);
        assert!(service.comments(FENCE).is_empty(), "nobody wrote there");

        service.close_task(SHED);
        pass(HOUR).await;
        assert!(service.comments(SHED).is_empty(), "the task was closed");
    });
}

/// An author who left finds the draft again, continues it and submits all of it.
pub fn author_comes_back<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut text = String::new();
        for piece in ["One, ", "two, ", "three, "] {
            let mut session = service.open(ADA, SHED);
            typed(write::<S>(&mut session, piece).await);
            drop(session);
            text.push_str(piece);
            is_saved(service, ADA, SHED, &text).await;
            pass(OVER).await;
            assert_eq!(service.draft(ADA, SHED).as_ref(), Some(&text), "the draft is unchanged");
        }
        let mut session = service.open(ADA, SHED);
        typed(write::<S>(&mut session, "go.").await);
        typed(submit::<S>(session).await);
        pass(HOUR).await;
        assert_eq!(service.comments(SHED), ["One, two, three, go."]);
        assert_eq!(service.draft(ADA, SHED), None, "the draft has become a comment");
    });
}

/// An editor stays open overnight, and text typed in the morning is saved and submitted.
pub fn author_may_think<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut silent = service.open(BEN, SHED);
        let mut session = service.open(ADA, SHED);
        typed(write::<S>(&mut session, "Where is ").await);
        pass_hours(24).await;
        typed(write::<S>(&mut session, "the key?").await);
        is_saved(service, ADA, SHED, "Where is the key?").await;
        pass_hours(24).await;
        typed(submit::<S>(session).await);
        typed(write::<S>(&mut silent, "Here.").await);
        is_saved(service, BEN, SHED, "Here.").await;
        typed(submit::<S>(silent).await);
        assert_eq!(service.comments(SHED), ["Where is the key?", "Here."]);
    });
}

/// Two authors type faster than drafts are saved: each comment has its own words, in order.
pub fn typing_keeps_its_order<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut sessions = [ADA, BEN].map(|author| service.open(author, SHED));
        let mut expected = [String::new(), String::new()];
        for number in 0..500 {
            for (at, session) in sessions.iter_mut().enumerate() {
                let piece = format!("{at}: {number}, ");
                typed(write::<S>(session, &piece).await);
                expected[at].push_str(&piece);
            }
        }
        for session in sessions {
            typed(submit::<S>(session).await);
        }
        assert_eq!(service.comments(SHED), expected);
    });
}

/// Hundreds of authors have an editor open at once, and each comment or draft is stored.
pub fn many_write_at_once<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut sessions: Vec<_> =
            (0..600).map(|author| (author, service.open(author, SHED))).collect();
        for (author, session) in &mut sessions {
            typed(write::<S>(session, &format!("I am {author}")).await);
        }
        pass(OVER).await;
        let saved = (0..600).filter(|author| service.draft(*author, SHED).is_some()).count();
        assert_eq!(saved, 600, "each draft is saved");
        for (author, mut session) in sessions {
            typed(write::<S>(&mut session, ".").await);
            if author % 2 == 0 {
                typed(submit::<S>(session).await);
            }
        }
        pass(OVER).await;
        let comments: Vec<_> =
            (0..600).step_by(2).map(|author| format!("I am {author}.")).collect();
        assert_eq!(service.comments(SHED), comments);
        for author in (1..600).step_by(2) {
            assert_eq!(service.draft(author, SHED), Some(format!("I am {author}.")));
        }
    });
}

/// One author keeps writing while many others come and leave, and loses nothing.
pub fn many_leave_the_first_stays<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut first = service.open(ADA, SHED);
        let mut text = String::new();
        for visitor in 100..600 {
            let mut session = service.open(visitor, FENCE);
            typed(write::<S>(&mut session, "hello").await);
            if visitor % 2 == 0 {
                typed(submit::<S>(session).await);
            }
            if visitor % 50 == 0 {
                let piece = format!("{visitor}, ");
                typed(write::<S>(&mut first, &piece).await);
                text.push_str(&piece);
                is_saved(service, ADA, SHED, &text).await;
            }
        }
        typed(submit::<S>(first).await);
        assert_eq!(service.comments(SHED), [text]);
        assert_eq!(service.comments(FENCE).len(), 250, "one comment per author who submitted");
    });
}

/// Drafts are saved rarely: not for every key, and not while nothing is typed.
pub fn saves_are_few<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let mut session = service.open(ADA, SHED);
        for _ in 0..600 {
            typed(write::<S>(&mut session, "a").await);
            pass(Duration::from_millis(100)).await;
        }
        pass(SAVED).await;
        let saves = service.saves();
        assert!(saves <= 14, "{saves} saves in 65 seconds: more than one in five seconds");
        pass(HOUR).await;
        assert_eq!(service.saves(), saves, "nothing has been typed since");

        typed(write::<S>(&mut session, "b").await);
        drop(session);
        pass(HOUR).await;
        assert_eq!(service.saves(), saves + 1, "one save for the last text");
    });
}

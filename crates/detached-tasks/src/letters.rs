//! The letters that followers must receive, however they are sent.

use std::time::Duration;

use exercise_harness::Context;

use crate::CommentDrafts;
use crate::behaviours::{ADA, BEN, FENCE, SHED, typed};
use crate::clock::{OVER, pass, run, submit, write};

/// A reader who follows another task.
const CLEO: u64 = 3;

/// Opens the editor, types `text` and submits it.
async fn comment<S: CommentDrafts>(service: &S, author: u64, task: u64, text: &str) {
    let mut session = service.open(author, task);
    typed(write::<S>(&mut session, text).await);
    typed(submit::<S>(session).await);
}

/// Every follower gets a letter for every comment, even when its author has long left.
pub fn followers_get_their_letters<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let readers = 100..130;
        readers.clone().for_each(|reader| service.follow(reader, SHED));
        service.follow(CLEO, FENCE);
        for (author, text) in [(ADA, "Painted."), (BEN, "Thanks.")] {
            comment(service, author, SHED, text).await;
            pass(Duration::from_millis(300)).await;
        }
        assert!(service.letters(129).is_empty(), "the mail server is not that fast");
        pass(OVER).await;
        for reader in readers {
            let letters = service.letters(reader);
            assert_eq!(letters, ["1 on #10: Painted.", "2 on #10: Thanks."], "for {reader}");
            assert!(service.letters(reader).is_empty(), "letters are fetched once");
        }
        assert!(service.letters(CLEO).is_empty(), "Cleo follows the fence");
        assert!(service.letters(ADA).is_empty(), "Ada follows nothing");
    });
}

/// Comments that follow each other at once, on one task and on several, have their letters all the
/// same, whether few readers follow or many.
pub fn comments_in_a_row_have_their_letters<S: CommentDrafts>(_: &Context) {
    for followers in [1, 2, 9, 30] {
        run::<S, _>(async |service| {
            let readers = 100..100 + followers;
            for task in [SHED, FENCE] {
                readers.clone().for_each(|reader| service.follow(reader, task));
            }
            let mut expected = Vec::new();
            for number in 0..4 {
                for task in [SHED, FENCE] {
                    comment(service, ADA, task, &format!("Part {number}.")).await;
                    expected.push(format!("1 on #{task}: Part {number}."));
                }
            }
            pass(OVER).await;
            expected.sort();
            for reader in readers {
                let mut letters = service.letters(reader);
                letters.sort();
                assert_eq!(letters, expected, "for {reader}, one of {followers} followers");
            }
        });
    }
}

/// Closing a task does not stop the letters about its comments.
pub fn closed_task_has_its_letters<S: CommentDrafts>(_: &Context) {
    run::<S, _>(async |service| {
        let readers = 100..110;
        readers.clone().for_each(|reader| service.follow(reader, SHED));
        comment(service, BEN, SHED, "Done.").await;
        service.close_task(SHED);
        pass(OVER).await;
        for reader in readers {
            assert_eq!(service.letters(reader), ["2 on #10: Done."], "for {reader}");
        }
    });
}

//! The workload of the soak: authors write comments, submit them, leave, and sometimes return.

use std::time::Duration;

use exercise_harness::Context;
use exercise_harness::runtime::{Clock, block_on};
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::CommentDrafts;
use crate::clock::{SAVED, pass, submit, write};

/// The number of pieces typed into a comment, and the possible pieces.
const PIECES: std::ops::RangeInclusive<usize> = 4..=8;
const WORDS: [&str; 4] =
    ["the release moves to Thursday, ", "please review, ", "I will ask Ada, ", "see above, "];
/// The time from one piece to the next.
const TYPING: Duration = Duration::from_millis(200);
/// The readers and authors of each operation's task.
const READERS: [u64; 2] = [1, 2];
const DECIDED: u64 = 3;
const HESITANT: u64 = 4;

/// Runs the discussions of many tasks and measures what they leave behind. Letters are fetched and
/// tasks are closed, so that nothing need stay.
pub fn growth<S: CommentDrafts>(context: &Context) -> Report {
    block_on(Clock::Paused, async {
        let service = S::start();
        context
            .async_soak()
            .run_async(async |operation| discussion(&service, operation).await)
            .await
    })
}

/// One task from its first comment until it is closed. One author submits a comment. Another leaves
/// in the middle of writing one, and in every second operation returns and submits it.
async fn discussion<S: CommentDrafts>(service: &S, operation: Operation) -> Result<(), String> {
    let mut rng = Rng::with_seed(operation.seed());
    let task = operation.number();
    for reader in READERS {
        service.follow(reader, task);
    }

    let mut decided = service.open(DECIDED, task);
    type_into::<S>(&mut decided, &mut rng).await?;
    submit::<S>(decided).await?;

    let mut hesitant = service.open(HESITANT, task);
    let typed = type_into::<S>(&mut hesitant, &mut rng).await?;
    drop(hesitant);
    pass(SAVED).await;
    if service.draft(HESITANT, task).as_ref() != Some(&typed) {
        return Err("text typed before leaving was not saved".to_owned());
    }
    let comes_back = task.is_multiple_of(2);
    if comes_back {
        submit::<S>(service.open(HESITANT, task)).await?;
    }

    pass(SAVED).await;
    let comments = 1 + usize::from(comes_back);
    for reader in READERS {
        let letters = service.letters(reader).len();
        if letters != comments {
            return Err(format!("a reader got {letters} letters for {comments} comments"));
        }
    }
    service.close_task(task);
    if let Some(text) = anything_of_stranger(service, &mut rng) {
        return Err(format!("a stranger found {text:?}"));
    }
    Ok(())
}

/// Asks for everything of an author, a reader and a task of which nothing exists.
fn anything_of_stranger<S: CommentDrafts>(service: &S, rng: &mut Rng) -> Option<String> {
    let number = rng.u64(1 << 32..);
    let draft = service.draft(number, number);
    service.close_task(number);
    draft.into_iter().chain(service.comments(number)).chain(service.letters(number)).next()
}

/// Types some text at human speed. Returns the text.
async fn type_into<S: CommentDrafts>(
    session: &mut S::Session,
    rng: &mut Rng,
) -> Result<String, String> {
    let mut typed = String::new();
    for _ in 0..rng.usize(PIECES) {
        let piece = WORDS[rng.usize(..WORDS.len())];
        write::<S>(session, piece).await?;
        typed.push_str(piece);
        pass(TYPING).await;
    }
    Ok(typed)
}

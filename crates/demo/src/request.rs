//! The requests of the server to the engine: to follow a command of the page, or to report what a running version
//! has leaked so far, as a service in production does at `/debug/leaks`.

use exercise_harness::event::Leaks;
use exercise_harness::plan::Role;
use tokio::sync::oneshot;

use crate::message::Command;

/// A request to the engine.
#[derive(Debug)]
pub enum Request {
    /// Follow a command from the page.
    Follow(Command),
    /// Say what a running version has leaked so far.
    Leaks(Question),
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self::Follow(command)
    }
}

/// The answer, or why there is none, as a sentence.
pub type Answer = Result<Box<Leaks>, String>;

/// A question for the engine.
#[derive(Debug)]
pub struct Question {
    /// The version that is asked. `None` asks the one that has the load, or the shipped one if all have it.
    pub version: Option<Role>,
    /// Where to send the answer.
    pub answer: oneshot::Sender<Answer>,
}

impl Question {
    /// Answers that there is no report, because of `reason`.
    pub fn refuse(self, reason: String) {
        // Whoever asked may have gone.
        let _ = self.answer.send(Err(reason));
    }
}

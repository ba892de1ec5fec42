//! An update to a project.

/// A topic to listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Every update.
    All,
    /// The updates to a project.
    Project(u64),
    /// The updates that mention a user.
    User(u64),
}

/// An update to a project, which may mention a user.
#[derive(Debug)]
pub struct Update {
    pub project: u64,
    pub mentions: Option<u64>,
    pub text: String,
}

impl Update {
    /// The topics of the update.
    pub fn topics(&self) -> impl Iterator<Item = Topic> {
        let mentioned = self.mentions.map(Topic::User);
        [Topic::All, Topic::Project(self.project)].into_iter().chain(mentioned)
    }

    /// The update as a line of text.
    pub fn line(&self) -> String {
        format!("#{}: {}", self.project, self.text)
    }
}

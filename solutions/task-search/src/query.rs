//! A search in a project at one revision.

/// A project of the task tracker, by number.
pub type ProjectId = u32;
/// A user of the task tracker, by number.
pub type UserId = u32;

/// A search in a project at one revision: `GET /search?project=7&q=release+notes`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    /// The project to search in.
    pub project: ProjectId,
    /// How many times the project had changed.
    pub revision: u64,
    /// The phrase to search for, as [`normalised`] returns it.
    pub phrase: String,
}

/// The phrase in lower case, with single spaces. The index treats all such variants alike.
pub fn normalised(phrase: &str) -> String {
    let mut normal = String::with_capacity(phrase.len());
    for word in phrase.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.extend(word.chars().flat_map(char::to_lowercase));
    }
    normal
}

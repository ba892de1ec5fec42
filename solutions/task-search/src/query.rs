//! What is searched for, and in which state of the project.

/// A project of the task tracker, by number.
pub type ProjectId = u32;
/// A user of the task tracker, by number.
pub type UserId = u32;

/// A search in a project as it was at one moment: `GET /search?project=7&q=release+notes`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    /// Where to search.
    pub project: ProjectId,
    /// How many times the project had changed.
    pub revision: u64,
    /// What to search for, as [`normalised`] writes it.
    pub phrase: String,
}

/// The phrase in lower case, with single blanks: what the index makes no difference between.
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

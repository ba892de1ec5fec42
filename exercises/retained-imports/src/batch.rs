//! The rows of a batch, which are valid together or not at all.

/// The most rows in a batch.
const MAX_ROWS: usize = 1_000;

/// A task, as it was sent.
#[derive(Debug)]
pub struct Row {
    line: String,
    /// Where the title ends.
    title: usize,
    hours: u32,
    /// Where the notes begin.
    notes: usize,
}

impl Row {
    /// Reads a line of the form `title;hours;notes`. `None` if it is not valid.
    fn parse(line: &str) -> Option<Self> {
        let (title, rest) = line.split_once(';')?;
        let (hours, notes) = rest.split_once(';')?;
        let hours = hours.parse().ok()?;
        let [title, notes] = [title.len(), line.len() - notes.len()];
        (title > 0).then(|| Self { line: line.to_owned(), title, hours, notes })
    }

    /// The title of the task.
    pub fn title(&self) -> &str {
        &self.line[..self.title]
    }

    /// The hours that it takes.
    pub fn hours(&self) -> u32 {
        self.hours
    }

    /// The notes on it.
    pub fn notes(&self) -> &str {
        &self.line[self.notes..]
    }
}

/// The rows so far.
#[derive(Debug)]
pub struct Batch {
    rows: Vec<Row>,
    /// The first line that is not valid, from 1.
    wrong: Option<usize>,
}

impl Batch {
    /// Creates an empty batch, with room for the most rows.
    pub fn new() -> Self {
        Self { rows: Vec::with_capacity(MAX_ROWS), wrong: None }
    }

    /// Adds the row of a line.
    pub fn add(&mut self, line: &str) {
        if self.wrong.is_some() {
            return;
        }
        match Row::parse(line) {
            Some(row) if self.rows.len() < MAX_ROWS => self.rows.push(row),
            _ => self.wrong = Some(self.rows.len() + 1),
        }
    }

    /// All rows, or the number of the first line that is not valid.
    pub fn finish(self) -> Result<Vec<Row>, usize> {
        self.wrong.map_or(Ok(self.rows), Err)
    }
}

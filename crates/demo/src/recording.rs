//! Recordings: the readings and notes of a run as JSON lines, written as they arrive and played back
//! at the same speed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::units;

use crate::message::{FORMAT, Frame, Note, Record, Scene};

/// The longest recording that is read, in bytes: hours of one.
const LONGEST: u64 = 500_000_000;

/// The name of an exercise's recording: `<exercise>.jsonl`.
pub fn file_name(exercise: &str) -> String {
    format!("{exercise}.jsonl")
}

/// The recording of `exercise` in the first of `folders` that has one.
pub fn find(folders: &[PathBuf], exercise: &str) -> Option<PathBuf> {
    let name = file_name(exercise);
    folders.iter().map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// The recording of a run: of the first exercise under load, until another one is shown. After an
/// error, nothing more is recorded.
#[derive(Debug)]
pub struct Recording {
    /// The file, until the recording begins.
    next: Option<Recorder>,
    current: Option<Recorder>,
}

impl Recording {
    /// Creates the file `path`, which must not exist yet. Without one, nothing is recorded.
    pub fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self { next: path.map(Recorder::create).transpose()?, current: None })
    }

    /// Ends the current recording, and begins that of `exercise` if there was none.
    pub fn begin(&mut self, exercise: &str, scene: &Scene) -> anyhow::Result<()> {
        self.current = self.next.take();
        let (exercise, scene) = (exercise.to_owned(), Box::new(scene.clone()));
        self.write(&Record::Start { format: FORMAT, exercise, scene })
    }

    /// Adds one line and flushes it.
    pub fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        let written = self.current.as_mut().map_or(Ok(()), |recorder| recorder.write(record));
        if written.is_err() {
            self.end();
        }
        written
    }

    /// Ends the current recording.
    pub fn end(&mut self) {
        self.current = None;
    }
}

/// The file of a recording.
#[derive(Debug)]
struct Recorder {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Recorder {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create_new(path).with_context(|| {
            let cannot =
                if path.exists() { "exists and is not overwritten" } else { "cannot be written" };
            format!("the recording {} {cannot}", path.display())
        })?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        let line = serde_json::to_string(record)?;
        writeln!(self.file, "{line}")
            .and_then(|()| self.file.flush())
            .with_context(|| format!("the recording {} cannot be written", self.path.display()))
    }
}

/// Plays a recording.
#[derive(Debug)]
pub struct Player {
    pub exercise: String,
    pub scene: Scene,
    records: Vec<Record>,
    /// The number of records that have been played.
    played: usize,
    clock: f64,
}

impl Player {
    /// Reads the recording in the file `path`.
    ///
    /// # Errors
    /// If it cannot be read or is not a recording in this program's format. An incomplete last line,
    /// left when the recording program was killed, is ignored.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let unreadable = || format!("the recording {shown} cannot be read");
        let metadata = fs::metadata(path).with_context(unreadable)?;
        anyhow::ensure!(metadata.is_file(), "{shown} is not a recording: it is not a regular file");
        anyhow::ensure!(
            metadata.len() <= LONGEST,
            "{shown} is not a recording: it has {}",
            units::bytes(metadata.len() as f64)
        );
        let text = fs::read_to_string(path).with_context(unreadable)?;
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let mut lines = whole.lines().zip(1..).map(|(line, number)| {
            serde_json::from_str::<Record>(line)
                .with_context(|| format!("line {number} of the recording {shown} cannot be read"))
        });
        let (exercise, scene) = match lines.next().transpose()? {
            Some(Record::Start { format: FORMAT, exercise, scene }) => (exercise, *scene),
            Some(Record::Start { format, .. }) => anyhow::bail!(
                "the recording {shown} has format {format}, but this program reads format {FORMAT}; \
                 record it again with `cargo xtask demo --record`"
            ),
            _ => anyhow::bail!("{shown} is not a recording: it does not begin with a start record"),
        };
        let records = lines.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { exercise, scene, records, played: 0, clock: 0.0 })
    }

    /// Returns the records of the next `seconds`.
    pub fn advance(&mut self, seconds: f64) -> Vec<Record> {
        self.clock += seconds;
        let rest = &self.records[self.played..];
        let due: Vec<Record> =
            rest.iter().take_while(|record| at(record) <= self.clock).cloned().collect();
        self.played += due.len();
        due
    }

    /// Whether every record has been played.
    pub fn is_over(&self) -> bool {
        self.played == self.records.len()
    }

    /// The same recording, from its beginning.
    #[must_use]
    pub fn again(self) -> Self {
        Self { played: 0, clock: 0.0, ..self }
    }
}

fn at(record: &Record) -> f64 {
    match record {
        Record::Start { .. } => 0.0,
        Record::Frame { frame: Frame { at, .. } } | Record::Note { note: Note { at, .. } } => *at,
    }
}

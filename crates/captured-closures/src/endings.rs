//! Every kind of job with every way in which a job can end: who gets which letter, what is stored,
//! and what the status page shows.

use exercise_harness::Context;

use crate::storage::{File, Files};
use crate::{BackgroundJobs, Letter};

/// The recipients of letters.
const READER: u32 = 7;
const SUPPORT: u32 = 0;
/// The attempts after which a job is given up.
const ATTEMPTS: usize = 3;

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NotifiedExport,
    SilentExport,
    Import,
    MalformedImport,
    Backup,
}

/// What happens after the failed attempts of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It is tried again, and the storage is not busy.
    Try,
    Cancel,
}

/// A job from its request to its end.
#[derive(Debug, Clone, Copy)]
struct Course {
    kind: Kind,
    failures: usize,
    then: Then,
}

/// A job that was requested, with its project and its body.
struct Job {
    course: Course,
    project: String,
    number: u64,
    body: Vec<u8>,
}

impl Course {
    /// All courses that a job can take.
    fn all() -> Vec<Self> {
        use Kind::{Backup, Import, MalformedImport, NotifiedExport, SilentExport};
        let mut all = Vec::new();
        for kind in [NotifiedExport, SilentExport, Import, Backup] {
            for failures in 0..ATTEMPTS {
                all.extend([Then::Try, Then::Cancel].map(|then| Self { kind, failures, then }));
            }
            all.push(Self { kind, failures: ATTEMPTS, then: Then::Try });
        }
        // A malformed table is given up at once.
        all.extend([Then::Try, Then::Cancel].map(|then| Self {
            kind: MalformedImport,
            failures: 0,
            then,
        }));
        all
    }

    /// Requests the job. Its body differs from those of all others.
    fn request<S: BackgroundJobs>(self, service: &mut S, project: &str, seed: usize) -> Job {
        let end = if self.kind == Kind::MalformedImport { "open,or done" } else { "open" };
        let body =
            format!("task,state\nPaint shed {seed},done\nDig pond {seed},{end}").into_bytes();
        let number = match self.kind {
            Kind::NotifiedExport => service.export(project, &body, Some(READER)),
            Kind::SilentExport => service.export(project, &body, None),
            Kind::Import | Kind::MalformedImport => service.import(project, &body, READER),
            Kind::Backup => service.back_up(project, &body, READER),
        };
        Job { course: self, project: project.to_owned(), number, body }
    }
}

impl Job {
    fn kind_name(&self) -> &'static str {
        match self.course.kind {
            Kind::NotifiedExport | Kind::SilentExport => "export",
            Kind::Import | Kind::MalformedImport => "import",
            Kind::Backup => "backup",
        }
    }

    fn file_name(&self) -> String {
        format!("{}-{}.csv", self.kind_name(), self.number)
    }

    /// How each attempt ends, in order.
    fn ends(&self) -> Vec<&'static str> {
        let Course { kind, failures, then } = self.course;
        let mut ends = vec!["failed, to be tried again"; failures.min(ATTEMPTS - 1)];
        ends.push(match then {
            Then::Cancel => "cancelled",
            Then::Try if failures == ATTEMPTS || kind == Kind::MalformedImport => "given up",
            Then::Try => "done",
        });
        ends
    }

    /// The letters of the whole course.
    fn letters(&self) -> Vec<Letter> {
        let (kind, number, project) = (self.kind_name(), self.number, &self.project);
        let mut letters = Vec::new();
        for end in self.ends() {
            let label = match self.course.kind {
                Kind::SilentExport => continue,
                Kind::Backup if end == "done" => continue,
                Kind::Backup => project.clone(),
                _ => format!("{kind} {number} of {project}"),
            };
            let letter = |reader| Letter { reader, text: format!("{label}: {end}") };
            letters.push(letter(READER));
            if kind == "import" && end == "given up" {
                letters.push(letter(SUPPORT));
            }
        }
        letters
    }

    /// The lines of the status page.
    fn lines(&self) -> Vec<String> {
        let line = |end| format!("{} {}: {end}", self.kind_name(), self.number);
        self.ends().into_iter().map(line).collect()
    }

    /// What the storage receives.
    fn file(&self) -> Option<File> {
        let is_done = self.ends().last() == Some(&"done");
        is_done.then(|| (self.file_name(), self.body.clone()))
    }
}

/// Takes `jobs` to their ends.
fn run_to_the_end<S: BackgroundJobs>(service: &mut S, files: &Files, jobs: &[Job]) {
    for attempt in 0..=ATTEMPTS {
        for Job { course, number, .. } in jobs {
            if course.then == Then::Cancel && course.failures == attempt {
                assert!(service.cancel(*number), "it waits: {course:?}");
            }
        }
        let fails = |job: &&Job| attempt < job.course.failures;
        files.refuse(jobs.iter().filter(fails).map(Job::file_name).collect());
        service.run();
        for Job { course, number, .. } in jobs {
            let fails_again = attempt < course.failures && attempt + 1 < ATTEMPTS;
            assert_eq!(service.is_waiting(*number), fails_again, "whether it waits: {course:?}");
        }
    }
}

/// The letters, the file and the lines of each job, whichever way it ends, are its own.
pub fn each_end_has_its_letters<S: BackgroundJobs>(_: &Context) {
    for (seed, course) in Course::all().into_iter().enumerate() {
        let files = Files::default();
        let mut service = S::start(files.storage());
        let job = course.request(&mut service, "Garden", seed);
        run_to_the_end(&mut service, &files, std::slice::from_ref(&job));
        assert_eq!(service.deliver(), job.letters(), "the letters of {course:?}");
        assert_eq!(service.history(), job.lines(), "the status page after {course:?}");
        let expected: Vec<File> = job.file().into_iter().collect();
        assert!(files.taken() == expected, "the file, once and unaltered, of {course:?}");
    }
}

/// Jobs that end in different ways in the same runs, of two runners, do not affect each other.
pub fn jobs_do_not_affect_each_other<S: BackgroundJobs>(_: &Context) {
    let files = [Files::default(), Files::default()];
    let mut services = [S::start(files[0].storage()), S::start(files[1].storage())];
    let mut jobs = [Vec::new(), Vec::new()];
    for (seed, course) in Course::all().into_iter().enumerate() {
        jobs[0].push(course.request(&mut services[0], &format!("Garden {}", seed % 4), seed));
        jobs[1].push(course.request(&mut services[1], &format!("Kitchen {}", seed % 4), seed + 99));
    }
    for ((service, files), jobs) in services.iter_mut().zip(&files).zip(&jobs) {
        run_to_the_end(service, files, jobs);
        let letters = jobs.iter().flat_map(Job::letters).map(|letter| (letter.reader, letter.text));
        let delivered = service.deliver().into_iter().map(|letter| (letter.reader, letter.text));
        assert_eq!(sorted(delivered), sorted(letters), "the letters of all jobs");
        let all_files = jobs.iter().filter_map(Job::file);
        assert!(sorted(files.taken()) == sorted(all_files), "the files of all jobs, each once");
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

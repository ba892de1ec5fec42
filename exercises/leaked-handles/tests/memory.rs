//! The memory test: measures this version and checks that uploads still arrive.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use leaked_handles::{Refused, Uploads};
use leaked_handles_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::UploadService);

impl Uploads for Service {
    fn start(arriving: &Path, finished: &Path) -> Self {
        Self(version::UploadService::new(arriving, finished))
    }

    fn connect(&mut self) -> u64 {
        self.0.connect()
    }

    fn disconnect(&mut self, client: u64) {
        self.0.disconnect(client);
    }

    fn begin(&mut self, client: u64, name: &str, size: u64) -> Result<u64, Refused> {
        self.0.begin(client, name, size).map_err(refused)
    }

    fn append(
        &mut self,
        client: u64,
        upload: u64,
        chunk: &[u8],
        checksum: u32,
    ) -> Result<u64, Refused> {
        self.0.append(client, upload, chunk, checksum).map_err(refused)
    }

    fn finish(&mut self, client: u64, upload: u64) -> Result<(), Refused> {
        self.0.finish(client, upload).map_err(refused)
    }

    fn abort(&mut self, client: u64, upload: u64) -> Result<(), Refused> {
        self.0.abort(client, upload).map_err(refused)
    }

    fn arriving_path(&self, upload: u64) -> Option<PathBuf> {
        self.0.arriving_path(upload)
    }

    fn attachment(&self, upload: u64) -> Option<(String, PathBuf)> {
        let attachment = self.0.attachment(upload)?;
        Some((attachment.name.clone(), attachment.path.clone()))
    }

    fn delete_attachment(&mut self, upload: u64) -> Result<(), Refused> {
        self.0.delete_attachment(upload).map_err(refused)
    }
}

fn refused(error: version::UploadError) -> Refused {
    match error {
        version::UploadError::Unknown => Refused::Unknown,
        version::UploadError::Damaged => Refused::Damaged,
        version::UploadError::Incomplete => Refused::Incomplete,
        version::UploadError::Io(error) => Refused::Io(error),
        over => Refused::Over(over.to_string()),
    }
}

fn main() -> ExitCode {
    leaked_handles::main::<Service>()
}

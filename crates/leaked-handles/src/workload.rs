//! The workload of the soak: clients send files, and the uploads end in different ways.

use std::fs;

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::client::{send, send_damaged};
use crate::folders::Folders;
use crate::{Refused, Uploads};

/// The sizes of the chunks of a file, in bytes.
const CHUNKS: std::ops::RangeInclusive<usize> = 512..=4096;

/// Sends many files and measures what they leave behind. Attachments are fetched and deleted, so
/// that nothing need stay, neither active uploads nor attachments.
pub fn growth<S: Uploads>(context: &Context) -> Report {
    let mut started = Folders::below(context.folder())
        .map(|folders| Office::<S>::open(&folders))
        .map_err(Refused::Io);
    context.soak().run(|operation| match &mut started {
        Ok(office) => office.sending(operation),
        Err(error) => Err(error.to_string()),
    })
}

/// A service with a client that stays connected while others come and go.
struct Office<S> {
    service: S,
    resident: u64,
}

impl<S: Uploads> Office<S> {
    fn open(folders: &Folders) -> Self {
        let mut service = S::start(&folders.arriving, &folders.finished);
        let resident = service.connect();
        Self { service, resident }
    }

    /// One upload or two. The operation's number decides how they end, so that every five
    /// operations have the same mix. Chance decides the content of the files and their chunks.
    fn sending(&mut self, operation: Operation) -> Result<(), String> {
        let mut rng = Rng::with_seed(operation.seed());
        let document: Vec<Vec<u8>> =
            (0..3).map(|_| (0..rng.usize(CHUNKS)).map(|_| rng.u8(..)).collect()).collect();
        let turn = operation.number();
        let result = match turn % 5 {
            0 => self.is_sent(&document),
            1 => self.is_damaged_once(&document),
            2 => self.is_given_up(&document),
            3 => self.is_lost(&document),
            _ if (turn / 5).is_multiple_of(2) => self.grows_on_the_way(&document),
            _ => self.has_a_bad_line(&document),
        };
        result.map_err(|refused| refused.to_string())
    }

    /// A visitor sends a file and leaves; the file is fetched and deleted later.
    fn is_sent(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let visitor = self.service.connect();
        let upload = self.send_all(visitor, document)?;
        self.service.disconnect(visitor);
        self.fetch_and_delete(upload)
    }

    /// Each chunk is damaged on the way once, and sent again.
    fn is_damaged_once(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let upload = self.begin(self.resident, document)?;
        for chunk in document {
            expect_refusal(send_damaged(&mut self.service, self.resident, upload, chunk))?;
            send(&mut self.service, self.resident, upload, chunk)?;
        }
        self.service.finish(self.resident, upload)?;
        self.fetch_and_delete(upload)
    }

    /// A visitor aborts the upload.
    fn is_given_up(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let visitor = self.service.connect();
        let upload = self.begin(visitor, document)?;
        send(&mut self.service, visitor, upload, &document[0])?;
        self.service.abort(visitor, upload)?;
        self.service.disconnect(visitor);
        Ok(())
    }

    /// A visitor sends a file, and is lost in the middle of the next one.
    fn is_lost(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let visitor = self.service.connect();
        let sent = self.send_all(visitor, document)?;
        let upload = self.begin(visitor, document)?;
        send(&mut self.service, visitor, upload, &document[0])?;
        self.service.disconnect(visitor);
        self.fetch_and_delete(sent)
    }

    /// A file grows while it is sent, so that it is larger than announced. Then it is sent again
    /// with its new size.
    fn grows_on_the_way(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let upload = self.begin(self.resident, &document[..2])?;
        send(&mut self.service, self.resident, upload, &document[0])?;
        send(&mut self.service, self.resident, upload, &document[1])?;
        expect_refusal(send(&mut self.service, self.resident, upload, &document[2]))?;
        let upload = self.send_all(self.resident, document)?;
        self.fetch_and_delete(upload)
    }

    /// A chunk is damaged three times, which ends the upload.
    fn has_a_bad_line(&mut self, document: &[Vec<u8>]) -> Result<(), Refused> {
        let upload = self.begin(self.resident, document)?;
        send(&mut self.service, self.resident, upload, &document[0])?;
        for _ in 0..3 {
            let sent = send_damaged(&mut self.service, self.resident, upload, &document[1]);
            expect_refusal(sent)?;
        }
        Ok(())
    }

    fn begin(&mut self, client: u64, document: &[Vec<u8>]) -> Result<u64, Refused> {
        let size: usize = document.iter().map(Vec::len).sum();
        self.service.begin(client, "minutes-of-the-meeting.pdf", size as u64)
    }

    fn send_all(&mut self, client: u64, document: &[Vec<u8>]) -> Result<u64, Refused> {
        let upload = self.begin(client, document)?;
        for chunk in document {
            send(&mut self.service, client, upload, chunk)?;
        }
        self.service.finish(client, upload)?;
        Ok(upload)
    }

    fn fetch_and_delete(&mut self, upload: u64) -> Result<(), Refused> {
        let (_, path) = self.service.attachment(upload).ok_or(Refused::Unknown)?;
        fs::read(path).map_err(Refused::Io)?;
        self.service.delete_attachment(upload)
    }
}

/// Checks that a chunk was refused.
fn expect_refusal(sent: Result<u64, Refused>) -> Result<(), Refused> {
    match sent {
        Err(Refused::Damaged | Refused::Over(_)) => Ok(()),
        Err(other) => Err(other),
        Ok(_) => Err(Refused::Over("a chunk was accepted that must be refused".to_owned())),
    }
}

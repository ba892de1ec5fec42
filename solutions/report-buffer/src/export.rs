//! The entry point: chooses the line for a report.

use crate::history::{Export, History};
use crate::line::Line;
use crate::row::TaskRow;

/// The mail relay, which sends from the memory that a line gives it.
pub trait MailRelay {
    /// From now on the line sends from other memory, `bytes` in size. The relay pins it, which
    /// takes as long as sending a megabyte.
    fn pin(&self, line: usize, bytes: usize);

    /// Sends a part.
    fn send(&self, line: usize, part: &[u8]);
}

/// Sends reports to customers.
#[derive(Debug)]
pub struct ReportExport<R> {
    relay: R,
    lines: Vec<Line>,
    history: History,
}

impl<R: MailRelay> ReportExport<R> {
    /// Creates an export with this many lines to `relay`.
    pub fn new(lines: usize, relay: R) -> Self {
        Self { relay, lines: (0..lines).map(Line::new).collect(), history: History::default() }
    }

    /// `POST /exports`: sends the tasks of `customer`, always over the same line, so that reports
    /// arrive in order.
    pub fn export<'a>(&mut self, customer: usize, rows: impl Iterator<Item = TaskRow<'a>>) {
        let line = customer % self.lines.len();
        let size = self.lines[line].send(rows, &self.relay);
        self.history.add(Export { customer, size });
    }

    /// `GET /exports`: the recent exports, the latest first.
    pub fn recent_exports(&self) -> impl Iterator<Item = Export> {
        self.history.shown()
    }
}

//! The export of reports: sends tasks to customers as CSV by mail.
//!
//! - `export`: the entry point, which chooses the line for a report
//! - `line`: a line to the mail relay, which writes and sends the parts of a report
//! - `row`: a task as a row of a report
//! - `history`: the recent exports

mod export;
mod history;
mod line;
mod row;

pub use export::{MailRelay, ReportExport};
pub use history::Export;
pub use row::TaskRow;

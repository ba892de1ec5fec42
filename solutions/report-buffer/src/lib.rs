//! The export of reports: tasks as CSV, to customers by mail.
//!
//! - `export`: the way in; which line takes a report
//! - `line`: a line to the mail relay, and what is written for it
//! - `row`: a task as it stands in a report
//! - `history`: what was exported lately

mod export;
mod history;
mod line;
mod row;

pub use export::{MailRelay, ReportExport};
pub use history::Export;
pub use row::TaskRow;

//! `room`: how far the learners in a room are.

use std::io::Read as _;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use crate::exit::Exit;
use crate::room::Room;
use crate::show;

/// Shows how far the learners are, from the lines of `cargo xtask status`
///
/// The lines come from files, from folders of files, or from standard input. Other text in them is ignored,
/// so you can paste a whole chat. The latest line of each learner counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask room /shared              a shared folder, or a clone of a git remote
  cargo xtask room /shared --every 10   again every 10 seconds, for the wall
  cargo xtask room < chat.txt           pasted lines

Exit code: 0 if there is a line, else 2.")]
pub struct Args {
    /// Files, or folders of files [default: standard input]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Refresh the display at this interval, in seconds, until Ctrl-C
    #[arg(long, value_name = "SECONDS", requires = "paths", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
}

/// Reads the lines and shows them.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    loop {
        let mut room = Room::default();
        for path in &args.paths {
            match room.read(path) {
                // The next time, it may be there.
                Err(error) if args.every.is_some() => room.unreadable.push(format!("{error:#}")),
                result => result?,
            }
        }
        if args.paths.is_empty() {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            room.add(&String::from_utf8_lossy(&bytes));
        }
        let out = &mut anstream::stdout().lock();
        if args.every.is_some() {
            show::room::clear(out)?;
        }
        // What is repeated must not scroll.
        let rows = args.every.map_or(usize::MAX, |_| show::width::rows());
        show::room::print(out, &room, Timestamp::now(), (show::width::text(), rows))?;
        let Some(seconds) = args.every else {
            let none = room.learners.is_empty();
            return Ok(if none { Exit::NoResult } else { Exit::Success });
        };
        thread::sleep(Duration::from_secs(seconds));
    }
}

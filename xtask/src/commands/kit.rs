//! `kit`: one archive for a room without a network.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use exercise_harness::units;

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::files;
use crate::kit;
use crate::progress::Progress;

/// Packs one archive for a USB stick: everything that a room without a network needs
///
/// It contains the sources with every exercise as it was shipped, the cases in the wild, all dependencies
/// with the configuration that uses them, the facilitator's guide, and a recording of each exercise. To
/// use it, only Rust must be installed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask kit --out leak-lab-kit.tar.gz
  tar -xzf leak-lab-kit.tar.gz && cd leak-lab && cargo xtask run

Exit code: 0 if it was packed, else 2.")]
pub struct Args {
    /// The archive, such as leak-lab-kit.tar.gz
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The length of each missing recording, in seconds; 0 for no recordings
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

/// Packs the kit.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let out = std::path::absolute(&args.out)?;
    // Fail on an unwritable place before minutes of work.
    files::check_writable(out.parent().context("the archive needs a name")?)?;
    let progress = Progress::new();
    kit::pack(&workspace, args.seconds, &out, &progress)?;
    progress.end();
    let size = units::bytes(fs::metadata(&out)?.len() as f64);
    writeln!(anstream::stdout(), "{} ({size})", args.out.display())?;
    Ok(Exit::Success)
}

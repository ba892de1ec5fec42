//! `wild`: services on published versions of crates that really leaked.

use anyhow::Context as _;

use crate::exit::Exit;
use crate::progress::Progress;
use crate::show;
use crate::wild::{self, Case, ways};
use crate::workspace::Workspace;

/// Measures a service that uses a published crate version with a real leak, and judges your fix
///
/// Without a name, it lists the cases. A fix may update the dependency, avoid the leak in the service, or use a
/// fixed copy of the dependency with [patch]. Outside a kit, the first build of a case needs a network.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask wild
  cargo xtask wild lru
  cargo xtask wild lru --verify              proves that it leaks, and that each recorded fix is accepted
  cargo xtask wild lru --verify --times 20   proves it twenty times

Exit code: 0 if every trial passes (with --verify: if everything is proven), 1 if not, 2 if a case could
not be measured.")]
pub struct Args {
    /// The cases to measure [default: none, they are listed]
    case: Vec<String>,
    /// Prove that they leak as declared, and that their recorded fixes are accepted (for authors)
    #[arg(long)]
    verify: bool,
    /// How many times to prove it
    #[arg(long, value_name = "N", default_value_t = 1, requires = "verify")]
    times: u32,
}

/// Lists, measures or verifies cases.
///
/// # Errors
/// An unknown name, a case that does not build, or a trial that could not be started.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let root = Workspace::find_root()?;
    let cases = wild::cases(&root)?;
    if args.case.is_empty() && !args.verify {
        show::wild::list(&mut anstream::stdout().lock(), &cases)?;
        return Ok(Exit::Success);
    }
    let named = |name: &String| {
        let found = cases.iter().find(|case| case.name == *name);
        found.with_context(|| format!("There is no case {name:?}.\nAll cases: cargo xtask wild"))
    };
    let selected: Vec<&Case> = if args.case.is_empty() {
        cases.iter().collect()
    } else {
        args.case.iter().map(named).collect::<anyhow::Result<_>>()?
    };
    let progress = Progress::new();
    let mut passed = true;
    for case in selected {
        if args.verify {
            for _ in 0..args.times {
                passed &= verify(case, &progress)?;
            }
        } else {
            let result = wild::run(case, &case.folder(), &progress)?;
            progress.end();
            show::wild::result(&mut anstream::stdout().lock(), case, &result)?;
            passed &= result.failures(case).is_empty();
        }
    }
    progress.end();
    Ok(if passed { Exit::Success } else { Exit::Failed })
}

/// Proves that `case` leaks as it is pinned, and that each recorded way is accepted.
fn verify(case: &Case, progress: &Progress) -> anyhow::Result<bool> {
    let result = wild::run(case, &case.folder(), progress)?;
    let wrongs = ways::check_pinned(case, &result);
    let mut passed = wrongs.is_empty();
    let pinned = format!("{} {} leaks as declared", case.about.dependency, case.about.pinned);
    progress.print(|out| show::wild::check(out, &case.name, &pinned, &wrongs))?;
    for way in ways::recorded(case) {
        let wrongs = ways::check(case, &way, progress)?;
        passed &= wrongs.is_empty();
        let what = format!("the way {} is accepted", way.0);
        progress.print(|out| show::wild::check(out, &case.name, &what, &wrongs))?;
    }
    Ok(passed)
}

//! What the command does.

use std::error::Error;
use std::path::Path;

use leak_meter::Verdict;
use leak_meter::profile::{self, NamedProfile, Profile, Resolver, Weight};
use serde::Serialize;

use crate::arguments::{Command, Format, Names};

/// What a command produced.
pub struct Done {
    pub output: Vec<u8>,
    /// Whether something was judged and is Growing.
    pub grows: bool,
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub fn run(command: Command) -> Result<Done> {
    let (output, grows) = match command {
        Command::Top { profile, names, output } => {
            let named = read_named(&profile, &names)?;
            let text = if output.json { json(&named.lines())? } else { named.to_string() };
            (text.into_bytes(), false)
        }
        Command::Diff { earlier, later, names, output } => {
            let (first, second) = (Profile::read(&earlier)?, Profile::read(&later)?);
            if !first.is_of_same_program(&second) {
                let (earlier, later) = (earlier.display(), later.display());
                return Err(format!(
                    "{earlier} and {later} are of different builds, so their addresses cannot be compared"
                )
                .into());
            }
            let mut resolver = resolver(&first, &names)?;
            let difference = second.named(&mut resolver).since(&first.named(&mut resolver));
            let text = if output.json { json(&difference)? } else { difference.to_string() };
            (text.into_bytes(), false)
        }
        Command::Verdict { profiles, unit, names, output } => {
            let profiles = profiles.iter().map(Profile::read);
            let profiles = profiles.collect::<std::result::Result<Vec<_>, _>>()?;
            let mut resolver = resolver(&profiles[0], &names)?;
            let report = profile::verdict(&profiles, &unit, &mut resolver)?;
            let text = if output.json { json(&report)? } else { report.to_string() };
            (text.into_bytes(), report.verdict == Verdict::Growing)
        }
        Command::Export { profile, format, weight, names } => {
            (export(&read_named(&profile, &names)?, format, weight)?, false)
        }
    };
    Ok(Done { output, grows })
}

fn export(named: &NamedProfile, format: Format, weight: Weight) -> Result<Vec<u8>> {
    Ok(match format {
        Format::Pprof => named.to_pprof(),
        Format::Folded => named.to_folded(weight).into_bytes(),
        Format::Dhat => named.to_dhat().into_bytes(),
        Format::Flamegraph => named.to_flamegraph(weight)?,
    })
}

fn read_named(path: &Path, names: &Names) -> Result<NamedProfile> {
    let profile = Profile::read(path)?;
    let mut resolver = resolver(&profile, names)?;
    Ok(profile.named(&mut resolver))
}

fn resolver(profile: &Profile, names: &Names) -> Result<Resolver> {
    match &names.binary {
        Some(binary) => Ok(Resolver::of_file(binary, profile)?),
        None => Ok(Resolver::without_names()),
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

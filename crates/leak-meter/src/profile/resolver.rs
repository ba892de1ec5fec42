//! Names the addresses of a profile: in the program itself, or from its file.

#[cfg(feature = "command")]
use std::path::Path;
use std::{collections::HashMap, fmt};

use crate::allocator;
use crate::site::{self, Frame, Names};
#[cfg(feature = "command")]
use crate::{site::Found, site::Sources, symbol_name, symbols};

/// Finds the functions, files and lines of addresses, each of them once.
#[derive(Debug)]
pub struct Resolver {
    from: From,
    known: HashMap<u64, Vec<Frame>>,
}

enum From {
    /// The running program.
    Program(Box<Names>),
    /// A file with debug information.
    #[cfg(feature = "command")]
    File(Box<addr2line::Loader>, Box<Sources>),
    /// No names: frames are shown as addresses.
    Nothing,
}

/// A file that is not the program's.
#[cfg(feature = "command")]
#[derive(Debug)]
pub struct WrongFile(String);

impl Resolver {
    /// Names from the running program's own symbols and line tables, for its own profiles.
    pub fn of_this_program() -> Self {
        let names = allocator::as_meter(|| Box::new(Names::new()));
        Self { from: From::Program(names), known: HashMap::new() }
    }

    /// No names: a frame is shown as the program's file and an address, as in `service+0x1a2b`.
    pub fn without_names() -> Self {
        Self { from: From::Nothing, known: HashMap::new() }
    }

    /// Names from a file with debug information: the program itself as it was before it was stripped, or a separate
    /// file of debug information. Its build ID must be that of the profile.
    ///
    /// # Errors
    /// If the file cannot be read, belongs to another build of the program, or does not identify its build.
    #[cfg(feature = "command")]
    pub fn of_file(path: &Path, profile: &super::Profile) -> Result<Self, WrongFile> {
        let shown = path.display();
        let found =
            symbols::build_id_of(path).map_err(|error| WrongFile(format!("{shown}: {error}")))?;
        check(found.as_deref(), profile.build_id.as_deref())
            .map_err(|why| WrongFile(format!("{shown} {why}")))?;
        let loader = addr2line::Loader::new(path).map_err(|error| {
            WrongFile(format!("{shown} has no readable debug information: {error}"))
        })?;
        let from = From::File(Box::new(loader), Box::default());
        Ok(Self { from, known: HashMap::new() })
    }

    /// The frames of the call at an address of the file, innermost first, including inlined calls.
    pub(super) fn frames(&mut self, call: u64, program: Option<&str>) -> Vec<Frame> {
        let Self { from, known } = self;
        known.entry(call).or_insert_with(|| from.frames(call, program)).clone()
    }
}

/// Compares the build ID of a file with that of a profile.
#[cfg(feature = "command")]
fn check(file: Option<&str>, profile: Option<&str>) -> Result<(), String> {
    match (file, profile) {
        (Some(file), Some(profile)) if file == profile => Ok(()),
        (Some(file), Some(profile)) => Err(format!(
            "is another build: its build ID is {file}, and that of the profile is {profile}; pass the file that ran, \
             with its debug information"
        )),
        (file, _) => {
            let which = if file.is_none() {
                "has no build ID"
            } else {
                "has a build ID, and the profile has none"
            };
            Err(format!(
                "{which}, so the profile may be of another build; link the program with a build ID, as by \
                 `-C link-arg=-Wl,--build-id`"
            ))
        }
    }
}

impl From {
    fn frames(&mut self, call: u64, program: Option<&str>) -> Vec<Frame> {
        let name = || Some(program.unwrap_or("program").to_owned());
        match self {
            Self::Program(names) => {
                let address = allocator::load_offset().zip(usize::try_from(call).ok());
                let returns = address.map(|(offset, call)| offset + call + 1);
                returns.map_or_else(Vec::new, |address| names.frames(&[address]))
            }
            #[cfg(feature = "command")]
            Self::File(loader, sources) => {
                let symbol = loader.find_symbol(call);
                let symbol = symbol.map(symbol_name::demangled);
                site::frames_at(Some(call), found_in(loader, call), symbol, sources, name)
            }
            Self::Nothing => {
                site::frames_at(Some(call), Vec::new(), None, &mut site::Sources::default(), name)
            }
        }
    }
}

/// What the debug information of a file contains about an address.
#[cfg(feature = "command")]
fn found_in(loader: &addr2line::Loader, call: u64) -> Vec<Found> {
    let mut found = Vec::new();
    let Ok(mut frames) = loader.find_frames(call) else { return found };
    while let Ok(Some(frame)) = frames.next() {
        let function = frame.function.as_ref().and_then(|function| function.raw_name().ok());
        let function = function.map(|name| symbol_name::demangled(&name));
        let place = frame.location.as_ref();
        let file = place.and_then(|place| place.file).map(str::to_owned);
        found.push((function, file, place.and_then(|place| place.line)));
    }
    found
}

impl fmt::Debug for From {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Program(_) => "Program",
            #[cfg(feature = "command")]
            Self::File(..) => "File",
            Self::Nothing => "Nothing",
        })
    }
}

#[cfg(feature = "command")]
impl fmt::Display for WrongFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(feature = "command")]
impl std::error::Error for WrongFile {}

#[cfg(all(test, feature = "command"))]
mod tests {
    use super::check;

    #[test]
    fn only_a_file_with_the_build_id_of_the_profile_is_accepted() {
        assert_eq!(check(Some("1a"), Some("1a")), Ok(()));
        for (file, profile, expected) in [
            (
                Some("1a"),
                Some("2b"),
                "is another build: its build ID is 1a, and that of the profile is 2b",
            ),
            (Some("1a"), None, "has a build ID, and the profile has none"),
            (None, Some("2b"), "has no build ID, so the profile may be of another build"),
            (None, None, "has no build ID, so the profile may be of another build"),
        ] {
            let why = check(file, profile).unwrap_err();
            assert!(why.starts_with(expected), "{why}");
        }
    }
}

//! Resolves return addresses to functions, files and lines.

use std::collections::HashMap;
use std::path::Path;
use std::ptr;

use super::frame::{Frame, Owner};
use super::source::Sources;
use crate::symbol_name;
use crate::symbols::{Symbols, call_in_file, program_name};

/// Resolves return addresses, each of them once.
#[derive(Debug)]
pub(crate) struct Names {
    symbols: Symbols,
    sources: Sources,
    known: HashMap<usize, Vec<Frame>>,
}

impl Names {
    /// Reads the program's own symbols.
    pub(crate) fn new() -> Self {
        Self {
            symbols: Symbols::of_this_program(),
            sources: Sources::default(),
            known: HashMap::new(),
        }
    }

    /// The program's own symbols.
    #[cfg(feature = "holders")]
    pub(crate) fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// The frames of a call stack, innermost first, including inlined calls.
    pub(crate) fn frames(&mut self, addresses: &[usize]) -> Vec<Frame> {
        let Self { symbols, sources, known } = self;
        let resolve = |address: &usize| {
            known.entry(*address).or_insert_with(|| resolve(*address, symbols, sources)).clone()
        };
        addresses.iter().flat_map(resolve).collect()
    }

    /// Like [`frames`](Self::frames), starting at the first frame outside the meter.
    pub(crate) fn outside_the_meter(&mut self, addresses: &[usize]) -> Vec<Frame> {
        outside_the_meter(self.frames(addresses))
    }
}

/// A call stack from the first frame outside the meter on, because a stack found by an unwinder begins in the meter's
/// own hooks.
pub(crate) fn outside_the_meter(mut frames: Vec<Frame>) -> Vec<Frame> {
    let first = frames.iter().position(|frame| frame.owner != Owner::Meter);
    frames.drain(..first.unwrap_or(0));
    frames
}

impl Drop for Names {
    fn drop(&mut self) {
        // The resolver caches the debug information of every object that it has looked up.
        backtrace::clear_symbol_cache();
    }
}

fn resolve(address: usize, symbols: &Symbols, sources: &mut Sources) -> Vec<Frame> {
    let mut found: Vec<Found> = Vec::new();
    backtrace::resolve(ptr::without_provenance_mut(address), |symbol| {
        // The alternate form omits the hash that distinguishes crates.
        let function = symbol.name().map(|name| symbol_name::plain(&format!("{name:#}")));
        let file = symbol.filename().and_then(Path::to_str).map(with_slashes);
        found.push((function, file, symbol.lineno()));
    });
    let symbol = symbols.function_at(address);
    frames_at(call_in_file(address), found, symbol, sources, program_name)
}

/// What debug information contains about one frame: its function, its file and its line.
pub(crate) type Found = (Option<String>, Option<String>, Option<u32>);

/// The frames of one return address, innermost first: those in debug information, with the path in the symbol table.
/// `call` is the address of the call in the program's file.
pub(crate) fn frames_at(
    call: Option<u64>,
    mut found: Vec<Found>,
    symbol: Option<String>,
    sources: &mut Sources,
    program: impl Fn() -> Option<String>,
) -> Vec<Frame> {
    if found.is_empty() {
        found.push((None, None, None));
    }
    // Line tables alone contain only the last name of a function; the symbol has its path. The symbol belongs to
    // the outermost of the calls that were inlined into one another.
    if let (Some((function, ..)), Some(path)) = (found.last_mut(), symbol) {
        *function = Some(path);
    }
    let nameless = || program().zip(call).map(|(program, call)| nameless(&program, call));
    let named = found.into_iter().filter_map(|(function, file, line)| match function {
        None => nameless(),
        Some(function) => Some(named(&function, file, line, call, sources)),
    });
    named.collect()
}

/// A path as it is written on every system, so that reports are the same.
fn with_slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// The frame of a function with a name.
fn named(
    function: &str,
    file: Option<String>,
    line: Option<u32>,
    call: Option<u64>,
    sources: &mut Sources,
) -> Frame {
    let mut frame = Frame::found(function, file, line);
    frame.address = call;
    frame.function = without_closures(function);
    if frame.owner != Owner::Standard
        && let Some(whole) = from_source(&frame, sources)
    {
        frame.function = whole;
    }
    frame
}

/// The frame of a function of the program without a name.
fn nameless(program: &str, call: u64) -> Frame {
    let function = format!("{program}+{call:#x}");
    Frame { address: Some(call), ..Frame::named(&function, Owner::Unknown) }
}

/// The name of an inlined function from its source, because line tables do not contain its path: with its type if
/// the source is available, and without generic arguments. `None` if the name already is a path.
fn from_source(frame: &Frame, sources: &mut Sources) -> Option<String> {
    let (file, line) = frame.file.as_deref().zip(frame.line)?;
    if is_closure(&frame.function) {
        return sources.function_around(file, line, None);
    }
    let name = frame.function.split('<').next().unwrap_or_default();
    if name.is_empty() || name.contains("::") {
        return None; // The name is a path, or begins with a type.
    }
    Some(sources.function_around(file, line, Some(name)).unwrap_or_else(|| name.to_owned()))
}

/// Closures, and the state machines of asynchronous functions, are named after the function that contains them;
/// the line distinguishes them.
fn without_closures(function: &str) -> String {
    let mut names: Vec<&str> = function.split("::").collect();
    while names.len() > 1 && names.last().is_some_and(|name| is_closure(name)) {
        names.pop();
    }
    names.join("::")
}

/// Whether this is the last name of a closure or of an asynchronous function's state machine. For inlined code,
/// line tables contain only that last name.
fn is_closure(name: &str) -> bool {
    name == "{{closure}}" || ["{closure#", "{async_"].iter().any(|kind| name.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_is_named_after_its_enclosing_function() {
        for (full, shown) in [
            ("office::remember::{{closure}}", "office::remember"),
            ("office::remember::{{closure}}::{{closure}}", "office::remember"),
            ("test::run_test::{closure#0}", "test::run_test"),
            ("{closure#0}", "{closure#0}"),
            ("<office::Till as Drop>::drop", "<office::Till as Drop>::drop"),
        ] {
            assert_eq!(without_closures(full), shown);
        }
    }

    #[test]
    fn the_source_gives_the_type_of_an_inlined_method() {
        let here = env!("CARGO_MANIFEST_DIR").to_owned() + "/src/site/names.rs";
        let text = std::fs::read_to_string(&here).unwrap();
        let line =
            text.lines().position(|line| line.contains("outside_the_meter(self.frames")).unwrap()
                + 1;
        let line = u32::try_from(line).unwrap();
        let whole = |name: &str| {
            let frame = Frame::found(name, Some(here.clone()), Some(line));
            from_source(&frame, &mut Sources::default())
        };
        assert_eq!(whole("outside_the_meter").as_deref(), Some("Names::outside_the_meter"));
        assert_eq!(whole("outside_the_meter<u8>").as_deref(), Some("Names::outside_the_meter"));
        assert_eq!(whole("{closure#0}").as_deref(), Some("Names::outside_the_meter"));
        // A name that has a path keeps it, and the name of another function is not mistaken for this one.
        assert_eq!(whole("leak_meter::Names::outside_the_meter"), None);
        assert_eq!(whole("<Names as Drop>::drop"), None);
        assert_eq!(whole("drop<u8>").as_deref(), Some("drop"));
    }
}

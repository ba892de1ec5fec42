//! Return addresses to functions, files and lines, and whose code they are.

use std::collections::HashMap;
use std::env;
use std::path::{Component, Path, PathBuf};
use std::ptr;

use super::source;
use super::symbols::Symbols;

/// One frame of a call stack, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) function: String,
    pub(crate) file: Option<PathBuf>,
    pub(crate) line: Option<u32>,
    pub(crate) owner: Owner,
}

/// Whose code a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The program's own packages, but for their tests.
    Own,
    /// The program's own tests, benches and examples, which drive what is under test.
    OwnTest,
    /// The meter itself.
    Meter,
    /// The standard library, packages from a registry or a git source, vendored ones, C code.
    Foreign,
}

impl Owner {
    /// The program's, tests included.
    pub(crate) fn is_programs(self) -> bool {
        matches!(self, Self::Own | Self::OwnTest)
    }
}

/// Resolves return addresses, each once.
#[derive(Debug)]
pub(crate) struct Names {
    symbols: Symbols,
    known: HashMap<usize, Vec<Frame>>,
}

impl Names {
    /// Reads the program's own symbols.
    pub(crate) fn new() -> Self {
        Self { symbols: Symbols::of_this_program(), known: HashMap::new() }
    }

    /// The path of the function that a call returns into at `address`.
    #[cfg(feature = "holders")]
    pub(crate) fn symbol_at(&self, address: usize) -> Option<String> {
        self.symbols.function_at(address)
    }

    /// The frames of a call stack, innermost first, inlined calls included.
    pub(crate) fn of(&mut self, addresses: &[usize]) -> Vec<Frame> {
        let Self { symbols, known } = self;
        let resolve = |address: &usize| {
            known.entry(*address).or_insert_with(|| resolve(*address, symbols)).clone()
        };
        addresses.iter().flat_map(resolve).collect()
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        // The resolver keeps the debug information of everything that it was asked about.
        backtrace::clear_symbol_cache();
    }
}

fn resolve(address: usize, symbols: &Symbols) -> Vec<Frame> {
    let mut frames = Vec::new();
    backtrace::resolve(ptr::without_provenance_mut(address), |symbol| {
        // The alternate form leaves out the hash that tells crates apart.
        let function = symbol.name().map(|name| format!("{name:#}"));
        let file = symbol.filename().map(Path::to_path_buf);
        frames.push((function, file, symbol.lineno()));
    });
    // Line tables alone hold a function's last name only; the symbol has its path. It is that of
    // the outermost of the calls that were inlined into one another.
    if let (Some((function, ..)), Some(path)) = (frames.last_mut(), symbols.function_at(address)) {
        *function = Some(path);
    }
    let named = frames.into_iter().filter_map(|(function, file, line)| {
        let function = without_closures(&function?);
        let owner = owner(&function, file.as_deref());
        let is_nameless = owner.is_programs() && is_closure(&function);
        let around = || source::function_around(file.as_deref()?, line?);
        let function = if is_nameless { around() } else { None }.unwrap_or(function);
        Some(Frame { function, file, line, owner })
    });
    named.collect()
}

/// A closure, and what an asynchronous function becomes, go by the function that they stand in; the
/// line tells them apart.
fn without_closures(function: &str) -> String {
    let mut names: Vec<&str> = function.split("::").collect();
    while names.len() > 1 && names.last().is_some_and(|name| is_closure(name)) {
        names.pop();
    }
    names.join("::")
}

/// Whether this is the last name of a closure, or of what an asynchronous function becomes. Where it
/// was inlined, its last name is all that line tables tell.
fn is_closure(name: &str) -> bool {
    name == "{{closure}}" || ["{closure#", "{async_"].iter().any(|kind| name.starts_with(kind))
}

/// Whose code a function is, by its file; without line tables by the crates of the toolchain.
pub(super) fn owner(function: &str, file: Option<&Path>) -> Owner {
    let plain = function.trim_start_matches('<');
    // The shims that the compiler puts between `alloc` and the global allocator count as the
    // meter's, though their line is that of the `#[global_allocator]`.
    let shim = ["__rust_", "__rustc::__rust_", "__rg_"].iter().any(|name| plain.starts_with(name));
    if shim || plain.starts_with("leak_meter::") || file.is_some_and(is_of_meter) {
        return Owner::Meter;
    }
    let Some(file) = file else {
        return if is_of_toolchain(plain) || !plain.contains("::") {
            Owner::Foreign
        } else {
            Owner::Own
        };
    };
    let folders: Vec<&str> = file
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let follows = |first: &str, second: &str| {
        folders.windows(2).any(|pair| pair[0] == first && pair[1] == second)
    };
    let foreign = folders.first() == Some(&"rustc")
        || file.starts_with("/rust/deps")
        || follows("registry", "src")
        || follows("git", "checkouts")
        || follows("rustlib", "src")
        || folders.contains(&"vendor")
        || file.extension().is_none_or(|extension| extension != "rs");
    if foreign {
        return Owner::Foreign;
    }
    // Only the folders below the package tell a test; those above may be called anything.
    let below = relative(file);
    let test = below.components().any(|component| {
        ["tests", "benches", "examples"].iter().any(|name| component.as_os_str() == *name)
    });
    if test { Owner::OwnTest } else { Owner::Own }
}

/// Whether a file is one of this crate's sources, wherever it was built.
fn is_of_meter(file: &Path) -> bool {
    // This very file, as the compiler names it: relative in a workspace, else absolute.
    let sources = Path::new(file!()).ancestors().nth(2).filter(|sources| sources.ends_with("src"));
    let Some(sources) = sources else { return false };
    file.ancestors().any(|folder| folder.ends_with(sources) && sources.components().count() > 1)
}

pub(super) fn is_of_toolchain(function: &str) -> bool {
    ["std::", "core::", "alloc::", "test::", "__rustc", "backtrace::", "hashbrown::"]
        .iter()
        .any(|name| function.starts_with(name))
}

/// The path relative to the workspace: the nearest folder above the current one that holds a
/// `Cargo.lock`, else the current one. Paths outside stay as they are.
pub(crate) fn relative(file: &Path) -> &Path {
    static ROOT: std::sync::OnceLock<Option<PathBuf>> = std::sync::OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let here = env::current_dir().ok()?;
        let locked = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        Some(locked.map_or(here.clone(), Path::to_path_buf))
    });
    root.as_deref().and_then(|root| file.strip_prefix(root).ok()).unwrap_or(file)
}

impl Frame {
    /// `function (file:line)`.
    pub(crate) fn to_line(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => {
                format!("{} ({}:{line})", self.function, relative(file).display())
            }
            _ => self.function.clone(),
        }
    }
}

/// The frame that is answerable for an allocation: the innermost of the program's own packages,
/// else of its tests, else the outermost with a name.
pub(crate) fn culprit(frames: &[Frame]) -> Option<&Frame> {
    let innermost = |owner| frames.iter().find(|frame| frame.owner == owner);
    innermost(Owner::Own).or_else(|| innermost(Owner::OwnTest)).or_else(|| {
        frames.iter().rev().find(|frame| frame.owner != Owner::Meter && frame.function != "main")
    })
}

/// Whether a stack belongs to a test of the standard harness that is not the one that soaks: tests of
/// one process run side by side. `frames` begin outside the meter's hooks.
#[cfg(feature = "soak")]
pub(crate) fn is_of_another_test(frames: &[Frame]) -> bool {
    let in_harness = frames.iter().any(|frame| frame.function.starts_with("test::run_test"));
    // The soak lies further in than the harness on a stack, so one that shows the harness shows it.
    let in_soak = frames.iter().any(|frame| frame.owner == Owner::Meter);
    in_harness && !in_soak
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner_of(function: &str, file: &str) -> Owner {
        owner(function, Some(Path::new(file)))
    }

    #[test]
    fn code_is_told_by_where_it_lies() {
        for (file, whose) in [
            ("/home/me/shop/src/cart.rs", Owner::Own),
            ("/home/me/shop/crates/db/src/pool.rs", Owner::Own),
            ("/home/me/.cargo/registry/src/index-1/moka-0.12/src/lib.rs", Owner::Foreign),
            ("/cargo/git/checkouts/db-1/2/src/lib.rs", Owner::Foreign),
            ("/home/me/shop/vendor/moka/src/lib.rs", Owner::Foreign),
            ("/rust/deps/hashbrown-0.16.1/src/map.rs", Owner::Foreign),
            ("/rustc/59807616/library/alloc/src/vec/mod.rs", Owner::Foreign),
            ("/opt/rust/lib/rustlib/src/rust/library/std/src/rt.rs", Owner::Foreign),
            ("../csu/libc-start.c", Owner::Foreign),
        ] {
            assert_eq!(owner_of("shop::cart::add", file), whose, "{file}");
        }
        assert_eq!(owner_of("leak_meter::soak::run", "/any/src/soak.rs"), Owner::Meter);
    }

    #[test]
    fn a_closure_goes_by_the_function_that_it_stands_in() {
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
    fn a_test_is_told_by_its_folder_below_the_workspace() {
        let here = env::current_dir().unwrap();
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap();
        let test = root.join("crates/shop/tests/leaks.rs");
        assert_eq!(owner("leaks::main", Some(&test)), Owner::OwnTest);
    }

    #[test]
    fn without_line_tables_the_toolchain_is_known_by_name() {
        assert_eq!(owner("alloc::vec::Vec<T>::push", None), Owner::Foreign);
        assert_eq!(owner("<shop::Cart as core::fmt::Debug>::fmt", None), Owner::Own);
        assert_eq!(owner("__libc_start_main", None), Owner::Foreign);
    }
}

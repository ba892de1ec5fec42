//! The names of the program's functions, statics and thread-local values, from the symbol table of the object
//! that contains the meter: the executable or a shared library.

use std::env;
use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;

use memmap2::Mmap;
use object::{BinaryFormat, Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::{allocator, symbol_name};

/// The symbols of one file by kind, sorted by address.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    file: Option<Mmap>,
    functions: Vec<Symbol>,
    data: Vec<Symbol>,
    thread_local: Vec<Symbol>,
}

/// A named range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    start: u64,
    size: u64,
    /// The position and length of the mangled name in the file.
    name: (usize, usize),
}

impl Symbols {
    /// Empty if the file cannot be read or has no symbols; names are then shorter or missing.
    pub(crate) fn of_this_program() -> Self {
        map_program().map_or_else(Self::default, Self::read)
    }

    fn read(file: Mmap) -> Self {
        let mut symbols = Self::default();
        if let Ok(object) = object::File::parse(&*file) {
            symbols.add_from(&object, &file);
        }
        symbols.file = Some(file);
        symbols
    }

    fn add_from(&mut self, object: &object::File<'_>, file: &Mmap) {
        let base = object.relative_address_base();
        for symbol in object.symbols() {
            let list = match symbol.kind() {
                SymbolKind::Text => &mut self.functions,
                SymbolKind::Data => &mut self.data,
                SymbolKind::Tls => &mut self.thread_local,
                _ => continue,
            };
            let Ok(name) = symbol.name_bytes() else { continue };
            // The names of an uncompressed symbol table are in the file itself.
            let Some(at) = name.as_ptr().addr().checked_sub(file.as_ptr().addr()) else {
                continue;
            };
            let Some(start) = symbol.address().checked_sub(base) else { continue };
            list.push(Symbol { start, size: symbol.size(), name: (at, name.len()) });
        }
        let ends: Vec<u64> = object
            .sections()
            .map(|section| (section.address() + section.size()).saturating_sub(base))
            .collect();
        let has_sizes = object.format() != BinaryFormat::Pe;
        for list in [&mut self.functions, &mut self.data, &mut self.thread_local] {
            list.sort_unstable();
            if !has_sizes {
                measure(list, &ends);
            }
            list.retain(|symbol| symbol.size > 0);
        }
    }

    /// The path of the function whose call returns to `address`.
    pub(crate) fn function_at(&self, address: usize) -> Option<String> {
        let name = self.at(&self.functions, call_in_file(address)?)?;
        Some(symbol_name::demangled(name))
    }

    /// The static at an address in the file.
    pub(crate) fn data_at(&self, address: u64) -> Option<String> {
        self.at(&self.data, address).map(plain)
    }

    /// The thread-local value at an offset in the file's thread-local block.
    pub(crate) fn thread_local_at(&self, place: u64) -> Option<String> {
        self.at(&self.thread_local, place).map(plain)
    }

    /// The mangled name of the symbol that contains an address.
    fn at(&self, symbols: &[Symbol], address: u64) -> Option<&str> {
        let (at, length) = containing(symbols, address)?.name;
        std::str::from_utf8(self.file.as_ref()?.get(at..at + length)?).ok()
    }
}

/// Sets the sizes of sorted symbols in a file format that leaves them out: a symbol ends where the next one begins,
/// or its section ends.
fn measure(symbols: &mut [Symbol], section_ends: &[u64]) {
    let mut next = u64::MAX;
    for symbol in symbols.iter_mut().rev() {
        let is_behind = |end: &&u64| **end > symbol.start;
        let end = section_ends.iter().filter(is_behind).min().copied().unwrap_or(symbol.start);
        symbol.size = next.min(end) - symbol.start;
        next = symbol.start;
    }
}

/// The symbol that contains an address.
fn containing(symbols: &[Symbol], address: u64) -> Option<&Symbol> {
    let after = symbols.partition_point(|symbol| symbol.start <= address);
    let symbol = &symbols[after.checked_sub(1)?];
    (address - symbol.start < symbol.size).then_some(symbol)
}

/// The address in the file of the call that returns to `address`. A call may be the last instruction of its
/// function and return to the first instruction of the next one.
pub(crate) fn call_in_file(address: usize) -> Option<u64> {
    (address as u64).checked_sub(allocator::load_offset()? as u64)?.checked_sub(1)
}

/// The program's build ID, in hexadecimal digits; on Windows, the identifier of its PDB file, as symbol servers write
/// it. `None` if the linker wrote none.
pub(crate) fn build_id() -> Option<String> {
    build_id_in(&map_program()?)
}

/// The build ID of a program's file, or of a file with its debug information.
#[cfg(feature = "command")]
pub(crate) fn build_id_of(path: &std::path::Path) -> std::io::Result<Option<String>> {
    Ok(build_id_in(&std::fs::read(path)?))
}

fn build_id_in(file: &[u8]) -> Option<String> {
    let object = object::File::parse(file).ok()?;
    if let Some(id) = object.build_id().ok().flatten() {
        return Some(hexadecimal(id));
    }
    if let Some(pdb) = object.pdb_info().ok().flatten() {
        let mut id = pdb.guid();
        // The first three numbers of this identifier are stored in little-endian order.
        for number in [0..4, 4..6, 6..8] {
            id[number].reverse();
        }
        return Some(format!("{}{:x}", hexadecimal(&id), pdb.age()));
    }
    object.mach_uuid().ok().flatten().map(|id| hexadecimal(&id))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The name of the file that contains the meter.
pub(crate) fn program_name() -> Option<String> {
    Some(program_path()?.file_name()?.to_string_lossy().into_owned())
}

fn program_path() -> Option<PathBuf> {
    allocator::library().or_else(|| env::current_exe().ok())
}

/// Maps the file; only the pages that are accessed are read.
#[allow(unsafe_code)]
fn map_program() -> Option<Mmap> {
    let file = File::open(program_path()?).ok()?;
    // SAFETY: the file is the running program, or a library that it has loaded. Linkers and package managers
    // replace such files with new ones, and the system refuses writes to the executable.
    unsafe { Mmap::map(&file) }.ok()
}

/// The path of a static in the source, without the parts that macros add for a thread-local or lazy value.
fn plain(symbol: &str) -> String {
    let name = symbol_name::demangled(symbol);
    let parts = ["::{", "::__getit", "::VAL"];
    let end = parts.iter().filter_map(|part| name.find(part)).min();
    name[..end.unwrap_or(name.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_any_address_in_it() {
        let symbol = |start, size| Symbol { start, size, name: (0, 0) };
        let symbols = [symbol(16, 8), symbol(32, 16)];
        assert_eq!(containing(&symbols, 20), Some(&symbols[0]));
        assert_eq!(containing(&symbols, 47), Some(&symbols[1]));
        for outside in [0, 24, 48] {
            assert_eq!(containing(&symbols, outside), None);
        }
    }

    #[test]
    fn a_symbol_without_a_size_ends_at_the_next_one_or_with_its_section() {
        let symbol = |start, size| Symbol { start, size, name: (0, 0) };
        let mut symbols = [symbol(16, 0), symbol(16, 0), symbol(24, 0), symbol(64, 0)];
        measure(&mut symbols, &[40, 96]);
        assert_eq!(symbols, [symbol(16, 0), symbol(16, 8), symbol(24, 16), symbol(64, 32)]);
    }

    #[test]
    fn parts_that_macros_add_to_a_name_are_left_out() {
        let symbol = "_ZN4shop4cart4CART29_$u7b$$u7b$constant$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$3VAL17h0123456789abcdefE";
        assert_eq!(plain(symbol), "shop::cart::CART");
        assert_eq!(plain("_ZN4shop5CACHE17h0123456789abcdefE"), "shop::CACHE");
    }

    #[test]
    #[cfg(any(target_os = "linux", all(windows, target_env = "gnu")))]
    fn functions_and_statics_of_this_program_have_their_names() {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        allocator::start();
        allocator::stop();
        let symbols = Symbols::of_this_program();
        let here = (functions_and_statics_of_this_program_have_their_names as *const ()).addr();
        let name = symbols.function_at(here + 2).expect("this function has a name");
        assert!(
            name.ends_with("::functions_and_statics_of_this_program_have_their_names"),
            "{name}"
        );
        let address = (&raw const COUNT).addr() - allocator::load_offset().unwrap();
        let name = symbols.data_at(address as u64).expect("the static has a name");
        assert!(name.ends_with("::COUNT"), "{name}");
    }
}

//! The program's own function names, with their paths: from the symbol table of the executable, or of the
//! shared library that the meter is part of.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use object::{Object, ObjectSymbol, SymbolKind};

use crate::allocator;

/// The functions of the program, by address.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    /// Start, length and mangled name of each function, by start.
    functions: Vec<(u64, u64, String)>,
    /// How far from the addresses in its file the executable was loaded.
    offset: u64,
}

impl Symbols {
    /// Empty where the file cannot be read or has no symbols: names are then shorter.
    pub(crate) fn of_this_program() -> Self {
        let Some(offset) = allocator::load_offset() else {
            return Self::default();
        };
        let path = match allocator::library() {
            Some(path) => Ok(PathBuf::from(OsStr::from_bytes(path.to_bytes()))),
            None => env::current_exe(),
        };
        let file = path.and_then(fs::read).unwrap_or_default();
        let Ok(object) = object::File::parse(file.as_slice()) else {
            return Self::default();
        };
        let mut functions: Vec<(u64, u64, String)> = object
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| {
                Some((symbol.address(), symbol.size(), symbol.name().ok()?.to_owned()))
            })
            .collect();
        functions.sort();
        Self { functions, offset: offset as u64 }
    }

    /// The path of the function that a call returns into at `address`.
    pub(crate) fn function_at(&self, address: usize) -> Option<String> {
        // A call may be its function's last instruction, and return to the next one's first.
        let inside = (address as u64).checked_sub(self.offset)?.checked_sub(1)?;
        let after = self.functions.partition_point(|(start, ..)| *start <= inside);
        let (start, length, name) = &self.functions[after.checked_sub(1)?];
        let name = (inside - start < *length).then(|| rustc_demangle::demangle(name))?;
        Some(format!("{name:#}"))
    }
}

//! The names of statics and thread-local values, from the program's symbols.

use std::env;
use std::fs;

use object::{Object, ObjectSymbol, SymbolKind};

/// The data symbols of the executable, by address.
#[derive(Debug, Default)]
pub(crate) struct Statics {
    data: Vec<Symbol>,
    thread_local: Vec<Symbol>,
}

/// A value with a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    start: u64,
    size: u64,
    name: String,
}

impl Statics {
    /// Empty where the executable cannot be read or has no symbols.
    pub(crate) fn of_this_program() -> Self {
        let file = env::current_exe().and_then(fs::read).unwrap_or_default();
        let Ok(object) = object::File::parse(file.as_slice()) else {
            return Self::default();
        };
        let mut statics = Self::default();
        for symbol in object.symbols().filter(|symbol| symbol.size() > 0) {
            let list = match symbol.kind() {
                SymbolKind::Data => &mut statics.data,
                SymbolKind::Tls => &mut statics.thread_local,
                _ => continue,
            };
            let Ok(name) = symbol.name() else { continue };
            let (start, size) = (symbol.address(), symbol.size());
            list.push(Symbol { start, size, name: name.to_owned() });
        }
        statics.data.sort();
        statics.thread_local.sort();
        statics
    }

    /// The static at an address, counted as in the executable's file.
    pub(crate) fn data_at(&self, address: u64) -> Option<String> {
        at(&self.data, address)
    }

    /// The thread-local value at a place of the executable's thread-local block.
    pub(crate) fn thread_local_at(&self, place: u64) -> Option<String> {
        at(&self.thread_local, place)
    }
}

fn at(symbols: &[Symbol], address: u64) -> Option<String> {
    let after = symbols.partition_point(|symbol| symbol.start <= address);
    let symbol = &symbols[after.checked_sub(1)?];
    (address - symbol.start < symbol.size).then(|| plain(&symbol.name))
}

/// The path that the source has for a symbol: without what macros add for a thread-local or a lazy
/// value.
fn plain(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let end =
        ["::{{constant}}", "::{constant#", "::{{closure}}", "::{closure#", "::__getit", "::VAL"]
            .iter()
            .filter_map(|part| name.find(part))
            .min();
    name[..end.unwrap_or(name.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_any_address_in_it() {
        let symbol = |start, size, name: &str| Symbol { start, size, name: name.to_owned() };
        let symbols = [symbol(16, 8, "first"), symbol(32, 16, "second")];
        assert_eq!(at(&symbols, 20).as_deref(), Some("first"));
        assert_eq!(at(&symbols, 47).as_deref(), Some("second"));
        for outside in [0, 24, 48] {
            assert_eq!(at(&symbols, outside), None);
        }
    }

    #[test]
    fn what_macros_add_to_a_name_is_left_out() {
        let symbol = "_ZN4shop4cart4CART29_$u7b$$u7b$constant$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$3VAL17h0123456789abcdefE";
        assert_eq!(plain(symbol), "shop::cart::CART");
        assert_eq!(plain("_ZN4shop5CACHE17h0123456789abcdefE"), "shop::CACHE");
    }
}

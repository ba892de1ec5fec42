//! The names of functions and statics, as paths of the source.
//!
//! Rust has two manglings. The older one names `shop::Cart::add` as the source does; the newer one (v0, which nightly
//! compilers use) names it `<shop::Cart>::add::<u8>`. Everything that compares names expects the first form.

/// The path that a mangled symbol stands for.
pub(crate) fn demangled(symbol: &str) -> String {
    plain(&format!("{:#}", rustc_demangle::demangle(symbol)))
}

/// A demangled name without the brackets around the type of an inherent implementation and without the generic
/// arguments of functions and modules. The arguments of types stay, and so does `<A as Trait>::method`.
pub(crate) fn plain(name: &str) -> String {
    let inherent = inherent_type(name);
    let (own, rest) = inherent.unwrap_or(("", name));
    let mut path = own.to_owned();
    let mut left = rest;
    // Nothing in brackets is changed.
    while let Some(at) = left.find('<') {
        let end = at + matching(&left[at..]);
        let before = &left[..at];
        match before.strip_suffix("::") {
            Some(before) if !left[at..].starts_with("<impl ") => path.push_str(before),
            _ => path.push_str(&left[..end]),
        }
        left = &left[end..];
    }
    path.push_str(left);
    path
}

/// The type and the rest of `<shop::Cart>::add`.
fn inherent_type(name: &str) -> Option<(&str, &str)> {
    if !name.starts_with('<') {
        return None;
    }
    let end = matching(name);
    let own = name[1..end].strip_suffix('>')?;
    let is_path = own.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let rest = &name[end..];
    (is_path && !is_of_trait(own) && !own.starts_with("dyn ") && rest.starts_with("::"))
        .then_some((own, rest))
}

/// Whether this is `A as Trait`, outside of brackets.
fn is_of_trait(own: &str) -> bool {
    let mut left = own;
    while let Some(at) = left.find('<') {
        if left[..at].contains(" as ") {
            return true;
        }
        left = &left[at + matching(&left[at..])..];
    }
    left.contains(" as ")
}

/// The end of the brackets with which `text` begins; its whole length if they are not closed.
fn matching(text: &str) -> usize {
    let mut depth = 0;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + letter.len_utf8();
        }
        before = letter;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_manglings_give_the_path_of_the_source() {
        for (symbol, path) in [
            ("_ZN4shop4Cart3add17h0123456789abcdefE", "shop::Cart::add"),
            ("_RNvMCs1234_4shopNtB2_4Cart3add", "shop::Cart::add"),
            ("_RINvMCs1234_4shopNtB3_4Cart3addhE", "shop::Cart::add"),
            ("_RINvCs1234_4shop4keephE", "shop::keep"),
            ("malloc", "malloc"),
        ] {
            assert_eq!(demangled(symbol), path);
        }
    }

    #[test]
    fn only_what_the_newer_mangling_adds_is_left_out() {
        for (name, path) in [
            ("<shop::Cart>::add", "shop::Cart::add"),
            ("<lru::LruCache<u8, fn() -> u8>>::put::<u8>", "lru::LruCache<u8, fn() -> u8>::put"),
            ("shop::keep::<alloc::vec::Vec<u8>>::{closure#0}", "shop::keep::{closure#0}"),
            (
                "<shop::Cart as core::clone::Clone>::clone",
                "<shop::Cart as core::clone::Clone>::clone",
            ),
            ("<<A as B>::C>::d", "<<A as B>::C>::d"),
            ("<alloc::vec::Vec<<A as B>::C>>::push", "alloc::vec::Vec<<A as B>::C>::push"),
            ("<[u8]>::sort::<u8>", "<[u8]>::sort"),
            ("<dyn shop::Sale>::end", "<dyn shop::Sale>::end"),
            ("core::slice::<impl [T]>::sort", "core::slice::<impl [T]>::sort"),
            ("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec<T,A>::push"),
            ("a < b", "a < b"),
            ("<", "<"),
            ("", ""),
        ] {
            assert_eq!(plain(name), path, "{name}");
        }
    }
}

//! Matches functions by the end of their path.

/// Whether a function's path ends with `path`. Only whole names match.
pub(crate) fn ends_with_path(function: &str, path: &str) -> bool {
    function.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_the_end_of_its_path() {
        assert!(ends_with_path("shop::cart::Cart::add", "Cart::add"));
        assert!(!ends_with_path("shop::cart::OldCart::add", "Cart::add"));
    }
}

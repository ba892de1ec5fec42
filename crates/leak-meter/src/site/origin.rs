//! Determines the code that a function belongs to: by the path of its file or, without line tables, by its
//! name.

use std::env;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::frame::{Owner, Package};

/// The code that a function belongs to and, for a dependency, the package.
pub(super) fn origin(function: &str, file: Option<&str>) -> (Owner, Option<Package>) {
    let plain = function.trim_start_matches('<');
    // The shims that the compiler puts between `alloc` and the global allocator count as part of the meter,
    // although their line is that of the `#[global_allocator]`.
    let shim = ["__rust_", "__rustc::__rust_", "__rg_"].iter().any(|name| plain.starts_with(name));
    let file = file.map(Path::new);
    if shim || plain.starts_with("leak_meter::") || file.is_some_and(is_of_meter) {
        return (Owner::Meter, None);
    }
    let Some(file) = file else {
        let owner = if is_of_toolchain(plain) {
            Owner::Standard
        } else if plain.contains("::") {
            Owner::Program
        } else {
            Owner::System
        };
        return (owner, None);
    };
    let folders = folders(file);
    if is_of_standard_library(file, &folders) {
        return (Owner::Standard, None);
    }
    if let Some(package) = package_of(file, &folders) {
        return (Owner::Dependency, Some(package));
    }
    if file.extension().is_none_or(|extension| extension != "rs") {
        return (Owner::System, None);
    }
    // Only the folders below the package identify a test; the folders above may have any name.
    let test = folders_of(relative_path(file))
        .any(|folder| ["tests", "benches", "examples"].contains(&folder));
    (if test { Owner::Tests } else { Owner::Program }, None)
}

fn is_of_standard_library(file: &Path, folders: &[&str]) -> bool {
    folders.first() == Some(&"rustc")
        || file.starts_with("/rust/deps")
        || place_after(folders, &["rustlib", "src"]).is_some()
}

fn package_of(file: &Path, folders: &[&str]) -> Option<Package> {
    let name_at = |at: usize| folders.get(at).copied();
    if let Some(at) = place_after(folders, &["registry", "src"]) {
        // The package's folder is inside a folder for the index.
        return Some(named(name_at(at + 1)?));
    }
    if let Some(at) = place_after(folders, &["git", "checkouts"]) {
        let repository = name_at(at)?;
        let name = repository.rsplit_once('-').map_or(repository, |(name, _)| name);
        return Some(Package {
            name: name.to_owned(),
            version: name_at(at + 1).map(str::to_owned),
        });
    }
    if let Some(at) = place_after(folders, &["vendor"]) {
        return Some(named(name_at(at)?));
    }
    // If cargo trims paths, those of dependencies begin with the name and version.
    let first = named(folders.first()?);
    (!file.has_root() && first.version.is_some()).then_some(first)
}

/// The package whose folder has this name, which may include a version.
fn named(folder: &str) -> Package {
    let is_version = |text: &str| {
        let mut numbers = text.splitn(3, '.');
        let is_number = |number: Option<&str>| {
            number.is_some_and(|number| {
                !number.is_empty() && number.chars().all(|letter| letter.is_ascii_digit())
            })
        };
        is_number(numbers.next())
            && is_number(numbers.next())
            && numbers
                .next()
                .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    let dashes = folder.match_indices('-').map(|(at, _)| at);
    let parts = dashes.map(|at| (&folder[..at], &folder[at + 1..]));
    match parts.into_iter().find(|(_, version)| is_version(version)) {
        Some((name, version)) => {
            Package { name: name.to_owned(), version: Some(version.to_owned()) }
        }
        None => Package { name: folder.to_owned(), version: None },
    }
}

/// The folders of a path, followed by its file.
fn folders(file: &Path) -> Vec<&str> {
    folders_of(file).collect()
}

fn folders_of(file: &Path) -> impl Iterator<Item = &str> {
    file.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    })
}

/// The index after the first occurrence of `wanted` in `folders`.
fn place_after(folders: &[&str], wanted: &[&str]) -> Option<usize> {
    let at = folders.windows(wanted.len()).position(|some| some == wanted)?;
    Some(at + wanted.len())
}

/// Whether a file is one of this crate's sources, wherever the crate was built.
fn is_of_meter(file: &Path) -> bool {
    // The compiler's path of this very file: relative in a workspace, otherwise absolute.
    let sources = Path::new(file!()).ancestors().nth(2).filter(|sources| sources.ends_with("src"));
    let Some(sources) = sources else { return false };
    file.ancestors().any(|folder| folder.ends_with(sources) && sources.components().count() > 1)
}

/// Whether a function's path begins with a crate of the toolchain.
pub(super) fn is_of_toolchain(function: &str) -> bool {
    ["std::", "core::", "alloc::", "test::", "__rustc", "backtrace::", "hashbrown::"]
        .iter()
        .any(|name| function.starts_with(name))
}

/// The path relative to the workspace. Paths outside it stay unchanged.
pub(crate) fn relative(file: &str) -> &str {
    relative_path(Path::new(file)).to_str().unwrap_or(file)
}

fn relative_path(file: &Path) -> &Path {
    let Some(root) = workspace_folder() else { return file };
    // A program that was built on another system has paths without a drive.
    let mut below_drive = root.components();
    if let Some(Component::Prefix(_)) = root.components().next() {
        below_drive.next();
    }
    let stripped = file.strip_prefix(root).or_else(|_| file.strip_prefix(below_drive.as_path()));
    stripped.unwrap_or(file)
}

/// The folder to which the paths of call sites are relative: the nearest folder that contains a `Cargo.lock`,
/// from the current folder upwards, otherwise the current folder. `None` if the system does not report the
/// current folder.
///
/// It is determined at the first call. A program that changes its current folder should call this first, so
/// that paths stay short.
pub fn workspace_folder() -> Option<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let here = env::current_dir().ok()?;
        let locked = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        Some(locked.map_or(here.clone(), Path::to_path_buf))
    });
    root.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: Option<&str>) -> Package {
        Package { name: name.to_owned(), version: version.map(str::to_owned) }
    }

    #[test]
    fn code_is_attributed_by_its_path() {
        for (file, owner, of) in [
            ("/home/me/shop/src/cart.rs", Owner::Program, None),
            ("/home/me/shop/crates/db/src/pool.rs", Owner::Program, None),
            ("/shop-1.2.3/src/cart.rs", Owner::Program, None),
            (
                "/home/me/.cargo/registry/src/index-1/moka-0.12.8/src/lib.rs",
                Owner::Dependency,
                Some(package("moka", Some("0.12.8"))),
            ),
            (
                "/cargo/git/checkouts/db-core-1f2e/2a3b4c5/src/lib.rs",
                Owner::Dependency,
                Some(package("db-core", Some("2a3b4c5"))),
            ),
            (
                "/home/me/shop/vendor/moka/src/lib.rs",
                Owner::Dependency,
                Some(package("moka", None)),
            ),
            (
                "/home/me/shop/vendor/moka-0.12.8/src/lib.rs",
                Owner::Dependency,
                Some(package("moka", Some("0.12.8"))),
            ),
            // The form in which cargo trims them.
            (
                "md-5-0.11.0-rc.2/src/lib.rs",
                Owner::Dependency,
                Some(package("md-5", Some("0.11.0-rc.2"))),
            ),
            ("/rust/deps/hashbrown-0.16.1/src/map.rs", Owner::Standard, None),
            ("/rustc/59807616/library/alloc/src/vec/mod.rs", Owner::Standard, None),
            ("/opt/rust/lib/rustlib/src/rust/library/std/src/rt.rs", Owner::Standard, None),
            ("../csu/libc-start.c", Owner::System, None),
        ] {
            assert_eq!(origin("shop::cart::add", Some(file)), (owner, of), "{file}");
        }
        assert_eq!(origin("leak_meter::soak::run", Some("/any/src/soak.rs")).0, Owner::Meter);
    }

    #[test]
    fn a_folder_names_its_package_and_version() {
        for (folder, name, version) in [
            ("lru-0.6.3", "lru", Some("0.6.3")),
            ("md-5-0.10.6", "md-5", Some("0.10.6")),
            ("x509-parser-0.16.0", "x509-parser", Some("0.16.0")),
            ("aead-0.6.0-rc.1", "aead", Some("0.6.0-rc.1")),
            ("zstd-sys-2.0.9+zstd.1.5.5", "zstd-sys", Some("2.0.9+zstd.1.5.5")),
            ("rand-4", "rand-4", None),
            ("src", "src", None),
        ] {
            assert_eq!(named(folder), package(name, version));
        }
    }

    #[test]
    fn a_test_is_recognised_by_its_folder_below_the_workspace() {
        let here = env::current_dir().unwrap();
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap();
        let test = root.join("crates/shop/tests/leaks.rs");
        assert_eq!(origin("leaks::main", test.to_str()).0, Owner::Tests);
    }

    #[test]
    fn without_line_tables_the_toolchain_is_recognised_by_name() {
        assert_eq!(origin("alloc::vec::Vec<T>::push", None).0, Owner::Standard);
        assert_eq!(origin("<shop::Cart as core::fmt::Debug>::fmt", None).0, Owner::Program);
        assert_eq!(origin("__libc_start_main", None).0, Owner::System);
    }
}

//! The skeleton of a leak pattern, with which an author begins.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::files;
use crate::workspace::{Version, Workspace};

/// The files of the pattern's crate.
const PATTERN: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("../skeleton/pattern/Cargo.toml")),
    ("exercise.toml", include_str!("../skeleton/pattern/exercise.toml")),
    ("src/lib.rs", include_str!("../skeleton/pattern/lib.rs")),
    ("src/workload.rs", include_str!("../skeleton/pattern/workload.rs")),
    ("src/behaviours.rs", include_str!("../skeleton/pattern/behaviours.rs")),
    ("src/bounds.rs", include_str!("../skeleton/pattern/bounds.rs")),
    ("fixes/wrong/empty-note.patch", include_str!("../skeleton/pattern/empty-note.patch")),
];

/// The files that both versions have.
const SHARED: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("../skeleton/exercise/Cargo.toml")),
    ("src/lib.rs", include_str!("../skeleton/exercise/lib.rs")),
    ("tests/memory.rs", include_str!("../skeleton/exercise/memory.rs")),
];

/// The other files of the exercise, and of the solution.
const OWN: [[(&str, &str); 2]; 2] = [
    [
        ("README.md", include_str!("../skeleton/exercise/README.md")),
        ("src/notes.rs", include_str!("../skeleton/exercise/notes.rs")),
    ],
    [
        ("README.md", include_str!("../skeleton/solution/README.md")),
        ("src/notes.rs", include_str!("../skeleton/solution/notes.rs")),
    ],
];

/// Creates the skeleton of the pattern `name`, and returns its folders.
///
/// # Errors
/// A name that is invalid or taken, or a file that cannot be written; then nothing of the pattern is
/// left.
pub fn create(workspace: &Workspace, name: &str) -> anyhow::Result<[String; 3]> {
    let root = &workspace.root;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))
        .context("the workshop's Cargo.toml cannot be read")?;
    check_name(name, root, &manifest)?;
    let extended = with_dependency(&manifest, name)?;
    let folders = ["crates", "exercises", "solutions"].map(|folder| format!("{folder}/{name}"));
    let created = write(workspace, name).and_then(|()| {
        files::write(&root.join("Cargo.toml"), extended.as_bytes())
            .context("the workshop's Cargo.toml cannot be written")
    });
    if let Err(error) = created {
        for folder in &folders {
            // The error that matters is the one above.
            let _ = fs::remove_dir_all(root.join(folder));
        }
        return Err(error);
    }
    Ok(folders)
}

/// The name must be valid for a package and a crate, and not be taken.
fn check_name(name: &str, root: &Path, manifest: &str) -> anyhow::Result<()> {
    let words = name.split('-');
    let is_word = |word: &str| {
        !word.is_empty()
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    anyhow::ensure!(
        begins && words.clone().all(is_word),
        "{name:?} cannot be a pattern's name.\n\
         Use lower-case words and digits, separated by hyphens: poisoned-pools"
    );
    for folder in ["crates", "exercises", "solutions"] {
        anyhow::ensure!(
            !root.join(folder).join(name).exists(),
            "{folder}/{name} exists already.\nChoose another name, or continue with the existing \
             pattern: cargo xtask verify {name}"
        );
    }
    let manifest: toml::Table =
        manifest.parse().context("the workshop's Cargo.toml is not TOML")?;
    let dependencies = manifest.get("workspace").and_then(|table| table.get("dependencies"));
    anyhow::ensure!(
        dependencies.and_then(|table| table.get(name)).is_none(),
        "The workshop has a dependency named {name}.\nChoose another name for the pattern."
    );
    Ok(())
}

/// `manifest` with a line for the pattern's crate, sorted among the workshop's own crates.
fn with_dependency(manifest: &str, name: &str) -> anyhow::Result<String> {
    let own = |line: &str| line.contains("= { path = \"crates/");
    let before = |line: &str| own(line) && line.split(' ').next().unwrap_or_default() < name;
    let lines: Vec<&str> = manifest.lines().collect();
    let at = lines.iter().rposition(|line| before(line)).map(|at| at + 1);
    let at = at.or_else(|| lines.iter().position(|line| own(line)));
    let Some(at) = at else {
        let mut manifest: toml_edit::DocumentMut =
            manifest.parse().context("the workshop's Cargo.toml is not TOML")?;
        manifest["workspace"]["dependencies"][name]["path"] =
            toml_edit::value(format!("crates/{name}"));
        return Ok(manifest.to_string());
    };
    let line = format!("{name} = {{ path = \"crates/{name}\" }}");
    let (before, after) = lines.split_at(at);
    let all = before.iter().copied().chain([line.as_str()]).chain(after.iter().copied());
    Ok(all.flat_map(|line| [line, "\n"]).collect())
}

/// Writes all files of the pattern `name`.
fn write(workspace: &Workspace, name: &str) -> anyhow::Result<()> {
    let orders = workspace.exercises.iter().map(|exercise| exercise.metadata.order);
    let order = orders.fold(0.0, f64::max).floor() + 1.0;
    let first = workspace.exercises.first().context("the workshop has no exercise")?;
    let model = format!("{}/Cargo.toml", first.folder(Version::Exercise));
    let model = fs::read_to_string(workspace.root.join(&model))
        .with_context(|| format!("{model} cannot be read"))?;
    let write_file = |folder: &str, file: &str, text: &str, version: &str| {
        let mut development = [name, "exercise-harness"].map(|of| format!("{of}.workspace = true"));
        development.sort();
        let text = text
            .replace("{{name}}", name)
            .replace("{{crate}}", &name.replace('-', "_"))
            .replace("{{version}}", version)
            .replace("{{order}}", &order.to_string())
            .replace("{{dependencies}}", &dependencies(&model))
            .replace("{{dev-dependencies}}", &development.join("\n"));
        let place = format!("{folder}/{file}");
        files::write(&workspace.root.join(&place), text.as_bytes())
            .with_context(|| format!("{place} cannot be written, so nothing was made"))
    };
    for (file, text) in PATTERN {
        write_file(&format!("crates/{name}"), file, text, "")?;
    }
    for (version, own) in [Version::Exercise, Version::Solution].into_iter().zip(OWN) {
        for (file, text) in SHARED.iter().chain(&own) {
            write_file(&version.folder(name), file, text, &version.to_string())?;
        }
    }
    Ok(())
}

/// The `[dependencies]` of an exercise's manifest, which are the same in every exercise.
fn dependencies(model: &str) -> String {
    let from = model.lines().skip_while(|line| line.trim() != "[dependencies]");
    let lines: Vec<&str> = from
        .enumerate()
        .take_while(|(at, line)| *at == 0 || !line.starts_with('['))
        .map(|l| l.1)
        .collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_line_is_sorted_among_the_workshops_own_crates() {
        let manifest = |own: &[&str]| {
            let own = own.iter().map(|name| format!("{name} = {{ path = \"crates/{name}\" }}\n"));
            format!(
                "[workspace.dependencies]\n# Ours\n{}\nbytes = \"1\"\n",
                own.collect::<String>()
            )
        };
        for name in ["a", "c", "e"] {
            let mut all = ["b", "d", name];
            all.sort_unstable();
            assert_eq!(
                with_dependency(&manifest(&["b", "d"]), name).unwrap(),
                manifest(&all),
                "{name}"
            );
        }
        // Without such lines, it is added in another way.
        let manifest = with_dependency("[workspace.dependencies]\nbytes = \"1\"\n", "a").unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let path = manifest["workspace"]["dependencies"]["a"]["path"].as_str();
        assert_eq!(path, Some("crates/a"), "{manifest}");
    }
}

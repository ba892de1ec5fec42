//! `verify --form`: the toy tree is proven, and each fault in it is reported with the file and what to
//! do.

use crate::support::tree::Tree;

#[test]
fn a_complete_tree_is_proven() {
    Tree::whole().verify().ends_with(0).says(&["All 8 checks are proven."]);
}

#[test]
fn the_first_line_says_whether_everything_is_as_shipped() {
    let verified = Tree::whole().verify();
    let first = verified.out.lines().next().unwrap_or_default();
    assert!(
        first.starts_with(
            "The exercises are as shipped. It is not known whether solutions and crates are as"
        ),
        "{first}"
    );
    let tree = Tree::whole().under_git();
    tree.verify().says(&["The exercises are as shipped. Solutions and crates are as committed."]);
    tree.write("exercises/toy-cache/src/lib.rs", "")
        .write("solutions/toy-cache/src/lib.rs", "")
        .verify()
        .says(&[
            "Not as shipped: exercises toy-cache. ",
            "Changed since the last commit: solutions/toy-cache.",
        ]);
}

#[test]
fn an_outdated_lock_is_refused_with_the_command_that_renews_it() {
    let file = "exercises/toy-cache/src/lib.rs";
    let tree = Tree::whole().replace(file, "Pages and", "The pages and");
    let tree = tree.replace("solutions/toy-cache/src/lib.rs", "Pages and", "The pages and");
    tree.is_refused("crates/toy-cache/shipped.toml", "src/lib.rs is edited")
        .says(&["cargo xtask author accept toy-cache", "1 of 8 checks failed."]);
    tree.run(&["author", "accept", "toy-cache", "--locks-only"])
        .ends_with(0)
        .says(&["shipped now with these changes:\n  src/lib.rs is edited"]);
    tree.verify().ends_with(0);
}

#[test]
fn a_missing_or_invalid_lock_is_refused() {
    let place = "crates/toy-cache/shipped.toml";
    Tree::whole().remove(place).is_refused(place, "There is no such file");
    Tree::whole().write(place, "format = 2\n[files]\n").is_refused(place, "its format is 2");
    let broken = Tree::whole().write(place, "files");
    broken.is_refused(place, "cannot be used").says(&["author accept"]);
    broken.run(&["author", "accept", "--locks-only"]).ends_with(0);
    Tree::whole()
        .write("exercises/toy-cache/src/new.rs", "//! New.\n")
        .is_refused(place, "src/new.rs is new");
}

#[test]
fn an_unknown_name_ends_with_two() {
    Tree::whole().verify_only("toy-cahe").ends_with(2).warns(&["toy-cache"]);
}

#[test]
fn an_unreadable_exercise_toml_is_refused() {
    Tree::whole()
        .replace("crates/toy-cache/exercise.toml", "minutes = 15", "minuten = 15")
        .is_refused("crates/toy-cache/exercise.toml", "unknown field `minuten`");
}

#[test]
fn a_missing_solution_is_refused() {
    Tree::whole()
        .remove("solutions/toy-cache")
        .is_refused("solutions/toy-cache", "There is no such folder");
}

#[test]
fn a_stray_exercise_is_refused() {
    Tree::whole()
        .write("exercises/stray/README.md", "stray")
        .is_refused("crates/stray", "There is no such folder");
}

#[test]
fn two_exercises_with_one_order_are_refused() {
    let folders = ["crates", "exercises", "solutions"];
    let tree = folders.iter().fold(Tree::whole(), |tree, folder| {
        tree.copy(&format!("{folder}/toy-cache"), &format!("{folder}/twin"))
    });
    tree.is_refused("crates/twin/exercise.toml", "Its order 1 is also that of toy-cache.");
}

#[test]
fn a_declared_file_or_function_that_does_not_exist_is_refused() {
    let metadata = "crates/toy-cache/exercise.toml";
    Tree::whole()
        .replace(metadata, "function = \"Cache::get\"", "function = \"Cache::fetch\"")
        .is_refused(metadata, "has no `fn fetch`");
    Tree::whole()
        .replace(metadata, "files = [\"src/cache.rs\"]", "files = [\"src/cache.rs\", \"src/b.rs\"]")
        .is_refused(metadata, "[fix] declares src/b.rs; neither version has it.");
}

#[test]
fn a_difference_outside_the_fix_is_refused() {
    Tree::whole()
        .replace("solutions/toy-cache/src/lib.rs", "Pages and", "The pages and")
        .is_refused("solutions/toy-cache/src/lib.rs:1", "outside the fix");
    Tree::whole()
        .replace("solutions/toy-cache/Cargo.toml", "doctest = false", "doctest = true")
        .is_refused("solutions/toy-cache/Cargo.toml", "outside the fix");
    Tree::whole()
        .replace("solutions/toy-cache/tests/memory.rs", "Self(", "Service(")
        .is_refused("solutions/toy-cache/tests/memory.rs", "outside the fix");
}

#[test]
fn a_file_that_only_one_version_has_is_refused() {
    Tree::whole()
        .write("solutions/toy-cache/src/sweep.rs", "//! Sweeps.\n")
        .is_refused("solutions/toy-cache/src/sweep.rs", "exercises/toy-cache has no such file");
}

#[test]
fn a_declared_fix_that_changes_nothing_is_refused() {
    Tree::whole()
        .copy("exercises/toy-cache/src/cache.rs", "solutions/toy-cache/src/cache.rs")
        .is_refused("solutions/toy-cache/src/cache.rs", "it is the same as");
}

#[test]
fn a_second_mention_of_the_version_in_the_memory_test_is_refused() {
    let line = "struct Service(version::Cache);";
    Tree::whole()
        .replace(
            "exercises/toy-cache/tests/memory.rs",
            line,
            "struct Service(toy_cache_exercise::Cache);",
        )
        .is_refused(
            "exercises/toy-cache/tests/memory.rs",
            "Exactly one line, a `use`, may name toy_cache_exercise; 2 do",
        );
}

#[test]
fn a_word_that_reveals_the_leak_is_refused() {
    Tree::whole()
        .replace("exercises/toy-cache/src/cache.rs", "/// An empty cache.", "/// A leaky cache.")
        .is_refused("exercises/toy-cache/src/cache.rs:13", "The word \"leaky\"");
}

#[test]
fn another_order_of_dependencies_is_refused() {
    Tree::whole()
        .replace("exercises/toy-cache/Cargo.toml", "crc32fast.workspace = true\n", "")
        .is_refused("solutions/toy-cache/Cargo.toml", "Its [dependencies] differ from those of");
}

#[test]
fn a_readme_without_its_sections_is_refused() {
    let readme = "exercises/toy-cache/README.md";
    Tree::whole()
        .replace(readme, "### Memory profile", "### Memory")
        .is_refused(readme, "Expected heading `### Memory profile`, found `## Your task`.");
    Tree::whole()
        .replace(readme, "Many strings.", "")
        .is_refused(readme, "There is no text below `### Memory profile`.");
    Tree::whole()
        .replace(readme, "# The cache that keeps", "# The cache")
        .is_refused(readme, "Expected heading `# The cache that keeps`");
    Tree::whole()
        .replace(readme, "15 minutes", "20 minutes")
        .is_refused(readme, "**Time:** 15 minutes` is missing");
    Tree::whole()
        .replace(readme, "<details><summary>Hint 3</summary>", "<details>")
        .is_refused(readme, "Hint 3 lacks");
    Tree::whole()
        .replace(readme, "(src/cache.rs)", "(src/store.rs)")
        .is_refused(readme, "The link to src/store.rs does not lead to a file.");
}

#[test]
fn a_solutions_readme_without_its_sections_is_refused() {
    let readme = "solutions/toy-cache/README.md";
    Tree::whole()
        .replace(readme, "## Try next", "## Next")
        .is_refused(readme, "Expected heading `## Try next`, found `## Next`.");
    Tree::whole()
        .replace(
            readme,
            "## In public\n\nText, see [it](https://example.org/1).",
            "## In public\n\nText.",
        )
        .is_refused(readme, "The public incident has no link.");
}

#[test]
fn a_change_without_a_point_and_a_point_without_a_change_are_refused() {
    let readme = "solutions/toy-cache/README.md";
    let refused = |point: &str, wrong: &str| {
        let tree = Tree::whole().replace(readme, "- `src/cache.rs`: text", point);
        tree.is_refused(readme, wrong);
    };
    refused("Text", "No point explains the change at src/cache.rs:");
    refused(
        "- `fn set`: text",
        "No change contains the code with which this point begins: `fn set`",
    );
    refused("- `src/lib.rs`: text", "this point begins: `src/lib.rs`: text");
}

#[test]
fn placeholders_are_listed() {
    let readme = "exercises/toy-cache/README.md";
    Tree::whole()
        .replace(readme, "Many strings.", "TO WRITE: what a snapshot shows.")
        .is_refused(readme, "what a snapshot shows.");
}

#[test]
fn a_patch_that_does_not_apply_is_refused_with_its_hunk() {
    let patch = "crates/toy-cache/fixes/wrong/clear-all.patch";
    Tree::whole()
        .replace(patch, " /// The page of this number.", " /// Some page.")
        .is_refused(patch, "Hunk 1 of src/cache.rs does not apply")
        .says(&["+        if self.pages.len() > 5 {"]);
}

#[test]
fn a_patch_that_is_not_a_diff_is_refused() {
    let patch = "crates/toy-cache/fixes/right/clear-late.patch";
    Tree::whole()
        .replace(patch, "@@ -17,6 +17,9 @@", "@@ -17,6 +17,4 @@")
        .is_refused(patch, "It is not a unified diff");
    Tree::whole().write(patch, "Clears.\n").is_refused(patch, "It changes no file.");
}

#[test]
fn a_patch_without_explanation_or_label_is_refused() {
    let patch = "crates/toy-cache/fixes/wrong/clear-all.patch";
    Tree::whole()
        .replace(patch, "Clears all.", "")
        .is_refused(patch, "There is no explanation above the diff.");
    Tree::whole()
        .replace(patch, "Rejected-by: behaviour::keeps_hot_pages", "")
        .is_refused(patch, "It has 0 lines `Rejected-by:`; exactly one is required.");
    Tree::whole().copy(patch, "crates/toy-cache/fixes/right/clear-all.patch").is_refused(
        "fixes/right/clear-all.patch",
        "A right fix must not name a trial that rejects it.",
    );
}

#[test]
fn too_few_fixes_are_refused() {
    Tree::whole()
        .remove("crates/toy-cache/fixes/wrong/clear-all.patch")
        .is_refused("crates/toy-cache/fixes/wrong", "Found 3 patches; at least 4 are required.");
    Tree::whole()
        .remove("crates/toy-cache/fixes/right")
        .is_refused("crates/toy-cache/fixes/right", "Found 0 patches; at least 2 are required.");
}

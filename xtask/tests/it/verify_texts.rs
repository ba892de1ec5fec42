//! `verify --form`: the texts that an exercise's README leads to.

use crate::support::tree::Tree;

#[test]
fn a_text_that_the_readme_leads_to_may_not_reveal_the_leak() {
    let contract = "crates/toy-cache/src/lib.rs";
    let refused = |tree: Tree, place: &str, words: &str| {
        tree.is_refused(place, &format!("The words {words:?} reveal the leak"));
    };
    // The head of the contract, and the summary.
    let head = "//! Pages.\n//!\n//! An entry that expires is never\n//! removed.\n";
    refused(Tree::whole().write(contract, head), "src/lib.rs:3", "never removed");
    let summary = "\"A cache that keeps every page\"";
    let metadata = "crates/toy-cache/exercise.toml";
    let tree = Tree::whole().replace(metadata, summary, "\"A cache with no bound\"");
    refused(tree, "exercise.toml:4", "no bound");
    // The words of the explanation, and the names of the fix.
    let solution = "solutions/toy-cache/README.md";
    let explained = |text: &str| {
        let explanation = "## What happens\n\nOld pages wait behind fresh pages.\n";
        let tree = Tree::whole().replace(solution, "## What happens\n", explanation);
        let fix = "`self.pages.retain`: instead of a call of `evict_oldest`";
        tree.replace(solution, "`src/cache.rs`: text", fix).write(contract, text)
    };
    explained("//! Pages.\n").verify().ends_with(0);
    refused(explained("//! Old pages wait behind\n"), "src/lib.rs:1", "old pages wait behind");
    refused(explained("/// Calls `evict_oldest`.\n"), "src/lib.rs:1", "evict_oldest");
    // Other files, once the README names them.
    let workload = "crates/toy-cache/src/workload.rs";
    let with_workload = || Tree::whole().write(workload, "// Pages leak.\nfn leak() {}\n");
    with_workload().verify().ends_with(0);
    let task = "## Your task\n";
    let readme = "exercises/toy-cache/README.md";
    let named = format!("{task}\nIn `crates/toy-cache/src`: `workload.rs`.\n");
    refused(with_workload().replace(readme, task, &named), "src/workload.rs:1", "leak");
    let guide = "# Guide\n\n### other\n\nIt leaks.\n\n### toy-cache: pages\n\nTwo leaks.\n";
    let with_guide = || Tree::whole().write("docs/facilitator.md", guide);
    with_guide().verify().ends_with(0);
    let linked = format!("{task}\nSee [the guide](../../docs/facilitator.md#toy).\n");
    refused(with_guide().replace(readme, task, &linked), "docs/facilitator.md:9", "leaks");
}

#[test]
fn nothing_before_a_judgement_may_tell_whether_an_exercise_leaks() {
    let readme = "exercises/toy-cache/README.md";
    Tree::whole()
        .replace(readme, "See what it keeps", "Run the failing test")
        .is_refused(readme, "Its task is not that of every exercise.");
    Tree::whole()
        .replace(readme, "Many strings.", "Many leaked strings.")
        .is_refused(readme, "The word \"leaked\" tells that it leaks");
    let metadata = "crates/toy-cache/exercise.toml";
    let tree =
        Tree::whole().replace(metadata, "\"A cache that keeps every page\"", "\"It climbs\"");
    tree.is_refused(metadata, "Its summary says \"climbs\"");
    let manifest = "crates/toy-cache/Cargo.toml";
    Tree::whole()
        .write(manifest, "[package]\ndescription = \"Exercise: pages\"\n")
        .is_refused(&format!("{manifest}:2"), "not of the form that all have");
    let form = "description = \"Pages: contract, workload and checks of the exercise\"\n";
    Tree::whole().write(manifest, form).verify().ends_with(0);
}

/// Trees with a leak, and decoys in the places `orders`, that take `minutes`.
fn with_decoys(orders: &[u32], minutes: u32) -> Tree {
    let decoy = "[decoy]\nresources = [\"live_blocks\"]\nlevels_off_after = 700\n\
                 server_level_bytes = 500_000_000\ntoo_short = { rounds = 12, verdict = \"undecided\" }\n";
    orders.iter().fold(Tree::whole(), |tree, order| {
        let metadata = format!(
            "order = {order}\ntitle = \"Title {order}\"\nservice = \"pages\"\nsummary = \
             \"Pages\"\ndifficulty = \"Easy\"\nminutes = {minutes}\noperations_per_round = 50\n\
             requests_per_second = 10.0\n{decoy}"
        );
        let folders = ["crates", "exercises", "solutions"];
        let tree = folders.iter().fold(tree, |tree, folder| {
            tree.copy(&format!("{folder}/toy-cache"), &format!("{folder}/decoy-{order}"))
        });
        tree.write(&format!("crates/decoy-{order}/exercise.toml"), &metadata)
    })
}

#[test]
fn the_list_may_not_tell_a_decoy_by_its_figures_or_its_place() {
    let place = "crates/decoy-2/exercise.toml";
    with_decoys(&[2], 7).is_refused(place, "No leak takes its 7 minutes.");
    let wrong = "Every decoy comes 1 places after the one before.";
    with_decoys(&[2, 3, 4], 15).is_refused(place, wrong);
    for orders in [&[2, 3][..], &[0, 2, 3]] {
        let verified = with_decoys(orders, 15).verify();
        assert!(!verified.out.contains("Every decoy comes"), "{}", verified.out);
        assert!(!verified.out.contains("No leak"), "{}", verified.out);
    }
}

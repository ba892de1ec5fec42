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

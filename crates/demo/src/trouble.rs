//! The current problems, each in a sentence.

use std::collections::BTreeMap;

use exercise_harness::plan::Role;

/// The last problem of each version, and one that concerns all of them.
#[derive(Debug, Default)]
pub struct Trouble(BTreeMap<Option<Role>, String>);

impl Trouble {
    /// Adds a problem of `version`, or of all of them.
    pub fn add(&mut self, version: Option<Role>, sentence: String) {
        self.0.insert(version, sentence);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All problems; `None` if there is none.
    pub fn text(&self) -> Option<String> {
        let all = self.0.iter().map(|(role, text)| describe(*role, text));
        Some(all.collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
    }
}

/// The description of a problem, beginning with the version that has it.
fn describe(role: Option<Role>, text: &str) -> String {
    match role {
        Some(Role::Shipped) => format!("The shipped version: {text}"),
        Some(Role::Solution) => format!("The solution: {text}"),
        Some(Role::Edited) => format!("Your version: {text}"),
        None => text.to_owned(),
    }
}

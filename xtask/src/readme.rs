//! Parses a README into sections, and finds the parts that the runner shows.

use crate::workspace::{Exercise, Version};

/// A parsed README.
#[derive(Debug)]
pub struct Readme {
    /// Its file, relative to the root.
    pub place: String,
    /// Its sections, beginning with the text before the title.
    pub sections: Vec<Section>,
}

/// A heading and the text below it, up to the next heading.
#[derive(Debug)]
pub struct Section {
    /// The heading's line, with its `#` signs.
    pub heading: String,
    /// The line's number, from 1.
    pub line: usize,
    /// The lines below it.
    pub body: Vec<String>,
}

impl Readme {
    /// The README of `version` of `exercise`; empty if it cannot be read.
    pub fn load(exercise: &Exercise, version: Version) -> Self {
        let place = exercise.readme(version);
        Self::parse(&exercise.read(&place).unwrap_or_default(), place)
    }

    /// Splits `text` at its headings, ignoring code blocks.
    pub fn parse(text: &str, place: String) -> Self {
        let mut sections = vec![Section { heading: String::new(), line: 1, body: Vec::new() }];
        let mut in_code = false;
        for (number, line) in text.lines().enumerate() {
            in_code ^= line.trim_start().starts_with("```");
            let level = line.chars().take_while(|letter| *letter == '#').count();
            if !in_code && level > 0 && line[level..].starts_with(' ') {
                let heading = line.trim_end().to_owned();
                sections.push(Section { heading, line: number + 1, body: Vec::new() });
            } else if let Some(section) = sections.last_mut() {
                section.body.push(line.to_owned());
            }
        }
        Self { place, sections }
    }

    pub fn section(&self, heading: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.heading == heading)
    }

    /// The text below a heading, without headings of its own; empty without one.
    pub fn text(&self, heading: &str) -> String {
        self.section(heading).map(|section| section.body.join("\n")).unwrap_or_default()
    }

    /// The quoted lines below "Bug report", without their sign.
    pub fn bug_report(&self) -> String {
        let lines = self.section("### Bug report").into_iter().flat_map(|section| &section.body);
        let quoted = lines.filter_map(|line| line.strip_prefix('>'));
        quoted.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// The text below "Why it is fine", which only a decoy's solution has.
    pub fn why_fine(&self) -> String {
        self.text("## Why it is fine")
    }

    /// The hints in order: the contents of the folded parts below "Hints".
    pub fn hints(&self) -> Vec<String> {
        let Some(section) = self.section("## Hints") else { return Vec::new() };
        let text = section.body.join("\n");
        let folded = text.split("<details>").skip(1).filter_map(|hint| {
            let (_, hint) = hint.split_once("</summary>")?;
            let (hint, _) = hint.split_once("</details>")?;
            Some(hint.trim().to_owned())
        });
        folded.filter(|hint| !hint.is_empty()).collect()
    }

    /// The reasons of the fix: the list items below "The fix", each on one line.
    pub fn reasons(&self) -> Vec<String> {
        let Some(section) = self.section("## The fix") else { return Vec::new() };
        let mut reasons: Vec<String> = Vec::new();
        let mut in_point = false;
        for line in section.prose() {
            if let Some(point) = line.strip_prefix("- ") {
                reasons.push(point.trim().to_owned());
                in_point = true;
            } else if in_point && line.starts_with("  ") {
                if let Some(reason) = reasons.last_mut() {
                    reason.push(' ');
                    reason.push_str(line.trim());
                }
            } else {
                in_point = false;
            }
        }
        reasons
    }
}

/// `text` as a quotation.
pub fn quoted(text: &str) -> String {
    let lines = text.lines().map(|line| ["> ", line].concat().trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

impl Section {
    /// The lines outside of code blocks.
    pub fn prose(&self) -> impl Iterator<Item = &String> {
        let mut in_code = false;
        self.body.iter().filter(move |line| {
            in_code ^= line.trim_start().starts_with("```");
            !in_code
        })
    }

    /// Whether there is any text below its heading.
    pub fn has_text(&self) -> bool {
        self.body.iter().any(|line| !line.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readme(text: &str) -> Readme {
        Readme::parse(text, "README.md".to_owned())
    }

    #[test]
    fn hints_are_the_folded_parts() {
        let text = "# A\n\n## Hints\n\nOne at a time.\n\n<details><summary>Hint 1</summary>\n\nLook at \
                    `a`.\n\n</details>\n\n<details><summary>Hint 2</summary>\n\nAnd\nat b.\n\n</details>\n";
        assert_eq!(readme(text).hints(), ["Look at `a`.", "And\nat b."]);
        assert!(readme("# A\n").hints().is_empty());
    }

    #[test]
    fn a_bug_report_is_quoted_and_a_decoy_says_why_it_is_fine() {
        let exercise = readme(
            "# A\n\n### Bug report\n\nLast week:\n\n> It is\n>\n> *slow*.\n\n## B\n\n> no\n",
        );
        assert_eq!(exercise.bug_report(), "It is\n\n*slow*.");
        assert_eq!(exercise.why_fine(), "");
        assert_eq!(readme("## Why it is fine\n\n- It ends.\n").why_fine(), "\n- It ends.");
    }

    #[test]
    fn reasons_are_the_list_items_of_the_fix() {
        let text = "# A\n\n## The fix\n\nAll of it is in `a.rs`.\n\n- `one`: because\n  of it.\n- two\n\n\
                    No point.\n  indented\n\n## Wrong fixes\n\n- three\n";
        assert_eq!(readme(text).reasons(), ["`one`: because of it.", "two"]);
    }
}

//! Parses a README into sections, and finds its hints and reasons.

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

    /// The section with this heading.
    pub fn section(&self, heading: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.heading == heading)
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
    fn reasons_are_the_list_items_of_the_fix() {
        let text = "# A\n\n## The fix\n\nAll of it is in `a.rs`.\n\n- `one`: because\n  of it.\n- two\n\n\
                    No point.\n  indented\n\n## Wrong fixes\n\n- three\n";
        assert_eq!(readme(text).reasons(), ["`one`: because of it.", "two"]);
    }
}

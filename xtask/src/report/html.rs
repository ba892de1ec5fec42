//! The report as one self-contained page.

use crate::report::Contents;

const FRAME: &str = include_str!("../../assets/report.html");
const SCRIPT: &str = include_str!("../../assets/report.js");
const STYLE: &str = include_str!("../../assets/report.css");

/// Renders the page.
pub fn page(contents: &Contents) -> anyhow::Result<String> {
    // `<` could end the script element or begin a comment in it.
    let data = serde_json::to_string(contents)?.replace('<', "\\u003c");
    let parts = [
        ("<!--chart style-->", charts::STYLE),
        ("<!--style-->", STYLE),
        ("<!--licence-->", charts::LICENSE),
        ("<!--chart script-->", charts::SCRIPT),
        ("<!--data-->", &data),
        ("<!--script-->", SCRIPT),
    ];
    let mut rest = FRAME;
    let mut page = String::with_capacity(rest.len() + data.len() + charts::SCRIPT.len());
    for (mark, text) in parts {
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_in_its_place_and_nothing_is_fetched() {
        let page = page(&Contents { exercises: Vec::new() }).unwrap();
        assert!(!page.contains("<!--"), "a part is missing");
        assert!(page.contains(charts::SCRIPT) && page.contains(STYLE) && page.contains(SCRIPT));
        for outside in ["src=", "href=", "url(", "@import", "fetch("] {
            assert!(!page.contains(outside), "the page fetches by {outside}");
        }
    }

    #[test]
    fn data_cannot_end_the_script_element() {
        let chapter = crate::report::Chapter {
            name: "</script><script>alert(1)".to_owned(),
            title: String::new(),
            versions: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            charts: Vec::new(),
        };
        let page = page(&Contents { exercises: vec![chapter] }).unwrap();
        assert!(!page.contains("alert(1)</script>") && !page.contains("</script><script>alert"));
    }
}

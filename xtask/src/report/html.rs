//! The report as one self-contained page: the Markdown, with charts as pictures.

use std::fmt::Write;

use super::{Chapter, Contents, markdown, svg};
use crate::html;

const STYLE: &str = include_str!("../../assets/report.css");

/// Renders the page.
pub fn page(contents: &Contents) -> String {
    let mut body = html::markdown(&markdown::head(contents));
    body.push_str("<p class=\"legend\">");
    for version in contents.versions() {
        // Writing to a string never fails.
        let _ = write!(body, "<b class=\"{version}\">{version}</b> ");
    }
    body.push_str("</p>\n");
    body.extend(contents.exercises.iter().map(chapter));
    html::page("Leak Lab: report", STYLE, &body)
}

fn chapter(chapter: &Chapter) -> String {
    let charts: String = chapter.charts.iter().map(svg::figure).collect();
    format!(
        "<section>\n{}<div class=\"data\">\n<div class=\"charts\">\n{charts}</div>\n{}</div>\n\
         {}</section>\n",
        html::markdown(&markdown::beginning(chapter)),
        html::markdown(&markdown::table(chapter)),
        html::markdown(&markdown::lines(chapter)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_become_elements_and_nothing_is_fetched() {
        let chapter = Chapter {
            name: "x</p><script>alert(1)</script>".to_owned(),
            title: "<b>".to_owned(),
            rows: vec![vec!["<i>".to_owned()]],
            ..Chapter::default()
        };
        let contents =
            Contents { made: vec![("date", "now".to_owned())], exercises: vec![chapter] };
        let page = page(&contents);
        for element in ["<script", "<i>", "<b>", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(element), "the page has {element}");
        }
        assert!(page.contains("alert(1)") && page.contains("date: now"), "{page}");
    }
}

//! The report as one self-contained page: the Markdown, with charts as pictures.

use pulldown_cmark::{Event, Options, Parser, html};

use super::{Chapter, Contents, markdown, svg};

const STYLE: &str = include_str!("../../assets/report.css");

/// Renders the page. It has no script and loads nothing.
pub fn page(contents: &Contents) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Leak Lab: report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    );
    page.push_str(&rendered(&markdown::head(contents)));
    page.push_str("<p class=\"legend\">");
    for version in contents.versions() {
        page.push_str(&format!("<b class=\"{version}\">{version}</b> "));
    }
    page.push_str("</p>\n");
    contents.exercises.iter().for_each(|one| page.push_str(&chapter(one)));
    page.push_str("</body>\n</html>\n");
    page
}

fn chapter(chapter: &Chapter) -> String {
    let charts: String = chapter.charts.iter().map(svg::figure).collect();
    format!(
        "<section>\n{}<div class=\"data\">\n<div class=\"charts\">\n{charts}</div>\n{}</div>\n{}</section>\n",
        rendered(&markdown::beginning(chapter)),
        rendered(&markdown::table(chapter)),
        rendered(&markdown::lines(chapter)),
    )
}

/// Renders Markdown. HTML in it is text, and a growing line is marked.
fn rendered(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut text = String::new();
    html::push_html(&mut text, events);
    let marked = text.lines().map(|line| match line.strip_suffix(MARK) {
        Some(line) => format!("<mark>{line}</mark>\n"),
        None => format!("{line}\n"),
    });
    marked.collect()
}

/// The mark of a growing line, as it is rendered.
const MARK: &str = "  // &lt;- grows";

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

    #[test]
    fn a_growing_line_is_marked() {
        let marked = rendered("```rust\nfn a() {\n    b::<C>();  // <- grows\n}\n```\n");
        assert!(marked.contains("\n<mark>    b::&lt;C&gt;();</mark>\n}"), "{marked}");
    }
}

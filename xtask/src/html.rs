//! Self-contained pages from Markdown: no script, and nothing is loaded.

use pulldown_cmark::{Event, Options, Parser, html};

/// The mark of a growing line in Markdown, and as it is rendered.
pub const GROWS: &str = "  // <- grows";
const GROWS_RENDERED: &str = "  // &lt;- grows";

/// A page with this title, style and body.
pub fn page(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// Renders Markdown. HTML in it is text, and a line of code that ends with [`GROWS`] is marked.
pub fn markdown(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    let marked = rendered.lines().map(|line| match line.strip_suffix(GROWS_RENDERED) {
        Some(line) => format!("<mark>{line}</mark>\n"),
        None => format!("{line}\n"),
    });
    marked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_in_markdown_is_text() {
        let text = markdown("a <b>c</b>\n\n<script>alert(1)</script>\n");
        assert!(!text.contains("<b>") && !text.contains("<script"), "{text}");
        assert!(text.contains("alert(1)"), "{text}");
    }

    #[test]
    fn a_growing_line_is_marked() {
        let text = markdown(&format!("```rust\nfn a() {{\n    b::<C>();{GROWS}\n}}\n```\n"));
        assert!(text.contains("\n<mark>    b::&lt;C&gt;();</mark>\n}"), "{text}");
    }
}

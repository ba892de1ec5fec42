//! The growing lines, and the holder of what they allocate, without the pattern's name.

use std::fs;
use std::path::Path;

use exercise_harness::explain;
use exercise_harness::plan::{Planned, Role};
use leak_meter::site::Site;
use leak_meter::{Report, Verdict};

use super::{Line, SourceLine};

/// The number of source lines to show before and after a growing line.
const AROUND: u32 = 4;
/// The maximum number of growing lines to show.
const MOST_LINES: usize = 5;

/// The growing lines in the program's own code, each with the source around it.
pub(super) fn lines(planned: &Planned, report: &Report) -> Vec<Line> {
    let Some(version) = planned.versions.iter().find(|version| version.role == Role::Shipped)
    else {
        return Vec::new();
    };
    let growing = report.sites.iter().filter(|site| site.own && site.verdict == Verdict::Growing);
    growing.filter_map(|site| line(&planned.name, &version.folder, site)).take(MOST_LINES).collect()
}

fn line(pattern: &str, folder: &Path, site: &Site) -> Option<Line> {
    let (path, number) = (site.file.as_deref()?, site.line?);
    // Paths and functions begin with the pattern's name, which must not be revealed yet.
    let file = format!("src/{}", path.rsplit_once("/src/")?.1);
    let function = function(pattern, &site.function);
    let text = fs::read_to_string(folder.join(&file)).unwrap_or_default();
    let source = explain::excerpt(&text, number, AROUND)
        .map(|(at, text)| SourceLine { number: at, text: text.to_owned(), grows: at == number })
        .collect();
    let keeps = explain::growth_of(site);
    Some(Line { function, file, line: number, keeps, source })
}

/// A function's path without the crate's name and the trait that it implements.
fn function(pattern: &str, name: &str) -> String {
    let of_trait = name.strip_prefix('<').and_then(|name| {
        let (kind, rest) = name.split_once(" as ")?;
        Some(format!("{kind}::{}", rest.rsplit_once(">::")?.1))
    });
    let name = of_trait.unwrap_or_else(|| name.to_owned());
    let module = format!("{}_", pattern.replace('-', "_"));
    match name.split_once("::") {
        Some((first, rest)) if first.contains(&module) => rest.to_owned(),
        _ => name,
    }
}

/// The first holder, as the meter describes it but without the pattern's name.
pub(super) fn holder(pattern: &str, report: &Report) -> Option<String> {
    let holders = report.holders.as_ref()?;
    holders.findings.first()?;
    let mut first = holders.clone();
    first.findings.truncate(1);
    nameless(pattern, &first.lines().join("\n"))
}

/// `text` without the beginnings of paths and functions that reveal the pattern's name. `None` if the
/// rest still contains the name.
fn nameless(pattern: &str, text: &str) -> Option<String> {
    let module = pattern.replace('-', "_");
    let mut text = text.to_owned();
    for place in ["target/shipped/", "exercises/", "crates/"] {
        for version in ["-shipped", ""] {
            text = text.replace(&format!("{place}{pattern}{version}/"), "");
        }
    }
    text = text.replace(&format!("{module}_exercise::"), "").replace(&format!("{module}::"), "");
    (!text.contains(pattern) && !text.contains(&module)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_shown_without_its_crate_and_its_trait() {
        for (name, shown) in [
            ("rc_cycles_exercise::thread::Thread::say", "thread::Thread::say"),
            ("<rc_cycles_exercise::page::Page as core::clone::Clone>::clone", "page::Page::clone"),
            ("tokio::runtime::Runtime::new", "tokio::runtime::Runtime::new"),
        ] {
            assert_eq!(function("rc-cycles", name), shown);
        }
    }

    #[test]
    fn a_holder_is_shown_without_the_patterns_name() {
        let text = "held by rc_cycles_exercise::channel::Channel::open\n\
                    exercises/rc-cycles/src/channel.rs:38, in rc_cycles::workload::growth\n\
                    target/shipped/rc-cycles-shipped/src/digest.rs:33";
        let shown = nameless("rc-cycles", text).unwrap();
        assert_eq!(
            shown,
            "held by channel::Channel::open\nsrc/channel.rs:38, in workload::growth\nsrc/digest.rs:33"
        );
        assert_eq!(nameless("rc-cycles", "in the folder rc-cycles"), None);
    }
}

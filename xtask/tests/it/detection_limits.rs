//! `author detection-limits` keeps its promise: versions that leak as rarely as it says are detected.

use std::fs;

use crate::support::copy_all;
use crate::support::workshop_copy::WorkshopCopy;

/// Is true in one of `{N}` calls.
const ONE_IN: &str = "
fn is_one() -> bool {
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed).is_multiple_of({N})
}
";

/// What replaces what.
type Edit = (&'static str, &'static str);

/// The solution of each exercise with the exercise's leak, but only where `is_one` is true: the file, and
/// its edits.
const RARE_LEAKS: [(&str, &str, &[Edit]); 3] = [
    (
        "unbounded-cache",
        "cache.rs",
        &[
            (
                "self.pages.get_with_by_ref(query, || load().into())",
                "self.pages.get_with_by_ref(query, || {
                    let body: Arc<str> = load().into();
                    if is_one() {
                        KEPT.lock().push((query.clone(), Arc::clone(&body)));
                    }
                    body
                })",
            ),
            (
                "/// The rendered pages of all users.",
                "static KEPT: parking_lot::Mutex<Vec<(TaskQuery, Arc<str>)>> =
                    parking_lot::Mutex::new(Vec::new());

                /// The rendered pages of all users.",
            ),
        ],
    ),
    (
        "rc-cycles",
        "digest.rs",
        &[
            (
                "    source: Weak<Channel>,",
                "    source: Weak<Channel>,\n    _kept: Option<Rc<Channel>>,",
            ),
            (
                "            source: Rc::downgrade(source),",
                "            source: Rc::downgrade(source),
                _kept: is_one().then(|| Rc::clone(source)),",
            ),
        ],
    ),
    (
        "detached-tasks",
        "session.rs",
        &[(
            "        tasks.spawn(autosave::run(entries.clone()));",
            "        if is_one() {
                    tokio::spawn(autosave::run(entries.clone()));
                } else {
                    tasks.spawn(autosave::run(entries.clone()));
                }",
        )],
    ),
];

/// The trials and the figures in the lines `memory::growth  1 in 429 operations (...)`.
fn limits(text: &str) -> Vec<(String, f64)> {
    let lines = text.lines().filter_map(|line| line.trim().split_once("  "));
    let lines = lines.filter(|(trial, _)| trial.starts_with("memory::"));
    let figure = |rest: &str| {
        let rest = rest.trim().strip_prefix("1 in ")?;
        rest.split(' ').next()?.replace(',', "").parse::<f64>().ok()
    };
    lines.filter_map(|(trial, rest)| Some((trial.to_owned(), figure(rest)?))).collect()
}

#[test]
#[ignore = "builds and measures three exercises twice, several minutes"]
fn a_leak_as_rare_as_the_limit_is_detected() {
    for (name, file, edits) in RARE_LEAKS {
        let copy = WorkshopCopy::new(name, &format!("limits-{name}"));
        let printed = copy.run(&["author", "detection-limits", name]).ends_with(0).out;
        let limits = limits(&printed);
        assert!(limits.len() > 1, "{printed}");
        let source = format!("exercises/{name}/src");
        fs::remove_dir_all(copy.path(&source)).unwrap();
        copy_all(&copy.path(&format!("solutions/{name}/src")), &copy.path(&source));
        let file = copy.path(&format!("{source}/{file}"));
        let mut text = fs::read_to_string(&file).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from:?} is not in\n{text}");
            text = text.replacen(from, to, 1);
        }
        for (trial, one_in) in limits {
            // A bound that holds a few leaks is exceeded by a whole number of them.
            let rarely = ONE_IN.replace("{N}", &format!("{:.0}", (one_in * 0.8).floor().max(1.0)));
            fs::write(&file, format!("{text}{rarely}")).unwrap();
            let tested = copy.run(&["test", name, "--reveal"]).ends_with(1).out;
            let is_red = ["FAIL", "open"]
                .iter()
                .any(|word| tested.lines().any(|line| line.trim() == format!("{word}  {trial}")));
            println!("{name}, {trial}: 1 in {one_in}");
            assert!(is_red, "{trial} passes with 1 in {one_in}:\n{tested}");
        }
    }
}

//! `author accept`: writes the measured leak of an exercise into its metadata.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use exercise_harness::Exercise as Metadata;
use exercise_harness::SoakSettings;
use exercise_harness::exercise::{ExerciseKind, Leak};
use exercise_harness::isolated::TrialRun;
use leak_meter::{Report, Resource};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use super::culprit;
use super::test_bed::TestBed;
use crate::files;
use crate::location;
use crate::measure::GROWTH;
use crate::workspace::{Exercise, Version};

/// By how much a measured rate may differ from the declared one, as a share of it.
const TOLERANCE: f64 = 0.25;

/// What `accept` changed in the metadata.
#[derive(Debug, PartialEq)]
pub enum AcceptedLeak {
    /// Nothing: it already declares what was measured.
    Same,
    /// These fields, each with its old and its new value.
    Changed(Vec<(&'static str, String, String)>),
    /// Nothing, because nothing grows, for this reason.
    NothingGrows(String),
}

/// Measures `exercise`, and writes its leak into its metadata.
pub fn accept(exercise: &mut Exercise, test_bed: &TestBed<'_>) -> anyhow::Result<AcceptedLeak> {
    let package = exercise.package(Version::Exercise);
    let built = test_bed.build.packages.get(&package).map(|built| &built.test);
    let Some(Ok(test)) = built else {
        return Ok(AcceptedLeak::NothingGrows(format!(
            "{} does not build",
            exercise.folder(Version::Exercise)
        )));
    };
    let trials = [GROWTH.to_owned()];
    let stage = format!("Measuring {}", exercise.name);
    let measured = test_bed.measure(&stage, SoakSettings::default(), &[(test, &trials)])?;
    let ended = measured.first().and_then(|trials| trials.get(GROWTH));
    let ExerciseKind::Leak { leak: declared, .. } = &exercise.metadata.kind else {
        return Ok(AcceptedLeak::NothingGrows("it is declared not to leak".to_owned()));
    };
    let measured = match ended.context("the growth trial has no result").map(TrialRun::report)? {
        Some(report) => measured_leak(exercise, declared, report),
        None => Err(format!("{GROWTH} did not complete")),
    };
    let leak = match measured {
        Ok(leak) => leak,
        Err(reason) => return Ok(AcceptedLeak::NothingGrows(reason)),
    };
    let changes = changes(declared, &leak);
    if changes.is_empty() {
        return Ok(AcceptedLeak::Same);
    }
    let place = exercise.metadata_file();
    let text = with_leak(&exercise.read(&place)?, &leak)
        .with_context(|| format!("{place} cannot be changed"))?;
    exercise.metadata = Metadata::parse(&text).with_context(|| format!("{place}, as changed"))?;
    files::write(&exercise.path(&place), text.as_bytes())
        .with_context(|| format!("{place} cannot be written"))?;
    Ok(AcceptedLeak::Changed(changes))
}

/// The leak in `report`, or why there is none.
fn measured_leak(exercise: &Exercise, declared: &Leak, report: &Report) -> Result<Leak, String> {
    let rates: BTreeMap<Resource, f64> = report
        .growing()
        .filter_map(|growth| Some((growth.resource, three_digits(growth.per_operation?))))
        .collect();
    let resources = resources(&declared.resources, &rates);
    if resources.is_empty() {
        return Err(format!("the verdict is {}", report.verdict));
    }
    let own = format!("{}/", exercise.folder(Version::Exercise));
    let first = location::growing(&report.sites).next().ok_or("no line grows")?;
    let file = first.file.as_deref().and_then(|file| file.strip_prefix(own.as_str()));
    let file = file
        .ok_or_else(|| format!("the first growing line is in {}, outside {own}", first.function))?;
    // A declared name that means the same function is kept.
    let function = if culprit::last_name(&first.function) == culprit::last_name(&declared.function)
    {
        declared.function.clone()
    } else {
        culprit::short_name(&first.function)
    };
    let per_operation = rates.into_iter().filter(|(one, _)| resources.contains(one)).collect();
    let file = PathBuf::from(file);
    Ok(Leak { resources, per_operation, file, function, ..declared.clone() })
}

/// The growing resources to declare: those that are declared already, and handles. Memory usually grows
/// with them, and is added only if nothing else grows.
fn resources(declared: &[Resource], rates: &BTreeMap<Resource, f64>) -> Vec<Resource> {
    let grows = |resource: &Resource| rates.contains_key(resource);
    let mut found: Vec<Resource> = declared.iter().copied().filter(grows).collect();
    let handles = [
        Resource::OpenFiles,
        Resource::Sockets,
        Resource::TemporaryFiles,
        Resource::Threads,
        Resource::Tasks,
    ];
    let memory = [Resource::LiveBlocks, Resource::LiveBytes, Resource::ForeignBytes];
    for more in [&handles[..], &memory[..]] {
        let is_new = |resource: &&Resource| grows(resource) && !declared.contains(resource);
        if found.is_empty() || more == handles {
            found.extend(more.iter().filter(is_new));
        }
    }
    found
}

/// The fields in which `new` differs, each with its old and its new value.
fn changes(old: &Leak, new: &Leak) -> Vec<(&'static str, String, String)> {
    let names = |leak: &Leak| list(leak.resources.iter().map(|one| one.name().to_owned()));
    let rates = |leak: &Leak| {
        list(leak.per_operation.iter().map(|(one, rate)| format!("{rate} {}", one.name())))
    };
    let same_rates = differing_rates(&old.per_operation, &new.per_operation).is_empty()
        && old.per_operation.keys().eq(new.per_operation.keys());
    let mut changes = vec![
        ("resources", names(old), names(new)),
        ("file", old.file.display().to_string(), new.file.display().to_string()),
        ("function", old.function.clone(), new.function.clone()),
    ];
    if !same_rates {
        changes.push(("per_operation", rates(old), rates(new)));
    }
    changes.retain(|(_, old, new)| old != new);
    changes
}

fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// The declared rates that differ from the measured ones, each with the measured one.
pub fn differing_rates<'a>(
    declared: &'a BTreeMap<Resource, f64>,
    measured: &BTreeMap<Resource, f64>,
) -> Vec<(Resource, &'a f64, Option<f64>)> {
    let differs = |(resource, declared): (&Resource, &'a f64)| {
        let rate = measured.get(resource).copied();
        let near = rate.is_some_and(|rate| (rate - declared).abs() <= TOLERANCE * declared.abs());
        (!near).then_some((*resource, declared, rate))
    };
    declared.iter().filter_map(differs).collect()
}

/// `text`, an `exercise.toml`, with `leak` and everything else unchanged.
fn with_leak(text: &str, leak: &Leak) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let table = document.get_mut("leak").and_then(Item::as_table_like_mut);
    let table = table.context("it has no [leak]")?;
    let key = |resource: &Resource| -> anyhow::Result<String> {
        let key = serde_json::to_value(resource)?;
        Ok(key.as_str().context("a resource has no name")?.to_owned())
    };
    let resources = leak.resources.iter().map(key).collect::<anyhow::Result<Array>>()?;
    let mut rates = InlineTable::new();
    for (resource, rate) in &leak.per_operation {
        rates.insert(&key(resource)?, (*rate).into());
    }
    let fields: [(&str, Value); 4] = [
        ("resources", resources.into()),
        ("file", leak.file.display().to_string().into()),
        ("function", leak.function.clone().into()),
        ("per_operation", rates.into()),
    ];
    for (field, mut value) in fields {
        // Keep spaces and comments around the value.
        if let Some(old) = table.get(field).and_then(Item::as_value) {
            *value.decor_mut() = old.decor().clone();
        }
        table.insert(field, Item::Value(value));
    }
    Ok(document.to_string())
}

fn three_digits(rate: f64) -> f64 {
    format!("{rate:.2e}").parse().unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(rates: &[(Resource, f64)]) -> BTreeMap<Resource, f64> {
        rates.iter().copied().collect()
    }

    #[test]
    fn growing_handles_are_declared_and_memory_beside_them_is_not() {
        use Resource::{LiveBlocks, LiveBytes, OpenFiles};
        let all = rates(&[(LiveBlocks, 3.0), (LiveBytes, 80.0), (OpenFiles, 1.0)]);
        assert_eq!(resources(&[], &all), [OpenFiles]);
        assert_eq!(resources(&[LiveBytes], &all), [LiveBytes, OpenFiles]);
        let memory = rates(&[(LiveBlocks, 3.0), (LiveBytes, 80.0)]);
        assert_eq!(resources(&[OpenFiles], &memory), [LiveBlocks, LiveBytes]);
        assert_eq!(resources(&[LiveBlocks], &rates(&[])), []);
    }

    #[test]
    fn a_rate_may_differ_by_a_quarter() {
        let declared = rates(&[(Resource::LiveBlocks, 4.0)]);
        for (rate, near) in [(4.0, true), (5.0, true), (3.0, true), (5.1, false), (0.0, false)] {
            let measured = rates(&[(Resource::LiveBlocks, rate)]);
            assert_eq!(differing_rates(&declared, &measured).is_empty(), near, "{rate}");
        }
        assert_eq!(differing_rates(&declared, &rates(&[])).len(), 1);
    }

    #[test]
    fn only_the_fields_of_the_leak_change_in_the_text() {
        let old = "# One.\norder = 1 # first\n\n[leak]\nresources = [ \"live_bytes\" ] # memory\n\
                   file = \"src/a.rs\"\nfunction = \"A::a\"\n\n[fix]\nfiles = [\"src/a.rs\"]\n";
        let leak = Leak {
            resources: vec![Resource::OpenFiles],
            per_operation: rates(&[(Resource::OpenFiles, 0.4)]),
            file: "src/b.rs".into(),
            function: "B::b".to_owned(),
            also_in: Vec::new(),
            holder: None,
        };
        let new = "# One.\norder = 1 # first\n\n[leak]\nresources = [\"open_files\"] # memory\n\
                   file = \"src/b.rs\"\nfunction = \"B::b\"\nper_operation = { open_files = 0.4 }\n\n\
                   [fix]\nfiles = [\"src/a.rs\"]\n";
        assert_eq!(with_leak(old, &leak).unwrap(), new);
        assert!(with_leak("order = 1\n", &leak).is_err());
    }
}

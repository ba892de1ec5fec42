//! The fields of `exercise.toml`, and what makes them an exercise.

use serde::Deserialize;

use super::exercise::{Decoy, Difficulty, Exercise, ExerciseKind, Fix, Leak, Load};

/// The fields of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    order: f64,
    title: String,
    service: String,
    summary: String,
    difficulty: Difficulty,
    minutes: u32,
    operations_per_round: u64,
    window_operations_per_round: Option<u64>,
    requests_per_second: f64,
    #[serde(default = "usual_open_files_limit")]
    open_files_limit: u64,
    leak: Option<Leak>,
    fix: Option<Fix>,
    decoy: Option<Decoy>,
    load: Option<Load>,
}

/// The operations in each round of the window that is shown before a judgement.
pub(super) fn usual_window(operations_per_round: u64) -> u64 {
    operations_per_round.min((operations_per_round / 10).max(20))
}

fn usual_open_files_limit() -> u64 {
    65_536
}

impl TryFrom<Fields> for Exercise {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let kind = match (fields.leak, fields.fix, fields.decoy) {
            (Some(leak), Some(fix), None) => ExerciseKind::Leak { leak, fix },
            (None, None, Some(decoy)) => ExerciseKind::Decoy(decoy),
            (_, _, Some(_)) => {
                return Err("it has [decoy] beside [leak] or [fix]; a decoy does not leak and is \
                            not fixed, so remove the one or the others"
                    .to_owned());
            }
            (None, None, None) => {
                return Err(
                    "it has neither [leak] and [fix] nor [decoy]; add [leak] and [fix] if it \
                            leaks, or [decoy] if its growth is fine"
                        .to_owned(),
                );
            }
            (leak, _, None) => {
                let [has, lacks] = if leak.is_some() { ["leak", "fix"] } else { ["fix", "leak"] };
                return Err(format!(
                    "it has [{has}] and lacks [{lacks}]; an exercise that leaks has both"
                ));
            }
        };
        Ok(Self {
            order: fields.order,
            title: fields.title,
            service: fields.service,
            summary: fields.summary,
            difficulty: fields.difficulty,
            minutes: fields.minutes,
            operations_per_round: fields.operations_per_round,
            window_operations_per_round: fields
                .window_operations_per_round
                .unwrap_or_else(|| usual_window(fields.operations_per_round)),
            requests_per_second: fields.requests_per_second,
            open_files_limit: fields.open_files_limit,
            kind,
            load: fields.load,
        })
    }
}

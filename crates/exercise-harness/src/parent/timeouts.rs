//! How long a trial may take.

use std::env;
use std::time::Duration;

/// The environment variable that sets [`Timeouts::silence`], in seconds.
pub(super) const SILENCE_VARIABLE: &str = "LEAK_LAB_SILENCE";
/// The environment variable that sets [`Timeouts::total`], in seconds.
const TOTAL_VARIABLE: &str = "LEAK_LAB_LONGEST_TRIAL";

/// How long a trial may take before it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeouts {
    /// The longest time without an event, without the time that the trial waits for a processor. On
    /// an idle machine, no trial of the workshop needs a tenth of the default.
    pub(super) silence: Duration,
    /// The longest time in total.
    pub(super) total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), total: Duration::from_secs(300) }
    }
}

impl Timeouts {
    /// The timeouts for a trial that is slowed down by this factor.
    pub(super) fn times(self, factor: u32) -> Self {
        Self {
            silence: self.silence.saturating_mul(factor),
            total: self.total.saturating_mul(factor),
        }
    }

    /// The timeouts that [`SILENCE_VARIABLE`] and [`TOTAL_VARIABLE`] set, or the defaults. A slow
    /// machine, or rounds with very many operations, may need more time.
    ///
    /// # Errors
    /// When a variable is set to anything but a number of seconds above 0.
    pub(super) fn from_environment() -> anyhow::Result<Self> {
        let default = Self::default();
        Ok(Self {
            silence: read_variable(SILENCE_VARIABLE)?.unwrap_or(default.silence),
            total: read_variable(TOTAL_VARIABLE)?.unwrap_or(default.total),
        })
    }
}

fn read_variable(variable: &str) -> anyhow::Result<Option<Duration>> {
    let Some(text) = env::var_os(variable) else { return Ok(None) };
    let text = text.to_string_lossy();
    parse_seconds(&text).map(Some).ok_or_else(|| {
        anyhow::anyhow!(
            "The variable {variable} is set to {text:?}; it must be a number of seconds above 0.\n\
             Correct it or unset it."
        )
    })
}

fn parse_seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0)?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_seconds_above_zero_are_accepted() {
        assert_eq!(parse_seconds("1.5"), Some(Duration::from_millis(1500)));
        for text in ["", "0", "-1", "ten", "NaN", "inf", "1e300"] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
    }
}

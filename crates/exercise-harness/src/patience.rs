//! How long a trial is waited for.

use std::env;
use std::time::Duration;

/// The variable that sets [`Patience::silence`], in seconds.
pub const SILENCE: &str = "LEAK_LAB_SILENCE";
/// The variable that sets [`Patience::whole`], in seconds.
pub const WHOLE: &str = "LEAK_LAB_LONGEST_TRIAL";

/// How long a trial is waited for before it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Without an event. No trial of the workshop is silent for a tenth of the default.
    pub silence: Duration,
    /// Altogether.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), whole: Duration::from_secs(300) }
    }
}

impl Patience {
    /// As much for what takes so many times as long.
    #[must_use]
    pub fn times(self, factor: u32) -> Self {
        let times = |time: Duration| time.saturating_mul(factor);
        Self { silence: times(self.silence), whole: times(self.whole) }
    }

    /// The default, save for what [`SILENCE`] and [`WHOLE`] set: a slow machine, or rounds of very
    /// many operations, may need more.
    ///
    /// # Errors
    /// When one of them is set to something else than seconds above 0.
    pub fn from_environment() -> anyhow::Result<Self> {
        let default = Self::default();
        Ok(Self {
            silence: set_by(SILENCE)?.unwrap_or(default.silence),
            whole: set_by(WHOLE)?.unwrap_or(default.whole),
        })
    }
}

fn set_by(variable: &str) -> anyhow::Result<Option<Duration>> {
    let Some(text) = env::var_os(variable) else { return Ok(None) };
    let text = text.to_string_lossy();
    seconds(&text).map(Some).ok_or_else(|| {
        anyhow::anyhow!(
            "The variable {variable} is set to {text:?}; it must be a number of seconds above 0.\n\
             Set it so, or unset it."
        )
    })
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0)?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_seconds_above_zero_are_a_time() {
        assert_eq!(seconds("1.5"), Some(Duration::from_millis(1500)));
        for text in ["", "0", "-1", "ten", "NaN", "inf", "1e300"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}

//! Formats numbers, and converts times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(feature = "soak")]
use crate::series::Resource;

/// The whole part of a value; 0 for a negative one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

/// Milliseconds since 1970 (UTC); 0 before that.
pub fn unix_milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A count with thousands separators: `12,345`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of things, in the singular or the plural: `1 round`, `12 rounds`, `4 patches`.
pub fn plural(value: u64, thing: &str) -> String {
    let ending = match thing {
        _ if value == 1 => "",
        thing if thing.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {thing}{ending}", count(value))
}

/// A count of things with a verb: `1 trial passes`, `12 trials pass`.
pub fn plural_verb(value: u64, thing: &str, verb: &str) -> String {
    let ending = match verb {
        _ if value != 1 => "",
        verb if verb.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {verb}{ending}", plural(value, thing))
}

/// A rate of `resource` per operation; below one half, the number of operations per unit: `1 in 14,000
/// operations`, `1 B in 300 operations`, `2.50 per operation`, `1.20 kB per operation`.
#[cfg(feature = "soak")]
pub fn per_operation(resource: Resource, rate: f64) -> String {
    if rate > 0.0 && rate < 0.5 {
        let unit = if resource.is_bytes() { "1 B" } else { "1" };
        format!("{unit} in {} operations", number((1.0 / rate).floor()))
    } else {
        format!("{} per operation", figure(resource, rate))
    }
}

/// A number of bytes in a suitable unit, where 1 kB is 1,000 bytes: `1.5 MB`.
pub fn bytes(value: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut scaled = value;
    let mut unit = 0;
    while scaled.abs() >= 999.5 && unit + 1 < units.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{} B", number(scaled))
    } else {
        format!("{} {}", number(scaled), units[unit])
    }
}

/// A number with its significant digits: `1,803`, `1.80`, `0.0012`.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        let rounded = format!("{size:.0}").parse().map_or_else(|_| format!("{size:.0}"), count);
        return format!("{}{rounded}", if value < 0.0 { "-" } else { "" });
    }
    match size {
        0.0 => "0".to_owned(),
        s if s >= 99.95 => format!("{value:.0}"),
        s if s >= 9.995 => format!("{value:.1}"),
        s if s >= 0.0995 => format!("{value:.2}"),
        s if s >= 0.0001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

/// A rate, with the number as the user gave it: `10 operations per second`.
pub fn rate(per_second: f64) -> String {
    let text = per_second.to_string();
    let number = text.parse().map_or(text, count);
    let operations = if number == "1" { "operation" } else { "operations" };
    format!("{number} {operations} per second")
}

/// A reading of `resource`, with its unit unless the resource's name is the unit.
#[cfg(feature = "soak")]
pub fn reading(resource: Resource, value: u64) -> String {
    if resource.is_bytes() { bytes(value as f64) } else { count(value) }
}

/// A quantity of `resource`, without its name: `1.80`, `412 B`.
#[cfg(feature = "soak")]
pub fn figure(resource: Resource, value: f64) -> String {
    if resource.is_bytes() { bytes(value) } else { number(value) }
}

/// A quantity of `resource`, with its name: `1.80 live blocks`, `412 B of live memory`.
#[cfg(feature = "soak")]
pub fn quantity(resource: Resource, value: f64) -> String {
    match resource {
        Resource::LiveBytes => format!("{} of live memory", bytes(value)),
        Resource::TemporaryBytes => format!("{} of temporary files", bytes(value)),
        Resource::ForeignBytes => format!("{} of memory outside the Rust allocator", bytes(value)),
        Resource::ResidentBytes => format!("{} of resident memory", bytes(value)),
        counted => format!("{} {}", number(value), counted.name()),
    }
}

/// A span of time in its two largest units: `12 h 30 min`.
pub fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minute, hour, day) = (60, 3600, 86_400);
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        s if s < minute => format!("{s} s"),
        s if s < hour => two(s / minute, "min", s % minute, "s"),
        s if s < 2 * day => two(s / hour, "h", s % hour / minute, "min"),
        s if s < 730 * day => two(s / day, "days", s % day / hour, "h"),
        s => format!("{} years", count(s / (365 * day))),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

#[cfg(all(test, feature = "soak"))]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands_separators() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_count_of_one_is_singular() {
        assert_eq!(plural(1, "round"), "1 round");
        assert_eq!(plural(1200, "round"), "1,200 rounds");
        assert_eq!(
            [0, 1, 2].map(|count| plural(count, "patch")),
            ["0 patches", "1 patch", "2 patches"]
        );
        assert_eq!(plural_verb(1, "trial", "pass"), "1 trial passes");
        assert_eq!(plural_verb(2, "trial", "fail"), "2 trials fail");
        assert_eq!(per_operation(Resource::LiveBlocks, 0.001), "1 in 1,000 operations");
        assert_eq!(per_operation(Resource::LiveBlocks, 2.5), "2.50 per operation");
        assert_eq!(per_operation(Resource::LiveBytes, 0.01), "1 B in 100 operations");
    }

    #[test]
    fn numbers_keep_their_significant_digits() {
        assert_eq!(
            [0.0, 1.8, 0.02, 0.0012, 380.0, 1803.4, -2.0].map(number),
            ["0", "1.80", "0.0200", "0.0012", "380", "1,803", "-2.00"]
        );
    }

    #[test]
    fn rates_are_shown_as_they_were_stated() {
        assert_eq!(rate(1.0), "1 operation per second");
        assert_eq!(rate(0.25), "0.25 operations per second");
        assert_eq!(rate(2000.0), "2,000 operations per second");
    }

    #[test]
    fn bytes_use_a_suitable_unit() {
        assert_eq!(
            [12.0, 999.0, 1500.0, 2e9].map(bytes),
            ["12.0 B", "999 B", "1.50 kB", "2.00 GB"]
        );
    }

    #[test]
    fn times_count_from_1970() {
        assert_eq!(unix_milliseconds(UNIX_EPOCH + Duration::from_micros(1_500_999)), 1500);
        assert_eq!(unix_milliseconds(UNIX_EPOCH - Duration::from_secs(1)), 0);
    }

    #[test]
    fn spans_show_two_units() {
        assert_eq!(span(Duration::from_millis(20)), "20 ms");
        assert_eq!(span(Duration::from_secs(61)), "1 min 1 s");
        assert_eq!(span(Duration::from_secs(45_000)), "12 h 30 min");
        assert_eq!(span(Duration::from_secs(86_400 * 3)), "3 days");
    }
}

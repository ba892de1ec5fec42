//! A chart as a picture (SVG), which needs no script and prints sharply.

use std::fmt::Write;

use exercise_harness::units;

use super::Chart;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 220.0;
/// The space for the labels on the left, and below.
const LEFT: f64 = 72.0;
const BELOW: f64 = 36.0;
const ABOVE: f64 = 8.0;
/// The approximate number of steps of an axis.
const STEPS: f64 = 4.0;

/// The chart with its name.
pub fn figure(chart: &Chart) -> String {
    let points = || chart.curves.iter().flat_map(|curve| &curve.points);
    let most_operations = points().map(|point| point.0).max().unwrap_or(1).max(1) as f64;
    let highest = points().map(|point| point.1).max().unwrap_or(1).max(1) as f64 * 1.05;
    let x = |operations: f64| LEFT + (WIDTH - LEFT - 12.0) * operations / most_operations;
    let y = |held: f64| HEIGHT - BELOW - (HEIGHT - BELOW - ABOVE) * held / highest;
    let held = |value: f64| {
        if chart.bytes { units::bytes(value) } else { units::count(units::whole(value)) }
    };
    let mut svg = String::new();
    let name = &chart.name;
    // Writing to a string never fails.
    let _ = write!(
        svg,
        "<figure><figcaption>{name}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <title>{name} over the operations</title><desc>{}</desc>",
        description(chart, held)
    );
    for tick in ticks(highest, chart.bytes) {
        let (at, text) = (y(tick), held(tick));
        let (from, to, label) = (LEFT, WIDTH - 12.0, LEFT - 6.0);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{from} {at:.1}H{to}\"/>\
             <text x=\"{label}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            at + 4.0
        );
    }
    for tick in ticks(most_operations, false) {
        let (at, text) = (x(tick), units::count(units::whole(tick)));
        let _ = write!(
            svg,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
            HEIGHT - BELOW + 16.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">operations</text>",
        x(most_operations / 2.0),
        HEIGHT - 4.0
    );
    for curve in &chart.curves {
        let line: Vec<String> = curve
            .points
            .iter()
            .map(|(operations, held)| {
                format!("{:.1},{:.1}", x(*operations as f64), y(*held as f64))
            })
            .collect();
        let _ =
            write!(svg, "<polyline class=\"{}\" points=\"{}\"/>", curve.version, line.join(" "));
    }
    svg.push_str("</svg></figure>\n");
    svg
}

/// What the chart shows, in words.
fn description(chart: &Chart, held: impl Fn(f64) -> String) -> String {
    let ends = chart.curves.iter().filter_map(|curve| {
        let (first, last) = (curve.points.first()?, curve.points.last()?);
        Some(format!(
            "{}: from {} to {} after {} operations.",
            curve.version,
            held(first.1 as f64),
            held(last.1 as f64),
            units::count(last.0)
        ))
    });
    ends.collect::<Vec<_>>().join(" ")
}

/// The values at which an axis up to `end` has a label: steps of 1, 2 or 5 times a power of ten.
fn ticks(end: f64, fractions: bool) -> Vec<f64> {
    let rough = end / STEPS;
    let ten = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * ten);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let step = if fractions { step } else { step.max(1.0) };
    let labels = (0_u32..).map(|number| f64::from(number) * step);
    labels.take_while(|label| *label <= end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Curve;
    use crate::workspace::Version;

    #[test]
    fn labels_are_round_and_within_the_axis() {
        assert_eq!(ticks(48_000.0, false), [0.0, 20_000.0, 40_000.0]);
        assert_eq!(ticks(1.05, false), [0.0, 1.0]);
        assert_eq!(ticks(58.7e6, true), [0.0, 20e6, 40e6]);
    }

    #[test]
    fn a_curve_reaches_from_the_first_to_the_last_reading_and_is_described() {
        let curve = |version, points| Curve { version, points };
        let chart = Chart {
            name: "open files".to_owned(),
            bytes: false,
            curves: vec![
                curve(Version::Exercise, vec![(100, 0), (1000, 400)]),
                curve(Version::Solution, vec![(100, 9), (1000, 9)]),
            ],
        };
        let svg = figure(&chart);
        assert!(svg.contains("exercise: from 0 to 400 after 1,000 operations."), "{svg}");
        // From the axis to the right end, close to the top.
        assert!(
            svg.contains(r#"<polyline class="exercise" points="105.6,184.0 408.0,16.4"/>"#),
            "{svg}"
        );
        assert_eq!(svg.matches("<polyline").count(), 2);
    }
}

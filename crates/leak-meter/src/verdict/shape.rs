//! The shape of a series: what of it stayed, when it rose, and whether one step explains it.

/// The floor: for each round the smallest value from it to the end, that is, what survived every
/// later round. It never falls. The last round, which nothing has survived yet, is left out.
pub fn floor(values: &[f64]) -> Vec<f64> {
    let mut floor: Vec<f64> = values
        .iter()
        .rev()
        .scan(f64::INFINITY, |smallest, value| {
            *smallest = smallest.min(*value);
            Some(*smallest)
        })
        .collect();
    floor.reverse();
    floor.pop();
    floor
}

/// The positions at which the floor is higher than in the round before.
pub fn rises(values: &[f64]) -> Vec<usize> {
    let floor = floor(values);
    (1..floor.len()).filter(|at| floor[*at] > floor[at - 1]).collect()
}

/// Whether every value is the same.
pub fn is_flat(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// Whether the series never falls.
pub fn never_falls(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] <= pair[1])
}

/// Whether two levels with one step between them describe the series better than a straight line
/// (by the sum of squared distances). What is set up once makes a step; a leak makes a line.
pub fn is_one_step(values: &[f64]) -> bool {
    let line = distance_from_line(values);
    (1..values.len()).any(|at| {
        let (before, after) = values.split_at(at);
        distance_from_level(before) + distance_from_level(after) < line
    })
}

fn distance_from_level(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

fn distance_from_line(values: &[f64]) -> f64 {
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let level = mean(values);
    let offsets = || (0..values.len()).map(|at| at as f64 - middle);
    let spread: f64 = offsets().map(|offset| offset * offset).sum();
    let product: f64 = offsets().zip(values).map(|(offset, value)| offset * (value - level)).sum();
    let slope = if spread > 0.0 { product / spread } else { 0.0 };
    offsets().zip(values).map(|(offset, value)| (value - level - slope * offset).powi(2)).sum()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_what_every_later_round_kept() {
        assert_eq!(floor(&[5.0, 3.0, 4.0, 3.0, 6.0, 5.0]), [3.0, 3.0, 3.0, 3.0, 5.0]);
        assert_eq!(rises(&[5.0, 3.0, 4.0, 3.0, 6.0, 5.0]), [4]);
    }

    #[test]
    fn a_step_is_a_step_and_a_line_is_a_line() {
        assert!(is_one_step(&[1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0]));
        assert!(!is_one_step(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
        assert!(!is_one_step(&[0.0, 0.0, 6.0, 6.0, 6.0, 12.0, 12.0, 12.0, 18.0, 18.0, 18.0]));
    }
}

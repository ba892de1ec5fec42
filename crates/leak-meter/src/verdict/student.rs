//! Quantiles of the distributions used in the tests of a series.

/// The value that a standard normal variable exceeds with probability `chance`, for chances from
/// 1e-12 to 0.5. The error is below 0.0005 (Hastings 1955; Abramowitz and Stegun 26.2.23).
pub(super) fn normal(chance: f64) -> f64 {
    let root = (-2.0 * chance.clamp(1e-12, 0.5).ln()).sqrt();
    let above = 2.515_517 + root * (0.802_853 + root * 0.010_328);
    let below = 1.0 + root * (1.432_788 + root * (0.189_269 + root * 0.001_308));
    root - above / below
}

/// The value that Student's t with `freedom` degrees of freedom exceeds with probability `chance`
/// (at most 0.5), after Hill, "Algorithm 396: Student's t-quantiles", CACM 13, 1970.
#[allow(clippy::many_single_char_names)] // The names used in the paper.
pub(super) fn t(chance: f64, freedom: f64) -> f64 {
    let both_sides = 2.0 * chance.clamp(1e-9, 0.5);
    if freedom < 1.5 {
        return 1.0 / (both_sides * std::f64::consts::FRAC_PI_2).tan();
    }
    if freedom < 2.5 {
        return (2.0 / (both_sides * (2.0 - both_sides)) - 2.0).max(0.0).sqrt();
    }
    let a = 1.0 / (freedom - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * std::f64::consts::FRAC_PI_2).sqrt() * freedom;
    let mut y = (d * both_sides).powf(2.0 / freedom);
    if y > 0.05 + a {
        let x = -normal(both_sides / 2.0);
        y = x * x;
        if freedom < 5.0 {
            c += 0.3 * (freedom - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = (a * y * y).exp_m1();
    } else {
        let tail = (freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822;
        let inner = 1.0 / (tail * (freedom + 2.0) * 3.0) + 0.5 / (freedom + 4.0);
        y = (inner * y - 1.0) * (freedom + 1.0) / (freedom + 2.0) + 1.0 / y;
    }
    (freedom * y).max(0.0).sqrt()
}

/// The value that a chi-square variable with `freedom` degrees of freedom exceeds with a
/// probability of 90 % (Wilson and Hilferty 1931).
pub(super) fn chi_square_90(freedom: f64) -> f64 {
    let ninth = 2.0 / (9.0 * freedom);
    let root = 1.0 - ninth - 1.2816 * ninth.sqrt();
    freedom * root.powi(3).max(0.02)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_published_tables() {
        for (chance, expected) in [(0.5, 0.0), (0.05, 1.645), (0.01, 2.326), (0.0001, 3.719)] {
            assert!((normal(chance) - expected).abs() < 0.001, "{chance}");
        }
        for (chance, freedom, expected) in [
            (0.025, 1.0, 12.706),
            (0.025, 2.0, 4.303),
            (0.025, 4.0, 2.776),
            (0.025, 8.0, 2.306),
            (0.005, 5.0, 4.032),
            (0.001, 6.0, 5.208),
            (0.05, 30.0, 1.697),
            (0.002, 94.0, 2.950),
        ] {
            let found = t(chance, freedom);
            assert!((found - expected).abs() < 0.004 * expected, "{chance} {freedom}: {found}");
        }
        for (freedom, expected) in [(5.0, 1.610), (10.0, 4.865), (40.0, 29.051)] {
            assert!((chi_square_90(freedom) - expected).abs() < 0.02 * expected, "{freedom}");
        }
    }
}

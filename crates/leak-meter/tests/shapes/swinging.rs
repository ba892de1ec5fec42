//! Series that return to their earlier level: sawtooths, cleaners, times to live, waves.

use super::noise::{between, cleaned, each, of_any_size, poisson, sawtooth, wave};
use super::{Kind, ROUNDS, Shape, healthy};

pub fn shapes() -> Vec<Shape> {
    [sawtooths(), others()].into_iter().flatten().collect()
}

fn sawtooths() -> Vec<Shape> {
    let teeth = |name, shortest, longest| {
        healthy(name, move |rng| {
            let height = of_any_size(rng, 10.0, 2000.0);
            sawtooth(rng, shortest, longest, height)
        })
    };
    vec![
        teeth("sawtooth of 3 to 10 rounds", 3.0, 10.0).steady_in(0.99),
        teeth("sawtooth of 10 to 18 rounds", 10.0, 18.0).steady_in(0.98),
        teeth("sawtooth of 18 to 26 rounds", 18.0, 26.0).steady_in(0.85),
        teeth("sawtooth of 26 to 48 rounds", 26.0, 48.0).steady_in(0.4),
        teeth("sawtooth of 48 to 64 rounds", 48.0, 64.0).steady_in(0.2),
        teeth("sawtooth of 64 to 96 rounds", 64.0, 96.0).kind(Kind::Indistinguishable),
        healthy("40 sawtooths of 3 to 40 rounds", |rng| sawtooth(rng, 3.0, 40.0, 100.0))
            .beside(39, |rng| sawtooth(rng, 3.0, 40.0, 100.0)),
    ]
}

fn others() -> Vec<Shape> {
    let waves = |name, shortest, longest| {
        healthy(name, move |rng| {
            let height = of_any_size(rng, 1.0, 200.0);
            wave(rng, height, shortest, longest)
        })
    };
    vec![
        healthy("cleaner every 5 to 26 rounds", |rng| cleaned(rng, 5.0, 26.0)).steady_in(0.93),
        healthy("cleaner every 26 to 48 rounds", |rng| cleaned(rng, 26.0, 48.0)).steady_in(0.4),
        healthy("time to live of 4 to 48 rounds", |rng| {
            let live = between(rng, 4.0, 48.0);
            let arrivals: Vec<f64> = (0..ROUNDS).map(|_| poisson(rng, 37.0)).collect();
            let mut round = 0_usize;
            each(|now| {
                round += 1;
                let alive = arrivals[..round].iter().enumerate();
                alive.filter(|(born, _)| now - *born as f64 <= live).map(|(_, many)| many).sum()
            })
        })
        .steady_in(0.93),
        waves("wave of 6 to 24 rounds", 6.0, 24.0).steady_in(0.98),
        waves("wave of 24 to 48 rounds", 24.0, 48.0).steady_in(0.9),
        waves("wave of 48 to 96 rounds", 48.0, 96.0).kind(Kind::Indistinguishable),
    ]
}

//! Prints how often the verdict is right, on synthetic series with a known truth:
//! `cargo run --release --package leak-meter --example verdict_rates`.
//!
//! Exits with code 1 if the rates of a shape do not meet their bounds.
#![allow(clippy::print_stdout)] // A command of its own: the library does not print.

#[path = "../tests/shapes/mod.rs"]
mod shapes;

use std::process::ExitCode;

use shapes::{Kind, ROUNDS, Rates, Shape};

const SEEDS: u64 = 500;

fn main() -> ExitCode {
    println!("{SEEDS} series of {ROUNDS} rounds for each shape; shares in percent.\n");
    println!(
        "{:<52} {:>7} {:>7} {:>9}  {:>6}  {:>7} {:>6} {:>6}",
        "shape", "Growing", "Steady", "Undecided", "covers", "limit", "found", "missed"
    );
    let mut all_kept = true;
    let (hopeless, judged): (Vec<Shape>, Vec<Shape>) =
        shapes::catalogue().into_iter().partition(|shape| shape.kind == Kind::Indistinguishable);
    for shape in judged {
        let rates = shape.rates(SEEDS);
        let shortfalls = shape.shortfalls(&rates, SEEDS);
        all_kept &= shortfalls.is_empty();
        println!("{}  {}", row(shape.name, &rates), shortfalls.join(", "));
    }
    println!(
        "\nNot distinguishable from a leak within one run; declare a bound, rest or run longer:"
    );
    for shape in hopeless {
        println!("{}", row(shape.name, &shape.rates(SEEDS)));
    }
    println!(
        "\ncovers: growth intervals that cover the true rate. limit: the median detection limit, in units \
         for the\nwhole run. found, missed: leaks of just the detection limit that are called Growing, and \
         Steady."
    );
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(name: &str, rates: &Rates) -> String {
    let percent = |count: usize, of: usize| {
        if of == 0 { "-".to_owned() } else { format!("{:.1}", 100.0 * count as f64 / of as f64) }
    };
    let seeds = usize::try_from(SEEDS).expect("few seeds");
    let mut limits = rates.limits.clone();
    limits.sort_by(f64::total_cmp);
    let limit = limits.get(limits.len() / 2).map_or("-".to_owned(), |limit| format!("{limit:.0}"));
    format!(
        "{name:<52} {:>7} {:>7} {:>9}  {:>6}  {limit:>7} {:>6} {:>6}",
        percent(rates.growing, seeds),
        percent(rates.steady, seeds),
        percent(rates.undecided, seeds),
        percent(rates.covering, rates.intervals),
        percent(rates.found, rates.at_limit),
        percent(rates.missed, rates.at_limit),
    )
}

//! Prints how often the verdict is right, on synthetic series with a known truth:
//! `cargo run --release --package leak-meter --example verdict_rates`.
#![allow(clippy::print_stdout)] // a command of its own: the library never prints.

#[path = "../tests/shapes/mod.rs"]
mod shapes;

const SEEDS: u64 = 500;

fn main() {
    println!("{SEEDS} series of each shape; shares in percent.\n");
    println!("{:<48}{:>8}{:>8}{:>10}{:>9}", "shape", "Growing", "Steady", "Undecided", "rounds");
    for shape in shapes::catalogue() {
        let rates = shape.rates(SEEDS);
        let percent = |count: usize| 100.0 * count as f64 / SEEDS as f64;
        println!(
            "{:<48}{:>8.1}{:>8.1}{:>10.1}{:>9.0}{}",
            shape.name,
            percent(rates.growing),
            percent(rates.steady),
            percent(rates.undecided),
            rates.rounds as f64 / SEEDS as f64,
            if shape.keeps(&rates, SEEDS) { "" } else { "  not as declared" }
        );
    }
}

//! Passes the optimisation level to the crate: a heap scan by an unoptimised meter is slow, and the report
//! says so.

fn main() {
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    println!("cargo::rustc-env=LEAK_METER_OPT_LEVEL={level}");
    println!("cargo::rerun-if-changed=build.rs");
}

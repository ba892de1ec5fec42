//! Tells the crate how far it is optimised: a look at the heap of an unoptimised meter is slow, and says so.

fn main() {
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    println!("cargo::rustc-env=LEAK_METER_OPT_LEVEL={level}");
    println!("cargo::rerun-if-changed=build.rs");
}

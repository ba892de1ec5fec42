//! Passes the optimisation level to the crate: a heap scan by an unoptimised meter is slow, and the report
//! says so. Sets `heap_scan` where the heap can be scanned.

fn main() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    println!("cargo::rustc-env=LEAK_METER_OPT_LEVEL={}", variable("OPT_LEVEL"));
    println!("cargo::rustc-check-cfg=cfg(heap_scan)");
    let is_supported = match variable("CARGO_CFG_TARGET_OS").as_str() {
        "linux" => variable("CARGO_CFG_TARGET_POINTER_WIDTH") == "64",
        "windows" => variable("CARGO_CFG_TARGET_ARCH") == "x86_64",
        _ => false,
    };
    if is_supported && std::env::var_os("CARGO_FEATURE_HOLDERS").is_some() {
        println!("cargo::rustc-cfg=heap_scan");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

//! The meter on top of allocators that a project may use: mimalloc here, jemalloc in a package of
//! its own, since its build takes minutes.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(unsafe_code)] // The witness between two allocators is an allocator itself.

#[path = "inner_allocators/scene.rs"]
mod scene;

use std::path::Path;
use std::process::Command;

use leak_meter::Allocator;
use mimalloc::MiMalloc;
use scene::Witness;

#[global_allocator]
static METER: Allocator<Witness<MiMalloc>> = Allocator::new(Witness(MiMalloc));

#[test]
fn the_meter_works_on_mimalloc() {
    scene::the_meter_works_on_top();
}

#[test]
#[ignore = "builds jemalloc, which takes minutes: run with --ignored"]
fn the_meter_works_on_jemalloc() {
    let manifest =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inner_allocators/jemalloc/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("jemalloc"))
        .output()
        .expect("cargo can be run");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stdout));
    let tested = String::from_utf8_lossy(&output.stdout);
    assert!(tested.contains("the_meter_works_on_jemalloc ... ok"), "{tested}");
}

//! The meter on top of jemalloc.

#[path = "../scene.rs"]
mod scene;

use leak_meter::Allocator;
use scene::Witness;
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static METER: Allocator<Witness<Jemalloc>> = Allocator::new(Witness(Jemalloc));

#[test]
fn the_meter_works_on_jemalloc() {
    scene::the_meter_works_on_top();
}

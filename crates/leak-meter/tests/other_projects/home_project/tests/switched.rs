//! Call sites that are switched on while the program runs.

use leak_meter::{Allocator, switch};

#[global_allocator]
static METER: Allocator = Allocator::system();

#[test]
fn call_sites_are_switched_on() {
    switch::off();
    match switch::on() {
        Ok(()) => println!("call sites are on"),
        Err(refused) => {
            println!("refused: {refused}");
            assert!(!switch::is_on());
            assert!(switch::on_at_any_cost());
        }
    }
    assert!(switch::is_on());
}

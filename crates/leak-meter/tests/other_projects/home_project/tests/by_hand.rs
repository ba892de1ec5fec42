use std::time::Instant;

#[global_allocator]
static METER: leak_meter::Allocator = leak_meter::Allocator::system();

fn main() {
    // This is before the soak, so it shows the method used outside soaks.
    println!("call sites are found by {:?}", leak_meter::allocator::method());
    let mut till = shop::Till::new(std::env::var_os("KEEPS_RECEIPTS").is_some());
    leak_meter::allocator::stop();
    let began = Instant::now();
    (0..100_000).for_each(|purchase| {
        till.ring_up(purchase);
    });
    let counted = began.elapsed().as_nanos() / 100_000;

    let soak = leak_meter::Soak::new().operations_per_round(1000);
    let report = soak.run(|purchase| {
        till.ring_up(purchase.number());
    });
    let soaked = report.rounds[11].nanoseconds / report.rounds[11].operations;
    println!("one purchase takes {counted} ns counted, {soaked} ns with its call sites");
    report.assert_steady();
}

#[global_allocator]
static METER: leak_meter::Allocator = leak_meter::Allocator::system();

#[test]
fn purchases_do_not_leak() {
    let mut till = shop::Till::new(std::env::var_os("KEEPS_RECEIPTS").is_some());
    leak_meter::Soak::new()
        .operations_per_round(1000)
        .run(|purchase| {
            till.ring_up(purchase.number());
        })
        .assert_steady();
}

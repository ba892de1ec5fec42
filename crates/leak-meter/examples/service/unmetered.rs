//! The service of `main.rs` without the meter, for comparison: `cargo bench --package leak-meter --features service
//! --bench service`.
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

mod shop;

use std::error::Error;
use std::process;
use std::sync::Arc;

use shop::Shop;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Arc::new(Shop::default());
    shop.set_leak(false);
    assert_eq!(shop.requests(), 0);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("process {} listens on http://{}", process::id(), listener.local_addr()?);
    axum::serve(listener, shop::routes().with_state(shop)).await?;
    Ok(())
}

//! Loads the example `service` for a number of seconds, with documents that come and go:
//!
//! ```sh
//! cargo run --release --package leak-meter --example service_load -- 127.0.0.1:8080 120
//! ```
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

#[allow(dead_code)] // The tests use more of it.
#[path = "../../tests/service/client.rs"]
mod client;
#[path = "../../tests/service/load.rs"]
mod load;

use std::env;
use std::error::Error;
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(address), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err("the arguments are the address of the service and a number of seconds".into());
    };
    let time = Duration::from_secs(seconds.parse()?);
    let answered = load::run(address.parse()?, time).await?;
    println!("{answered} requests were answered in {seconds} s");
    Ok(())
}

//! The status page of a service, which operators open to see that it is up, and where.

use std::net::IpAddr;

/// The page.
#[derive(Debug)]
pub struct StatusPage {
    service: String,
    rendered: u64,
}

impl StatusPage {
    pub fn new(service: &str) -> Self {
        Self { service: service.to_owned(), rendered: 0 }
    }

    /// The page as it is now.
    pub fn render(&mut self) -> String {
        self.rendered += 1;
        let place = match address() {
            Some(address) => format!("at {address}"),
            None => "without a network".to_owned(),
        };
        format!("{} is up {place} (page {})", self.service, self.rendered)
    }
}

/// The address of this machine; it may change while the service runs.
fn address() -> Option<IpAddr> {
    local_ip_address::local_ip().ok()
}

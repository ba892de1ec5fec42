//! Opens the page in a browser where there is one.

use std::env;
use std::process::{Command, Stdio};

/// Opens `address`. Where that is not possible nothing happens: the address has been printed.
pub fn open(address: &str) {
    let (program, display) = if cfg!(target_os = "macos") {
        ("open", true)
    } else {
        let display = ["DISPLAY", "WAYLAND_DISPLAY"];
        ("xdg-open", display.iter().any(|name| env::var_os(name).is_some()))
    };
    if !display {
        return;
    }
    let opened = Command::new(program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if opened.is_err() {
        println!("No browser could be opened from here: {program} cannot be started.");
    }
}

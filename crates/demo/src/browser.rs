//! Opens the page in a browser, if there is one.

use std::env;
use std::process::{Command, Stdio};

/// Opens `address` in a browser. Without a display it does nothing: the address has been printed.
pub fn open(address: &str) {
    let (program, display) = if cfg!(target_os = "macos") {
        ("open", true)
    } else if cfg!(windows) {
        ("explorer", true)
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
        println!("Could not open a browser: {program} cannot be started.");
    }
}

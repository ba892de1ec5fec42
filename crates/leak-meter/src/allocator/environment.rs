//! What the environment says about attribution.

#[cfg(unix)]
#[path = "environment/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "environment/windows.rs"]
mod system;

use std::env;
use std::ffi::CStr;

const VARIABLE: &CStr = c"LEAK_METER_ATTRIBUTION";
const OFF: &CStr = c"off";
const ON: &str = "on";

/// Whether the variable limits the search for call sites to soaks and explicit requests by the program.
/// Allocates nothing and takes no lock, because the first allocation may be made while any lock is held.
pub(super) fn switches_off() -> bool {
    system::is(VARIABLE, OFF)
}

/// Whether the program runs under valgrind, which loads a library of its own into it. Allocates nothing and takes no
/// lock either.
#[cfg(unix)]
pub(super) fn has_valgrind() -> bool {
    system::contains(c"LD_PRELOAD", c"/vgpreload_")
}

/// Valgrind does not support this system.
#[cfg(not(unix))]
pub(super) fn has_valgrind() -> bool {
    false
}

/// Describes an invalid value of the variable, as a sentence without a full stop.
pub(crate) fn fault() -> Option<String> {
    let name = VARIABLE.to_string_lossy();
    let value = env::var_os(&*name)?;
    let is_known = value == ON || OFF.to_str().is_ok_and(|off| value == off);
    let value = value.to_string_lossy();
    (!is_known).then(|| format!("{name} is {value}; it must be on or off, and counts as on"))
}

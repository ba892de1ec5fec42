//! The environment variable by which attribution is switched off.

use std::env;
use std::ffi::CStr;

const VARIABLE: &CStr = c"LEAK_METER_ATTRIBUTION";
const OFF: &CStr = c"off";
const ON: &str = "on";

/// Whether the variable says that call sites are looked for only in soaks, and where the program asks for it.
/// Allocates nothing and takes no lock: the first allocation may be made under any.
pub(super) fn switches_off() -> bool {
    // SAFETY: the name is a C string. The value is a C string too, and is read at once; as for every read of
    // the environment, code that changes it concurrently violates the contract of the function that it uses.
    unsafe {
        let value = libc::getenv(VARIABLE.as_ptr());
        !value.is_null() && CStr::from_ptr(value) == OFF
    }
}

/// What is wrong with the variable, as a sentence without a full stop.
pub(crate) fn fault() -> Option<String> {
    let name = VARIABLE.to_string_lossy();
    let value = env::var_os(&*name)?;
    let is_known = value == ON || OFF.to_str().is_ok_and(|off| value == off);
    let value = value.to_string_lossy();
    (!is_known).then(|| format!("{name} is {value}; it must be on or off, and counts as on"))
}

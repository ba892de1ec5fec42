//! Versions that cannot be measured, on standard error.

use std::io::Write;

use crate::workspace::Version;

/// `version` of the exercise `name` does not build, for the reason in `message`.
pub fn did_not_build(version: Version, name: &str, message: &str) {
    let folder = version.folder(name);
    let second = ["cannot define multiple global allocators", "conflicts with global allocator"];
    let next = if second.iter().any(|words| message.contains(words)) {
        "\nIts memory test has the one global allocator already, the meter: remove the other.\n"
    } else {
        ""
    };
    // The exit code says it too, so nothing is lost where nobody reads this.
    let _ = writeln!(
        anstream::stderr(),
        "{folder} does not build, so it is not measured. The compiler says:\n\n{}\n{next}",
        message.trim()
    );
}

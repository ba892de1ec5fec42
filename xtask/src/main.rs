//! The program. All of it is in the library, which is built while its dependencies still are.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}

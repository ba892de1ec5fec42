//! The binary. Everything is in the library, which cargo can compile while it still generates code for
//! dependencies.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}

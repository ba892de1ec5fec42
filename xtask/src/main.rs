//! The binary. Everything is in the library, which cargo compiles alongside code generation of its dependencies.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}

//! The program `code-source`: apart from the library, which holds all of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    code_source::cli::main()
}

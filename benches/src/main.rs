//! The lab's own program: see `ringmain-bench --help`, and the README beside this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    ringmain_bench::main()
}

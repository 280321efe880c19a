//! The benchmarks of Ringmain.
fn main() {}

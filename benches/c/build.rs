//! Compiles the level in C against the header, to be linked to the C ABI as its static library is.

fn main() {
    cc::Build::new()
        .file("level.c")
        .include("../../ffi/include")
        .std("c11")
        .opt_level(2)
        .extra_warnings(true)
        .warnings_into_errors(true)
        .compile("level");
    println!("cargo::rerun-if-changed=level.c");
    println!("cargo::rerun-if-changed=../../ffi/include/ringmain.h");
}

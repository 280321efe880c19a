//! Names the shared library for the loader: programs ask for `libringmain.so.0`.

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libringmain.so.0");
    println!("cargo::rerun-if-changed=build.rs");
}

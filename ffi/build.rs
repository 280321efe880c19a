//! Names the shared library for the loader: programs ask for `libringmain.so.0`.
//!
//! And tells it never to unload the library. Threads that have used it end by its code, which keeps it only
//! as long as they have something to destroy; what it has for the process, each load would make anew.

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libringmain.so.0");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=build.rs");
}

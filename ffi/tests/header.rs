//! The header is that of the sources, and the library's symbols are the header's.

use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Set to write the header instead of comparing it.
const WRITE: &str = "RINGMAIN_WRITE_HEADER";

#[test]
fn the_header_is_current() {
    let config = cbindgen::Config::from_file(Path::new(ROOT).join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new().with_crate(ROOT).with_config(config).generate();
    let mut made = Vec::new();
    bindings.unwrap().write(&mut made);
    let path = Path::new(ROOT).join("include/ringmain.h");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(kept == made, "include/ringmain.h is not that of src/: run with {WRITE}=1");
}

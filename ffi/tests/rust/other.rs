//! A library of somebody else's: Rust, in a static library, with a panic that it catches.

use std::collections::HashMap;
use std::panic::{catch_unwind, set_hook};

#[unsafe(no_mangle)]
pub extern "C" fn other_catches() -> bool {
    set_hook(Box::new(|_| ()));
    let caught = catch_unwind(|| {
        let map = HashMap::from([(1, "one".to_owned())]);
        assert!(map.is_empty(), "{map:?}");
    });
    caught.is_err()
}

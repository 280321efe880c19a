//! The engine's sources, for tests that read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every source file, by its path below `engine/src`, without comments.
///
/// # Panics
/// If they cannot be read, or have a block comment, which this reader does not know.
#[must_use]
pub fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src");
    let mut folders = vec![root.clone()];
    let mut sources = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("below the root").display().to_string();
                let text = fs::read_to_string(&path).expect("a source file");
                sources.insert(name, without_comments(&text));
            }
        }
    }
    sources
}

/// The text up to `//` in each line: our sources have no block comments, and a string with two
/// slashes hides at most the rest of its own line.
fn without_comments(text: &str) -> String {
    assert!(!text.contains("/*"), "a block comment");
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

//! Texts in words of shared memory.

use crate::sync::{AtomicU64, Ordering};

/// Writes the start of `text`, as much of it as there is room for and no half characters.
pub(crate) fn write(words: &[AtomicU64], text: &str) {
    let len = text.floor_char_boundary(words.len() * 8);
    let mut bytes = text.as_bytes()[..len].iter();
    for word in words {
        let packed: [u8; 8] = std::array::from_fn(|_| bytes.next().copied().unwrap_or(0));
        word.store(u64::from_le_bytes(packed), Ordering::Relaxed);
    }
}

/// Reads a text of `len` bytes, or the start of it that is there, cut off at a zero byte. What is no
/// UTF-8 is replaced.
pub(crate) fn read(words: &[AtomicU64], len: usize) -> String {
    let bytes = words.iter().flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes());
    let bytes: Vec<u8> = bytes.take(len).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> [AtomicU64; 2] {
        [const { AtomicU64::new(u64::MAX) }; 2]
    }

    #[test]
    fn a_text_comes_back_as_far_as_there_is_room() {
        for (text, kept) in [
            ("", ""),
            ("ping", "ping"),
            ("sixteen_bytes_at", "sixteen_bytes_at"),
            ("sixteen_bytes_at_most", "sixteen_bytes_at"),
            ("fifteen bytes, ä", "fifteen bytes, "),
        ] {
            let words = words();
            write(&words, text);
            assert_eq!(read(&words, text.len()), kept);
        }
    }

    #[test]
    fn a_length_that_lies_and_bytes_that_are_no_text_are_read_all_the_same() {
        let words = words();
        assert_eq!(read(&words, usize::MAX), "\u{fffd}".repeat(16));
        write(&words, "ping");
        assert_eq!(read(&words, usize::MAX), "ping");
    }
}

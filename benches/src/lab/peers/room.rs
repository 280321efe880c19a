//! How much room there is each way, where it is for us to say.

/// The least, in bytes, for small messages.
const LEAST: usize = 1 << 20;
/// The most, unless one message is longer.
const MOST: usize = 64 << 20;
/// Messages that fit, between the two.
const MESSAGES: usize = 4;

/// How many messages of `len` bytes there is room for.
pub(super) fn messages(len: usize) -> usize {
    let len = len.max(1);
    ((MESSAGES * len).clamp(LEAST, MOST) / len).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_one_message_at_least() {
        let lens = [0, 64, 256 << 10, 1 << 20, 16 << 20, 64 << 20, 100 << 20];
        assert_eq!(lens.map(messages), [1 << 20, 16_384, 4, 4, 4, 1, 1]);
    }
}

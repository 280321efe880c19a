//! Large payloads: windows of one buffer of random bytes, each a cache line further than the one
//! before. So any two messages that meet in a ring differ in all their words, none has to be made
//! while the clock runs, and both ends know every one of them.

use crate::Result;

/// Windows there are: a prime, so that no window is in step with the slots of a ring.
const WINDOWS: usize = 1021;
const STEP: usize = 64;

/// The payloads of messages of one length, by number.
#[derive(Debug)]
pub(crate) struct Payloads {
    bytes: Vec<u8>,
    /// Where the first window begins, at the start of a cache line.
    start: usize,
    len: usize,
    /// The sum of each window.
    sums: Vec<u64>,
}

impl Payloads {
    /// Payloads of `len` bytes, a multiple of eight; the same at both ends.
    pub(crate) fn new(len: usize) -> Self {
        let room = len + WINDOWS * STEP; // of one window more than there are
        let mut bytes = vec![0; room + STEP];
        let start = bytes.as_ptr().align_offset(STEP);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for word in bytes[start..].chunks_exact_mut(8) {
            word.copy_from_slice(&random(&mut state).to_le_bytes());
        }
        let mut window = sum(&bytes[start..start + len]);
        let mut sums = Vec::with_capacity(WINDOWS);
        for step in (start..).step_by(STEP).take(WINDOWS) {
            sums.push(window);
            let gained = sum(&bytes[step + len..step + len + STEP]);
            window = window.wrapping_add(gained).wrapping_sub(sum(&bytes[step..step + STEP]));
        }
        Self { bytes, start, len, sums }
    }

    /// The payload of message `number`.
    #[inline]
    pub(crate) fn of(&self, number: u64) -> &[u8] {
        let start = self.start + window(number) * STEP;
        &self.bytes[start..start + self.len]
    }

    /// Reads every byte of what should be the payload of message `number`.
    #[inline]
    pub(crate) fn is(&self, found: &[u8], number: u64) -> bool {
        found.len() == self.len && sum(found) == self.sums[window(number)]
    }

    /// The same for those who stop at the first that is wrong.
    #[inline]
    pub(crate) fn check(&self, found: &[u8], number: u64) -> Result<()> {
        if self.is(found, number) { Ok(()) } else { Err(wrong(found.len(), number)) }
    }
}

#[cold]
fn wrong(len: usize, number: u64) -> Box<dyn std::error::Error> {
    format!("these {len} bytes are not message {number}").into()
}

#[expect(clippy::cast_possible_truncation, reason = "less than the windows, a usize")]
fn window(number: u64) -> usize {
    (number % WINDOWS as u64) as usize
}

/// Every word of `bytes`, added up.
#[inline]
fn sum(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)))
}

/// Xorshift: any bytes will do, so long as both ends make the same.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_known_by_its_number() {
        let [one, other] = [(); 2].map(|()| Payloads::new(4096));
        assert!((0..WINDOWS as u64).all(|number| one.is(other.of(number), number)));
        assert!(!one.is(other.of(5), 6));
        assert_eq!(one.of(3), other.of(3 + WINDOWS as u64));
    }

    #[test]
    fn a_changed_or_missing_byte_is_found_out() {
        let payloads = Payloads::new(4096);
        let mut bytes = payloads.of(7).to_vec();
        assert!(payloads.is(&bytes, 7));
        assert!(!payloads.is(&bytes[8..], 7));
        bytes[4095] ^= 1;
        assert!(!payloads.is(&bytes, 7));
    }

    #[test]
    fn no_word_of_a_payload_is_where_it_was_in_the_one_before() {
        let payloads = Payloads::new(4096);
        let (before, after) = (payloads.of(0), payloads.of(1));
        assert!(before.chunks(8).zip(after.chunks(8)).all(|(one, other)| one != other));
    }
}

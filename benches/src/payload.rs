//! Payloads of numbered messages. Both ends know what each holds, so every byte can be checked.
//!
//! Small ones are words that depend on the message's number and on their place. Large ones are windows
//! of one buffer of random bytes, each a cache line further than the one before. So any two messages
//! that meet in a ring differ in all their words, and none has to be made while the clock runs.

use crate::Result;

/// The most bytes of a payload that is made word by word.
const SMALL_MAX: usize = 1024;
/// Windows there are: a prime, so that no window is in step with the slots of a ring.
const WINDOWS: usize = 1021;
const STEP: usize = 64;
/// What a word differs in from the one before it.
const PLACE: u64 = 0x0101_0101_0101_0101;

/// The payloads of messages of one length, by number.
#[derive(Debug)]
pub(crate) struct Payloads {
    len: usize,
    windows: Option<Windows>,
}

impl Payloads {
    /// Payloads of `len` bytes, a multiple of eight; the same at all ends.
    pub(crate) fn new(len: usize) -> Self {
        Self { len, windows: (len > SMALL_MAX).then(|| Windows::new(len)) }
    }

    /// The length of each.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Writes the payload of message `number`, all of `bytes`.
    #[inline]
    pub(crate) fn write(&self, bytes: &mut [u8], number: u64) {
        match (self.len, &self.windows) {
            (48, _) => write_words::<6>(bytes, number),
            (64, _) => write_words::<8>(bytes, number),
            (len, Some(windows)) => bytes.copy_from_slice(windows.of(len, number)),
            (_, None) => write_any(bytes, number),
        }
    }

    /// Reads every byte of what should be the payload of message `number`.
    #[inline]
    pub(crate) fn is(&self, found: &[u8], number: u64) -> bool {
        if found.len() != self.len {
            return false;
        }
        match (self.len, &self.windows) {
            (48, _) => is_words::<6>(found, number),
            (64, _) => is_words::<8>(found, number),
            (_, Some(windows)) => windows.is(found, number),
            (_, None) => is_any(found, number),
        }
    }

    /// The same for those who stop at the first that is wrong.
    #[inline]
    pub(crate) fn check(&self, found: &[u8], number: u64) -> Result<()> {
        if self.is(found, number) { Ok(()) } else { Err(wrong(found.len(), number)) }
    }

    /// The payload of message `number`, where it need not be made.
    ///
    /// # Panics
    /// If it is small.
    #[inline]
    pub(crate) fn of(&self, number: u64) -> &[u8] {
        let windows = self.windows.as_ref();
        windows.map(|windows| windows.of(self.len, number)).expect("a large payload")
    }
}

/// The 64 bytes of message `number`, for those who keep no [`Payloads`].
#[inline]
pub(crate) fn numbered(number: u64) -> [u8; 64] {
    let mut bytes = [0; 64];
    write_words::<8>(&mut bytes, number);
    bytes
}

/// Reads every byte of what should be [`numbered`].
#[inline]
pub(crate) fn is_numbered(found: &[u8], number: u64) -> bool {
    found.len() == 64 && is_words::<8>(found, number)
}

#[cold]
fn wrong(len: usize, number: u64) -> Box<dyn std::error::Error> {
    format!("these {len} bytes are not message {number}").into()
}

/// Word `place` of a small payload.
#[inline(always)]
pub(crate) fn word(number: u64, place: usize) -> u64 {
    number.wrapping_add((place as u64).wrapping_mul(PLACE))
}

/// As [`Payloads::write`], with a length that the compiler knows.
#[inline(always)]
pub(crate) fn write_words<const WORDS: usize>(bytes: &mut [u8], number: u64) {
    for (place, word_at) in bytes[..WORDS * 8].as_chunks_mut::<8>().0.iter_mut().enumerate() {
        *word_at = word(number, place).to_le_bytes();
    }
}

/// As [`Payloads::is`], with a length that the compiler knows.
#[inline(always)]
pub(crate) fn is_words<const WORDS: usize>(found: &[u8], number: u64) -> bool {
    let mut wrong_bits = 0;
    for (place, found) in found[..WORDS * 8].as_chunks::<8>().0.iter().enumerate() {
        wrong_bits |= u64::from_le_bytes(*found) ^ word(number, place);
    }
    wrong_bits == 0
}

fn write_any(bytes: &mut [u8], number: u64) {
    for (place, word_at) in bytes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        *word_at = word(number, place).to_le_bytes();
    }
}

fn is_any(found: &[u8], number: u64) -> bool {
    let words = found.as_chunks::<8>().0.iter().enumerate();
    let wrong_bits = words
        .fold(0, |wrong, (place, found)| wrong | u64::from_le_bytes(*found) ^ word(number, place));
    wrong_bits == 0
}

/// Random bytes, and the sum of each window of one length.
#[derive(Debug)]
struct Windows {
    bytes: Vec<u8>,
    /// Where the first window begins, at the start of a cache line.
    start: usize,
    sums: Vec<u64>,
}

impl Windows {
    fn new(len: usize) -> Self {
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
        Self { bytes, start, sums }
    }

    #[inline]
    fn of(&self, len: usize, number: u64) -> &[u8] {
        let start = self.start + window(number) * STEP;
        &self.bytes[start..start + len]
    }

    #[inline]
    fn is(&self, found: &[u8], number: u64) -> bool {
        sum(found) == self.sums[window(number)]
    }
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

    const LENS: [usize; 6] = [0, 8, 48, 64, 1024, 4096];

    fn made(payloads: &Payloads, number: u64) -> Vec<u8> {
        let mut bytes = vec![0xaa; payloads.len()];
        payloads.write(&mut bytes, number);
        bytes
    }

    #[test]
    fn a_payload_is_known_by_its_number() {
        for len in LENS {
            let [one, other] = [(); 2].map(|()| Payloads::new(len));
            for number in 0..2 * WINDOWS as u64 {
                let bytes = made(&other, number);
                assert!(one.is(&bytes, number));
                assert_eq!(one.is(&bytes, number + 1), len == 0);
            }
        }
    }

    #[test]
    fn a_changed_or_missing_byte_is_found_out() {
        for len in LENS.into_iter().filter(|&len| len > 0) {
            let payloads = Payloads::new(len);
            let mut bytes = made(&payloads, 7);
            assert!(!payloads.is(&bytes[8..], 7));
            bytes[len - 1] ^= 1;
            assert!(!payloads.is(&bytes, 7));
        }
    }

    #[test]
    fn no_word_of_a_payload_is_where_it_was_in_the_one_before() {
        for len in LENS {
            let payloads = Payloads::new(len);
            let (before, after) = (made(&payloads, 0), made(&payloads, 1));
            assert!(before.chunks(8).zip(after.chunks(8)).all(|(one, other)| one != other));
        }
    }
}

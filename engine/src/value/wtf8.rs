//! Strings as JavaScript has them: any 16-bit words, lone surrogates included, as WTF-8.
//!
//! WTF-8 is UTF-8 that also has lone surrogates, each in three bytes (`ED A0 80` to `ED BF BF`). A
//! pair of surrogates is one character of four bytes, so each string has one form only.

use std::borrow::Cow;
use std::fmt;

/// A borrowed string that may have lone surrogates. Most have none and are [`str`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wtf8<'a>(&'a [u8]);

impl<'a> Wtf8<'a> {
    /// A string from its WTF-8, or `None` if it is not well-formed.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringmain::value::Wtf8;
    ///
    /// let lone = Wtf8::new(b"a\xed\xa0\x80").unwrap();
    /// assert_eq!(lone.as_str(), None);
    /// assert_eq!(lone.to_str_lossy(), "a\u{fffd}");
    /// assert_eq!(lone.encode_utf16().collect::<Vec<u16>>(), [0x61, 0xd800]);
    /// ```
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Wtf8<'a>> {
        check(bytes).ok().map(|_| Wtf8(bytes))
    }

    /// Bytes that [`check`] accepts.
    pub(super) fn checked(bytes: &'a [u8]) -> Wtf8<'a> {
        Wtf8(bytes)
    }

    /// The WTF-8.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The string, if it has no lone surrogates. Looks at all of it.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// The string with U+FFFD in place of each lone surrogate.
    #[must_use]
    pub fn to_str_lossy(self) -> Cow<'a, str> {
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_string()),
        }
    }

    /// The words that JavaScript sees.
    pub fn encode_utf16(self) -> impl Iterator<Item = u16> + use<'a> {
        self.parts().flat_map(|(text, lone)| text.encode_utf16().chain(lone))
    }

    /// Runs of characters, each with the lone surrogate behind it.
    fn parts(self) -> impl Iterator<Item = (&'a str, Option<u16>)> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (text, behind) = run(rest);
            let lone = surrogate(behind);
            rest = behind.get(3..).unwrap_or_default();
            Some((text, lone))
        })
    }
}

impl<'a> From<&'a str> for Wtf8<'a> {
    fn from(text: &'a str) -> Wtf8<'a> {
        Wtf8(text.as_bytes())
    }
}

impl<'a> From<&'a String> for Wtf8<'a> {
    fn from(text: &'a String) -> Wtf8<'a> {
        Wtf8(text.as_bytes())
    }
}

impl PartialEq<str> for Wtf8<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Wtf8<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// Lone surrogates are printed as U+FFFD.
impl fmt::Display for Wtf8<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().try_for_each(|(text, lone)| {
            f.write_str(text)?;
            lone.map_or(Ok(()), |_| f.write_str("\u{fffd}"))
        })
    }
}

/// Quoted; lone surrogates as JavaScript escapes them.
impl fmt::Debug for Wtf8<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        self.parts().try_for_each(|(text, lone)| {
            write!(f, "{}", text.escape_debug())?;
            lone.map_or(Ok(()), |lone| write!(f, "\\u{lone:04x}"))
        })?;
        f.write_str("\"")
    }
}

/// Well-formed WTF-8, and whether it has lone surrogates, or how far it is fine.
///
/// What is UTF-8 is proved by the standard library. From the first lone surrogate on it is one character after
/// the other by Unicode's table 3-7, about 0.8 ns a byte whatever the text is: a call of `utf8_chunks` for each
/// surrogate takes 2.5, and any renderer can send main a gigabyte of them.
pub(super) fn check(bytes: &[u8]) -> Result<bool, usize> {
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(false) };
    let mut rest = bytes.get(error.valid_up_to()..).unwrap_or_default();
    let (mut after_high, mut found) = (false, false);
    // Every test of a character is made, without a branch for each.
    let tail = |byte: u8| byte & 0xc0 == 0x80;
    loop {
        let is_high;
        (rest, is_high) = match *rest {
            [] => return Ok(found),
            [0..=0x7f, ref behind @ ..] => (behind, false),
            [0xc2..=0xdf, second, ref behind @ ..] if tail(second) => (behind, false),
            [first @ 0xe0..=0xef, second, third, ref behind @ ..]
                if tail(second) & tail(third) & ((first > 0xe0) | (second >= 0xa0)) =>
            {
                let is_lone = (first == 0xed) & (second >= 0xa0);
                // A low one right behind a high one would be a pair, which has another form.
                let is_low = is_lone & (second >= 0xb0);
                if after_high & is_low {
                    break;
                }
                found |= is_lone;
                (behind, is_lone & !is_low)
            }
            [first @ 0xf0..=0xf4, second, third, fourth, ref behind @ ..]
                if tail(second)
                    & tail(third)
                    & tail(fourth)
                    & ((first > 0xf0) | (second >= 0x90))
                    & ((first < 0xf4) | (second < 0x90)) =>
            {
                (behind, false)
            }
            _ => break,
        };
        after_high = is_high;
    }
    Err(bytes.len() - rest.len())
}

/// The WTF-8 of 16-bit words, appended to `out`. Returns whether there are lone surrogates.
pub(super) fn from_utf16(words: &[u16], out: &mut impl Extend<u8>) -> bool {
    let mut lone = false;
    for character in char::decode_utf16(words.iter().copied()) {
        match character {
            Ok(character) => {
                let mut bytes = [0; 4];
                out.extend(character.encode_utf8(&mut bytes).bytes());
            }
            Err(error) => {
                lone = true;
                let [high, low] = error.unpaired_surrogate().to_be_bytes();
                let middle = 0x80 | (high & 0x0f) << 2 | low >> 6;
                out.extend([0xed, middle, 0x80 | low & 0x3f]);
            }
        }
    }
    lone
}

/// The characters in front, and what is behind them.
fn run(bytes: &[u8]) -> (&str, &[u8]) {
    match bytes.utf8_chunks().next() {
        Some(chunk) => (chunk.valid(), &bytes[chunk.valid().len()..]),
        None => ("", bytes),
    }
}

/// The surrogate that `bytes` start with.
fn surrogate(bytes: &[u8]) -> Option<u16> {
    match bytes {
        [0xed, middle @ 0xa0..=0xbf, last @ 0x80..=0xbf, ..] => {
            Some(0xd000 | u16::from(middle & 0x3f) << 6 | u16::from(last & 0x3f))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by the standard library, a run of characters at a time.
    fn by_runs(bytes: &[u8]) -> Result<bool, usize> {
        let (mut at, mut after_high) = (0, false);
        loop {
            let (text, behind) = run(&bytes[at..]);
            at += text.len();
            if behind.is_empty() {
                return Ok(text.len() < bytes.len());
            }
            match surrogate(behind) {
                Some(lone) if !(after_high && text.is_empty() && lone >= 0xdc00) => {
                    after_high = lone < 0xdc00;
                }
                _ => return Err(at),
            }
            at += 3;
        }
    }

    /// The bytes at which a verdict can change.
    const BYTES: [u8; 23] = [
        0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xaf, 0xb0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
        0xec, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xff,
    ];

    #[test]
    fn every_text_of_four_bytes_is_judged_as_the_standard_library_judges_it() {
        let number = BYTES.len();
        for len in 0..=4 {
            for index in 0..number.pow(len) {
                let byte = |place: u32| BYTES[index / number.pow(place) % number];
                let text: Vec<u8> = (0..len).map(byte).collect();
                assert_eq!(check(&text), by_runs(&text), "{text:x?}");
                let lone = [b"\xed\xa0\x80".as_slice(), &text].concat();
                assert_eq!(check(&lone), by_runs(&lone), "{lone:x?}");
            }
        }
    }

    #[test]
    fn every_row_of_characters_and_surrogates_is_judged_as_the_standard_library_judges_it() {
        let parts = ["a", "\u{e4}", "\u{20ac}", "\u{1f600}"].map(str::as_bytes);
        let lone: [&[u8]; 4] = [b"\xed\xa0\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf"];
        let all = [parts, lone].concat();
        for index in 0..all.len().pow(5) {
            let part = |place: u32| all[index / all.len().pow(place) % all.len()];
            let text = (0..5).map(part).collect::<Vec<_>>().concat();
            assert_eq!(check(&text), by_runs(&text), "{text:x?}");
        }
    }
}

//! Regular expressions, as source and flags: nothing here matches anything.

use std::fmt::{self, Write};

use super::{Builder, Slot, ToValue, Wtf8};

/// A JavaScript `RegExp`, to be sent or as received.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::RegExp};
///
/// let args = args![RegExp::new("a+", "gi").unwrap()];
/// assert_eq!(args.to_string(), "[/a+/gi]");
/// assert_eq!(args.get(0).as_regexp().unwrap().source(), "a+");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegExp<'a> {
    source: Wtf8<'a>,
    flags: u8,
}

/// The flags, from bit 0 on.
const FLAGS: &str = "dgimsuvy";

/// `u` and `v`, which exclude each other.
const UNICODE: u8 = 1 << 5 | 1 << 6;

impl<'a> RegExp<'a> {
    /// A regular expression of this source, which is not looked at, and these flags. `None` if one
    /// of them is unknown or there twice, or `u` and `v` are.
    #[must_use]
    pub fn new(source: impl Into<Wtf8<'a>>, flags: &str) -> Option<RegExp<'a>> {
        let flags = flags.chars().try_fold(0_u8, |flags, flag| {
            let bit = 1 << FLAGS.find(flag)?;
            (flags & bit == 0).then_some(flags | bit)
        })?;
        are_flags(flags).then_some(RegExp { source: source.into(), flags })
    }

    /// Parts that `check` has accepted.
    pub(super) fn checked(source: Wtf8<'a>, flags: u8) -> RegExp<'a> {
        RegExp { source, flags }
    }

    /// What is between the slashes.
    #[must_use]
    pub fn source(self) -> Wtf8<'a> {
        self.source
    }

    /// The flags, in alphabetical order.
    #[must_use]
    pub fn flags(self) -> String {
        self.each_flag().collect()
    }

    /// The flags as bits, `d` `g` `i` `m` `s` `u` `v` `y` from the lowest.
    #[must_use]
    pub fn flag_bits(self) -> u8 {
        self.flags
    }

    fn each_flag(self) -> impl Iterator<Item = char> {
        FLAGS
            .char_indices()
            .filter(move |(bit, _)| self.flags >> bit & 1 == 1)
            .map(|(_, flag)| flag)
    }
}

/// Whether these bits are flags that can be together.
pub(super) fn are_flags(flags: u8) -> bool {
    flags & UNICODE != UNICODE
}

impl ToValue for RegExp<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.regexp(slot, *self);
    }
}

/// As JavaScript writes it.
impl fmt::Display for RegExp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)?;
        self.each_flag().try_for_each(|flag| f.write_char(flag))
    }
}

//! Whole numbers of any size.

use std::fmt;

use smallvec::SmallVec;

use super::{Builder, Slot, ToValue};

/// A JavaScript `BigInt`. Rust's own integers are sent as numbers; this wrapper asks for a bigint.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::BigInt};
///
/// let args = args![BigInt::from(i128::MIN), BigInt::from(7)];
/// assert_eq!(args.get(0).as_bigint().unwrap().to_i128(), Some(i128::MIN));
/// assert_eq!(args.get(1).to_string(), "7n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct BigInt {
    negative: bool,
    magnitude: SmallVec<[u8; 16]>,
}

/// A borrowed `BigInt`: a sign, and the magnitude's bytes, little endian, the last one not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BigIntRef<'a> {
    negative: bool,
    magnitude: &'a [u8],
}

/// Bytes up to which decimal digits are printed; more are printed in base 16.
const DECIMAL_MAX: usize = 128;

impl BigInt {
    /// From a sign and a magnitude in little-endian bytes.
    #[must_use]
    pub fn new(negative: bool, magnitude: &[u8]) -> BigInt {
        let BigIntRef { negative, magnitude } = BigIntRef::new(negative, magnitude);
        BigInt { negative, magnitude: SmallVec::from_slice(magnitude) }
    }

    /// Borrows the number.
    #[must_use]
    pub fn view(&self) -> BigIntRef<'_> {
        BigIntRef { negative: self.negative, magnitude: &self.magnitude }
    }
}

impl<'a> BigIntRef<'a> {
    /// From a sign and a magnitude in little-endian bytes.
    #[must_use]
    pub fn new(negative: bool, magnitude: &'a [u8]) -> BigIntRef<'a> {
        let len = magnitude.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        BigIntRef { negative: negative && len > 0, magnitude: &magnitude[..len] }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// The magnitude, little endian; nothing for zero.
    #[must_use]
    pub fn magnitude(self) -> &'a [u8] {
        self.magnitude
    }

    /// The number, if it fits.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        if self.negative { None } else { self.absolute() }
    }

    /// The number, if it fits.
    #[must_use]
    pub fn to_i128(self) -> Option<i128> {
        let absolute = self.absolute()?;
        if self.negative { 0_i128.checked_sub_unsigned(absolute) } else { absolute.try_into().ok() }
    }

    fn absolute(self) -> Option<u128> {
        let mut bytes = [0; 16];
        bytes.get_mut(..self.magnitude.len())?.copy_from_slice(self.magnitude);
        Some(u128::from_le_bytes(bytes))
    }
}

macro_rules! from_integer {
    ($($kind:ty)*) => {$(
        impl From<$kind> for BigInt {
            fn from(value: $kind) -> BigInt {
                #[allow(unused_comparisons, reason = "the unsigned ones have no sign")]
                let negative = value < 0;
                BigInt::new(negative, &value.abs_diff(0).to_le_bytes())
            }
        }
    )*};
}

from_integer!(i8 u8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

impl ToValue for BigInt {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        self.view().write(builder, slot);
    }
}

impl ToValue for BigIntRef<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.bigint(slot, self.negative, self.magnitude);
    }
}

/// Digits without JavaScript's `n`: decimal ones, or hexadecimal ones past 128 bytes.
impl fmt::Display for BigIntRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negative { "-" } else { "" })?;
        if let Some(absolute) = self.absolute() {
            return write!(f, "{absolute}");
        }
        if self.magnitude.len() > DECIMAL_MAX {
            f.write_str("0x")?;
            return self.magnitude.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"));
        }
        let digits = decimal(self.magnitude);
        let (first, rest) = digits.split_last().unwrap_or((&0, &[]));
        write!(f, "{first}")?;
        rest.iter().rev().try_for_each(|digits| write!(f, "{digits:09}"))
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// The number in base 10^9, the lowest part first.
fn decimal(magnitude: &[u8]) -> SmallVec<[u32; 40]> {
    const BASE: u64 = 1_000_000_000;
    let mut parts = SmallVec::<[u32; 40]>::new();
    for byte in magnitude.iter().rev() {
        let mut carry = u64::from(*byte);
        for part in &mut parts {
            let sum = (u64::from(*part) << 8) + carry;
            *part = u32::try_from(sum % BASE).unwrap_or_default();
            carry = sum / BASE;
        }
        if carry > 0 {
            parts.push(u32::try_from(carry).unwrap_or_default());
        }
    }
    parts
}

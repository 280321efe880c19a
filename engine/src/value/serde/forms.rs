//! What reading and showing have in common: bounds, and the forms of what serde has none for.

use std::cell::Cell;

use super::{DEPTH_MAX, Problem};
use crate::error::NoMemory;
use crate::room;
use crate::value::{BigIntRef, ErrorRef, Kind, ValueRef, Wtf8};

/// Parts that are shared may come to this many times the size of the archive.
const SHARED_MAX: usize = 16;

/// So much may be read of any archive, however small.
const SIZE_MIN: usize = 1 << 20;

/// What may still be read: bytes in all, and containers in each other below here. Without shared
/// parts a value is never larger than its archive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance<'c> {
    bytes: &'c Cell<usize>,
    left: usize,
}

/// The bytes of an [`Allowance`].
pub(super) fn bytes_of(value: ValueRef<'_>) -> Cell<usize> {
    Cell::new(value.archive_size().saturating_mul(SHARED_MAX).saturating_add(SIZE_MIN))
}

impl<'c> Allowance<'c> {
    pub(super) fn new(bytes: &'c Cell<usize>) -> Allowance<'c> {
        Allowance { bytes, left: DEPTH_MAX }
    }

    /// One value more: the same, or what is in it if it is a boxed primitive.
    pub(super) fn spend<'a>(self, value: ValueRef<'a>) -> Result<ValueRef<'a>, Problem> {
        let value = value.unboxed().unwrap_or(value);
        let texts = match value.kind() {
            Kind::Error => value.links(),
            _ => &[],
        };
        let texts = texts.iter().map(|link| contents_len(value.at(*link))).sum::<usize>();
        let left = self.bytes.get().checked_sub(16 + contents_len(value) + texts);
        self.bytes.set(left.ok_or(Problem::TooShared)?);
        Ok(value)
    }

    /// What may be read inside of a container.
    pub(super) fn inside(self) -> Result<Allowance<'c>, Problem> {
        let left = self.left.checked_sub(1).ok_or(Problem::TooDeep)?;
        Ok(Allowance { left, ..self })
    }
}

/// Bytes that a value takes besides its node, wherever it is read to.
pub(super) fn contents_len(value: ValueRef<'_>) -> usize {
    match value.kind() {
        Kind::View => value.as_bytes().map_or(0, <[u8]>::len),
        _ => value.contents().map_or(0, <[u8]>::len),
    }
}

/// Calls a macro's arm with the numbers of a typed array of any type but 16-bit floats.
macro_rules! with_numbers {
    ($view:expr, |$numbers:ident| $then:expr) => {
        with_numbers!($view, |$numbers| $then, i8 u8 i16 u16 i32 u32 f32 f64 i64 u64)
    };
    ($view:expr, |$numbers:ident| $then:expr, $($number:ty)*) => {$(
        if let Some($numbers) = $view.elements::<$number>() {
            return $then;
        }
    )*};
}

pub(super) use with_numbers;

/// A bigint in the smallest of serde's integers that has it.
pub(super) enum Integer {
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
}

impl Integer {
    pub(super) fn of(number: i128) -> Integer {
        match (i64::try_from(number), u64::try_from(number)) {
            (Ok(number), _) => Integer::I64(number),
            (_, Ok(number)) => Integer::U64(number),
            _ => Integer::I128(number),
        }
    }

    pub(super) fn of_bigint(number: BigIntRef<'_>) -> Result<Integer, Problem> {
        match (number.to_i128(), number.to_u128()) {
            (Some(number), _) => Ok(Integer::of(number)),
            (_, Some(number)) => Ok(Integer::U128(number)),
            _ => Err(Problem::NoForm(Kind::BigInt)),
        }
    }
}

/// Whether a whole number and both of its neighbours are numbers of JavaScript's.
pub(super) fn is_safe(whole: i64) -> bool {
    whole.unsigned_abs() < 1 << 53
}

/// A float as the integer that it is, for readers that take any number: past `i32` an integer is a
/// float, too. Minus zero is none.
#[expect(clippy::cast_possible_truncation, reason = "compared with the original afterwards")]
pub(super) fn whole(value: ValueRef<'_>) -> Option<i64> {
    let number = value.as_f64()?;
    let whole = number as i64;
    let same = (whole as f64).to_bits() == number.to_bits();
    (same && is_safe(whole)).then_some(whole)
}

/// A string as Rust has them.
pub(super) fn text<'a>(value: ValueRef<'a>) -> Result<&'a str, Problem> {
    value.as_str().ok_or(Problem::LoneSurrogates)
}

/// A date as `JSON.stringify` makes it: `None` is null.
pub(super) fn date(value: ValueRef<'_>) -> Option<String> {
    value.as_date().filter(|date| date.is_valid()).map(|date| date.to_string())
}

/// `/source/flags`
pub(super) fn regexp(value: ValueRef<'_>) -> Result<String, Problem> {
    let regexp = value.as_regexp().ok_or(Problem::NoForm(Kind::RegExp))?;
    let source = regexp.source().as_str().ok_or(Problem::LoneSurrogates)?;
    room::promise(source.len()).map_err(|NoMemory| Problem::NoMemory)?;
    Ok(format!("/{source}/{}", regexp.flags()))
}

/// The name of an error, and its message and stack if it has them.
pub(super) fn error(
    error: ErrorRef<'_>,
) -> Result<impl Iterator<Item = (&'static str, &str)>, Problem> {
    let text = |text: Option<Wtf8<'_>>| text.is_none_or(|text| text.as_str().is_some());
    if !text(error.message()) || !text(error.stack()) {
        return Err(Problem::LoneSurrogates);
    }
    let parts = [("message", error.message()), ("stack", error.stack())];
    let parts = parts.into_iter().filter_map(|(name, text)| Some((name, text?.as_str()?)));
    Ok(std::iter::once(("name", error.name().as_str())).chain(parts))
}

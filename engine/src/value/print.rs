//! What a person sees of a value: JSON where JSON has a word for it, else what a JavaScript console
//! prints.
//!
//! Bounded, whatever the value: [`DEPTH_MAX`] levels and about [`OUTPUT_MAX`] bytes, then `...`; fewer of a small
//! archive that has much by sharing.
//! Only a lone string is printed whole.

use std::borrow::Cow;
use std::fmt::{self, Formatter, Write};

use rkyv::rend::u32_le;
use smallvec::SmallVec;

use super::check::sparse_index;
use super::{Args, ArgsRef, Bytes, Kind, Value, ValueRef, View, ViewKind};
use crate::error::NoMemory;
use crate::room;

/// Containers inside containers that are printed.
const DEPTH_MAX: usize = 100;

/// Bytes after which only `...` and closing brackets follow.
const OUTPUT_MAX: usize = 1 << 20;

/// Of the smallest archive, this many.
const OUTPUT_MIN: usize = 4 << 10;

/// Elements of a typed array that are printed.
const ELEMENTS_MAX: usize = 100;

struct Printer<'a, 'f, 'b> {
    out: &'f mut Formatter<'b>,
    /// What is left of [`OUTPUT_MAX`].
    left: usize,
    open: SmallVec<[Open<'a>; 16]>,
}

/// A container of which some parts are printed already.
struct Open<'a> {
    value: ValueRef<'a>,
    rest: &'a [u32_le],
    first: bool,
    /// Of a sparse array: the index after the last element.
    next: usize,
}

impl<'a> Printer<'a, '_, '_> {
    fn value(&mut self, value: ValueRef<'a>) -> fmt::Result {
        self.enter(value)?;
        while let Some(open) = self.open.last_mut() {
            let (container, rest) = (open.value, open.rest);
            let [first, behind @ ..] = rest else {
                self.leave()?;
                continue;
            };
            if container.kind() == Kind::Map && rest.len() % 2 == 1 {
                self.out.write_str(" => ")?;
            } else if !std::mem::take(&mut open.first) {
                self.out.write_str(", ")?;
            }
            if self.left == 0 {
                open.rest = &[];
                self.out.write_str("...")?;
                continue;
            }
            match (container.kind(), behind) {
                (Kind::Object | Kind::SparseArray, [value, behind @ ..]) => {
                    open.rest = behind;
                    self.name(container.at(*first))?;
                    self.enter(container.at(*value))?;
                }
                _ => {
                    open.rest = behind;
                    self.enter(container.at(*first))?;
                }
            }
        }
        Ok(())
    }

    /// Prints a leaf, or opens a container.
    fn enter(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let rest = match (value.kind(), value.as_error()) {
            (Kind::Error, Some(error)) if error.cause().is_some() => {
                value.links().last().map_or(&[][..], std::slice::from_ref)
            }
            (Kind::Array | Kind::Object | Kind::Map | Kind::Set | Kind::SparseArray, _) => {
                value.links()
            }
            _ => return self.leaf(value),
        };
        if self.open.iter().any(|open| open.value.id() == value.id()) {
            return self.out.write_str("[circular]");
        }
        if self.open.len() == DEPTH_MAX {
            return self.out.write_str("...");
        }
        self.spend(2);
        match value.kind() {
            Kind::Array | Kind::SparseArray => self.out.write_str("[")?,
            Kind::Map => write!(self.out, "Map({}) {{", value.len())?,
            Kind::Set => write!(self.out, "Set({}) {{", value.len())?,
            Kind::Error => {
                self.error(value)?;
                self.out.write_str(" {cause: ")?;
            }
            _ => self.out.write_str("{")?,
        }
        self.open.push(Open { value, rest, first: true, next: 0 });
        Ok(())
    }

    /// Closes the innermost container.
    fn leave(&mut self) -> fmt::Result {
        let Some(open) = self.open.pop() else { return Ok(()) };
        match open.value.kind() {
            Kind::Array => self.out.write_str("]"),
            Kind::SparseArray => {
                let missing = open.value.len().saturating_sub(open.next);
                if missing > 0 {
                    self.out.write_str(if open.first { "" } else { ", " })?;
                    self.holes(missing)?;
                }
                self.out.write_str("]")
            }
            _ => self.out.write_str("}"),
        }
    }

    /// The key of an entry, or the holes before an element.
    fn name(&mut self, key: ValueRef<'a>) -> fmt::Result {
        let (Some(at), Some(open)) = (sparse_index(key.code()), self.open.last_mut()) else {
            self.leaf(key)?;
            return self.out.write_str(": ");
        };
        let (at, next) = (at as usize, open.next);
        open.next = at + 1;
        match at.checked_sub(next) {
            Some(0) => Ok(()),
            Some(holes) => {
                self.holes(holes)?;
                self.out.write_str(", ")
            }
            None => write!(self.out, "{at}: "), // a foreign sender's, out of order
        }
    }

    fn holes(&mut self, holes: usize) -> fmt::Result {
        self.spend(16);
        write!(self.out, "<{holes} empty item{}>", if holes == 1 { "" } else { "s" })
    }

    fn leaf(&mut self, value: ValueRef<'a>) -> fmt::Result {
        self.spend(4);
        match value.kind() {
            Kind::String => self.text(value),
            Kind::Bytes => write!(self.out, "{}", Bytes(value.as_bytes().unwrap_or_default())),
            Kind::ArrayBuffer => write!(self.out, "ArrayBuffer <{} bytes>", value.len()),
            Kind::View => value.as_view().map_or(Ok(()), |view| self.view(view)),
            Kind::Int | Kind::Float => self.number(value.as_f64().unwrap_or_default()),
            Kind::Bool if value.as_bool() == Some(true) => self.out.write_str("true"),
            Kind::Bool => self.out.write_str("false"),
            Kind::Null => self.out.write_str("null"),
            Kind::BigInt => self.bigint(value),
            Kind::Date => value.as_date().map_or(Ok(()), |date| write!(self.out, "{date}")),
            Kind::RegExp => self.regexp(value),
            Kind::Error => self.error(value),
            Kind::Boxed => self.boxed(value),
            _ => self.out.write_str("undefined"),
        }
    }

    fn boxed(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let Some(inner) = value.unboxed() else { return Ok(()) };
        self.out.write_str(match inner.kind() {
            Kind::Bool => "[Boolean: ",
            Kind::BigInt => "[BigInt: ",
            Kind::String => "[String: ",
            _ => "[Number: ",
        })?;
        match inner.kind() {
            Kind::Bool => write!(self.out, "{}", inner.as_bool().unwrap_or_default())?,
            Kind::BigInt => self.bigint(inner)?,
            Kind::String => self.text(inner)?,
            _ => self.number(inner.as_f64().unwrap_or_default())?,
        }
        self.out.write_str("]")
    }

    fn bigint(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let Some(number) = value.as_bigint() else { return Ok(()) };
        let bytes = number.magnitude().len();
        if bytes > self.left / 2 {
            return write!(self.out, "<bigint of {bytes} bytes>");
        }
        self.spend(2 * bytes);
        write!(self.out, "{number}n")
    }

    fn regexp(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let Some(regexp) = value.as_regexp() else { return Ok(()) };
        let bytes = regexp.source().as_bytes().len();
        if bytes > self.left {
            return write!(self.out, "<regexp of {bytes} bytes>");
        }
        self.spend(bytes);
        write!(self.out, "{regexp}")
    }

    fn error(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let Some(error) = value.as_error() else { return Ok(()) };
        let bytes = error.message().map_or(0, |message| message.as_bytes().len());
        if bytes > self.left {
            return write!(self.out, "[{}]", error.name());
        }
        self.spend(bytes + 8);
        write!(self.out, "[{error}]")
    }

    fn view(&mut self, view: View<'a>) -> fmt::Result {
        if view.kind() == ViewKind::DataView {
            return write!(self.out, "DataView <{} bytes>", view.len());
        }
        write!(self.out, "{}({}) [", view.kind(), view.len())?;
        let elements = view.bytes().chunks_exact(view.kind().element_size());
        for (position, element) in elements.enumerate() {
            self.out.write_str(if position == 0 { "" } else { ", " })?;
            if position == ELEMENTS_MAX || self.left == 0 {
                self.out.write_str("...")?;
                break;
            }
            self.element(view.kind(), element)?;
        }
        self.out.write_str("]")
    }

    fn element(&mut self, kind: ViewKind, bytes: &[u8]) -> fmt::Result {
        self.spend(4);
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(word);
        let unused = 64 - 8 * u32::try_from(bytes.len()).unwrap_or_default();
        let signed = (bits << unused).cast_signed() >> unused;
        match kind {
            ViewKind::Float64Array => self.number(f64::from_bits(bits)),
            ViewKind::Float32Array => match bytes.as_array() {
                Some(bytes) => self.number(f64::from(f32::from_le_bytes(*bytes))),
                None => Ok(()),
            },
            ViewKind::Float16Array => self.number(half(bits)),
            ViewKind::BigInt64Array => write!(self.out, "{signed}n"),
            ViewKind::BigUint64Array => write!(self.out, "{bits}n"),
            ViewKind::Int8Array | ViewKind::Int16Array | ViewKind::Int32Array => {
                write!(self.out, "{signed}")
            }
            _ => write!(self.out, "{bits}"),
        }
    }

    fn number(&mut self, number: f64) -> fmt::Result {
        if number.is_infinite() {
            return self.out.write_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        if number != 0.0 && !(1e-6..1e21).contains(&number.abs()) && !number.is_nan() {
            return write!(self.out, "{number:e}");
        }
        write!(self.out, "{number}")
    }

    fn text(&mut self, value: ValueRef<'a>) -> fmt::Result {
        let text = lossy(value)?.unwrap_or_default();
        let shown = text.floor_char_boundary(text.len().min(self.left));
        self.spend(shown);
        self.out.write_char('"')?;
        for character in text[..shown].chars() {
            match character {
                '"' => self.out.write_str("\\\"")?,
                '\\' => self.out.write_str("\\\\")?,
                '\n' => self.out.write_str("\\n")?,
                '\t' => self.out.write_str("\\t")?,
                '\r' => self.out.write_str("\\r")?,
                control if control.is_control() => {
                    write!(self.out, "\\u{:04x}", u32::from(control))?;
                }
                plain => self.out.write_char(plain)?,
            }
        }
        self.out.write_str(if shown < text.len() { "...\"" } else { "\"" })
    }

    fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }
}

/// A number of 16 bits: sign, five bits of exponent, ten of fraction.
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, (bits & 0x3ff) as f64);
    let magnitude = match exponent {
        0 => fraction * f64::powi(2.0, -24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * f64::powi(2.0, i32::from(exponent.to_le_bytes()[0]) - 25),
    };
    if bits >> 15 & 1 == 1 { -magnitude } else { magnitude }
}

/// A printer for a value of an archive of so many bytes. What is shared is printed wherever it is met, so that a
/// few bytes can mean as many as there may be; what shares little has enough.
fn printer<'a, 'f, 'b>(out: &'f mut Formatter<'b>, archive: usize) -> Printer<'a, 'f, 'b> {
    let left = OUTPUT_MAX.min(archive.saturating_mul(4).saturating_add(OUTPUT_MIN));
    Printer { out, left, open: SmallVec::new() }
}

/// A string as text. One that there is no memory for, here or in the `String` that it may be printed to, is not
/// printed: then `to_string` panics, which ends a listener and not main.
fn lossy(value: ValueRef<'_>) -> Result<Option<Cow<'_, str>>, fmt::Error> {
    let bytes = value.as_wtf8().map_or(0, |text| text.as_bytes().len());
    room::promise(bytes.saturating_mul(2)).map_err(|NoMemory| fmt::Error)?;
    Ok(value.to_str_lossy())
}

impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match lossy(*self)? {
            Some(text) => f.pad(&text),
            None => printer(f, self.archive_size()).value(*self),
        }
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        printer(f, self.archive_size()).value(*self)
    }
}

impl fmt::Display for ArgsRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = printer(f, self.get(0).archive_size());
        printer.out.write_str("[")?;
        for (position, argument) in self.iter().enumerate() {
            if position > 0 {
                printer.out.write_str(", ")?;
            }
            if printer.left == 0 {
                printer.out.write_str("...")?;
                break;
            }
            printer.value(argument)?;
        }
        printer.out.write_str("]")
    }
}

impl fmt::Debug for ArgsRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! print_as_view {
    ($($owned:ty)*) => {$(
        impl fmt::Display for $owned {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.view(), f)
            }
        }

        impl fmt::Debug for $owned {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.view(), f)
            }
        }
    )*};
}

print_as_view!(Args Value);

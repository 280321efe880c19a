//! What a person sees of a value: JSON where JSON has a word for it.
//!
//! Bounded, whatever the value: [`DEPTH_MAX`] levels and about [`OUTPUT_MAX`] bytes, then `...`.
//! Only a lone string is printed whole.

use std::fmt::{self, Formatter, Write};

use rkyv::rend::u32_le;
use smallvec::SmallVec;

use super::{Args, ArgsRef, Bytes, Kind, Value, ValueRef};

/// Containers inside containers that are printed.
const DEPTH_MAX: usize = 100;

/// Bytes after which only `...` and closing brackets follow.
const OUTPUT_MAX: usize = 1 << 20;

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
}

impl<'a> Printer<'a, '_, '_> {
    fn value(&mut self, value: ValueRef<'a>) -> fmt::Result {
        self.enter(value)?;
        while let Some(open) = self.open.last_mut() {
            let container = open.value;
            if open.rest.is_empty() {
                self.out.write_str(if container.kind() == Kind::Array { "]" } else { "}" })?;
                self.open.pop();
                continue;
            }
            if !std::mem::take(&mut open.first) {
                self.out.write_str(", ")?;
            }
            if self.left == 0 {
                open.rest = &[];
                self.out.write_str("...")?;
                continue;
            }
            match (container.kind(), open.rest) {
                (Kind::Object, [key, value, rest @ ..]) => {
                    open.rest = rest;
                    self.leaf(container.at(*key))?;
                    self.out.write_str(": ")?;
                    self.enter(container.at(*value))?;
                }
                (_, [element, rest @ ..]) => {
                    open.rest = rest;
                    self.enter(container.at(*element))?;
                }
                (_, []) => {}
            }
        }
        Ok(())
    }

    /// Prints a leaf, or opens a container.
    fn enter(&mut self, value: ValueRef<'a>) -> fmt::Result {
        if !matches!(value.kind(), Kind::Array | Kind::Object) {
            return self.leaf(value);
        }
        if self.open.iter().any(|open| open.value.id() == value.id()) {
            return self.out.write_str("[circular]");
        }
        if self.open.len() == DEPTH_MAX {
            return self.out.write_str("...");
        }
        self.spend(2);
        self.out.write_str(if value.kind() == Kind::Array { "[" } else { "{" })?;
        self.open.push(Open { value, rest: value.links(), first: true });
        Ok(())
    }

    fn leaf(&mut self, value: ValueRef<'a>) -> fmt::Result {
        self.spend(4);
        match value.kind() {
            Kind::String => self.text(value.as_str().unwrap_or_default()),
            Kind::Bytes => write!(self.out, "{}", Bytes(value.as_bytes().unwrap_or_default())),
            Kind::Int | Kind::Float => self.number(value.as_f64().unwrap_or_default()),
            Kind::Bool if value.as_bool() == Some(true) => self.out.write_str("true"),
            Kind::Bool => self.out.write_str("false"),
            Kind::Null => self.out.write_str("null"),
            _ => self.out.write_str("undefined"),
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

    fn text(&mut self, text: &str) -> fmt::Result {
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

fn printer<'a, 'f, 'b>(out: &'f mut Formatter<'b>) -> Printer<'a, 'f, 'b> {
    Printer { out, left: OUTPUT_MAX, open: SmallVec::new() }
}

impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.pad(text),
            None => printer(f).value(*self),
        }
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        printer(f).value(*self)
    }
}

impl fmt::Display for ArgsRef<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = printer(f);
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

//! Building messages, value by value.
//!
//! A builder is begun for a number of values, and each put fills the next place. A container announces how
//! many values are in it; those that are put next are these. So nothing has to be closed, and a message that
//! is not complete can be told.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, bytes, call, put};
use crate::kind::ringmain_kind::{self, *};
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, ringmain_status, usage};
use crate::value::ringmain_value;
use engine::value::{BigIntRef, Date, ErrorName, Key, Primitive, RegExp, Slot, ViewKind, Wtf8};
use engine::{Args, Builder, ValueRef};
use smallvec::SmallVec;
use std::ffi::{c_char, c_void};

/// Builds the values of a message. Of one thread at a time. Its content stays until it is begun anew, so it
/// can be sent several times.
pub struct ringmain_builder {
    builder: Option<Builder>,
    count: usize,
    next: usize,
    open: SmallVec<[Container; 4]>,
    marks: SmallVec<[Mark; 4]>,
    /// The next value is to be marked with this number.
    marking: Option<usize>,
    /// The first thing that went wrong: what was built since is of no use.
    broken: Option<(ringmain_status, &'static str)>,
    built: Option<Args>,
}

/// A container whose values are not all there.
struct Container {
    slot: Slot,
    kind: Holder,
    left: usize,
    values: SmallVec<[Slot; 8]>,
}

enum Holder {
    Array,
    Object,
    Map,
    Set,
    /// The first value is the length, which is kept here, then keys and values.
    Sparse {
        len: Option<u32>,
        keys: Vec<SparseKey>,
    },
    Boxed,
    Error {
        name: ErrorName,
        message: Option<Vec<u8>>,
        stack: Option<Vec<u8>>,
    },
}

enum SparseKey {
    Index(u32),
    Name(Vec<u8>),
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    slot: Option<Slot>,
    /// Of an array buffer.
    bytes: Option<usize>,
}

/// Where the next value goes.
enum Where {
    Slot(Slot),
    /// Into the primitive's own object.
    Box(Slot),
    /// It is the key of a sparse array's entry, or its length.
    SparseKey,
}

impl std::fmt::Debug for ringmain_builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ringmain_builder").field("count", &self.count).finish_non_exhaustive()
    }
}

fn malformed(text: &'static str) -> Failure {
    usage(RINGMAIN_MALFORMED, text)
}

impl ringmain_builder {
    fn new() -> Self {
        Self {
            builder: None,
            count: 0,
            next: 0,
            open: SmallVec::new(),
            marks: SmallVec::new(),
            marking: None,
            broken: None,
            built: None,
        }
    }

    fn begin(&mut self, count: usize) {
        *self = Self { builder: Some(Builder::args(count)), count, ..Self::new() };
    }

    fn builder(&mut self) -> Result<&mut Builder, Failure> {
        self.builder.as_mut().ok_or_else(|| malformed("the builder was not begun"))
    }

    /// The place of the next value.
    fn place(&mut self, is_text: bool) -> Result<Where, Failure> {
        let Some(container) = self.open.last_mut() else {
            if self.next == self.count {
                return Err(malformed("more values than the builder was begun for"));
            }
            self.next += 1;
            let slot = self.builder.as_ref().map(|builder| builder.root(self.next - 1));
            let slot = slot.ok_or_else(|| malformed("the builder was not begun"))?;
            self.mark(slot, None);
            return Ok(Where::Slot(slot));
        };
        let is_key = container.left.is_multiple_of(2);
        match &container.kind {
            Holder::Boxed => return Ok(Where::Box(container.slot)),
            Holder::Sparse { len: None, .. } => return Ok(Where::SparseKey),
            Holder::Sparse { .. } if is_key => return Ok(Where::SparseKey),
            Holder::Object if is_key && !is_text => {
                return Err(malformed("an object's key has to be a string"));
            }
            _ => {}
        }
        container.left -= 1;
        let slot = match &mut self.builder {
            Some(builder) => builder.reserve(),
            None => return Err(malformed("the builder was not begun")),
        };
        container.values.push(slot);
        self.mark(slot, None);
        Ok(Where::Slot(slot))
    }

    fn mark(&mut self, slot: Slot, bytes: Option<usize>) {
        if let Some(mark) = self.marking.and_then(|mark| self.marks.get_mut(mark)) {
            *mark = Mark { slot: Some(slot), bytes };
        }
    }

    /// Has `write` write the next value.
    fn value(&mut self, write: impl FnOnce(&mut Builder, Slot)) -> Result<(), Failure> {
        self.fresh()?;
        match self.place(false)? {
            Where::Slot(slot) => write(self.builder()?, slot),
            Where::Box(_) => return Err(malformed("only a primitive can be boxed")),
            Where::SparseKey => return Err(malformed("a sparse array's length or key comes here")),
        }
        self.marking = None;
        self.settle()
    }

    /// Writes the next value, which may be boxed.
    fn primitive(&mut self, value: Primitive<'_>) -> Result<(), Failure> {
        self.fresh()?;
        let is_text = matches!(value, Primitive::String(_));
        match self.place(is_text)? {
            Where::Slot(slot) => write(self.builder()?, slot, value),
            Where::Box(slot) => {
                self.builder()?.boxed(slot, value);
                if let Some(container) = self.open.last_mut() {
                    container.left = 0;
                }
            }
            Where::SparseKey => self.sparse_key(value)?,
        }
        self.marking = None;
        self.settle()
    }

    /// The length of a sparse array, or the key of an entry.
    fn sparse_key(&mut self, value: Primitive<'_>) -> Result<(), Failure> {
        let Some(container) = self.open.last_mut() else { return Ok(()) };
        let Holder::Sparse { len, keys } = &mut container.kind else { return Ok(()) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared")]
        let number = |number: f64| {
            let whole = number as u32;
            (f64::from(whole) == number).then_some(whole)
        };
        match (value, *len) {
            (Primitive::Number(value), None) => {
                *len = Some(number(value).ok_or_else(|| malformed("a sparse array's length"))?);
                return Ok(());
            }
            (Primitive::Number(value), Some(len)) => match number(value) {
                Some(at) if at < len => keys.push(SparseKey::Index(at)),
                _ => return Err(malformed("an index outside a sparse array")),
            },
            (Primitive::String(name), Some(_)) => {
                keys.push(SparseKey::Name(name.as_bytes().to_vec()));
            }
            _ => return Err(malformed("a sparse array's keys are numbers and strings")),
        }
        container.left -= 1;
        Ok(())
    }

    /// Begins a container of so many values.
    fn container(&mut self, kind: Holder, left: usize) -> Result<(), Failure> {
        self.fresh()?;
        let Where::Slot(slot) = self.place(false)? else {
            return Err(malformed("a container cannot be here"));
        };
        self.marking = None;
        self.open.push(Container { slot, kind, left, values: SmallVec::new() });
        self.settle()
    }

    /// Writes the containers that are complete now.
    fn settle(&mut self) -> Result<(), Failure> {
        while self.open.last().is_some_and(Container::is_complete) {
            if let Some(container) = self.open.pop() {
                container.write(self.builder()?);
            }
        }
        Ok(())
    }

    /// What was built before is changed now.
    fn fresh(&mut self) -> Result<(), Failure> {
        if let Some((status, text)) = self.broken {
            return Err(usage(status, text));
        }
        if self.built.is_some() {
            return Err(malformed("more values than the builder was begun for"));
        }
        Ok(())
    }

    fn args(&mut self) -> Result<&Args, Failure> {
        if self.built.is_none() {
            self.fresh()?;
            if self.next < self.count || !self.open.is_empty() {
                return Err(malformed("the builder's values are not complete"));
            }
            let builder = self.builder.take();
            let builder = builder.ok_or_else(|| malformed("the builder was not begun"))?;
            self.built = Some(builder.finish_args()?);
        }
        self.built.as_ref().ok_or_else(|| malformed("the builder was not begun"))
    }
}

impl Container {
    fn is_complete(&self) -> bool {
        let is_begun = !matches!(self.kind, Holder::Sparse { len: None, .. });
        self.left == 0 && is_begun
    }

    fn write(self, builder: &mut Builder) {
        let Self { slot, kind, values, .. } = self;
        let pairs = || -> SmallVec<[(Slot, Slot); 8]> {
            values.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
        };
        match kind {
            Holder::Array => builder.array_of(slot, &values),
            Holder::Object => builder.object_of(slot, &pairs()),
            Holder::Map => builder.map(slot, &pairs()),
            Holder::Set => builder.set(slot, &values),
            Holder::Boxed => {}
            Holder::Sparse { len, keys } => {
                let keys = keys.iter().map(|key| match key {
                    SparseKey::Index(at) => Key::Index(*at),
                    SparseKey::Name(name) => Key::Name(Wtf8::new(name).unwrap_or(Wtf8::from(""))),
                });
                let entries: Vec<_> = keys.zip(values.iter().copied()).collect();
                builder.sparse_array(slot, len.unwrap_or(0), &entries);
            }
            Holder::Error { name, message, stack } => {
                let [message, stack] = [&message, &stack]
                    .map(|text: &Option<Vec<u8>>| text.as_deref().and_then(Wtf8::new));
                builder.error(slot, name, message, stack, values.first().copied());
            }
        }
    }
}

fn write(builder: &mut Builder, slot: Slot, value: Primitive<'_>) {
    match value {
        Primitive::Bool(value) => builder.bool(slot, value),
        Primitive::Number(value) => builder.float(slot, value),
        Primitive::BigInt(value) => builder.bigint(slot, value.is_negative(), value.magnitude()),
        Primitive::String(value) => builder.wtf8(slot, value),
        // None of those that are put here.
        _ => builder.undefined(slot),
    }
}

/// Runs a put, and remembers the first that failed.
fn add(
    builder: *mut ringmain_builder,
    put: impl FnOnce(&mut ringmain_builder) -> Result<(), Failure>,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a builder that is NULL or valid, and no other thread's.
        let builder = unsafe { builder.as_mut() }.ok_or_else(|| invalid("builder"))?;
        put(builder).inspect_err(|_| {
            builder.broken.get_or_insert((RINGMAIN_MALFORMED, "a value before could not be put"));
        })
    })
}

/// The arguments that were built; none for NULL.
///
/// # Safety
/// `builder` is NULL or one of ours.
pub(crate) unsafe fn with_args<R>(
    builder: *mut ringmain_builder,
    run: impl FnOnce(&Args) -> Result<R, Failure>,
) -> Result<R, Failure> {
    // SAFETY: the caller's promise.
    match unsafe { builder.as_mut() } {
        Some(builder) => run(builder.args()?),
        None => run(&Args::default()),
    }
}

/// The one value that was built; undefined for NULL.
///
/// # Safety
/// As [`with_args`].
pub(crate) unsafe fn with_value<R>(
    builder: *mut ringmain_builder,
    run: impl FnOnce(ValueRef<'_>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let one = |args: &Args| match args.len() {
        1 => Ok(()),
        _ => Err(malformed("the builder was not begun for one value")),
    };
    // SAFETY: the caller's promise.
    unsafe {
        with_args(builder, |args| {
            if !builder.is_null() {
                one(args)?;
            }
            run(args.get(0))
        })
    }
}

/// Makes a builder, which has to be begun.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_builder_new(
    builder: *mut *mut ringmain_builder,
) -> ringmain_status {
    call(|| {
        if builder.is_null() {
            return Err(invalid("builder"));
        }
        let made = Box::into_raw(Box::new(ringmain_builder::new()));
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(builder, made, "builder") }
    })
}

/// Begins a message of `count` values, and forgets the one before.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_begin(
    builder: *mut ringmain_builder,
    count: usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let builder = unsafe { builder.as_mut() }.ok_or_else(|| invalid("builder"))?;
        if count > COUNT_MAX {
            return Err(invalid("count"));
        }
        builder.begin(count);
        Ok(())
    })
}

/// Arguments of a message at most.
const COUNT_MAX: usize = 1 << 20;

/// Gives a builder back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_builder_free(builder: *mut ringmain_builder) {
    if !builder.is_null() {
        // SAFETY: one of ours, by the header, and nobody else's.
        border::value(|| drop(unsafe { Box::from_raw(builder) }));
    }
}

/// Puts a value that has nothing but its kind, or begins a container: the values that are put next are those
/// in it.
///
/// @param kind UNDEFINED, NULL; ARRAY and SET with `count` values; OBJECT and MAP with `count` pairs of key
///        and value; SPARSE_ARRAY with its length, a number, and `count` pairs whose keys are indices or
///        names; BOXED with one boolean, number, bigint or string
/// @param count 0 for UNDEFINED, NULL and BOXED
/// @returns INVALID_ARGUMENT for another kind; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put(
    builder: *mut ringmain_builder,
    kind: u32,
    count: usize,
) -> ringmain_status {
    add(builder, |builder| {
        let pairs = || count.checked_mul(2).ok_or_else(|| invalid("count"));
        match ringmain_kind::numbered(kind) {
            Some(RINGMAIN_UNDEFINED) => builder.value(|builder, slot| builder.undefined(slot)),
            Some(RINGMAIN_NULL) => builder.value(|builder, slot| builder.null(slot)),
            Some(RINGMAIN_ARRAY) => builder.container(Holder::Array, count),
            Some(RINGMAIN_SET) => builder.container(Holder::Set, count),
            Some(RINGMAIN_OBJECT) => builder.container(Holder::Object, pairs()?),
            Some(RINGMAIN_MAP) => builder.container(Holder::Map, pairs()?),
            Some(RINGMAIN_BOXED) => builder.container(Holder::Boxed, 1),
            Some(RINGMAIN_SPARSE_ARRAY) => {
                builder.container(Holder::Sparse { len: None, keys: Vec::new() }, pairs()?)
            }
            _ => Err(invalid("kind")),
        }
    })
}

/// Puts a boolean.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bool(
    builder: *mut ringmain_builder,
    value: bool,
) -> ringmain_status {
    add(builder, |builder| builder.primitive(Primitive::Bool(value)))
}

/// Puts a number.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_number(
    builder: *mut ringmain_builder,
    value: f64,
) -> ringmain_status {
    add(builder, |builder| builder.primitive(Primitive::Number(value)))
}

/// Puts a bigint: a sign, and its magnitude.
///
/// @param magnitude len bytes, the lowest first
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bigint(
    builder: *mut ringmain_builder,
    negative: bool,
    magnitude: *const u8,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let magnitude = unsafe { bytes(magnitude.cast(), len, "magnitude") }?;
        builder.primitive(Primitive::BigInt(BigIntRef::new(negative, magnitude)))
    })
}

/// A text by pointer and length, `SIZE_MAX` for one that ends with a zero.
///
/// # Safety
/// It is NULL or valid for `'a`.
unsafe fn string<'a>(
    start: *const c_char,
    len: usize,
    what: &'static str,
) -> Result<Wtf8<'a>, Failure> {
    let found = match len {
        // SAFETY: the caller's promise.
        usize::MAX => unsafe { border::text(start, what) }?.as_bytes(),
        // SAFETY: as above.
        len => unsafe { bytes(start.cast(), len, what) }?,
    };
    Wtf8::new(found).ok_or_else(|| invalid(what))
}

/// Puts a string.
///
/// @param text UTF-8, or with lone surrogates as WTF-8 has them
/// @param len its bytes; SIZE_MAX if a zero ends it
/// @returns INVALID_ARGUMENT if it is not UTF-8; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_string(
    builder: *mut ringmain_builder,
    text: *const c_char,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        builder.primitive(Primitive::String(unsafe { string(text, len, "text") }?))
    })
}

/// Puts bytes, which are copied.
///
/// @param kind BYTES, or ARRAY_BUFFER for a buffer that views show
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bytes(
    builder: *mut ringmain_builder,
    kind: u32,
    data: *const c_void,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let data = unsafe { bytes(data, len, "data") }?;
        match ringmain_kind::numbered(kind) {
            Some(RINGMAIN_BYTES) => builder.value(|builder, slot| builder.bytes(slot, data)),
            Some(RINGMAIN_ARRAY_BUFFER) => {
                let marking = builder.marking;
                builder.value(|builder, slot| builder.buffer(slot, data))?;
                if let Some(mark) = marking.and_then(|mark| builder.marks.get_mut(mark)) {
                    mark.bytes = Some(len);
                }
                Ok(())
            }
            _ => Err(invalid("kind")),
        }
    })
}

/// Puts a date.
///
/// @param ms milliseconds since 1970; NaN for an invalid date
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_date(
    builder: *mut ringmain_builder,
    ms: f64,
) -> ringmain_status {
    add(builder, |builder| builder.value(|builder, slot| builder.date(slot, Date::new(ms))))
}

/// Puts a regular expression.
///
/// @param source as for `ringmain_put_string`
/// @param flags of "dgimsuvy", each once at most, and a zero
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_regexp(
    builder: *mut ringmain_builder,
    source: *const c_char,
    len: usize,
    flags: *const c_char,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (source, flags) =
            unsafe { (string(source, len, "source")?, border::text(flags, "flags")?) };
        let regexp = RegExp::new(source, flags).ok_or_else(|| invalid("flags"))?;
        builder.value(|builder, slot| builder.regexp(slot, regexp))
    })
}

/// Puts an error.
///
/// @param name a ringmain_error_name
/// @param message NULL for none; `message_len` bytes, or SIZE_MAX if a zero ends it
/// @param stack the same
/// @param has_cause whether the value that is put next is its cause
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_error(
    builder: *mut ringmain_builder,
    name: u32,
    message: *const c_char,
    message_len: usize,
    stack: *const c_char,
    stack_len: usize,
    has_cause: bool,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let optional = |text: *const c_char, len, what| match text.is_null() {
            true => Ok(None),
            // SAFETY: as above.
            false => unsafe { string(text, len, what) }.map(|text| Some(text.as_bytes().to_vec())),
        };
        let name = ErrorName::ALL.get(name as usize).ok_or_else(|| invalid("name"))?;
        let message = optional(message, message_len, "message")?;
        let stack = optional(stack, stack_len, "stack")?;
        builder.container(Holder::Error { name: *name, message, stack }, usize::from(has_cause))
    })
}

/// Puts a view of a buffer.
///
/// @param kind a ringmain_view_kind
/// @param buffer the mark of an array buffer that was put before
/// @param offset bytes from its start, a multiple of an element's size
/// @param len bytes, likewise
/// @returns INVALID_ARGUMENT; NOT_FOUND if the mark is of no array buffer; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_view(
    builder: *mut ringmain_builder,
    kind: u32,
    buffer: u32,
    offset: usize,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        let kind = *ViewKind::ALL.get(kind as usize).ok_or_else(|| invalid("kind"))?;
        let none = || usage(RINGMAIN_NOT_FOUND, "no array buffer was marked so");
        let (slot, held) = match builder.marks.get(buffer as usize) {
            Some(Mark { slot: Some(slot), bytes: Some(held) }) => (*slot, *held),
            _ => return Err(none()),
        };
        let size = kind.element_size();
        if !offset.is_multiple_of(size) || !len.is_multiple_of(size) {
            return Err(invalid("offset and len are no multiples of an element"));
        }
        if offset.checked_add(len).is_none_or(|end| end > held) {
            return Err(invalid("offset and len are not inside the buffer"));
        }
        builder.value(|builder, at| builder.view(at, kind, slot, offset, len))
    })
}

/// Puts a value that was received, with everything in it.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_value(
    builder: *mut ringmain_builder,
    value: ringmain_value,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        builder.value(|builder, slot| builder.put(slot, value))
    })
}

/// Marks the value that is put next, so that it can be put again: the same object, as in JavaScript, not
/// another one that is equal. It may be put inside itself.
///
/// @param mark a place for its mark, in this message
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_mark(
    builder: *mut ringmain_builder,
    mark: *mut u32,
) -> ringmain_status {
    add(builder, |builder| {
        builder.fresh()?;
        let number = builder.marks.len();
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(mark, u32::try_from(number).unwrap_or(u32::MAX), "mark") }?;
        builder.marks.push(Mark { slot: None, bytes: None });
        builder.marking = Some(number);
        Ok(())
    })
}

/// Puts a value that was marked once more, inside a container.
///
/// @returns NOT_FOUND if nothing was marked so; MALFORMED if it would be an argument itself, or a key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_marked(
    builder: *mut ringmain_builder,
    mark: u32,
) -> ringmain_status {
    add(builder, |builder| {
        builder.fresh()?;
        let marked = builder.marks.get(mark as usize).and_then(|mark| mark.slot);
        let none = || usage(RINGMAIN_NOT_FOUND, "nothing was marked so");
        let slot = marked.ok_or_else(none)?;
        let Some(container) = builder.open.last_mut() else {
            return Err(malformed("a marked value cannot be an argument"));
        };
        let is_key = container.left.is_multiple_of(2);
        match container.kind {
            Holder::Boxed | Holder::Sparse { len: None, .. } => {
                return Err(malformed("a marked value cannot be here"));
            }
            Holder::Object | Holder::Sparse { .. } if is_key => {
                return Err(malformed("a marked value cannot be a key"));
            }
            _ => {}
        }
        container.values.push(slot);
        container.left -= 1;
        builder.settle()
    })
}

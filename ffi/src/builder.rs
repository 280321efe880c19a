//! Building messages, value by value.
//!
//! A builder is begun for a number of values, and each put fills the next place. A container announces how
//! many values are in it; those that are put next are these. So nothing has to be closed, and a message that
//! is not complete can be told.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, call, put};
use crate::container::{Container, Holder};
use crate::mark::Mark;
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, null, ringmain_status, usage};
use engine::value::{Primitive, Slot};
use engine::{Args, Builder, ValueRef};
use smallvec::SmallVec;

/// Builds the values of a message. Of one thread at a time. Its content stays until it is begun anew, so it
/// can be sent several times.
pub struct ringmain_builder {
    builder: Builder,
    is_begun: bool,
    count: usize,
    next: usize,
    /// The containers that what is put next is in, the innermost last.
    pub(crate) open: SmallVec<[Container; 4]>,
    pub(crate) marks: SmallVec<[Mark; 4]>,
    /// The next value is to be marked with this number.
    pub(crate) marking: Option<usize>,
    /// The first thing that went wrong: what was built since is of no use.
    pub(crate) broken: Option<(ringmain_status, &'static str)>,
    is_built: bool,
    built: Args,
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

const NOT_BEGUN: &str = "the builder was not begun";
const TOO_MANY: &str = "more values than the builder was begun for";

pub(crate) fn malformed(text: &'static str) -> Failure {
    usage(RINGMAIN_MALFORMED, text)
}

impl ringmain_builder {
    fn new() -> Self {
        Self {
            builder: Builder::args(0),
            is_begun: false,
            count: 0,
            next: 0,
            open: SmallVec::new(),
            marks: SmallVec::new(),
            marking: None,
            broken: None,
            is_built: false,
            built: Args::default(),
        }
    }

    fn begin(&mut self, count: usize) {
        self.builder.begin(count);
        self.is_begun = true;
        self.count = count;
        self.next = 0;
        if !self.open.is_empty() {
            self.open.clear();
        }
        if !self.marks.is_empty() {
            self.marks.clear();
        }
        self.marking = None;
        self.broken = None;
        self.is_built = false;
    }

    fn builder(&mut self) -> Result<&mut Builder, Failure> {
        if self.is_begun { Ok(&mut self.builder) } else { Err(malformed(NOT_BEGUN)) }
    }

    /// The place of the next value.
    fn place(&mut self, is_text: bool) -> Result<Where, Failure> {
        let Some(container) = self.open.last_mut() else {
            if self.next == self.count {
                return Err(malformed(TOO_MANY));
            }
            let slot = self.builder.root(self.next);
            self.next += 1;
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
        let slot = self.builder.reserve();
        container.values.push(slot);
        self.mark(slot, None);
        Ok(Where::Slot(slot))
    }

    fn mark(&mut self, slot: Slot, bytes: Option<usize>) {
        if let Some(mark) = self.marking.and_then(|mark| self.marks.get_mut(mark)) {
            *mark = Mark { slot: Some(slot), bytes };
        }
    }

    /// The place of an argument, while nothing is open, to be marked or wrong: of most values.
    #[inline]
    fn argument(&mut self) -> Option<Slot> {
        let is_argument = self.is_begun
            && self.next < self.count
            && self.open.is_empty()
            && self.marking.is_none()
            && self.broken.is_none();
        is_argument.then(|| {
            let slot = self.builder.root(self.next);
            self.next += 1;
            slot
        })
    }

    /// Has `write` write the next value.
    #[inline]
    pub(crate) fn value(&mut self, write: impl Fn(&mut Builder, Slot)) -> Result<(), Failure> {
        match self.argument() {
            Some(slot) => {
                write(&mut self.builder, slot);
                Ok(())
            }
            None => self.value_inside(write),
        }
    }

    #[inline(never)]
    fn value_inside(&mut self, write: impl Fn(&mut Builder, Slot)) -> Result<(), Failure> {
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
    #[inline]
    pub(crate) fn primitive(&mut self, value: Primitive<'_>) -> Result<(), Failure> {
        match self.argument() {
            Some(slot) => {
                write(&mut self.builder, slot, value);
                Ok(())
            }
            None => self.primitive_inside(value),
        }
    }

    #[inline(never)]
    fn primitive_inside(&mut self, value: Primitive<'_>) -> Result<(), Failure> {
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
            Where::SparseKey => {
                if let Some(container) = self.open.last_mut() {
                    container.sparse_key(value)?;
                }
            }
        }
        self.marking = None;
        self.settle()
    }

    /// Begins a container of so many values.
    pub(crate) fn container(&mut self, kind: Holder, left: usize) -> Result<(), Failure> {
        self.fresh()?;
        let Where::Slot(slot) = self.place(false)? else {
            return Err(malformed("a container cannot be here"));
        };
        self.marking = None;
        self.open.push(Container { slot, kind, left, values: SmallVec::new() });
        self.settle()
    }

    /// Writes the containers that are complete now.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        while self.open.last().is_some_and(Container::is_complete) {
            if let Some(container) = self.open.pop() {
                container.write(self.builder()?);
            }
        }
        Ok(())
    }

    /// What was built before is changed now.
    pub(crate) fn fresh(&mut self) -> Result<(), Failure> {
        if let Some((status, text)) = self.broken {
            return Err(usage(status, text));
        }
        match self.is_begun {
            _ if self.is_built => Err(malformed(TOO_MANY)),
            true => Ok(()),
            false => Err(malformed(NOT_BEGUN)),
        }
    }

    fn args(&mut self) -> Result<&Args, Failure> {
        if !self.is_built {
            self.fresh()?;
            if self.next < self.count || !self.open.is_empty() {
                return Err(malformed("the builder's values are not complete"));
            }
            self.is_begun = false;
            self.builder.finish_into(&mut self.built)?;
            self.is_built = true;
        }
        Ok(&self.built)
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
            return Err(null("builder"));
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
        let builder = unsafe { builder.as_mut() }.ok_or_else(|| null("builder"))?;
        if count > COUNT_MAX {
            return Err(invalid("count is out of range"));
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

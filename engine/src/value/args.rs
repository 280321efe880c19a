//! The arguments of a call, owned and borrowed.

#![expect(unsafe_code, reason = "an archive is checked once and then read where it lies")]

use std::fmt;

use rkyv::access_unchecked;

use super::ours::OURS;
use super::store::Store;
use super::table::ArchivedTable;
use super::{Builder, ToValue, ValueRef, check};
use crate::buffer::Buffer;
use crate::error::{Corrupt, Error};

/// The arguments of a call, as the bytes that travel.
///
/// Up to 112 bytes lie in the value itself; five numbers or short strings, or 64 bytes, allocate nothing.
#[derive(Clone)]
pub struct Args(Store);

/// The arguments of a call, borrowed from a checked archive.
#[derive(Clone, Copy)]
pub struct ArgsRef<'a> {
    archive: &'a [u8],
    table: &'a ArchivedTable,
}

/// [`Args`] of anything that is [`ToValue`].
///
/// # Panics
///
/// When the message would have 2 GiB or more, and when a type of serde's in it cannot be written
/// (`Serde(&config)`: its own `Serialize` fails, or it is nested too deep), with the reason; also when a
/// type's own [`ToValue`] makes no message of itself. [`Args::new`] reports them as errors; `value::serde::to_value` returns serde's with its text.
///
/// # Examples
///
/// ```
/// use ringmain::args;
///
/// let args = args!["ping", 1, [0.5, 2.0], None::<bool>];
/// assert_eq!(args.len(), 4);
/// assert_eq!(args.get(0), "ping");
/// assert_eq!(args.to_string(), r#"["ping", 1, [0.5, 2], null]"#);
/// ```
#[macro_export]
macro_rules! args {
    ($($argument:expr),* $(,)?) => {{
        // What is borrowed here is given back here, and not at the end of the caller's statement: he may
        // await in it, and `&dyn ToValue` is not `Send`.
        let written = $crate::Args::written(&[$(&$argument as &dyn $crate::ToValue),*]);
        match written {
            Ok(args) => args,
            Err(unwritten) => panic!("{unwritten}"),
        }
    }};
}

/// Why arguments could not be written, in more words than an [`Error`] has.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unwritten {
    error: Error,
    reason: Option<String>,
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)?;
        match &self.reason {
            Some(reason) => write!(f, " {reason}"),
            None => Ok(()),
        }
    }
}

impl Args {
    /// Arguments from anything that is [`ToValue`]. The macro [`args!`](crate::args) reads better.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] when the message would have 2 GiB or more, [`Error::NotCloneable`] when a
    /// type of serde's cannot be written, for a reason that `value::serde::to_value` tells,
    /// [`Error::Malformed`] when a type's own [`ToValue`] wrote what was written already, and now is not
    /// what it has to be.
    #[inline]
    pub fn new(arguments: &[&dyn ToValue]) -> Result<Args, Error> {
        Args::written(arguments).map_err(|unwritten| unwritten.error)
    }

    /// The same with more to say of a failure.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[doc(hidden)]
    #[inline]
    pub fn written(arguments: &[&dyn ToValue]) -> Result<Args, Unwritten> {
        let leaf = |position| {
            arguments.get(position).and_then(|argument: &&dyn ToValue| argument.leaf(OURS))
        };
        match Store::leaves(arguments.len(), leaf) {
            Some(store) => Ok(Args(store)),
            None => Args::build(arguments),
        }
    }

    #[inline(never)]
    fn build(arguments: &[&dyn ToValue]) -> Result<Args, Unwritten> {
        if let [argument] = arguments
            && let Some(archive) = argument.archive(OURS)
        {
            let copied = Store::copy_of(archive).map_err(Error::from);
            return copied.map(Args).map_err(|error| Unwritten { error, reason: None });
        }
        let mut builder = Builder::args(arguments.len());
        for (position, argument) in arguments.iter().enumerate() {
            let slot = builder.root(position);
            argument.write(&mut builder, slot);
        }
        builder.take_args().map_err(|error| Unwritten { error, reason: builder.take_refusal() })
    }

    /// Owned arguments out of bytes that a peer wrote: `fill` copies all `len` of them into
    /// private, aligned memory (zeroed before), where they are checked afterwards. The peer cannot
    /// change what has been checked.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] as for [`ArgsRef::check`]; [`Error::Exhausted`].
    pub fn receive(len: usize, fill: impl FnOnce(&mut [u8])) -> Result<Args, Error> {
        let mut store = check::room(len)?;
        fill(store.bytes_mut());
        check::check(store.bytes())?;
        Ok(Args(store))
    }

    /// As [`receive`](Self::receive), of a private buffer that holds the bytes already: no copy.
    #[allow(dead_code, reason = "for the session, which does not call it yet")]
    pub(crate) fn from_archive(archive: Buffer) -> Result<Args, Corrupt> {
        check::check(&archive)?;
        Ok(Args(Store::Heap(archive)))
    }

    /// The buffer, if this is large enough to have one: to be filled and checked again.
    #[allow(dead_code, reason = "for the session, which does not call it yet")]
    pub(crate) fn into_buffer(self) -> Option<Buffer> {
        self.0.into_buffer()
    }

    /// Arguments over an archive that `check` accepts.
    #[inline]
    pub(super) fn from_checked(store: Store) -> Args {
        Args(store)
    }

    pub(super) fn store(&mut self) -> &mut Store {
        &mut self.0
    }

    /// The bytes that travel: one archive, to be placed at a multiple of 16.
    #[must_use]
    #[inline]
    pub fn archive(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Borrows the arguments.
    #[must_use]
    #[inline]
    pub fn view(&self) -> ArgsRef<'_> {
        // SAFETY: an `Args` is made by `receive`, which checked these bytes, or by our own
        // builder, whose archives the check accepts; nothing changes them afterwards.
        unsafe { ArgsRef::unchecked(self.archive()) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// An argument; `undefined` when it is missing.
    #[must_use]
    pub fn get(&self, position: usize) -> ValueRef<'_> {
        self.view().get(position)
    }

    /// All arguments, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ValueRef<'_>> + DoubleEndedIterator {
        self.view().iter()
    }
}

impl Default for Args {
    fn default() -> Args {
        Args::new(&[]).unwrap_or_else(|_| unreachable!("no arguments fit"))
    }
}

impl<'a> ArgsRef<'a> {
    /// Checks bytes that a peer wrote: exactly one archive, nothing before or behind it. Reading
    /// it afterwards can neither fail nor leave these bytes.
    ///
    /// Nobody may change `archive` while it is borrowed; bytes that a peer can still write are
    /// copied first ([`Args::receive`]). The work is linear in the archive, without recursion or
    /// allocation.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] names the first thing that no peer of ours writes. Its place is `value
    /// alignment` when `archive` does not start at a multiple of 16.
    pub fn check(archive: &'a [u8]) -> Result<ArgsRef<'a>, Corrupt> {
        check::check(archive).map(|table| ArgsRef { archive, table })
    }

    /// # Safety
    ///
    /// `check` must accept `archive`.
    #[inline]
    unsafe fn unchecked(archive: &'a [u8]) -> ArgsRef<'a> {
        // SAFETY: needs a valid `ArchivedTable` at the end of `archive`; the caller's promise
        // contains it.
        let table = unsafe { access_unchecked::<ArchivedTable>(archive) };
        ArgsRef { archive, table }
    }

    /// The bytes that were checked.
    #[must_use]
    pub fn archive(self) -> &'a [u8] {
        self.archive
    }

    /// How many there are.
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        self.table.roots.to_native() as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An argument; `undefined` when it is missing.
    #[must_use]
    #[inline]
    pub fn get(self, position: usize) -> ValueRef<'a> {
        match u32::try_from(position) {
            Ok(node) if position < self.len() => ValueRef::new(self.table, node),
            _ => ValueRef::new(self.table, 0).absent(),
        }
    }

    /// All arguments, in order.
    #[must_use]
    pub fn iter(
        self,
    ) -> impl ExactSizeIterator<Item = ValueRef<'a>> + DoubleEndedIterator + use<'a> {
        (0..self.len()).map(move |position| self.get(position))
    }

    /// Arguments of their own: a copy of the bytes.
    ///
    /// # Panics
    ///
    /// When there is no memory for it, as [`try_to_owned`](Self::try_to_owned) can tell.
    #[must_use]
    pub fn to_owned(self) -> Args {
        self.try_to_owned().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Arguments of their own, if there is memory for them: who sends them decides how large they are.
    ///
    /// # Errors
    ///
    /// [`Error::Exhausted`]
    pub fn try_to_owned(self) -> Result<Args, Error> {
        Ok(Args(Store::copy_of(self.archive)?))
    }
}

/// Arguments that can be sent: owned, borrowed, or just received.
///
/// Sealed: the bytes go to the peer as they are, and it cuts off who sends it others.
pub trait Arguments: sealed::Sealed {
    /// The bytes that travel, see [`Args::archive`].
    fn archive(&self) -> &[u8];
}

impl Arguments for Args {
    #[inline]
    fn archive(&self) -> &[u8] {
        self.archive()
    }
}

impl Arguments for &Args {
    #[inline]
    fn archive(&self) -> &[u8] {
        (*self).archive()
    }
}

impl Arguments for ArgsRef<'_> {
    #[inline]
    fn archive(&self) -> &[u8] {
        (*self).archive()
    }
}

mod sealed {
    use super::{Args, ArgsRef};

    pub trait Sealed {}

    impl Sealed for Args {}
    impl Sealed for &Args {}
    impl Sealed for ArgsRef<'_> {}
}

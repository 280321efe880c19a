//! What a builder becomes.

use super::Builder;
use crate::Error;
use crate::value::check;
use crate::value::pool::Parts;
use crate::value::store::Store;
use crate::value::table::{ARCHIVE_MAX, Shape};
use crate::value::{Args, Value};

impl Builder {
    /// The arguments.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] when the message would have 2 GiB or more, [`Error::NotCloneable`] when
    /// a type of serde's refused to be written, [`Error::Malformed`] when a slot was written again and
    /// now is not what it has to be: the key of an object no string, for one; [`Error::Exhausted`] when there
    /// was no memory for it.
    #[inline]
    pub fn finish_args(mut self) -> Result<Args, Error> {
        self.take_args()
    }

    /// Why a part was refused, if one was.
    pub(in crate::value) fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Like [`finish_args`](Self::finish_args), but replaces `args` and keeps the builder for the next message,
    /// which [`begin`](Self::begin) starts.
    ///
    /// # Errors
    ///
    /// As [`finish_args`](Self::finish_args); `args` and the builder stay as they are then.
    #[inline]
    pub fn finish_into(&mut self, args: &mut Args) -> Result<(), Error> {
        let shape = self.shape(self.roots)?;
        let Self { pool, nodes, links, roots, .. } = self;
        let (nodes, links) = (nodes.as_slice(), links.as_slice());
        pool.finish_into(shape, Parts { nodes, links, root: shape.root(*roots) }, args.store())?;
        self.clear();
        Ok(())
    }

    /// [`finish_args`](Self::finish_args) where the builder lies.
    #[inline]
    pub(in crate::value) fn take_args(&mut self) -> Result<Args, Error> {
        self.archive(self.roots).map(Args::from_checked)
    }

    /// The first root as a value of its own.
    ///
    /// # Errors
    ///
    /// As [`finish_args`](Self::finish_args).
    #[inline]
    pub fn finish_value(mut self) -> Result<Value, Error> {
        self.take_value()
    }

    /// [`finish_value`](Self::finish_value) where the builder lies.
    #[inline]
    pub(in crate::value) fn take_value(&mut self) -> Result<Value, Error> {
        if self.nodes.len() == 0 {
            let _ = self.reserve();
        }
        self.archive(1).map(Value::from_checked)
    }

    #[inline]
    fn shape(&self, roots: u32) -> Result<Shape, Error> {
        if self.refused.is_some() {
            return Err(Error::NotCloneable);
        }
        self.pool.complete()?;
        let (pool, nodes, links) = (self.pool.len(), self.nodes.len(), self.links.len());
        let shape = Shape { pool, nodes, links };
        match shape.archive_len() {
            ..=ARCHIVE_MAX if self.doubtful => self.check(roots).map(|()| shape),
            ..=ARCHIVE_MAX => Ok(shape),
            found => Err(Error::TooLarge { found, limit: ARCHIVE_MAX }),
        }
    }

    /// What a peer would say of the archive.
    #[cold]
    fn check(&self, roots: u32) -> Result<(), Error> {
        let (pool, nodes, links) =
            (self.pool.as_slice(), self.nodes.as_slice(), self.links.as_slice());
        check::parts(check::Parts { pool, nodes, links, roots }).map_err(Error::Malformed)
    }

    /// Ends it. The pool goes into the archive, and with it all that refers to it.
    #[inline]
    fn archive(&mut self, roots: u32) -> Result<Store, Error> {
        let shape = self.shape(roots)?;
        let Self { pool, nodes, links, .. } = self;
        let (nodes, links) = (nodes.as_slice(), links.as_slice());
        let store = pool.finish(shape, Parts { nodes, links, root: shape.root(roots) })?;
        self.clear();
        Ok(store)
    }
}

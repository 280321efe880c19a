//! What a builder becomes.

use super::Builder;
use crate::Error;
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
    /// a type of serde's refused to be written.
    #[inline]
    pub fn finish_args(mut self) -> Result<Args, Error> {
        self.take_args()
    }

    /// Why a part was refused, if one was.
    pub(in crate::value) fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// [`finish_args`](Self::finish_args) in place of other arguments. What the builder has then is of no use
    /// until it [begins](Self::begin) anew.
    ///
    /// # Errors
    ///
    /// As [`finish_args`](Self::finish_args); `args` stays as it is then.
    #[inline]
    pub fn finish_into(&mut self, args: &mut Args) -> Result<(), Error> {
        let shape = self.shape()?;
        let Self { pool, nodes, links, roots, .. } = self;
        let (nodes, links) = (nodes.as_slice(), links.as_slice());
        pool.finish_into(shape, Parts { nodes, links, root: shape.root(*roots) }, args.store());
        Ok(())
    }

    /// [`finish_args`](Self::finish_args) where the builder lies.
    #[inline]
    pub(in crate::value) fn take_args(&mut self) -> Result<Args, Error> {
        self.archive().map(Args::from_checked)
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
        self.roots = 1;
        self.archive().map(Value::from_checked)
    }

    #[inline]
    fn shape(&self) -> Result<Shape, Error> {
        if self.refused.is_some() {
            return Err(Error::NotCloneable);
        }
        let (pool, nodes, links) = (self.pool.len(), self.nodes.len(), self.links.len());
        let shape = Shape { pool, nodes, links };
        match shape.archive_len() {
            ..=ARCHIVE_MAX => Ok(shape),
            found => Err(Error::TooLarge { found, limit: ARCHIVE_MAX }),
        }
    }

    #[inline]
    fn archive(&mut self) -> Result<Store, Error> {
        let shape = self.shape()?;
        let Self { pool, nodes, links, roots, .. } = self;
        let (nodes, links) = (nodes.as_slice(), links.as_slice());
        Ok(pool.finish(shape, Parts { nodes, links, root: shape.root(*roots) }))
    }
}

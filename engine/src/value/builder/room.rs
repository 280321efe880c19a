//! Memory for what is written of another archive, whose sender decides how much it is.

use super::Builder;
use crate::error::NoMemory;

impl Builder {
    /// Makes the builder fail in the end: there was no memory for something.
    pub(in crate::value) fn lack(&mut self) {
        self.pool.lack();
    }

    /// Makes room for a node's `links`, and for as many nodes.
    ///
    /// # Errors
    ///
    /// [`NoMemory`]
    #[inline]
    pub(in crate::value) fn make_room(&mut self, links: usize) -> Result<(), NoMemory> {
        self.nodes.make_room(links)?;
        self.links.make_room(links)
    }
}

//! Listeners by slot instead of by name, for the hot path.

use super::listeners::{Emitter, Snapshot};
use std::fmt;

/// What one receiver last knew of an emitter's listeners, by the slots of its peer's channel table.
/// An emit through it takes no lock, hashes no name and counts no reference; it is as current as one
/// that does. It keeps a removed listener alive until [`refresh`](Self::refresh), or until it is
/// next asked for any channel.
pub(crate) struct Snapshots<L: ?Sized> {
    version: u64,
    slots: Vec<Option<Snapshot<L>>>,
}

impl<L: ?Sized> Snapshots<L> {
    pub(crate) fn new() -> Self {
        Self { version: 0, slots: Vec::new() }
    }

    /// The listeners that `emitter` has for `channel` now, which the peer calls `slot`.
    #[inline]
    pub(crate) fn get(&mut self, emitter: &Emitter<L>, slot: u16, channel: &str) -> &Snapshot<L> {
        self.refresh(emitter);
        let slot = usize::from(slot);
        if slot >= self.slots.len() {
            self.slots.resize(slot + 1, None);
        }
        self.slots[slot].get_or_insert_with(|| emitter.snapshot(channel))
    }

    /// Lets go of everything if a listener was added or removed since.
    #[inline]
    pub(crate) fn refresh(&mut self, emitter: &Emitter<L>) {
        let version = emitter.version();
        if self.version != version {
            self.version = version;
            self.slots.clear();
        }
    }

    /// The peer gave `slot` to another channel.
    pub(crate) fn forget(&mut self, slot: u16) {
        if let Some(known) = self.slots.get_mut(usize::from(slot)) {
            *known = None;
        }
    }
}

impl<L: ?Sized> fmt::Debug for Snapshots<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots").field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::Arc;

    type Listener = dyn Fn() + Send + Sync;

    fn ran(
        snapshots: &mut Snapshots<Listener>,
        emitter: &Emitter<Listener>,
        channel: &str,
    ) -> usize {
        let snapshot = snapshots.get(emitter, 3, channel);
        let call = |listener: &Listener| {
            listener();
            Ok::<_, Infallible>(())
        };
        emitter.emit_to(snapshot, channel, call).ran
    }

    #[test]
    fn a_snapshot_is_as_current_as_the_emitter() {
        let emitter = Emitter::<Listener>::default();
        let mut snapshots = Snapshots::new();
        assert_eq!(ran(&mut snapshots, &emitter, "a"), 0);
        let id = emitter.on("a", Arc::new(|| ()));
        emitter.once("a", Arc::new(|| ()));
        assert_eq!(ran(&mut snapshots, &emitter, "a"), 2);
        assert_eq!(ran(&mut snapshots, &emitter, "a"), 1);
        emitter.remove_listener("a", id);
        assert_eq!(ran(&mut snapshots, &emitter, "a"), 0);
    }

    #[test]
    fn a_slot_that_was_given_away_is_another_channel() {
        let emitter = Emitter::<Listener>::default();
        emitter.on("a", Arc::new(|| ()));
        let mut snapshots = Snapshots::new();
        assert_eq!(ran(&mut snapshots, &emitter, "a"), 1);
        snapshots.forget(3);
        assert_eq!(ran(&mut snapshots, &emitter, "b"), 0);
    }

    #[test]
    fn a_removed_listener_is_dropped_by_the_next_refresh() {
        let emitter = Emitter::<Listener>::default();
        let captured = Arc::new(());
        let id = emitter.on("a", {
            let captured = Arc::clone(&captured);
            Arc::new(move || drop(Arc::clone(&captured)))
        });
        let mut snapshots = Snapshots::new();
        ran(&mut snapshots, &emitter, "a");
        emitter.remove_listener("a", id);
        assert_eq!(Arc::strong_count(&captured), 2);
        snapshots.refresh(&emitter);
        assert_eq!(Arc::strong_count(&captured), 1);
    }
}

//! Copying a part of one archive into another: iterative, every object once.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use smallvec::SmallVec;

use super::scalar::Scalar;
use super::table::ArchivedNode;
use super::{Builder, Slot, Value, ValueRef};

/// A value that is a scalar, as one. Only the bytes of a short string that count are copied.
pub(super) fn scalar(source: ValueRef<'_>) -> Option<Scalar> {
    match source.node() {
        ArchivedNode::Short { .. } => source.as_str().and_then(Scalar::text),
        ArchivedNode::Int(number) => Some(Scalar::int(number.to_native())),
        other => rare_scalar(other),
    }
}

/// The kinds that are sent less. Apart, because a jump through a table costs more than the rest.
#[cold]
fn rare_scalar(node: &ArchivedNode) -> Option<Scalar> {
    match node {
        ArchivedNode::Undefined => Some(Scalar::UNDEFINED),
        ArchivedNode::Null => Some(Scalar::NULL),
        ArchivedNode::Bool(truth) => Some(Scalar::bool(*truth)),
        ArchivedNode::Float(number) => Some(Scalar::float(number.to_native())),
        _ => None,
    }
}

/// What can be reached from `source` as a value of its own.
///
/// # Panics
///
/// When the copy would have 2 GiB or more.
pub(super) fn to_owned(source: ValueRef<'_>) -> Value {
    Value::new(source).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes what can be reached from `source` into `slot`. Every node is copied once, so shared
/// values stay shared, cycles stay cycles, and the copy has no more nodes than the original.
pub(super) fn copy(source: ValueRef<'_>, builder: &mut Builder, slot: Slot) {
    if source.links().is_empty() {
        return Copier::new(builder).one(source, slot);
    }
    let mut copier = Copier::new(builder);
    copier.copied.insert(source.id(), slot);
    copier.waiting.push((source, slot));
    while let Some((value, slot)) = copier.waiting.pop() {
        copier.one(value, slot);
    }
}

struct Copier<'a, 'b> {
    builder: &'b mut Builder,
    /// Where the nodes of the source have gone.
    copied: HashMap<u32, Slot>,
    waiting: SmallVec<[(ValueRef<'a>, Slot); 8]>,
}

impl<'a, 'b> Copier<'a, 'b> {
    fn new(builder: &'b mut Builder) -> Copier<'a, 'b> {
        Copier { builder, copied: HashMap::new(), waiting: SmallVec::new() }
    }

    fn one(&mut self, value: ValueRef<'a>, slot: Slot) {
        match value.node() {
            ArchivedNode::Undefined => self.builder.undefined(slot),
            ArchivedNode::Null => self.builder.null(slot),
            ArchivedNode::Bool(truth) => self.builder.bool(slot, *truth),
            ArchivedNode::Int(number) => self.builder.int(slot, number.to_native()),
            ArchivedNode::Float(number) => self.builder.float(slot, number.to_native()),
            ArchivedNode::Short { .. } | ArchivedNode::String { .. } => {
                self.builder.string(slot, value.as_str().unwrap_or_default());
            }
            ArchivedNode::Bytes { .. } => {
                self.builder.bytes(slot, value.as_bytes().unwrap_or_default());
            }
            ArchivedNode::Array { .. } => {
                let elements = self.children(value);
                self.builder.array_of(slot, &elements);
            }
            ArchivedNode::Object { .. } => {
                let pairs = self.children(value);
                self.builder.object_of_links(slot, &pairs);
            }
        }
    }

    fn children(&mut self, value: ValueRef<'a>) -> SmallVec<[Slot; 16]> {
        value.links().iter().map(|link| self.child(value.at(*link))).collect()
    }

    fn child(&mut self, value: ValueRef<'a>) -> Slot {
        match self.copied.entry(value.id()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let slot = self.builder.reserve();
                new.insert(slot);
                self.waiting.push((value, slot));
                slot
            }
        }
    }
}

//! Copying a part of one archive into another: iterative, every object once.
//!
//! Every node has at most one range, and its start in the same bytes: a copy is the node's own
//! bytes with another start.

use hashbrown::HashMap;
use smallvec::{SmallVec, smallvec};

use super::scalar::Scalar;
use super::table::{ArchivedNode, Code, tag};
use super::{Builder, Slot, Value, ValueRef};
use crate::error::NoMemory;
use crate::room;

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
/// When the copy would have 2 GiB or more, or there is no memory for it.
pub(super) fn to_owned(source: ValueRef<'_>) -> Value {
    Value::new(source).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes what can be reached from `source` into `slot`. Every node is copied once, so shared
/// values stay shared, cycles stay cycles, and the copy has no more nodes than the original. Without memory
/// for it the builder fails in the end.
pub(super) fn copy(source: ValueRef<'_>, builder: &mut Builder, slot: Slot) {
    let mut whole = Ok(());
    if source.links().is_empty() {
        whole = one(source, builder, slot, |_, _| Ok(slot));
    } else {
        // Containers come before their keys.
        builder.in_doubt(slot, |builder| whole = all(source, builder, slot));
    }
    if whole.is_err() {
        builder.lack();
    }
}

fn all(source: ValueRef<'_>, builder: &mut Builder, slot: Slot) -> Result<(), NoMemory> {
    let mut copied = Copied::of(source.nodes().len());
    let mut waiting = SmallVec::<[(ValueRef<'_>, Slot); 16]>::new();
    copied.note(source.id(), slot)?;
    waiting.push((source, slot));
    while let Some((value, slot)) = waiting.pop() {
        one(value, builder, slot, |builder, child| {
            if let Some(known) = copied.place(child.id()) {
                return Ok(known);
            }
            let place = builder.reserve();
            copied.note(child.id(), place)?;
            room::promise_one_more::<(ValueRef<'_>, Slot)>(waiting.len(), waiting.capacity())?;
            waiting.push((child, place));
            Ok(place)
        })?;
    }
    Ok(())
}

/// Copies a node; `place` says where its children are.
fn one<'a>(
    value: ValueRef<'a>,
    builder: &mut Builder,
    slot: Slot,
    mut place: impl FnMut(&mut Builder, ValueRef<'a>) -> Result<Slot, NoMemory>,
) -> Result<(), NoMemory> {
    let node = value.code();
    if is_linked(node) {
        let links = value.links();
        builder.make_room(links.len())?;
        let mut children = SmallVec::<[Slot; 16]>::new();
        if links.len() > children.capacity() {
            room::promise(size_of_val(links))?;
            children.reserve_exact(links.len());
        }
        for link in links {
            children.push(place(builder, value.at(*link))?);
        }
        builder.linked(slot, node, &children);
        return Ok(());
    }
    match value.contents() {
        Some(contents) => builder.copied(slot, node, contents),
        None => builder.put_code(slot, node),
    }
    Ok(())
}

/// Whether a node's range is one of links, perhaps an empty one.
fn is_linked(node: Code) -> bool {
    let [tag, ..] = node.to_le_bytes();
    matches!(
        tag,
        tag::ARRAY
            | tag::OBJECT
            | tag::ERROR
            | tag::BOXED
            | tag::MAP
            | tag::SET
            | tag::SPARSE
            | tag::VIEW
    )
}

/// Where the nodes of the source have gone.
#[expect(clippy::large_enum_variant, reason = "lives on the stack of one function")]
enum Copied {
    /// By their index, which is dense.
    Flat(SmallVec<[u32; 64]>),
    /// Of a large source of which perhaps little is reached: that and how many nodes it has.
    Few(HashMap<u32, u32>, usize),
}

/// Sources of up to this many nodes get a flat list at once.
const FLAT_MAX: usize = 1024;

/// Of larger ones, this part of the nodes has to be reached first: a list costs a word per node, a
/// map about as much as this many.
const FEW: usize = 16;

const NOWHERE: u32 = u32::MAX;

impl Copied {
    fn of(nodes: usize) -> Copied {
        if nodes <= FLAT_MAX {
            return Copied::Flat(smallvec![NOWHERE; nodes]);
        }
        Copied::Few(HashMap::new(), nodes)
    }

    fn place(&self, node: u32) -> Option<Slot> {
        let place = match self {
            Copied::Flat(places) => places.get(node as usize),
            Copied::Few(places, _) => places.get(&node),
        };
        place.filter(|place| **place != NOWHERE).map(|place| Slot::numbered(*place))
    }

    fn note(&mut self, node: u32, slot: Slot) -> Result<(), NoMemory> {
        match self {
            Copied::Flat(places) => {
                if let Some(place) = places.get_mut(node as usize) {
                    *place = slot.number();
                }
            }
            Copied::Few(places, nodes) => {
                room::promise_one_more::<[u32; 2]>(places.len(), places.capacity())?;
                places.insert(node, slot.number());
                if places.len() * FEW > *nodes {
                    room::promise(nodes.saturating_mul(size_of::<u32>()))?;
                    let mut flat: SmallVec<[u32; 64]> = smallvec![NOWHERE; *nodes];
                    places.iter().for_each(|(node, place)| flat[*node as usize] = *place);
                    *self = Copied::Flat(flat);
                }
            }
        }
        Ok(())
    }
}

//! Equality of values, cycles and shared references included.
//!
//! Two values are equal when nobody who reads them can tell them apart by contents: numbers by
//! value (1 is 1.0, 0 is -0, NaN is NaN), objects, maps and sets entry by entry in their order, which
//! JavaScript shows; invalid dates are equal. Whether equal parts are shared does not matter.
//!
//! Nodes found equal so far are joined into classes (Hopcroft and Karp's test of automata): each
//! pair that is looked at makes two classes one, so the work is linear in both archives, however
//! often their nodes are shared.

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::table::{ArchivedNode, moved};
use super::{Args, ArgsRef, Kind, Value, ValueRef};
use crate::error::NoMemory;
use crate::room;

/// Contents that are compared as often as they are met: remembering costs more.
const SMALL: usize = 64;

/// Whether the pairs that `roots` gives are equal, all of them.
fn equal<'l, 'r>(roots: impl Iterator<Item = (ValueRef<'l>, ValueRef<'r>)>) -> bool {
    let mut classes = Classes::default();
    let mut waiting = SmallVec::<[(ValueRef<'l>, ValueRef<'r>); 8]>::new();
    for root in roots {
        waiting.push(root);
        while let Some((left, right)) = waiting.pop() {
            match scalars(left, right) {
                Some(true) => continue,
                Some(false) => return false,
                None => {}
            }
            let is_small = left.links().is_empty()
                && left.contents().is_none_or(|contents| contents.len() <= SMALL);
            if !is_small && !classes.join(left, right) {
                continue;
            }
            if !alike(left, right) {
                return false;
            }
            grow_or_panic(&waiting, left.links().len());
            let children = left.links().iter().zip(right.links()).rev();
            waiting.extend(children.map(|(l, r)| (left.at(*l), right.at(*r))));
        }
    }
    true
}

/// A verdict cannot be refused; a listener's panic is reported, and main goes on.
#[inline]
fn or_panic(room: Result<(), NoMemory>) {
    room.unwrap_or_else(|NoMemory| panic!("{NoMemory}"));
}

#[inline]
fn grow_or_panic<A: smallvec::Array>(waiting: &SmallVec<A>, more: usize) {
    if waiting.capacity() - waiting.len() < more {
        let size = waiting.len().saturating_add(more).saturating_mul(2 * size_of::<A::Item>());
        or_panic(room::promise(size));
    }
}

/// The verdict on nodes that are whole in themselves.
fn scalars(left: ValueRef<'_>, right: ValueRef<'_>) -> Option<bool> {
    use ArchivedNode::{Int, Short};
    match (left.node(), right.node()) {
        (Int(left), Int(right)) => Some(left == right),
        (Short { .. }, Short { .. }) => Some(left.code() == right.code()),
        _ => match (left.kind(), right.kind()) {
            (Kind::Undefined, kind) => Some(kind == Kind::Undefined),
            (Kind::Null, kind) => Some(kind == Kind::Null),
            (Kind::Bool, _) => Some(left.as_bool() == right.as_bool()),
            (Kind::Int | Kind::Float, _) => Some(numbers(left.as_f64(), right.as_f64())),
            (Kind::Date, _) => Some(left.as_date().is_some() && left.as_date() == right.as_date()),
            _ => None,
        },
    }
}

/// Whether two nodes are equal but for their children. Two views are, if they show the same part of
/// equal buffers.
fn alike(left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
    let (one, other) = (left.code(), right.code());
    // Each has one form only, so a node is numbers that are equal, but for where its range starts.
    moved(one, 0) == moved(other, 0) && left.contents() == right.contents()
}

fn numbers(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left == right || left.is_nan() && right.is_nan(),
        _ => false,
    }
}

/// Nodes of both sides that are equal unless a difference turns up: a union-find forest.
#[derive(Default)]
struct Classes {
    parents: HashMap<u32, u32>,
}

impl Classes {
    /// Makes the classes of two nodes one. False if they were already.
    fn join(&mut self, left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
        // Archives hold fewer than 2^27 nodes, so bit 31 can tell the sides apart.
        let side = if left.same_archive(right) { 0 } else { 1 << 31 };
        let (left, right) = (self.find(left.id()), self.find(right.id() | side));
        if left != right {
            let (len, capacity) = (self.parents.len(), self.parents.capacity());
            or_panic(room::promise_one_more::<[u32; 2]>(len, capacity));
            self.parents.insert(right, left);
        }
        left != right
    }

    /// The class of a node, which halves the way there for the next search.
    fn find(&mut self, mut node: u32) -> u32 {
        while let Some(&parent) = self.parents.get(&node) {
            match self.parents.get(&parent) {
                Some(&grandparent) => self.parents.insert(node, grandparent),
                None => return parent,
            };
            node = parent;
        }
        node
    }
}

impl PartialEq for ArgsRef<'_> {
    fn eq(&self, other: &ArgsRef<'_>) -> bool {
        self.len() == other.len() && equal(self.iter().zip(other.iter()))
    }
}

impl PartialEq for Args {
    fn eq(&self, other: &Args) -> bool {
        self.view() == other.view()
    }
}

impl<'r> PartialEq<ValueRef<'r>> for ValueRef<'_> {
    fn eq(&self, other: &ValueRef<'r>) -> bool {
        equal(std::iter::once((*self, *other)))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.view() == other.view()
    }
}

impl PartialEq<Value> for ValueRef<'_> {
    fn eq(&self, other: &Value) -> bool {
        *self == other.view()
    }
}

impl PartialEq<ValueRef<'_>> for Value {
    fn eq(&self, other: &ValueRef<'_>) -> bool {
        self.view() == *other
    }
}

macro_rules! equal_to {
    ($($kind:ty, |$value:ident, $other:ident| $equal:expr;)*) => {$(
        impl PartialEq<$kind> for ValueRef<'_> {
            fn eq(&self, $other: &$kind) -> bool {
                let $value = self;
                $equal
            }
        }

        impl PartialEq<$kind> for Value {
            fn eq(&self, other: &$kind) -> bool {
                self.view() == *other
            }
        }
    )*};
}

equal_to! {
    &str, |value, other| value.as_str() == Some(other);
    String, |value, other| value.as_str() == Some(other);
    bool, |value, other| value.as_bool() == Some(*other);
    i32, |value, other| value.as_i32() == Some(*other);
    f64, |value, other| value.as_f64() == Some(*other);
    &[u8], |value, other| value.as_bytes() == Some(other);
    (), |value, _other| value.is_undefined();
}

impl PartialEq<str> for ValueRef<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

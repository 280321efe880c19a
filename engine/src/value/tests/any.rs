//! Generated values: a tree of Rust's own, and what it must read as.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use crate::{ToValue, Value, ValueRef};

/// Runs `check` on values of `strategy`. A failure names the smallest value that fails.
pub(super) fn for_each<S: Strategy>(strategy: S, check: impl Fn(S::Value)) {
    let config = Config { failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&strategy, |value| {
        check(value);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

/// Bytes of all lengths around those of small archives.
pub(super) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![3 => Just(0), 1 => any::<u8>(), 1 => 0..32_u8], 0..200)
}

/// Some bytes to put somewhere.
pub(super) fn damage() -> impl Strategy<Value = Vec<(usize, u8)>> {
    vec((any::<usize>(), prop_oneof![any::<u8>(), 0..12_u8]), 1..4)
}

/// A value without sharing.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Float(f64),
    String(String),
    Bytes(Vec<u8>),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub(super) fn strategy() -> impl Strategy<Value = Tree> {
        let text = || vec(any::<char>(), 0..24).prop_map(String::from_iter);
        let bytes = vec(any::<u8>(), 0..40).prop_map(Tree::Bytes);
        prop_oneof![6 => Tree::leaf(), 1 => bytes].prop_recursive(6, 64, 8, move |inner| {
            prop_oneof![
                vec(inner.clone(), 0..8).prop_map(Tree::Array),
                vec((text(), inner), 0..8).prop_map(Tree::Object),
            ]
        })
    }

    /// What fits into a node, except that some strings are too long.
    pub(super) fn leaf() -> impl Strategy<Value = Tree> {
        let text = prop_oneof!["[ -~]{0,18}", vec(any::<char>(), 0..8).prop_map(String::from_iter)];
        prop_oneof![
            Just(Tree::Undefined),
            Just(Tree::Null),
            any::<bool>().prop_map(Tree::Bool),
            any::<i32>().prop_map(Tree::Int),
            any::<f64>().prop_map(Tree::Float),
            text.prop_map(Tree::String),
        ]
    }

    /// A leaf as Rust's own type.
    pub(super) fn to_value(&self) -> Box<dyn ToValue> {
        match self {
            Tree::Undefined => Box::new(()),
            Tree::Null => Box::new(None::<bool>),
            Tree::Bool(value) => Box::new(*value),
            Tree::Int(value) => Box::new(*value),
            Tree::Float(value) => Box::new(*value),
            Tree::String(value) => Box::new(value.clone()),
            other => Box::new(other.value()),
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Tree::Undefined => Value::undefined(),
            Tree::Null => Value::null(),
            Tree::Bool(value) => Value::from(*value),
            Tree::Int(value) => Value::from(*value),
            Tree::Float(value) => Value::from(*value),
            Tree::String(value) => Value::from(value),
            Tree::Bytes(value) => Value::from(value.as_slice()),
            Tree::Array(elements) => Value::array(elements.iter().map(Tree::value)),
            Tree::Object(entries) => {
                Value::object(entries.iter().map(|(key, value)| (key, value.value())))
            }
        }
    }

    pub(super) fn is(&self, read: ValueRef<'_>) -> bool {
        match self {
            Tree::Undefined => read.is_undefined(),
            Tree::Null => read.is_null(),
            Tree::Bool(value) => read == *value,
            Tree::Int(value) => read == *value,
            Tree::Float(value) => {
                read.as_f64().is_some_and(|read| read.to_bits() == value.to_bits())
            }
            Tree::String(value) => read == *value,
            Tree::Bytes(value) => read == value.as_slice(),
            Tree::Array(elements) => {
                read.len() == elements.len()
                    && elements.iter().zip(read.elements()).all(|(tree, read)| tree.is(read))
            }
            Tree::Object(entries) => {
                read.len() == entries.len()
                    && entries
                        .iter()
                        .zip(read.entries())
                        .all(|((key, tree), (name, read))| key == name && tree.is(read))
            }
        }
    }
}

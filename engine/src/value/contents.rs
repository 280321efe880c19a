//! What is inside a value: elements, entries, bytes, and the parts of JavaScript's own objects.

use super::check::sparse_index;
use super::scalar::Scalar;
use super::table::ArchivedNode;
use super::{BigIntRef, Date, ErrorRef, RegExp, ValueRef, View, Wtf8};

impl<'a> ValueRef<'a> {
    /// Elements of an array (holes included), a set or a typed array; entries of an object or a
    /// map; bytes of bytes, of a buffer or of a string's UTF-8; 0 of everything else.
    #[must_use]
    pub fn len(self) -> usize {
        match self.node() {
            ArchivedNode::Short { len, .. } => usize::from(*len),
            ArchivedNode::String { len, .. }
            | ArchivedNode::Wtf8 { len, .. }
            | ArchivedNode::Bytes { len, .. }
            | ArchivedNode::Buffer { len, .. }
            | ArchivedNode::Array { len, .. }
            | ArchivedNode::Object { len, .. }
            | ArchivedNode::Map { len, .. }
            | ArchivedNode::Set { len, .. }
            | ArchivedNode::Sparse { length: len, .. } => len.to_native() as usize,
            ArchivedNode::View { .. } => self.as_view().map_or(0, View::len),
            _ => 0,
        }
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An element of an array; `undefined` in a hole, past the end or in anything else. In a sparse
    /// array it looks at the entries one by one.
    #[must_use]
    #[inline]
    pub fn index(self, position: usize) -> ValueRef<'a> {
        match self.node() {
            ArchivedNode::Array { .. } => self.links().get(position).map(|link| self.at(*link)),
            ArchivedNode::Sparse { .. } => self.sparse_element(position),
            _ => None,
        }
        .unwrap_or(self.absent())
    }

    /// Whether an array has this element: false in a hole and past the end.
    #[must_use]
    pub fn has_index(self, position: usize) -> bool {
        match self.node() {
            ArchivedNode::Array { len, .. } => position < len.to_native() as usize,
            _ => self.sparse_element(position).is_some(),
        }
    }

    #[cold]
    fn sparse_element(self, position: usize) -> Option<ValueRef<'a>> {
        let ArchivedNode::Sparse { .. } = self.node() else { return None };
        let is =
            |key: ValueRef<'_>| sparse_index(key.code()).map(|at| at as usize) == Some(position);
        self.pairs().rev().find(|(key, _)| is(*key)).map(|(_, value)| value)
    }

    /// The value under a key of an object, or of a sparse array's other properties; `undefined`
    /// when there is none. Looks at the entries one by one, the last first.
    #[must_use]
    #[inline]
    pub fn get(self, key: &str) -> ValueRef<'a> {
        let pairs = match self.node() {
            ArchivedNode::Object { .. } | ArchivedNode::Sparse { .. } => self.links(),
            _ => &[],
        };
        let mut pairs = pairs.as_chunks::<2>().0.iter().rev();
        let found = match Scalar::text(key) {
            // A short string has one form: it is the same bytes wherever it is.
            Some(short) => {
                let (nodes, short) = (self.nodes(), short.bytes());
                pairs.find(|[key, _]| nodes.get(key.to_native() as usize) == Some(&short))
            }
            None => pairs.find(|[name, _]| self.at(*name).as_str() == Some(key)),
        };
        found.map_or(self.absent(), |[_, value]| self.at(*value))
    }

    /// The elements of an array without holes, or of a set, in order; nothing in anything else.
    #[must_use]
    pub fn elements(
        self,
    ) -> impl ExactSizeIterator<Item = ValueRef<'a>> + DoubleEndedIterator + use<'a> {
        let links = match self.node() {
            ArchivedNode::Array { .. } | ArchivedNode::Set { .. } => self.links(),
            _ => &[],
        };
        links.iter().map(move |link| self.at(*link))
    }

    /// Keys and values of an object, a map or a sparse array, in order; nothing in anything else.
    /// A sparse array's keys are numbers for elements and strings for other properties.
    #[must_use]
    pub fn pairs(
        self,
    ) -> impl ExactSizeIterator<Item = (ValueRef<'a>, ValueRef<'a>)> + DoubleEndedIterator + use<'a>
    {
        let links = match self.node() {
            ArchivedNode::Object { .. }
            | ArchivedNode::Map { .. }
            | ArchivedNode::Sparse { .. } => self.links(),
            _ => &[],
        };
        let (pairs, _) = links.as_chunks::<2>();
        pairs.iter().map(move |[key, value]| (self.at(*key), self.at(*value)))
    }

    /// The entries of an object, in order; nothing in anything else. Those whose keys have lone
    /// surrogates, which `str` cannot have, are in [`pairs`](Self::pairs) only.
    #[must_use]
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (&'a str, ValueRef<'a>)> + use<'a> {
        let of = match self.node() {
            ArchivedNode::Object { .. } => self,
            _ => self.absent(),
        };
        of.pairs().filter_map(|(key, value)| Some((key.as_str()?, value)))
    }

    /// The keys of an object, as in [`entries`](Self::entries).
    #[must_use]
    pub fn keys(self) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        self.entries().map(|(key, _)| key)
    }

    /// The bytes: of bytes, of an `ArrayBuffer`, or those that a view shows.
    #[must_use]
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        match self.node() {
            ArchivedNode::Bytes { .. } | ArchivedNode::Buffer { .. } => self.contents(),
            ArchivedNode::View { .. } => self.as_view().map(View::bytes),
            _ => None,
        }
    }

    /// The typed array or `DataView`. Bytes are a `Uint8Array`.
    #[must_use]
    pub fn as_view(self) -> Option<View<'a>> {
        match self.node() {
            ArchivedNode::Bytes { .. } => self.contents().map(View::whole),
            ArchivedNode::View { kind, offset, len, .. } => {
                let [buffer] = self.links() else { return None };
                Some(View::part(*kind, self.at(*buffer), offset.to_native(), len.to_native()))
            }
            _ => None,
        }
    }

    /// The bigint.
    #[must_use]
    pub fn as_bigint(self) -> Option<BigIntRef<'a>> {
        match self.node() {
            ArchivedNode::BigInt { negative, .. } => {
                self.contents().map(|magnitude| BigIntRef::new(*negative, magnitude))
            }
            _ => None,
        }
    }

    /// The date.
    #[must_use]
    pub fn as_date(self) -> Option<Date> {
        match self.node() {
            ArchivedNode::Date(ms) => Some(Date::new(ms.to_native())),
            _ => None,
        }
    }

    /// The regular expression.
    #[must_use]
    pub fn as_regexp(self) -> Option<RegExp<'a>> {
        match self.node() {
            ArchivedNode::RegExp { flags, .. } => {
                self.contents().map(|source| RegExp::checked(Wtf8::checked(source), *flags))
            }
            _ => None,
        }
    }

    /// The error.
    #[must_use]
    pub fn as_error(self) -> Option<ErrorRef<'a>> {
        match self.node() {
            ArchivedNode::Error { name, has, .. } => {
                let children = self.links().iter().map(|link| self.at(*link));
                Some(ErrorRef::new(*name, *has, children))
            }
            _ => None,
        }
    }

    /// What is in a boxed primitive: a boolean, number, bigint or string.
    #[must_use]
    pub fn unboxed(self) -> Option<ValueRef<'a>> {
        match (self.node(), self.links()) {
            (ArchivedNode::Boxed { .. }, [link]) => Some(self.at(*link)),
            _ => None,
        }
    }
}

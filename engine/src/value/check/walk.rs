//! The walk over the nodes of an archive: what only their meaning can tell.

use super::{Parts, corrupt};
use crate::Corrupt;
use crate::value::table::{Code, Fields, SHORT_MAX, fields, is_node, is_plain, tag, unnamed};
use crate::value::{Date, ErrorName, ViewKind, failure, regexp, wtf8};

/// Fewer nodes than this are looked at one by one.
const FEW: usize = 8;

/// What is used of the pool and the links by the nodes so far.
pub(super) struct Walk<'a> {
    parts: Parts<'a>,
    pool_used: u64,
    links_used: u64,
}

impl<'a> Walk<'a> {
    /// Proves all of an archive whose parts lie where they should.
    #[inline]
    pub(super) fn over(parts: Parts<'a>) -> Result<(), Corrupt> {
        if parts.roots as usize > parts.nodes.len() {
            return Err(corrupt("value roots", parts.roots, parts.nodes.len()));
        }
        let mut walk = Walk { parts, pool_used: 0, links_used: 0 };
        // A message of a few values without others in them, as most are.
        if parts.links.is_empty() && parts.nodes.len() < FEW { walk.few() } else { walk.all() }
    }

    #[inline]
    fn few(&mut self) -> Result<(), Corrupt> {
        for node in self.parts.nodes {
            if !is_plain(node) {
                self.node(Code::from_le_bytes(*node))?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn all(mut self) -> Result<(), Corrupt> {
        for nodes in self.parts.nodes.chunks(usize::BITS as usize) {
            // Most nodes are fine whatever the others are, which takes no branch to see.
            let mut others = nodes
                .iter()
                .enumerate()
                .fold(0, |others: usize, (at, node)| others | usize::from(!is_plain(node)) << at);
            while let Some(node) = nodes.get(others.trailing_zeros() as usize) {
                self.node(Code::from_le_bytes(*node))?;
                others &= others - 1;
            }
        }
        self.links()
    }

    /// Proves a node that is not fine in itself, or at least not at first sight.
    fn node(&mut self, node: Code) -> Result<(), Corrupt> {
        let Fields { tag, start, count, .. } = fields(node);
        if unnamed(node) != 0 || tag > tag::VIEW {
            return Err(unreadable(node));
        }
        if tag == tag::OBJECT {
            let pairs = self.linked(start, 2 * u64::from(count))?;
            return self.keys(pairs);
        }
        if tag == tag::STRING {
            let text = self.pooled(start, count)?;
            if text.len() <= SHORT_MAX {
                return Err(corrupt("value long string", text.len(), SHORT_MAX + 1));
            }
            return utf8(text);
        }
        if tag == tag::ARRAY {
            return self.linked(start, u64::from(count)).map(|_| ());
        }
        if tag == tag::BYTES {
            return self.pooled(start, count).map(|_| ());
        }
        self.rare(node)
    }

    /// The kinds that are sent less.
    #[cold]
    fn rare(&mut self, node: Code) -> Result<(), Corrupt> {
        let Fields { tag, small: [first, second], start, count, more } = fields(node);
        match tag {
            tag::SHORT => short(node),
            tag::BUFFER => self.pooled(start, count).map(|_| ()),
            tag::SET => self.linked(start, u64::from(count)).map(|_| ()),
            tag::MAP => self.linked(start, 2 * u64::from(count)).map(|_| ()),
            tag::WTF8 => {
                let text = self.pooled(start, count)?;
                if wtf8(text)? { Ok(()) } else { Err(corrupt("value lone surrogates", 0_u32, 1)) }
            }
            tag::BIG_INT if first > 1 => Err(unreadable(node)),
            tag::BIG_INT => match self.pooled(start, count)? {
                [.., 0] => Err(corrupt("value bigint's last byte", 0_u32, 1)),
                [] if first == 1 => Err(corrupt("value sign of zero", 1_u32, 0)),
                _ => Ok(()),
            },
            tag::DATE if Date::is_date(fields(node).float()) => Ok(()),
            tag::DATE => Err(corrupt("value date", fields(node).float().to_bits(), 0)),
            tag::REG_EXP => {
                if !regexp::are_flags(first) {
                    return Err(corrupt("value regexp flags", first, 0));
                }
                wtf8(self.pooled(start, count)?).map(|_| ())
            }
            tag::ERROR => self.error(first, second, start),
            tag::BOXED => {
                let [link] = self.linked(start, 1)? else { return Ok(()) };
                self.child("value in a box", *link, |tag| {
                    matches!(tag, tag::BOOL | tag::INT | tag::FLOAT | tag::BIG_INT)
                        || is_string(tag)
                })
            }
            tag::SPARSE => {
                let pairs = self.linked(start, 2 * u64::from(count))?;
                self.sparse_keys(pairs, more)
            }
            tag::VIEW => {
                let [link] = self.linked(start, 1)? else { return Ok(()) };
                self.view(first, *link, count, more)
            }
            _ => Err(unreadable(node)), // the others have been found to be wrong
        }
    }

    fn error(&mut self, name: u8, has: u8, start: u32) -> Result<(), Corrupt> {
        if usize::from(name) >= ErrorName::ALL.len() {
            return Err(corrupt("value error name", name, ErrorName::ALL.len() - 1));
        }
        if has & !failure::HAS_ALL != 0 {
            return Err(corrupt("value error parts", has, failure::HAS_ALL));
        }
        let texts = (has & (failure::HAS_MESSAGE | failure::HAS_STACK)).count_ones() as usize;
        let links = self.linked(start, u64::from(has.count_ones()))?;
        links
            .iter()
            .take(texts)
            .try_for_each(|link| self.child("value error text", *link, is_string))
    }

    fn view(&self, kind: u8, buffer: [u8; 4], offset: u32, len: u32) -> Result<(), Corrupt> {
        let Some(kind) = ViewKind::ALL.get(usize::from(kind)) else {
            return Err(corrupt("value view kind", kind, ViewKind::ALL.len() - 1));
        };
        let held = match self.target(buffer).map(fields) {
            Some(Fields { tag: tag::BUFFER, count, .. }) => count,
            _ => return Err(corrupt("value view's buffer", number(buffer), tag::BUFFER)),
        };
        let end = u64::from(offset) + u64::from(len);
        if end > u64::from(held) {
            return Err(corrupt("value view range", end, held));
        }
        let past = (offset | len) as usize % kind.element_size();
        if past != 0 {
            return Err(corrupt("value view alignment", past, 0));
        }
        Ok(())
    }

    /// The link leads to a node of a kind that may be there.
    fn child(
        &self,
        place: &'static str,
        link: [u8; 4],
        may: fn(u8) -> bool,
    ) -> Result<(), Corrupt> {
        match self.target(link).map(fields) {
            Some(Fields { tag, .. }) if may(tag) => Ok(()),
            _ => Err(corrupt(place, number(link), 0)),
        }
    }

    /// The node that a link leads to.
    #[inline]
    fn target(&self, link: [u8; 4]) -> Option<Code> {
        let node = self.parts.nodes.get(number(link) as usize)?;
        Some(Code::from_le_bytes(*node))
    }

    /// A range of the pool that no other node has.
    #[inline]
    fn pooled(&mut self, start: u32, len: u32) -> Result<&'a [u8], Corrupt> {
        let pool = self.parts.pool;
        self.pool_used += u64::from(len);
        if self.pool_used > pool.len() as u64 {
            return Err(corrupt("value pool in use", self.pool_used, pool.len()));
        }
        let end = start as usize + len as usize;
        pool.get(start as usize..end).ok_or_else(|| corrupt("value pool range", end, pool.len()))
    }

    /// A range of the links that no other node has.
    #[inline]
    fn linked(&mut self, start: u32, len: u64) -> Result<&'a [[u8; 4]], Corrupt> {
        let links = self.parts.links;
        self.links_used += len;
        if self.links_used > links.len() as u64 {
            return Err(corrupt("value links in use", self.links_used, links.len()));
        }
        let end = u64::from(start) + len;
        let range = start as usize..usize::try_from(end).unwrap_or(usize::MAX);
        links.get(range).ok_or_else(|| corrupt("value link range", end, links.len()))
    }

    /// The keys of an object are strings.
    #[inline]
    fn keys(&self, pairs: &[[u8; 4]]) -> Result<(), Corrupt> {
        for [key, _] in pairs.as_chunks().0 {
            match self.parts.nodes.get(number(*key) as usize) {
                Some([tag, ..]) if is_string(*tag) => {}
                _ => return Err(corrupt("value object key", number(*key), 0)),
            }
        }
        Ok(())
    }

    /// The keys of a sparse array are strings, or indices below its length.
    fn sparse_keys(&self, pairs: &[[u8; 4]], length: u32) -> Result<(), Corrupt> {
        for [key, _] in pairs.as_chunks().0 {
            match self.target(*key) {
                Some(node) if is_string(fields(node).tag) => {}
                Some(node) if sparse_index(node).is_some_and(|at| at < length) => {}
                _ => return Err(corrupt("value sparse array key", number(*key), length)),
            }
        }
        Ok(())
    }

    /// Every link leads to a node.
    #[inline]
    fn links(&self) -> Result<(), Corrupt> {
        // Without a branch per link: that of a link past `last`, or of one that is no `i32`, has
        // the sign of one of both. No archive has so many nodes.
        let last = i32::try_from(self.parts.nodes.len()).unwrap_or(0) - 1;
        let past = self.parts.links.iter().fold(0, |past, link| {
            let link = i32::from_le_bytes(*link);
            past | link | last.wrapping_sub(link)
        });
        if past < 0 { Err(self.largest_link()) } else { Ok(()) }
    }

    #[cold]
    fn largest_link(&self) -> Corrupt {
        let largest = self.parts.links.iter().map(|link| number(*link)).max();
        corrupt("value link", largest.unwrap_or_default(), self.parts.nodes.len())
    }
}

#[inline]
fn number(link: [u8; 4]) -> u32 {
    u32::from_le_bytes(link)
}

#[inline]
fn is_string(tag: u8) -> bool {
    matches!(tag, tag::SHORT | tag::STRING | tag::WTF8)
}

/// The index that a key of a sparse array is: an integer, or a float if it is past `i32`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared afterwards")]
pub(in crate::value) fn sparse_index(key: Code) -> Option<u32> {
    match fields(key) {
        Fields { tag: tag::INT, start, .. } => (start <= i32::MAX.cast_unsigned()).then_some(start),
        key @ Fields { tag: tag::FLOAT, .. } => {
            let whole = key.float() as u32;
            let past = whole > i32::MAX.cast_unsigned() && f64::from(whole) == key.float();
            past.then_some(whole)
        }
        _ => None,
    }
}

/// What is wrong with a node that no reader may see.
#[cold]
fn unreadable(node: Code) -> Corrupt {
    if !is_node(&node.to_le_bytes()) {
        return corrupt("value node", fields(node).tag, tag::VIEW);
    }
    corrupt("value node has bytes without a name", unnamed(node).trailing_zeros() / 8, 0)
}

/// A short string: its length, its text, and zeros.
fn short(node: Code) -> Result<(), Corrupt> {
    let [_, len, text @ ..] = node.to_le_bytes();
    let len = usize::from(len);
    let Some((text, behind)) = text.split_at_checked(len) else {
        return Err(corrupt("value short string", len, SHORT_MAX));
    };
    match behind.iter().rposition(|byte| *byte != 0) {
        Some(last) => Err(corrupt("value short string's end", len + last, len)),
        None => utf8(text),
    }
}

fn wtf8(text: &[u8]) -> Result<bool, Corrupt> {
    wtf8::check(text).map_err(|end| corrupt("value text is WTF-8 up to", end, text.len()))
}

/// Texts up to here are tried as ASCII first; past it `from_utf8` does that as well.
const ASCII_MAX: usize = 128;

#[inline]
fn utf8(text: &[u8]) -> Result<(), Corrupt> {
    if text.len() <= ASCII_MAX && is_ascii(text) { Ok(()) } else { any_utf8(text) }
}

/// Whether a text of eight bytes or more is ASCII, in words of which the last two may overlap.
#[inline]
fn is_ascii(text: &[u8]) -> bool {
    let (words, _) = text.as_chunks();
    let Some(last) = text.last_chunk() else { return false };
    let all =
        words.iter().fold(u64::from_le_bytes(*last), |all, word| all | u64::from_le_bytes(*word));
    all & 0x8080_8080_8080_8080 == 0
}

fn any_utf8(text: &[u8]) -> Result<(), Corrupt> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(corrupt("value text is UTF-8 up to", error.valid_up_to(), text.len())),
    }
}

//! A list that lies in its owner while it is short, and whose fresh items cost nothing then: they
//! are zeros already.

use crate::error::NoMemory;
use crate::room;

/// Up to `N` items in place, more in a block.
#[derive(Debug)]
pub(super) struct List<T, const N: usize> {
    /// Nothing from `small_len` on.
    small: [T; N],
    /// `N + 1` if `block` is in use: no range of `small` starts there.
    small_len: usize,
    block: Vec<T>,
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    #[inline]
    pub(super) fn new() -> List<T, N> {
        List { small: [T::default(); N], small_len: 0, block: Vec::new() }
    }

    /// Empties it; a block is kept.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.small_len = 0;
        self.block.clear();
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        if self.small_len <= N { self.small_len } else { self.block.len() }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        self.small.get(..self.small_len).unwrap_or(&self.block)
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        self.small.get_mut(..self.small_len).unwrap_or(&mut self.block)
    }

    /// Makes room for `count` items, so that [`grow`](Self::grow) finds it.
    ///
    /// # Errors
    ///
    /// [`NoMemory`]
    #[inline]
    pub(super) fn make_room(&mut self, count: usize) -> Result<(), NoMemory> {
        match self.small_len {
            len if len.saturating_add(count) <= N => Ok(()),
            len if len <= N => {
                room::reserve(&mut self.block, len.saturating_add(count).saturating_add(2 * N))
            }
            _ => room::reserve(&mut self.block, count),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) {
        if let [place] = self.grow(1) {
            *place = item;
        }
    }

    /// `count` items more, all of them defaults.
    ///
    /// # Panics
    ///
    /// When there would be more than [`LEN_MAX`], or more than there is memory for. The list is as it was
    /// then.
    #[inline]
    pub(super) fn grow(&mut self, count: usize) -> &mut [T] {
        let (start, end) = (self.small_len, self.small_len.saturating_add(count));
        if end <= N {
            self.small_len = end;
            let items = &mut self.small[start..end];
            items.fill(T::default());
            return items;
        }
        spill(&mut self.block, &self.small, &mut self.small_len, count)
    }
}

/// Items are counted in 32 bits wherever a list goes.
const LEN_MAX: usize = u32::MAX as usize;

/// `count` items more in the block, where those of `small` go first.
#[cold]
#[inline(never)]
fn spill<'a, T: Copy + Default>(
    block: &'a mut Vec<T>,
    small: &[T],
    small_len: &mut usize,
    count: usize,
) -> &'a mut [T] {
    let items = small.get(..*small_len);
    let start = items.map_or(block.len(), <[T]>::len);
    let end = start.checked_add(count).filter(|end| *end <= LEN_MAX);
    let slack = items.map_or(0, |_| 2 * small.len());
    // The caller says how many: where that is more than there is memory for, he can go on.
    match end.map(|end| room::reserve(block, end - block.len() + slack)) {
        Some(Ok(())) => {}
        Some(Err(NoMemory)) => panic!("{NoMemory}: {count} more than {start}"),
        None => panic!("capacity overflow: {count} more than {start}"),
    }
    if let Some(items) = items {
        block.extend_from_slice(items);
        *small_len = small.len() + 1;
    }
    block.resize(start + count, T::default());
    &mut block[start..]
}

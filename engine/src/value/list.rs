//! A list that lies in its owner while it is short, and whose fresh items cost nothing then: they
//! are zeros already.

/// Up to `N` items in place, more in a block.
#[derive(Debug)]
pub(super) struct List<T, const N: usize> {
    /// Defaults from `small_len` on. Nothing if `block` is in use.
    small: [T; N],
    small_len: usize,
    block: Vec<T>,
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    #[inline]
    pub(super) fn new() -> List<T, N> {
        List { small: [T::default(); N], small_len: 0, block: Vec::new() }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.as_slice().len()
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        if self.block.is_empty() { &self.small[..self.small_len] } else { &self.block }
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.block.is_empty() { &mut self.small[..self.small_len] } else { &mut self.block }
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) {
        if let [place] = self.grow(1) {
            *place = item;
        }
    }

    /// `count` items more, all of them defaults.
    #[inline]
    pub(super) fn grow(&mut self, count: usize) -> &mut [T] {
        let start = self.len();
        if self.block.is_empty() && count <= N - start {
            self.small_len = start + count;
            return &mut self.small[start..start + count];
        }
        self.spill(count)
    }

    #[cold]
    fn spill(&mut self, count: usize) -> &mut [T] {
        if self.block.is_empty() {
            self.block.reserve(2 * N + count);
            self.block.extend_from_slice(&self.small[..self.small_len]);
            self.small_len = 0;
        }
        let start = self.block.len();
        self.block.resize(start + count, T::default());
        &mut self.block[start..]
    }
}

//! A reference into memory that stays mapped as long as the reference lives.
#![expect(
    unsafe_code,
    reason = "projects a pointer into a mapping that the same value keeps alive"
)]

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// Who keeps the memory there: a mapping, or an allocation in tests and models.
pub(crate) type Owner = Arc<dyn Any + Send + Sync>;

/// A `&T` into shared memory that owns a share of the mapping instead of a lifetime.
pub struct Shared<T> {
    target: NonNull<T>,
    owner: Owner,
}

impl<T> Shared<T> {
    /// Refers to `target`.
    ///
    /// # Safety
    /// `target` must be aligned and valid for shared reads as a `T` until `owner` is dropped, and
    /// whatever other threads or processes may write there must be an atomic inside `T`.
    pub unsafe fn new(target: NonNull<T>, owner: Owner) -> Self {
        Self { target, owner }
    }

    /// Refers to a part of what `self` refers to.
    pub fn project<U>(&self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Shared<U> {
        // `part` works for every lifetime, so what it returns lives as long as the owner.
        Shared { target: NonNull::from(part(self)), owner: Arc::clone(&self.owner) }
    }
}

impl<T: Send + Sync + 'static> From<Arc<T>> for Shared<T> {
    fn from(owner: Arc<T>) -> Self {
        Self { target: NonNull::from(&*owner), owner }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `new` was promised a valid `T` for as long as `owner` lives, and `owner` lives in
        // `self`; the promise is our own side's, made where the segment is mapped.
        unsafe { self.target.as_ref() }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { target: self.target, owner: Arc::clone(&self.owner) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

// SAFETY: a `Shared<T>` gives out `&T` only and shares the owner, which is `Send + Sync` itself.
unsafe impl<T: Sync> Send for Shared<T> {}
// SAFETY: as above: `&Shared<T>` gives out `&T`.
unsafe impl<T: Sync> Sync for Shared<T> {}

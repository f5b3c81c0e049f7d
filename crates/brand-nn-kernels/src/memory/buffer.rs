//! A slice of its own: aligned to cache lines, born from the pool and returned to it.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZero;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::{Block, give, take};
use crate::Plain;
use crate::error::{Error, Result};

/// Where empty buffers point: aligned like all others.
const NOWHERE: NonNull<u8> =
    NonNull::without_provenance(NonZero::<usize>::MIN.saturating_add(super::ALIGNMENT - 1));

/// An owned slice whose memory is aligned to 64 bytes and recycled on drop.
///
/// # Examples
/// ```
/// use brand_nn_kernels::Buffer;
/// let mut buffer = Buffer::filled(3, 2.0_f32);
/// buffer[1] = 5.0;
/// assert_eq!(&buffer[..], [2.0, 5.0, 2.0]);
/// ```
pub struct Buffer<T: Plain> {
    block: Option<Block>,
    len: usize,
    element: PhantomData<T>,
}

// SAFETY: a buffer owns its memory as a Vec does; `Plain` is Send and Sync.
unsafe impl<T: Plain> Sync for Buffer<T> {}

impl<T: Plain> Buffer<T> {
    /// A buffer of noughts (`false` for `bool`).
    ///
    /// # Panics
    /// If [`Buffer::try_zeroed`] would be an error.
    #[track_caller]
    pub fn zeroed(len: usize) -> Self {
        Self::try_zeroed(len).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A buffer of noughts, or an error where memory does not suffice.
    ///
    /// # Errors
    /// The size in bytes overflows, exceeds [`limit`](super::limit), or the system has no more.
    pub fn try_zeroed(len: usize) -> Result<Self> {
        let mut buffer = Self::recycled(len)?;
        if buffer.block.as_ref().is_some_and(|block| !block.zeroed) {
            buffer.clear();
        }
        Ok(buffer)
    }

    /// A buffer whose values are arbitrary but valid: for results that are written whole.
    ///
    /// # Panics
    /// As [`Buffer::zeroed`].
    #[track_caller]
    pub fn stale(len: usize) -> Self {
        if T::ANY_BYTES {
            Self::recycled(len).unwrap_or_else(|error| panic!("{error}"))
        } else {
            Self::zeroed(len)
        }
    }

    /// A buffer that holds `value` everywhere.
    ///
    /// # Panics
    /// As [`Buffer::zeroed`].
    #[track_caller]
    pub fn filled(len: usize, value: T) -> Self {
        let mut buffer = Self::stale(len);
        buffer.fill(value);
        buffer
    }

    /// Memory of the right size with whatever bytes it last held; for `bool` to be cleared.
    fn recycled(len: usize) -> Result<Self> {
        let size = size_of::<T>();
        let overflow = Error::Overflow { len, size };
        let bytes = len.checked_mul(size).filter(|&bytes| bytes <= isize::MAX as usize / 2);
        let bytes = bytes.ok_or(overflow)?;
        let block = if len == 0 { None } else { Some(take(len, bytes)?) };
        Ok(Buffer { block, len, element: PhantomData })
    }

    /// Sets every byte to nought.
    fn clear(&mut self) {
        if let Some(block) = &self.block {
            // SAFETY: the block has room for `len` elements, and nought is a value of any `Plain`.
            unsafe { block.start.cast::<T>().write_bytes(0, self.len) };
        }
    }

    fn start(&self) -> NonNull<T> {
        self.block.as_ref().map_or(NOWHERE, |block| block.start).cast()
    }
}

impl<T: Plain> Deref for Buffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the block has room for `len` aligned elements and all bytes are initialised:
        // they came zeroed from the system and were only ever written as whole values. For
        // `bool`, `stale` and `try_zeroed` clear bytes that other types left behind.
        unsafe { std::slice::from_raw_parts(self.start().as_ptr(), self.len) }
    }
}

impl<T: Plain> DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`; `&mut self` makes the borrow unique.
        unsafe { std::slice::from_raw_parts_mut(self.start().as_ptr(), self.len) }
    }
}

impl<T: Plain> Drop for Buffer<T> {
    fn drop(&mut self) {
        if let Some(mut block) = self.block.take() {
            block.zeroed = false;
            give(block);
        }
    }
}

impl<T: Plain> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self::from(&self[..])
    }
}

impl<T: Plain> Default for Buffer<T> {
    fn default() -> Self {
        Buffer { block: None, len: 0, element: PhantomData }
    }
}

impl<T: Plain> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self[..].fmt(f)
    }
}

impl<T: Plain> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl<T: Plain> From<&[T]> for Buffer<T> {
    fn from(values: &[T]) -> Self {
        let mut buffer = Self::stale(values.len());
        buffer.copy_from_slice(values);
        buffer
    }
}

impl<T: Plain> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        Self::from(&values[..])
    }
}

impl<T: Plain, const N: usize> From<[T; N]> for Buffer<T> {
    fn from(values: [T; N]) -> Self {
        Self::from(&values[..])
    }
}

impl<T: Plain> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::from(Vec::from_iter(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory;

    #[track_caller]
    fn check(len: usize) {
        let mut buffer = Buffer::<f32>::filled(len, 7.0);
        assert_eq!(buffer.as_ptr() as usize % 64, 0);
        buffer.iter_mut().for_each(|x| *x += 1.0);
        assert_eq!(buffer.clone(), Buffer::from(vec![8.0; len]));
        drop(buffer);
        assert!(Buffer::<f32>::zeroed(len).iter().all(|&x| x == 0.0), "zeroed after use");
        assert!(Buffer::<bool>::stale(4 * len).iter().all(|&x| !x), "bool is always cleared");
    }

    #[test]
    fn buffers_hold_what_they_are_given() {
        for len in [0, 1, 15, 16, 17, 1000, 100_003, 600_000] {
            check(len);
        }
    }

    #[test]
    fn memory_is_used_again() {
        let len = 77_777;
        drop(Buffer::<f64>::zeroed(len));
        let before = memory::stats().reuses;
        drop(Buffer::<i64>::stale(len));
        assert!(memory::stats().reuses > before);
    }

    #[test]
    fn too_much_is_an_error() {
        let error = Buffer::<f32>::try_zeroed(1 << 50).err();
        assert!(matches!(error, Some(Error::TooLarge { len, .. }) if len == 1 << 50), "{error:?}");
        let error = Buffer::<f64>::try_zeroed(usize::MAX / 2).err();
        assert_eq!(error, Some(Error::Overflow { len: usize::MAX / 2, size: 8 }));
    }
}

//! Copies that stay in the cache, by vectors.

use crate::Plain;
use crate::simd::{Kernel, Lanes, Vector, dispatch};
use std::ops::Range;

/// Bytes of copies that vectors do best: for fewer nothing is worth a choice, for more the C library
/// knows the machine. Between, it may take an instruction that some of them do at 3 GB/s.
const SIZES: Range<usize> = 1 << 10..1 << 18;

/// `to = from`.
///
/// # Panics
/// If the lengths differ.
pub(crate) fn copy_words<T: Plain>(from: &[T], to: &mut [T]) {
    assert!(from.len() == to.len(), "copy_words: {} elements into {}", from.len(), to.len());
    let words = size_of_val(from) / size_of::<f32>();
    if !SIZES.contains(&size_of_val(from)) || !size_of::<T>().is_multiple_of(size_of::<f32>()) {
        return to.copy_from_slice(from);
    }
    dispatch(Words { from: from.as_ptr().cast(), to: to.as_mut_ptr().cast(), words });
}

/// Words that lie apart, more of them than a vector has.
struct Words {
    from: *const f32,
    to: *mut f32,
    words: usize,
}

impl Kernel for Words {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let last = self.words - L::Single::LANES;
        let mut at = 0;
        loop {
            // SAFETY: a vector from `at` ends with the words or before; all bytes are kept as they are.
            unsafe { L::Single::load(self.from.add(at)).store(self.to.add(at)) };
            if at == last {
                break;
            }
            at = last.min(at + L::Single::LANES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::copy_words;

    #[test]
    fn every_byte_is_copied() {
        for len in [0, 1, 255, 256, 257, 263, 1000, 4099, 70_000] {
            let from: Vec<i32> = (0..len).map(|i| i ^ 0x7fa0_0001).collect();
            let mut to = vec![0; from.len()];
            copy_words(&from, &mut to);
            assert_eq!(to, from);
            let from: Vec<u16> = (0..len).map(|i| i as u16).collect();
            let mut to = vec![0; from.len()];
            copy_words(&from, &mut to);
            assert_eq!(to, from);
        }
    }
}

//! Products of sizes, which must fit the address space.

/// How many elements axes of these sizes have; any axis of none makes none.
///
/// # Panics
/// If the product overflows, in release builds too.
#[track_caller]
pub(crate) fn count(op: &str, sizes: &[usize]) -> usize {
    try_count(sizes).unwrap_or_else(|| {
        panic!(
            "{op}: the product of the sizes {sizes:?} overflows; \
             help: check the shape for a mistaken factor"
        )
    })
}

fn try_count(sizes: &[usize]) -> Option<usize> {
    if sizes.contains(&0) {
        return Some(0);
    }
    let product = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    product.filter(|&product| product <= isize::MAX as usize)
}

#[cfg(test)]
mod tests {
    use super::try_count;

    const HALF: usize = 1 << 32;

    #[track_caller]
    fn check(sizes: &[usize], expected: Option<usize>) {
        assert_eq!(try_count(sizes), expected);
    }

    #[test]
    fn products_are_exact_or_refused() {
        check(&[], Some(1));
        check(&[2, 3, 4], Some(24));
        check(&[HALF, HALF, 0], Some(0));
        check(&[HALF, HALF], None);
        check(&[HALF, HALF / 2], None);
        check(&[HALF, HALF / 4], Some(1 << 62));
        check(&[usize::MAX, 3], None);
    }
}

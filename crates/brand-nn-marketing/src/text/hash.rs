//! Numbers that stand for letters, words and runs of them.

/// A permutation of all numbers of 64 bits (Steele, Lea and Flood 2014).
pub(super) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The hash of characters in their order.
pub(super) fn of(letters: impl IntoIterator<Item = char>) -> u64 {
    letters.into_iter().fold(7, |hash, c| mix(hash ^ u64::from(c)))
}

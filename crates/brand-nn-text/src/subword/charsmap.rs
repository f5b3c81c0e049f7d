//! SentencePiece's compiled table of replacements, looked through before it is used.

/// The bytes of a table's number.
const UNIT: usize = 4;

/// Checks that no text leads out of a table that was packed into base64.
///
/// It is a length, a double-array trie of so many bytes, and the replacements, each ended by a zero.
pub(super) fn check(base64: &str) -> Result<(), &'static str> {
    let bytes = decode(base64).ok_or("it is not base64")?;
    let (head, rest) = bytes.split_at_checked(UNIT).ok_or("it has no length")?;
    let (trie, texts) = rest.split_at_checked(number(head)).ok_or("the trie is cut off")?;
    let texts = std::str::from_utf8(texts).map_err(|_| "the replacements are not UTF-8")?;
    let units: Vec<_> = trie.chunks_exact(UNIT).map(number).collect();
    walk(&units, texts)
}

/// Goes to all nodes that a text can reach.
fn walk(units: &[usize], texts: &str) -> Result<(), &'static str> {
    let root = *units.first().ok_or("the trie is empty")?;
    let mut seen = vec![false; units.len()];
    let mut open = vec![offset(root)];
    while let Some(base) = open.pop() {
        for byte in 1..256 {
            let place = base ^ byte;
            let &unit = units.get(place).ok_or("the trie leads out of itself")?;
            if label(unit) != byte || std::mem::replace(&mut seen[place], true) {
                continue;
            }
            let next = place ^ offset(unit);
            if has_leaf(unit) {
                let &leaf = units.get(next).ok_or("the trie leads out of itself")?;
                texts.get(value(leaf)..).ok_or("a replacement is beyond the texts")?;
            }
            open.push(next);
        }
    }
    Ok(())
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

fn has_leaf(unit: usize) -> bool {
    unit >> 8 & 1 == 1
}

fn label(unit: usize) -> usize {
    unit & (1 << 31 | 0xff)
}

fn value(unit: usize) -> usize {
    unit & ((1 << 31) - 1)
}

fn offset(unit: usize) -> usize {
    unit >> 10 << ((unit & 1 << 9) >> 6)
}

fn decode(base64: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &letter in base64.trim_end_matches('=').as_bytes() {
        bits = bits << 6 | ALPHABET.iter().position(|&known| known == letter)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trie whose root leads to 256 nodes, with changes, and the text `x`.
    #[track_caller]
    fn check_trie(changes: &[(usize, usize)], expected: Result<(), &'static str>) {
        let mut units = vec![1 << 31; 512];
        units[0] = 256 << 10;
        changes.iter().for_each(|&(place, unit)| units[place] = unit);
        assert_eq!(walk(&units, "x\0"), expected);
    }

    #[test]
    fn tries() {
        let leaf = 97 | 1 << 8 | 97 << 10; // of `a`: its replacement is told at 256
        check_trie(&[], Ok(()));
        check_trie(&[(0, 1024 << 10)], Err("the trie leads out of itself"));
        check_trie(&[(256 ^ 97, 97 | 5000 << 10)], Err("the trie leads out of itself"));
        check_trie(&[(256 ^ 97, leaf)], Ok(()));
        check_trie(&[(256 ^ 97, leaf), (256, 9)], Err("a replacement is beyond the texts"));
    }

    #[test]
    fn packed_texts() {
        assert_eq!(decode("aGk="), Some(b"hi".to_vec()));
        assert_eq!(check("!"), Err("it is not base64"));
        assert_eq!(check("AA=="), Err("it has no length"));
        assert_eq!(check("/////w=="), Err("the trie is cut off"));
        assert_eq!(check("AAAAAA=="), Err("the trie is empty"));
    }
}

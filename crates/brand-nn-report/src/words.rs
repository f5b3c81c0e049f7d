//! How much room a text takes, before anybody has drawn it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The part of the font's size that a narrow character takes; a Chinese one takes twice that.
const NARROW: f64 = 0.56;

/// The width of a text in pixels, rather too large than too small.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * NARROW
}

/// The text, or as much of its beginning as fits, with `…` behind it.
pub(crate) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let columns = (room / (size * NARROW)).floor() - 1.0;
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken as f64 <= columns
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, columns: usize, expected: &str) {
        let room = columns as f64 * NARROW * 10.0;
        assert_eq!(shorten(text, 10.0, room + 1e-9), expected);
        assert!(width(expected, 10.0) <= room.max(NARROW * 10.0) + 1e-9, "{expected}");
    }

    #[test]
    fn wide_characters_count_double() {
        assert_eq!(width("中文", 10.0), width("abcd", 10.0));
        check("abcd", 4, "abcd");
        check("abcde", 4, "abc…");
        check("中文字", 6, "中文字");
        check("中文字", 5, "中文…");
        check("中文字", 4, "中…");
        check("ab cd", 4, "ab…");
        check("abc", 0, "…");
    }
}

//! Texts as they are compared: one case, one width, one blank, nothing invisible.

use std::ops::Range;

/// The letters of a text in lower case and plain width, and where each stands in the text.
pub(crate) struct Folded<'a> {
    text: &'a str,
    letters: Vec<char>,
    starts: Vec<usize>,
}

impl<'a> Folded<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let (mut letters, mut starts) = (Vec::with_capacity(text.len() / 2), Vec::new());
        starts.reserve(text.len() / 2);
        for (at, c) in text.char_indices().filter(|(_, c)| !is_invisible(*c)) {
            let folded = fold(c);
            if folded != ' ' || !matches!(letters.last(), Some(' ' | '\n')) {
                letters.push(folded);
                starts.push(at);
            }
        }
        Self { text, letters, starts }
    }

    pub(crate) fn letters(&self) -> &[char] {
        &self.letters
    }

    /// The bytes of the text where letters stand.
    pub(crate) fn bytes(&self, letters: Range<usize>) -> Range<usize> {
        let start = self.starts.get(letters.start).copied().unwrap_or(self.text.len());
        let last = letters.end.checked_sub(1).filter(|last| *last >= letters.start);
        let end = last.map_or(start, |last| {
            let at = self.starts[last];
            at + self.text[at..].chars().next().map_or(0, char::len_utf8)
        });
        start..end
    }
}

/// The phrase as the letters that it is found by.
pub(crate) fn folded(phrase: &str) -> Vec<char> {
    Folded::of(phrase.trim()).letters
}

/// A letter or digit of a script that parts words by blanks.
pub(crate) fn is_wordy(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}'
}

fn fold(c: char) -> char {
    match c {
        '\n' => c,
        c if c.is_whitespace() => ' ',
        'a'..='z' => c,
        '\u{ff01}'..='\u{ff5e}' => {
            let plain = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            plain.to_ascii_lowercase()
        }
        '’' | '‘' => '\'',
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

/// What is not seen, or only turns the direction of writing.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folded = Folded::of(text);
        assert_eq!(folded.letters().iter().collect::<String>(), expected);
        let whole = folded.bytes(0..folded.letters().len());
        assert!(text.get(whole).is_some());
    }

    #[test]
    fn texts_are_folded() {
        check("Plain", "plain");
        check("ＩＰｈｏｎｅ　１５", "iphone 15");
        check("a\u{200b}c\u{feff}me \t co", "acme co");
        check("\u{202e}İx", "ix");
        check("Levi’s", "levi's");
        check("", "");
    }

    #[test]
    fn letters_lead_back_to_bytes() {
        let text = "买ＡＣ\u{200b}ME了";
        assert_eq!(&text[Folded::of(text).bytes(1..5)], "ＡＣ\u{200b}ME");
        assert_eq!(Folded::of(text).bytes(9..9), text.len()..text.len());
    }
}

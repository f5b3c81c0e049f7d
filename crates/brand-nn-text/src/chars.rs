//! Sets of characters: those that a tokenizer drops, and the Chinese ones.

/// The characters that Keras' tokenizer drops by default.
pub const KERAS_FILTERS: &str = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";

/// The full-width punctuation that Chinese words are parted by.
pub const CHINESE_FILTERS: &str = "，。！？；：、．（）［］｛｝【】〔〕《》〈〉「」『』“”‘’…—～·\
￥＂＃＄％＆＇＊＋－／＜＝＞＠＼＾＿｀｜\u{3000}";

/// A set of characters that answers at once for ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CharSet {
    text: String,
    ascii: u128,
    others: Vec<char>, // sorted
}

impl CharSet {
    pub(crate) fn new(text: &str) -> Self {
        let ascii = text.chars().filter(char::is_ascii).fold(0, |bits, c| bits | bit(c));
        let mut others: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        others.sort_unstable();
        Self { text: text.to_owned(), ascii, others }
    }

    pub(crate) fn contains(&self, c: char) -> bool {
        if c.is_ascii() { self.ascii & bit(c) != 0 } else { self.others.binary_search(&c).is_ok() }
    }

    /// The characters as they were given.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

fn bit(ascii: char) -> u128 {
    1 << u32::from(ascii)
}

/// Whether `c` is a Chinese character (a Han ideograph).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given_and_nothing_else() {
        let set = CharSet::new("!，\0~é");
        let inside: Vec<char> = ('\0'..='\u{FFFF}').filter(|&c| set.contains(c)).collect();
        assert_eq!(inside, ['\0', '!', '~', 'é', '，']);
        assert_eq!(set.as_str(), "!，\0~é");
    }

    #[test]
    fn han_is_told_from_other_scripts() {
        for (c, expected) in
            [('好', true), ('㐀', true), ('𠀀', true), ('a', false), ('，', false), ('の', false)]
        {
            assert_eq!(is_han(c), expected, "{c}");
        }
    }
}

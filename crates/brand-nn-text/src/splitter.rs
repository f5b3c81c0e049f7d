//! Where a word ends: at blanks, after every character, or where Chinese words part.

use std::fmt;
use std::str::FromStr;

use crate::chars::{CharSet, is_han};
use crate::{Error, Result};

/// How a text is cut into the words that get numbers.
///
/// Chinese is written without blanks. Cut at blanks, `这个品牌的质量很好` is one "word" that no other
/// review repeats, so a model that learns from such words sees each once and learns nothing: on
/// Chinese, take words (`Splitter::Jieba`) or characters. [`Splitter::for_texts`] chooses.
///
/// | splitter | `很好的品牌, really good` becomes |
/// |---|---|
/// | `Whitespace` | `很好的品牌` `really` `good` |
/// | `Characters` | `很` `好` `的` `品` `牌` `,` ` ` `r` … |
/// | `Jieba` | `很` `好` `的` `品牌` `really` `good` |
///
/// # Examples
///
/// ```
/// use brand_nn_text::Splitter;
///
/// assert_eq!(Splitter::for_texts(&["Great value", "Never again"]), Splitter::Whitespace);
/// assert_ne!(Splitter::for_texts(&["质量很好", "Never again"]), Splitter::Whitespace);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Splitter {
    /// Words stand between blanks or dropped characters, as in Keras.
    Whitespace,
    /// Every character is a word, blanks and punctuation too, as in Keras' `char_level`.
    Characters,
    /// Chinese words by dictionary and hidden Markov model; other scripts as `Whitespace`.
    ///
    /// The dictionary is read once, at the first text. Full-width punctuation is dropped too.
    #[cfg(feature = "jieba")]
    Jieba,
}

impl Splitter {
    /// Every splitter of this build.
    pub const ALL: &[Self] = &[
        Self::Whitespace,
        Self::Characters,
        #[cfg(feature = "jieba")]
        Self::Jieba,
    ];

    /// The splitter that suits these texts: Chinese is never cut at blanks.
    ///
    /// Where a letter in a hundred or more is Chinese: words with the feature `jieba`, characters
    /// without it. Anywhere else: blanks.
    #[must_use]
    pub fn for_texts(texts: &[impl AsRef<str>]) -> Self {
        let letters = || texts.iter().flat_map(|text| text.as_ref().chars());
        let han = letters().filter(|&c| is_han(c)).count();
        let all = letters().filter(|c| c.is_alphabetic()).count();
        if han > 0 && han >= all / 100 { Self::chinese() } else { Self::Whitespace }
    }

    /// The name that [`FromStr`] reads back: `whitespace`, `characters`, `jieba`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whitespace => "whitespace",
            Self::Characters => "characters",
            #[cfg(feature = "jieba")]
            Self::Jieba => "jieba",
        }
    }

    #[cfg(feature = "jieba")]
    fn chinese() -> Self {
        Self::Jieba
    }

    #[cfg(not(feature = "jieba"))]
    fn chinese() -> Self {
        Self::Characters
    }
}

impl fmt::Display for Splitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Splitter {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|s| s.name() == name).ok_or_else(|| Error::Splitter {
            name: name.to_owned(),
            known: Self::ALL.iter().map(|s| s.name()).collect::<Vec<_>>().join(", "),
            help: match name {
                "jieba" => "build with the feature `jieba`",
                _ => "write the name in lower case, as it stands in the list",
            },
        })
    }
}

/// Everything that decides which words a text has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) splitter: Splitter,
    pub(crate) lower: bool,
    pub(crate) filters: CharSet,
    pub(crate) split: String,
}

impl Rules {
    /// Shows each word of `text` to `visit`, from the first to the last, in linear time.
    pub(crate) fn each_word(&self, text: &str, visit: &mut dyn FnMut(&str)) {
        let lowered = self.lower.then(|| text.to_lowercase());
        let text = lowered.as_deref().unwrap_or(text);
        match self.splitter {
            Splitter::Whitespace => self.each_spaced(text, visit),
            Splitter::Characters => text.char_indices().for_each(|(start, c)| {
                visit(&text[start..start + c.len_utf8()]);
            }),
            #[cfg(feature = "jieba")]
            Splitter::Jieba => self.each_chinese(text, visit),
        }
    }

    fn each_spaced(&self, text: &str, visit: &mut dyn FnMut(&str)) {
        let text = self.without_filtered(text, &self.split);
        text.split(&self.split).filter(|word| !word.is_empty()).for_each(visit);
    }

    /// Only what holds Chinese goes to the dictionary, so `don't` stays one word here too.
    #[cfg(feature = "jieba")]
    fn each_chinese(&self, text: &str, visit: &mut dyn FnMut(&str)) {
        for piece in self.without_filtered(text, " ").split_whitespace() {
            if piece.contains(is_han) {
                dictionary().cut(piece, true).iter().for_each(|token| visit(token.word));
            } else {
                visit(piece);
            }
        }
    }

    fn without_filtered(&self, text: &str, instead: &str) -> String {
        let mut kept = String::with_capacity(text.len());
        for c in text.chars() {
            if self.filters.contains(c) { kept.push_str(instead) } else { kept.push(c) }
        }
        kept
    }
}

/// The dictionary, read from its packed form at the first call.
#[cfg(feature = "jieba")]
fn dictionary() -> &'static jieba_rs::Jieba {
    static DICTIONARY: std::sync::OnceLock<jieba_rs::Jieba> = std::sync::OnceLock::new();
    DICTIONARY.get_or_init(jieba_rs::Jieba::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chars::{CHINESE_FILTERS, KERAS_FILTERS};

    #[track_caller]
    fn check(splitter: Splitter, text: &str, expected: &[&str]) {
        let filters = CharSet::new(&format!("{KERAS_FILTERS}{CHINESE_FILTERS}"));
        let rules = Rules { splitter, lower: true, filters, split: " ".to_owned() };
        let mut words = Vec::new();
        rules.each_word(text, &mut |word| words.push(word.to_owned()));
        assert_eq!(words, expected);
    }

    #[test]
    fn whitespace_parts_at_blanks_and_filtered_characters() {
        let check = |text, expected: &[&str]| check(Splitter::Whitespace, text, expected);
        check("", &[]);
        check("   ", &[]);
        check("Good, GOOD!", &["good", "good"]);
        check("质量很好 物流快", &["质量很好", "物流快"]);
        check("a\0b \0", &["a\0b", "\0"]);
    }

    #[test]
    fn characters_keep_every_one() {
        check(Splitter::Characters, "好 A!", &["好", " ", "a", "!"]);
        check(Splitter::Characters, "👨‍👩", &["👨", "\u{200d}", "👩"]);
    }

    #[cfg(feature = "jieba")]
    #[test]
    fn jieba_finds_chinese_words_and_leaves_others_whole() {
        let check = |text, expected: &[&str]| check(Splitter::Jieba, text, expected);
        check("", &[]);
        check("　 \t", &[]);
        check(
            "这是一个关于品牌的积极评论",
            &["这是", "一个", "关于", "品牌", "的", "积极", "评论"],
        );
        check("“质量很好”，（真的）！……——", &["质量", "很", "好", "真的"]);
        check("I don't like it，不好", &["i", "don't", "like", "it", "不好"]);
        check("买了iPhone15很好", &["买", "了", "iphone15", "很", "好"]);
        check("👨‍👩‍👧 مرحبا", &["👨‍👩‍👧", "مرحبا"]);
        check("好\0坏", &["好", "\0", "坏"]);
    }

    #[test]
    fn chinese_is_never_cut_at_blanks_by_choice() {
        let chinese = Splitter::chinese();
        let english = "a".repeat(50);
        for (texts, expected) in [
            (vec!["很好的品牌", "质量差"], chinese),
            (vec!["great", "很好"], chinese),
            (vec![&english, &english, "好"], chinese),
            (vec![&english, &english, &english, &english, &english, "好"], Splitter::Whitespace),
            (vec!["great"], Splitter::Whitespace),
            (vec!["", "123 !"], Splitter::Whitespace),
            (vec![], Splitter::Whitespace),
        ] {
            assert_eq!(Splitter::for_texts(&texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for &splitter in Splitter::ALL {
            assert_eq!(splitter.to_string().parse(), Ok(splitter));
        }
        let error = "words".parse::<Splitter>().unwrap_err().to_string();
        assert!(error.starts_with("splitter: got `words`, expected one of whitespace, characters"));
        assert!(error.ends_with("; help: write the name in lower case, as it stands in the list"));
    }

    #[cfg(not(feature = "jieba"))]
    #[test]
    fn a_splitter_left_out_of_the_build_is_named() {
        assert_eq!(
            "jieba".parse::<Splitter>().unwrap_err().to_string(),
            "splitter: got `jieba`, expected one of whitespace, characters; \
             help: build with the feature `jieba`"
        );
    }
}

//! Which words there are, how often, and the number of each.

use std::collections::BTreeMap;

use crate::splitter::Rules;

/// A word with what was counted of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// How often it stands in the texts.
    pub(crate) count: u64,
    /// In how many texts it stands.
    pub(crate) texts: u64,
}

/// Words in order of first sight, and the two ways between words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vocabulary {
    pub(crate) words: Vec<Word>,
    pub(crate) index: BTreeMap<String, i64>,
    pub(crate) by_index: BTreeMap<i64, String>,
}

impl Vocabulary {
    /// Counts the words of `texts` and numbers them from 1, the most frequent first.
    ///
    /// Words of equal count keep the order of first sight. The word for unknown ones, if any, comes
    /// before all; if it is a word of the texts too, it keeps that word's later number, as in Keras.
    pub(crate) fn of(texts: &[impl AsRef<str>], rules: &Rules, oov_token: Option<&str>) -> Self {
        let words = count(texts, rules);
        let mut by_count: Vec<&Word> = words.iter().collect();
        by_count.sort_by_key(|word| std::cmp::Reverse(word.count)); // stable
        let texts = oov_token.into_iter().chain(by_count.iter().map(|word| word.text.as_str()));
        let index = texts.map(str::to_owned).zip(1..).collect();
        Self::new(words, index)
    }

    pub(crate) fn new(words: Vec<Word>, index: BTreeMap<String, i64>) -> Self {
        let by_index = index.iter().map(|(word, &i)| (i, word.clone())).collect();
        Self { words, index, by_index }
    }

    /// In how many texts the word of each number stands.
    pub(crate) fn texts_by_index(&self) -> BTreeMap<i64, u64> {
        let number = |word: &Word| Some((*self.index.get(&word.text)?, word.texts));
        self.words.iter().filter_map(number).collect()
    }
}

fn count(texts: &[impl AsRef<str>], rules: &Rules) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut positions: BTreeMap<String, (usize, usize)> = BTreeMap::new(); // word, last text
    for (number, text) in texts.iter().enumerate() {
        rules.each_word(text.as_ref(), &mut |text| match positions.get_mut(text) {
            Some((position, last)) => {
                let word = &mut words[*position];
                word.count += 1;
                word.texts += u64::from(*last != number);
                *last = number;
            }
            None => {
                positions.insert(text.to_owned(), (words.len(), number));
                words.push(Word { text: text.to_owned(), count: 1, texts: 1 });
            }
        });
    }
    words
}

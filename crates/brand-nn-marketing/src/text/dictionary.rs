//! Phrases that are looked for at a place of a text, the longest first.

use super::fold::{folded, is_wordy};
use std::collections::BTreeMap;

/// Phrases by their first letter, each with what it stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary<T> {
    phrases: BTreeMap<char, Vec<(Vec<char>, T)>>,
}

impl<T: Default> Dictionary<T> {
    /// What a phrase stands for, entered if it is new; none of a phrase without letters.
    pub(crate) fn entry(&mut self, phrase: &str) -> Option<&mut T> {
        let letters = folded(phrase);
        let same = self.phrases.entry(*letters.first()?).or_default();
        let longer = |known: &(Vec<char>, T)| (known.0.len(), &letters) > (letters.len(), &known.0);
        let place = same.partition_point(longer);
        if same.get(place).is_none_or(|known| known.0 != letters) {
            same.insert(place, (letters, T::default()));
        }
        Some(&mut same[place].1)
    }
}

impl<T> Dictionary<T> {
    /// The longest phrase that begins at a place: its length and what it stands for.
    ///
    /// A phrase that begins or ends with a letter of a word does so only where the word does.
    pub(crate) fn longest(&self, letters: &[char], at: usize) -> Option<(usize, &T)> {
        let first = *letters.get(at)?;
        if is_wordy(first) && at > 0 && is_wordy(letters[at - 1]) {
            return None;
        }
        let ends_well = |end: usize| {
            let is_inside = |c: &char| is_wordy(*c) && is_wordy(letters[end - 1]);
            !letters.get(end).is_some_and(is_inside)
        };
        let stands =
            |phrase: &[char]| letters[at..].starts_with(phrase) && ends_well(at + phrase.len());
        let same = self.phrases.get(&first)?;
        let found = same.iter().find(|(phrase, _)| stands(phrase))?;
        Some((found.0.len(), &found.1))
    }

    /// Every phrase of a text from left to right: where it begins, its length, its meaning.
    pub(crate) fn each<'a>(
        &'a self,
        letters: &'a [char],
    ) -> impl Iterator<Item = (usize, usize, &'a T)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < letters.len() {
                let place = at;
                if let Some((length, value)) = self.longest(letters, place) {
                    at += length;
                    return Some((place, length, value));
                }
                at += 1;
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, u8)]) {
        let mut words = Dictionary::default();
        for (phrase, value) in
            [("app", 1), ("app store", 2), ("苹果", 3), ("苹果派", 4), ("C++", 5)]
        {
            *words.entry(phrase).unwrap() = value;
        }
        assert!(words.entry(" \u{200b}").is_none());
        let letters = folded(text);
        let found: Vec<_> = words.each(&letters).map(|(at, _, value)| (at, *value)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_longest_phrase_within_borders_is_found() {
        check("APP, apps, App  Store", &[(0, 1), (11, 2)]);
        check("snapp app_store", &[(6, 1)]);
        check("买苹果和苹果派app", &[(1, 3), (4, 4), (7, 1)]);
        check("c++17 C++!", &[(0, 5), (6, 5)]);
        check("", &[]);
    }
}

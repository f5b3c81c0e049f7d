//! Names in a text, each with its place.

use super::Names;
use crate::text::dictionary::Dictionary;
use crate::text::fold::Folded;
use std::collections::BTreeSet;
use std::ops::Range;

/// What finds names in texts.
#[derive(Clone, Debug)]
pub struct MentionFinder {
    names: Vec<String>,
    /// Numbers of aliases.
    phrases: Dictionary<Option<usize>>,
    aliases: Vec<Alias>,
}

/// One way to write a name, or several names.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub(super) text: String,
    pub(super) names: Vec<usize>,
    needs: Option<Dictionary<()>>,
}

/// One place of a text that names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The number of the name; none where the alias is ambiguous and the text does not decide.
    pub name: Option<usize>,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    pub(super) alias: usize,
}

impl MentionFinder {
    pub(super) fn new(names: &Names) -> Self {
        let mut finder = Self {
            names: names.names().map(str::to_owned).collect(),
            phrases: Dictionary::default(),
            aliases: Vec::new(),
        };
        for (number, (name, aliases)) in names.names.iter().enumerate() {
            for alias in std::iter::once(name).chain(aliases) {
                finder.insert(alias, number, names);
            }
        }
        finder
    }

    fn insert(&mut self, text: &str, name: usize, spec: &Names) {
        let next = self.aliases.len();
        let Some(known) = self.phrases.entry(text) else { return };
        let number = *known.get_or_insert(next);
        if number == next {
            let key: String = crate::text::fold::folded(text).into_iter().collect();
            let needs = spec.needs.get(&key).map(|words| {
                let mut needed = Dictionary::default();
                for word in words {
                    needed.entry(word);
                }
                needed
            });
            self.aliases.push(Alias { text: text.to_owned(), names: Vec::new(), needs });
        }
        let names = &mut self.aliases[number].names;
        if !names.contains(&name) {
            names.push(name);
        }
    }

    /// All mentions in a text from left to right.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Mention> {
        self.find_folded(&Folded::of(text))
    }

    pub(crate) fn find_folded(&self, text: &Folded<'_>) -> Vec<Mention> {
        let mut found = Vec::new();
        for (at, length, alias) in self.phrases.each(text.letters()) {
            let Some(number) = *alias else { continue };
            let alias = &self.aliases[number];
            if alias.is_meant(text.letters()) {
                let name = Some(alias.names[0]).filter(|_| alias.names.len() == 1);
                found.push(Mention { name, range: text.bytes(at..at + length), alias: number });
            }
        }
        self.decide(&mut found);
        found
    }

    /// The name of a mention, if it is clear.
    #[must_use]
    pub fn name(&self, mention: &Mention) -> Option<&str> {
        mention.name.and_then(|name| self.names.get(name)).map(String::as_str)
    }

    /// All names, in the order of their numbers.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The names that a text has clearly, each once, by number.
    pub(crate) fn named(&self, text: &Folded<'_>) -> BTreeSet<usize> {
        self.find_folded(text).into_iter().filter_map(|mention| mention.name).collect()
    }

    pub(super) fn alias(&self, mention: &Mention) -> &Alias {
        &self.aliases[mention.alias]
    }

    pub(super) fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// Gives ambiguous mentions the one of their names that the text has clearly.
    fn decide(&self, found: &mut [Mention]) {
        if found.iter().all(|mention| mention.name.is_some()) {
            return;
        }
        let clear: BTreeSet<usize> = found.iter().filter_map(|mention| mention.name).collect();
        for mention in found.iter_mut().filter(|mention| mention.name.is_none()) {
            let names = &self.aliases[mention.alias].names;
            let mut named = names.iter().filter(|name| clear.contains(name));
            mention.name = named.next().copied().filter(|_| named.next().is_none());
        }
    }
}

impl Alias {
    /// Whether the words that it needs stand in the text.
    fn is_meant(&self, letters: &[char]) -> bool {
        self.needs.as_ref().is_none_or(|needs| needs.each(letters).next().is_some())
    }
}

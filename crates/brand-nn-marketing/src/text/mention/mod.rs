//! Which brands and products a text names, by their names and aliases.

mod counts;
mod finder;

pub use counts::{AmbiguousAlias, MentionCounts, NameCount};
pub use finder::{Mention, MentionFinder};

use crate::text::fold::folded;
use crate::text::redact::Redactor;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names of brands or products, each with the aliases that people write.
///
/// The longest alias counts, in any case and width; letters of an alphabet must be a whole word,
/// Chinese characters need no border. An alias of several names is ambiguous: it counts for the one
/// of them that the same text names clearly, and for none otherwise. An alias that is also an
/// everyday word can be made to need another word in the same text.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::mention::Names;
///
/// let names = Names::new()
///     .name("Apple", ["苹果", "iPhone"])?
///     .name("Huawei", ["华为"])?
///     .needs("苹果", ["手机", "电脑"])?;
/// let finder = names.finder()?;
/// let found = |text| finder.find(text).iter().map(|m| finder.name(m)).collect::<Vec<_>>();
/// assert_eq!(found("Ｉｐｈｏｎｅ比华为贵"), [Some("Apple"), Some("Huawei")]);
/// assert_eq!(found("苹果手机"), [Some("Apple")]);
/// assert!(found("苹果很甜, a pineapple").is_empty());
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    names: Vec<(String, Vec<String>)>,
    needs: BTreeMap<String, Vec<String>>,
}

const DATA: &str = "names";

impl Names {
    /// No names yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A name, which is its own first alias, and other ways to write it.
    ///
    /// # Errors
    /// If the name or an alias has no letter, holds personal data, or the name stands already.
    pub fn name<S: AsRef<str>>(
        mut self,
        name: impl AsRef<str>,
        aliases: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let name = self.checked(name.as_ref())?;
        if self.names.iter().any(|(known, _)| folded(known) == folded(&name)) {
            return Err(self.refused("a new name", "give all aliases at once"));
        }
        let aliases = aliases.into_iter().map(|alias| self.checked(alias.as_ref()));
        let aliases = aliases.collect::<Result<Vec<_>>>()?;
        self.names.push((name, aliases));
        Ok(self)
    }

    /// Lets an alias count only in texts that hold one of some words.
    ///
    /// # Errors
    /// If the alias or a word has no letter or holds personal data.
    pub fn needs<S: AsRef<str>>(
        mut self,
        alias: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let alias = folded(&self.checked(alias)?).into_iter().collect();
        let words = words.into_iter().map(|word| self.checked(word.as_ref()));
        let words = words.collect::<Result<Vec<_>>>()?;
        self.needs.insert(alias, words);
        Ok(self)
    }

    /// The names in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| &**name)
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What finds the names in texts.
    ///
    /// # Errors
    /// If there is no name.
    pub fn finder(&self) -> Result<MentionFinder> {
        if self.names.is_empty() {
            return Err(Error::Empty { what: DATA, help: "add brands or products" });
        }
        Ok(MentionFinder::new(self))
    }

    /// How often texts name each of them.
    ///
    /// # Errors
    /// If there is no name or no text.
    pub fn count<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<MentionCounts> {
        let finder = self.finder()?;
        if texts.is_empty() {
            return Err(Error::Empty { what: "texts", help: "bring what people wrote" });
        }
        MentionCounts::of(&finder, texts)
    }

    /// A name that can be looked for and shown; what is refused is not repeated in the message.
    fn checked(&self, name: &str) -> Result<String> {
        let name = name.trim();
        if !folded(name).iter().any(|c| c.is_alphanumeric()) {
            return Err(self.refused("a name with a letter or digit", "write the name"));
        }
        if !Redactor::new().find(name).is_empty() {
            let expected = "a name without personal data";
            return Err(self.refused(expected, "leave out addresses and numbers of people"));
        }
        Ok(name.to_owned())
    }

    fn refused(&self, expected: &'static str, help: &'static str) -> Error {
        let (row, got) = (self.names.len() + 1, "[hidden]".to_owned());
        Error::Value { data: DATA, row, column: "name", got, expected, help }
    }
}

//! Personal data out of texts, before anything is stored or shown.

mod address;
mod number;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Replaces e-mail addresses, telephone numbers and the like by what they are.
///
/// Numbers are found with blanks, dashes, dots, brackets or invisible characters between their
/// digits, and in full-width digits. A number of the right length alone is not enough: an
/// identity number and a card need their check digit, a telephone number the form of its country
/// or a word such as "call" or 电话 before it. Names and street addresses are not found.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::redact::{PersonalData, Redactor};
///
/// let redacted = Redactor::new().redact("请联系 138-0013-8000 or ann@shop.example, order 20240115");
/// assert_eq!(redacted.text, "请联系 [phone] or [email], order 20240115");
/// assert_eq!(redacted.counts[&PersonalData::Phone], 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redactor {
    kept: BTreeSet<PersonalData>,
}

/// What says of somebody who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalData {
    /// An address of the web with all that follows it, which may tell a session or a person.
    Url,
    /// An e-mail address.
    Email,
    /// An address of the internet protocol, version 4 or 6.
    Ip,
    /// A Chinese identity number of 18 digits, by its date and check digit (GB 11643).
    IdNumber,
    /// The number of a payment card, by Luhn's check digit.
    Card,
    /// A telephone number.
    Phone,
}

/// A text without personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// The text with `[email]`, `[phone]` and so on where something stood.
    pub text: String,
    /// How many of each were found.
    pub counts: BTreeMap<PersonalData, usize>,
}

impl PersonalData {
    /// What stands in the text instead.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Url => "[url]",
            Self::Email => "[email]",
            Self::Ip => "[ip]",
            Self::IdNumber => "[id]",
            Self::Card => "[card]",
            Self::Phone => "[phone]",
        }
    }
}

impl Redactor {
    /// All kinds of personal data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves a kind where it is.
    #[must_use]
    pub fn keep(mut self, kind: PersonalData) -> Self {
        self.kept.insert(kind);
        self
    }

    /// The text with a placeholder for all that was found.
    #[must_use]
    pub fn redact(&self, text: &str) -> Redacted {
        let mut redacted = Redacted::default();
        let mut end = 0;
        for (kind, range) in self.find(text) {
            redacted.text.push_str(&text[end..range.start]);
            redacted.text.push_str(kind.placeholder());
            *redacted.counts.entry(kind).or_default() += 1;
            end = range.end;
        }
        redacted.text.push_str(&text[end..]);
        redacted
    }

    /// What was found and at which bytes, from left to right.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(PersonalData, Range<usize>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            match find_at(text, at, c) {
                Step::Found(kind, range) => {
                    at = range.end;
                    if !self.kept.contains(&kind) {
                        found.push((kind, range));
                    }
                }
                Step::Skip(bytes) => at += bytes,
            }
        }
        found
    }
}

/// What stands at one place of a text.
enum Step {
    Found(PersonalData, Range<usize>),
    Skip(usize),
}

fn find_at(text: &str, at: usize, c: char) -> Step {
    let found = |kind, end| Step::Found(kind, at..end);
    if let Some(end) = address::url(text, at) {
        found(PersonalData::Url, end)
    } else if let Some(end) = address::email(text, at) {
        found(PersonalData::Email, end)
    } else if let Some(end) = address::ip(text, at) {
        found(PersonalData::Ip, end)
    } else {
        number::find(text, at, c)
    }
}

/// The character before a byte.
fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

//! Marks by which advertising and noise are told from opinions.

use crate::text::redact::{PersonalData, Redactor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A reason to take a text for spam.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpamMark {
    /// An address of the web.
    Link,
    /// An e-mail address or a telephone number.
    Contact,
    /// Words of offers, such as "click here" or 加微信.
    Advertising,
    /// Eight letters or more are the same, one after another, or few different ones make it all.
    Repetition,
    /// Ten letters or more, nearly all of them capitals.
    Shouting,
    /// No letter at all in a text that is not empty.
    Wordless,
}

const ADVERTISING: [&str; 26] = [
    "click here",
    "buy now",
    "free money",
    "earn money",
    "make money",
    "limited offer",
    "act now",
    "visit my",
    "check out my",
    "discount code",
    "promo code",
    "subscribe to",
    "100% free",
    "work from home",
    "加微信",
    "加qq",
    "加我微信",
    "代购",
    "刷单",
    "兼职",
    "日赚",
    "免费领取",
    "点击链接",
    "扫码",
    "优惠券领取",
    "加群",
];

/// The marks of spam that a text bears; one is a hint, two are a reason to look.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::clean::{SpamMark, spam_marks};
///
/// let marks = spam_marks("日赚三百，加微信 13800138000");
/// assert!(marks.contains(&SpamMark::Contact) && marks.contains(&SpamMark::Advertising));
/// assert!(spam_marks("The strap broke on day two").is_empty());
/// ```
#[must_use]
pub fn spam_marks(text: &str) -> BTreeSet<SpamMark> {
    let found: BTreeSet<_> = Redactor::new().find(text).into_iter().map(|(kind, _)| kind).collect();
    let has = |kind| found.contains(&kind);
    let lower = text.to_lowercase();
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let marks = [
        (SpamMark::Link, has(PersonalData::Url)),
        (SpamMark::Contact, has(PersonalData::Email) || has(PersonalData::Phone)),
        (SpamMark::Advertising, ADVERTISING.iter().any(|words| lower.contains(words))),
        (SpamMark::Repetition, is_repeated(&letters)),
        (SpamMark::Shouting, is_shouted(&letters)),
        (SpamMark::Wordless, letters.is_empty() && !text.trim().is_empty()),
    ];
    marks.into_iter().filter(|(_, is_so)| *is_so).map(|(mark, _)| mark).collect()
}

/// A run of eight, or less than one different letter in eight where the text is short.
fn is_repeated(letters: &[char]) -> bool {
    let has_run = letters.chunk_by(|a, b| a == b).any(|run| run.len() >= 8);
    let different: BTreeSet<&char> = letters.iter().take(64).collect();
    has_run || (letters.len() >= 16 && different.len() * 8 < letters.len().min(64))
}

fn is_shouted(letters: &[char]) -> bool {
    let capitals = letters.iter().filter(|c| c.is_uppercase()).count();
    letters.len() >= 10 && capitals * 10 >= letters.len() * 9
}

//! The script of a text by its letters, and its language by script and common words.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What letters a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Script {
    /// English and most languages of Europe.
    Latin,
    /// Chinese characters, also within Japanese.
    Han,
    /// Japanese syllables.
    Kana,
    /// Korean.
    Hangul,
    /// Russian and others.
    Cyrillic,
    /// Greek.
    Greek,
    /// Arabic, Persian and others.
    Arabic,
    /// Hebrew.
    Hebrew,
    /// Hindi and others.
    Devanagari,
    /// Thai.
    Thai,
    /// Any other letters.
    Other,
}

impl Script {
    fn of(c: char) -> Option<Self> {
        let script = match c {
            '\u{41}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            '\u{370}'..='\u{3ff}' => Self::Greek,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{590}'..='\u{5ff}' => Self::Hebrew,
            '\u{600}'..='\u{77f}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{e00}'..='\u{e7f}' => Self::Thai,
            '\u{3040}'..='\u{30ff}' => Self::Kana,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                Self::Han
            }
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Self::Hangul,
            _ => Self::Other,
        };
        c.is_alphabetic().then_some(script)
    }
}

/// The share of each script among the letters of a text; empty where there is no letter.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::clean::{Script, scripts};
///
/// let shares = scripts("好 ok!");
/// assert!((shares[&Script::Latin] - 2.0 / 3.0).abs() < 1e-12);
/// assert!(scripts("123 😁").is_empty());
/// ```
#[must_use]
pub fn scripts(text: &str) -> BTreeMap<Script, f64> {
    let mut shares: BTreeMap<Script, f64> = BTreeMap::new();
    for script in text.chars().filter_map(Script::of) {
        *shares.entry(script).or_default() += 1.0;
    }
    let all: f64 = shares.values().sum();
    shares.values_mut().for_each(|share| *share /= all);
    shares
}

/// Everyday words of languages in Latin letters.
const COMMON: [(&str, &str); 6] = [
    ("en", " the and is was it of to in this that for with not very my you are but have i at "),
    ("de", " der die das und ist nicht ich ein eine war sehr mit auf für es zu aber auch den wir "),
    ("fr", " le la les et est pas je un une très avec pour des que dans mais ce il du nous au "),
    ("es", " el la los y es no un una muy con para de que en pero lo las por se me está "),
    ("it", " il la è non un una molto con per di che in ma lo gli sono e del si mi anche "),
    ("pt", " o a os e é não um uma muito com para de que em mas do da as se eu foi "),
];

/// The language of a text as its code (ISO 639-1); none where there are too few signs of it.
///
/// By script for Chinese, Japanese, Korean, Russian, Greek, Arabic, Hebrew, Hindi and Thai, of
/// which the script stands for its largest language; by common words for English, German, French,
/// Spanish, Italian and Portuguese. Latin letters without a common word have no language.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::clean::language_of;
///
/// assert_eq!(language_of("质量很好 ok"), Some("zh"));
/// assert_eq!(language_of("It was not for me"), Some("en"));
/// assert_eq!(language_of("とても良い"), Some("ja"));
/// assert_eq!(language_of("iPhone 15"), None);
/// ```
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    let mut shares = scripts(text);
    // A Chinese character or a syllable says about as much as three letters.
    for dense in [Script::Han, Script::Kana, Script::Hangul] {
        shares.entry(dense).and_modify(|share| *share *= 3.0);
    }
    let kana = shares.get(&Script::Kana).copied().unwrap_or(0.0);
    let han = shares.get(&Script::Han).copied().unwrap_or(0.0);
    let (script, _) = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    match script {
        Script::Han if kana > 0.1 * han => Some("ja"),
        Script::Han => Some("zh"),
        Script::Kana => Some("ja"),
        Script::Hangul => Some("ko"),
        Script::Cyrillic => Some("ru"),
        Script::Greek => Some("el"),
        Script::Arabic => Some("ar"),
        Script::Hebrew => Some("he"),
        Script::Devanagari => Some("hi"),
        Script::Thai => Some("th"),
        Script::Latin => by_words(text),
        Script::Other => None,
    }
}

/// The language of which most common words stand in the text; the earlier one of two alike.
fn by_words(text: &str) -> Option<&'static str> {
    let mut counts = [0usize; COMMON.len()];
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let padded = format!(" {} ", word.to_lowercase());
        for (count, (_, words)) in counts.iter_mut().zip(COMMON) {
            *count += usize::from(words.contains(&padded));
        }
    }
    let best = (0..COMMON.len()).rev().max_by_key(|&i| counts[i])?;
    (counts[best] > 0).then_some(COMMON[best].0)
}

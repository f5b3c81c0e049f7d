//! What one comment says: its brands, its tone, its opinions.

use super::{BrandMonitor, Comment};
use crate::Result;
use crate::text::aspect::{AspectReader, Opinion};
use crate::text::fold::Folded;
use crate::text::mention::MentionFinder;
use crate::text::quotes;
use crate::text::sentiment::{Sentiment, Tone};
use std::ops::Range;

/// What reads comments, each by itself.
pub(super) struct Reader<'a> {
    finder: Option<MentionFinder>,
    aspects: AspectReader,
    sentiment: &'a dyn Sentiment,
    band: f64,
    seed: u64,
}

/// What a comment says.
pub(super) struct Reading {
    pub(super) tone: Tone,
    /// The names of brands in the text; none where the comment has its brand.
    pub(super) brands: Vec<usize>,
    pub(super) opinions: Vec<Said>,
}

/// An opinion on an aspect.
pub(super) struct Said {
    pub(super) aspect: u16,
    pub(super) tone: Tone,
    pub(super) range: Range<usize>,
    /// By which its passage is chosen; none of a passage that was cut.
    pub(super) number: Option<u64>,
}

/// Of a longer text the first bytes are read.
const MOST_BYTES: usize = 20_000;

impl<'a> Reader<'a> {
    pub(super) fn new(monitor: &BrandMonitor, sentiment: &'a dyn Sentiment) -> Result<Self> {
        let finder = (!monitor.names.is_empty()).then(|| monitor.names.finder()).transpose()?;
        let (band, seed) = (monitor.band, monitor.seed);
        Ok(Self { finder, aspects: monitor.aspects.reader()?, sentiment, band, seed })
    }

    /// What a comment says; none of one without a visible letter.
    pub(super) fn read(&self, comment: &Comment) -> Option<Reading> {
        let text = beginning(&comment.text);
        let folded = Folded::of(text);
        if folded.letters().iter().all(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let finder = self.finder.as_ref().filter(|_| comment.brand.trim().is_empty());
        let brands = finder.map(|finder| finder.named(&folded).into_iter().collect());
        let opinions = self.aspects.read_folded(text, &folded, self.sentiment);
        let said = |opinion: Opinion| {
            let is_whole = opinion.range.end < text.len() || text.len() == comment.text.len();
            let number = is_whole.then(|| quotes::number(self.seed, &text[opinion.range.clone()]));
            let tone = Tone::of(opinion.polarity, self.band);
            Said { aspect: opinion.aspect as u16, tone, range: opinion.range, number }
        };
        Some(Reading {
            tone: Tone::of(self.sentiment.polarity(text), self.band),
            brands: brands.unwrap_or_default(),
            opinions: opinions.into_iter().map(said).collect(),
        })
    }

    /// The name of a brand by its number.
    pub(super) fn brand(&self, number: usize) -> &str {
        self.finder.as_ref().map_or("", |finder| &finder.names()[number])
    }

    /// The brand that a column means: the one that it names, or what stands there.
    pub(super) fn meant<'b>(&'b self, column: &'b str) -> &'b str {
        let Some(finder) = &self.finder else { return column };
        let mut named = finder.named(&Folded::of(column)).into_iter();
        match (named.next(), named.next()) {
            (Some(only), None) => &finder.names()[only],
            _ => column,
        }
    }
}

/// The first bytes of a text, up to the end of a letter.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

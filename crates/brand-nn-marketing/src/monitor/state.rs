//! What is kept of all that was heard: counts by day, names, a few passages.

use super::{BrandMonitor, Listener, METHOD};
use crate::text::quotes::Quotes;
use crate::text::redact::Redactor;
use crate::text::sentiment::{Sentiment, Tone};
use crate::{Error, Result};
use brand_nn_tensor::io::write_atomically;
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

/// All that is known of what was heard; the answers are its methods.
///
/// It grows with the days, brands, channels, products and aspects, not with the comments: days fall
/// out at the other end, and of names only so many are told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Monitored {
    pub(super) monitor: BrandMonitor,
    /// Brands, channels and products.
    pub(super) names: [NameList; 3],
    pub(super) aspects: Vec<String>,
    pub(super) days: BTreeMap<Date, Cells>,
    pub(super) undated: Cells,
    pub(super) heard: Heard,
    pub(super) ids: VecDeque<u64>,
    pub(super) quotes: Vec<(QuoteKey, Quotes)>,
}

/// How many comments counted, and why others did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Counted on their day.
    pub counted: u64,
    /// Counted in totals, as they have no day.
    pub undated: u64,
    /// Without any visible letter.
    pub blank: u64,
    /// Of an identity that was heard not long before.
    pub repeated: u64,
    /// Older than the days that are kept.
    pub late: u64,
    /// Later than the last day that can be.
    pub future: u64,
}

/// How many mentions praise, complain, or do neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tones {
    /// Mentions that complain.
    pub complaints: u64,
    /// Mentions that do neither.
    pub neutral: u64,
    /// Mentions that praise.
    pub praise: u64,
}

/// The mentions of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// How its mentions feel.
    pub tones: Tones,
}

impl Tones {
    /// All mentions.
    #[must_use]
    pub fn mentions(&self) -> u64 {
        self.praise + self.neutral + self.complaints
    }

    /// Praise minus complaints, as a share of all; NaN where there are none.
    #[must_use]
    pub fn net(&self) -> f64 {
        (self.praise as f64 - self.complaints as f64) / self.mentions() as f64
    }

    pub(super) fn counts(&self) -> [u64; 3] {
        [self.complaints, self.neutral, self.praise]
    }

    pub(super) fn add(&mut self, [complaints, neutral, praise]: [u64; 3]) {
        self.complaints += complaints;
        self.neutral += neutral;
        self.praise += praise;
    }
}

/// The numbers of a brand, a channel and a product.
pub(super) type Key = [u16; 3];
/// A brand, an aspect, and the tone.
pub(super) type QuoteKey = (u16, u16, Tone);

/// The counts of one day, by brand, channel and product, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cells(pub(super) Vec<(Key, Cell)>);

/// Complaint, neither and praise, of all and of each aspect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) tones: [u64; 3],
    pub(super) aspects: Vec<(u16, [u64; 3])>,
}

impl Cells {
    /// The cell of a key; of a day with too many, that of its brand alone.
    pub(super) fn cell(&mut self, key: Key) -> &mut Cell {
        let is_full = self.0.len() >= MOST_CELLS;
        let is_new = is_full && self.0.binary_search_by(|(known, _)| known.cmp(&key)).is_err();
        entry(&mut self.0, &if is_new { [key[0], OTHER, OTHER] } else { key })
    }
}

impl Cell {
    pub(super) fn add(&mut self, tone: Tone, opinions: impl Iterator<Item = (u16, Tone)>) {
        self.tones[tone as usize] += 1;
        for (aspect, tone) in opinions {
            entry(&mut self.aspects, &aspect)[tone as usize] += 1;
        }
    }
}

/// The value of a key in a sorted list, entered if it is new.
pub(super) fn entry<'a, K: Ord + Clone, V: Default>(
    list: &'a mut Vec<(K, V)>,
    key: &K,
) -> &'a mut V {
    let place = match list.binary_search_by(|(known, _)| known.cmp(key)) {
        Ok(place) => place,
        Err(place) => {
            list.insert(place, (key.clone(), V::default()));
            place
        }
    };
    &mut list[place].1
}

/// Names in the order in which they came, so many at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NameList(pub(super) Vec<String>);

/// The name of what has none, and of what came when the list was full.
pub(super) const NAMELESS: u16 = 0;
pub(super) const OTHER: u16 = 1;
const MOST_NAMES: usize = 66;
/// Beyond so many cells a day, channels and products are no longer told apart.
const MOST_CELLS: usize = 4096;
/// Longer names are cut.
const LONGEST_NAME: usize = 60;

impl NameList {
    fn new() -> Self {
        Self(vec![String::new(), "(other)".to_owned()])
    }

    /// The number of a name, which is stored without personal data.
    pub(super) fn number(&mut self, name: &str) -> u16 {
        let name = Redactor::new().redact(name.trim()).text;
        let name: String = name.chars().take(LONGEST_NAME).collect();
        match self.0.iter().position(|known| *known == name) {
            Some(number) => number as u16,
            None if self.0.len() >= MOST_NAMES => OTHER,
            None => {
                self.0.push(name);
                self.0.len() as u16 - 1
            }
        }
    }

    /// The number of a name as it was given or is shown.
    pub(super) fn find(&self, name: &str) -> Option<u16> {
        let name = Redactor::new().redact(name.trim()).text;
        let name: String = name.chars().take(LONGEST_NAME).collect();
        self.0.iter().position(|known| *known == name).map(|number| number as u16)
    }

    /// The numbers of what has a name, with it.
    pub(super) fn named(&self) -> impl Iterator<Item = (u16, &str)> {
        let numbered = self.0.iter().enumerate().map(|(i, name)| (i as u16, &**name));
        numbered.skip(OTHER as usize)
    }
}

impl Monitored {
    pub(super) fn new(monitor: BrandMonitor) -> Self {
        let aspects = monitor.aspects.names().map(str::to_owned).collect();
        let names = [NameList::new(), NameList::new(), NameList::new()];
        Self {
            monitor,
            names,
            aspects,
            days: BTreeMap::new(),
            undated: Cells::default(),
            heard: Heard::default(),
            ids: VecDeque::new(),
            quotes: Vec::new(),
        }
    }

    /// Goes on listening where it was left.
    ///
    /// # Errors
    /// If a setting lies outside its range.
    pub fn resume(self, sentiment: &dyn Sentiment) -> Result<Listener<'_>> {
        self.monitor.check()?;
        Listener::new(self, sentiment)
    }

    /// How many comments counted, and why others did not.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.heard
    }

    /// What it listens for.
    #[must_use]
    pub fn monitor(&self) -> &BrandMonitor {
        &self.monitor
    }

    /// The names of brands, without personal data, as they came first.
    pub fn brands(&self) -> impl Iterator<Item = &str> {
        self.named(0)
    }

    /// The names of channels, without personal data, as they came first.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.named(1)
    }

    /// The names of products, without personal data, as they came first.
    pub fn products(&self) -> impl Iterator<Item = &str> {
        self.named(2)
    }

    fn named(&self, list: usize) -> impl Iterator<Item = &str> {
        self.names[list].named().skip(1).map(|(_, name)| name)
    }

    /// The first and the last day that are kept.
    #[must_use]
    pub fn span(&self) -> Option<[Date; 2]> {
        Some([*self.days.keys().next()?, *self.days.keys().next_back()?])
    }

    /// Writes the state as JSON; the old file stays until the new one is complete.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let json = serde_json::to_vec(self).map_err(|error| file(path, &error))?;
        write_atomically(path, |out| out.write_all(&json)).map_err(|error| file(path, &error))
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If the file can't be read, or is no such state.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| file(path, &error))?;
        let monitored: Self = serde_json::from_slice(&bytes).map_err(|error| file(path, &error))?;
        monitored.check(path)?;
        Ok(monitored)
    }

    /// That every number in the file has its name.
    fn check(&self, path: &Path) -> Result<()> {
        self.monitor.check()?;
        let is_name =
            |key: &Key| key.iter().zip(&self.names).all(|(n, l)| (*n as usize) < l.0.len());
        let is_aspect = |aspect: u16| (aspect as usize) < self.aspects.len();
        let is_cell = |(key, cell): &(Key, Cell)| {
            let small = |counts: &[u64; 3]| counts.iter().all(|count| *count < 1 << 50);
            let aspect = |(aspect, counts): &(u16, [u64; 3])| is_aspect(*aspect) && small(counts);
            is_name(key) && small(&cell.tones) && cell.aspects.iter().all(aspect)
        };
        let is_sorted = |cells: &Cells| {
            cells.0.windows(2).all(|pair| pair[0].0 < pair[1].0) && cells.0.iter().all(is_cell)
        };
        let quotes = self
            .quotes
            .iter()
            .all(|((brand, aspect, _), _)| is_name(&[*brand, 0, 0]) && is_aspect(*aspect));
        let lists = self.names.iter().all(|list| (2..=MOST_NAMES).contains(&list.0.len()));
        let aspects = self.monitor.aspects.names().eq(self.aspects.iter().map(String::as_str));
        let cells = self.days.values().chain([&self.undated]).all(is_sorted);
        if quotes && lists && aspects && cells {
            return Ok(());
        }
        Err(file(path, &"numbers without their names"))
    }
}

fn file(path: &Path, problem: &dyn std::fmt::Display) -> Error {
    let (path, place) = (path.to_path_buf(), METHOD.to_owned());
    let help = "check the path, or begin with an empty state";
    brand_nn_train::Error::File { path, place, problem: problem.to_string(), help }.into()
}

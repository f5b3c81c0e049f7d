//! How often each name stands in many texts, with what can't be told.

use super::MentionFinder;
use crate::Result;
use brand_nn_kernels::threads;
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_stats::hypothesis::{Proportion, wilson};
use serde::{Deserialize, Serialize};

/// How many texts name each brand or product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MentionCounts {
    texts: u64,
    names: Vec<NameCount>,
    ambiguous: Vec<AmbiguousAlias>,
}

/// How often one name stands in the texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NameCount {
    /// The name.
    pub name: String,
    /// Places that name it.
    pub mentions: u64,
    /// Texts that name it at least once.
    pub texts: u64,
    /// The share of all texts.
    pub share: f64,
    /// Wilson's interval of the share, 95 %.
    pub interval: [f64; 2],
}

/// An alias that several names share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmbiguousAlias {
    /// The alias.
    pub alias: String,
    /// What it may mean.
    pub names: Vec<String>,
    /// Places where it stands.
    pub mentions: u64,
    /// Those of them where the text decides.
    pub decided: u64,
}

/// Counts of a part of the texts: mentions and texts a name, mentions and decided ones an alias.
#[derive(Clone)]
struct Part {
    names: Vec<[u64; 2]>,
    aliases: Vec<[u64; 2]>,
}

impl MentionCounts {
    pub(super) fn of<T: AsRef<str> + Sync>(finder: &MentionFinder, texts: &[T]) -> Result<Self> {
        let parts: Vec<&[T]> = texts.chunks(1024).collect();
        let parts = threads::map(parts.len(), |i| Part::of(finder, parts[i]));
        let mut all = Part::new(finder);
        parts.iter().for_each(|part| all.add(part));
        let count = |(name, &[mentions, named]): (&String, &[u64; 2])| {
            let share = Proportion::new(named, texts.len() as u64);
            Ok(NameCount {
                name: name.clone(),
                mentions,
                texts: named,
                share: share.rate(),
                interval: wilson(share, 0.95)?,
            })
        };
        let names = finder.names().iter().zip(&all.names).map(count).collect::<Result<_>>()?;
        let shared = finder.aliases().iter().zip(&all.aliases);
        let shared = shared.filter(|(alias, _)| alias.names.len() > 1);
        let ambiguous = shared.map(|(alias, &[mentions, decided])| AmbiguousAlias {
            alias: alias.text.clone(),
            names: alias.names.iter().map(|&name| finder.names()[name].clone()).collect(),
            mentions,
            decided,
        });
        Ok(Self { texts: texts.len() as u64, names, ambiguous: ambiguous.collect() })
    }

    /// The names in the order in which they were given.
    #[must_use]
    pub fn names(&self) -> &[NameCount] {
        &self.names
    }

    /// The aliases that several names share.
    #[must_use]
    pub fn ambiguous(&self) -> &[AmbiguousAlias] {
        &self.ambiguous
    }

    /// A page with the shares of all names, and the aliases that can't be told apart.
    #[must_use]
    pub fn report(&self) -> Page {
        let mut ranked: Vec<_> = self.names.iter().collect();
        ranked.sort_by_key(|name| std::cmp::Reverse(name.texts));
        let bars = ranked.iter().map(|n| (n.share, n.interval[0], n.interval[1]));
        let figure = Bars::new("Share of texts", ranked.iter().map(|n| &*n.name))
            .format(Format::Percent)
            .series_with_intervals("", bars);
        let rows = ranked.iter().map(|n| {
            let share = Format::Percent.text(n.share, 1);
            [n.name.clone(), n.texts.to_string(), n.mentions.to_string(), share]
        });
        Page::new("Who is named")
            .findings(self.ambiguous.iter().filter(|alias| alias.mentions > 0).map(finding))
            .paragraph(format!("{} texts were read.", Format::Number.text(self.texts as f64, 0)))
            .figure(figure)
            .table(["name", "texts", "mentions", "share of texts"], rows)
    }
}

fn finding(alias: &AmbiguousAlias) -> Finding {
    let open = alias.mentions - alias.decided;
    let claim = format!("`{}` may mean {}", alias.alias, alias.names.join(" or "));
    let evidence = format!("{open} of {} places are counted for none", alias.mentions);
    Finding::watch(claim, evidence).next("say which words it needs beside it")
}

impl Part {
    fn new(finder: &MentionFinder) -> Self {
        let none = |count| vec![[0; 2]; count];
        Self { names: none(finder.names().len()), aliases: none(finder.aliases().len()) }
    }

    fn of<T: AsRef<str>>(finder: &MentionFinder, texts: &[T]) -> Self {
        let mut part = Self::new(finder);
        for text in texts {
            let found = finder.find(text.as_ref());
            for mention in &found {
                let is_shared = finder.alias(mention).names.len() > 1;
                let alias = &mut part.aliases[mention.alias];
                alias[0] += 1;
                alias[1] += u64::from(is_shared && mention.name.is_some());
                mention.name.into_iter().for_each(|name| part.names[name][0] += 1);
            }
            let mut named: Vec<_> = found.iter().filter_map(|mention| mention.name).collect();
            named.sort_unstable();
            named.dedup();
            named.into_iter().for_each(|name| part.names[name][1] += 1);
        }
        part
    }

    fn add(&mut self, other: &Self) {
        let pairs = [(&mut self.names, &other.names), (&mut self.aliases, &other.aliases)];
        for (sums, counts) in pairs {
            for (sum, count) in sums.iter_mut().zip(counts) {
                sum[0] += count[0];
                sum[1] += count[1];
            }
        }
    }
}

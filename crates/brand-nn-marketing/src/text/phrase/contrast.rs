//! What one group of texts says more often than another, beyond chance.

use super::{Vocabulary, leaning};
use crate::text::sentiment::Tone;
use brand_nn_report::{Bars, Page};
use serde::{Deserialize, Serialize};

/// How phrases lean to one of two groups of texts.
///
/// The difference of log-odds with a Dirichlet prior of the frequencies in both groups together,
/// over its standard error (Monroe, Colaresi and Quinn 2008, "Fightin' Words"). A rare phrase thus
/// needs a larger difference than a frequent one.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::phrase::KeyPhrases;
///
/// let praise = ["fast delivery", "fast delivery, great", "great phone", "fast delivery again"];
/// let complaints = ["hot battery", "the battery died", "phone battery", "battery"];
/// let contrast = KeyPhrases::new().min_texts(2).contrast(&praise, &complaints)?;
/// assert_eq!(contrast.of_these(1)[0].phrase, "fast delivery");
/// assert_eq!(contrast.of_those(1)[0].phrase, "battery");
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    leanings: Vec<Leaning>,
}

/// How one phrase leans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaning {
    /// The phrase in lower case.
    pub phrase: String,
    /// How often it stands in the first group.
    pub these: u64,
    /// How often it stands in the second.
    pub those: u64,
    /// The difference of its log-odds, first minus second.
    pub log_odds: f64,
    /// The same over its standard error; beyond ±1.96 is rarely chance.
    pub z: f64,
}

impl Contrast {
    pub(super) fn of(vocabulary: &Vocabulary, these: Vec<u64>, those: Vec<u64>) -> Self {
        let sum = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
        let totals = [sum(&these), sum(&those)];
        let pairs = these.into_iter().zip(those);
        let leaning = |(term, (these, those)): (&super::terms::Term, (u64, u64))| {
            let [log_odds, error] = log_odds([these as f64, those as f64], totals);
            let phrase = term.phrase.clone();
            Leaning { phrase, these, those, log_odds, z: log_odds / error }
        };
        let mut leanings: Vec<_> = vocabulary.terms().iter().zip(pairs).map(leaning).collect();
        leanings.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| a.phrase.cmp(&b.phrase)));
        Self { leanings }
    }

    /// All phrases, those of the first group first.
    #[must_use]
    pub fn leanings(&self) -> &[Leaning] {
        &self.leanings
    }

    /// What the first group says more often, the clearest first.
    #[must_use]
    pub fn of_these(&self, most: usize) -> Vec<&Leaning> {
        self.leanings.iter().filter(|leaning| leaning.z > 0.0).take(most).collect()
    }

    /// What the second group says more often, the clearest first.
    #[must_use]
    pub fn of_those(&self, most: usize) -> Vec<&Leaning> {
        self.leanings.iter().rev().filter(|leaning| leaning.z < 0.0).take(most).collect()
    }

    /// A page with the clearest phrases of each group, which get these names.
    #[must_use]
    pub fn report(&self, [these, those]: [&str; 2]) -> Page {
        let shown: Vec<_> = self.of_these(10).into_iter().chain(self.of_those(10)).collect();
        let figure = Bars::new("Who says it more often", shown.iter().map(|l| &*l.phrase))
            .unit(format!("z: above 0 {these}, below 0 {those}"))
            .series("", shown.iter().map(|l| l.z));
        let row = |l: &&Leaning| {
            let who = match leaning(l.z) {
                Tone::Positive => these,
                Tone::Negative => those,
                Tone::Neutral => "may be chance",
            };
            [l.phrase.clone(), l.these.to_string(), l.those.to_string(), who.to_owned()]
        };
        Page::new("What they say differently")
            .figure(figure)
            .table(["phrase", these, those, "leans to"], shown.iter().map(row))
    }
}

/// The difference of log-odds of two counts, and its standard error.
///
/// Each group gets as many more counts as one group has on average, shared out like both together.
fn log_odds(counts: [f64; 2], totals: [f64; 2]) -> [f64; 2] {
    let both = totals[0] + totals[1];
    let all = both / 2.0;
    let prior = (counts[0] + counts[1]) / both * all;
    let odds = |i: usize| {
        let (count, rest) = (counts[i] + prior, totals[i] + all - counts[i] - prior);
        // A vocabulary of one phrase leaves no others.
        (count / rest.max(0.5)).ln()
    };
    let error = (1.0 / (counts[0] + prior) + 1.0 / (counts[1] + prior)).sqrt();
    [odds(0) - odds(1), error]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counts: [f64; 2], totals: [f64; 2], expected: [f64; 2]) {
        let found = log_odds(counts, totals);
        let close = |i: usize| (found[i] - expected[i]).abs() < 1e-12;
        assert!(close(0) && close(1), "{found:?}");
    }

    #[test]
    fn the_formula_of_the_paper() {
        // ln (15 / 85) − ln (5 / 95) with a prior of 5 among 50; by hand.
        let expected = [(15.0_f64 / 85.0 * 95.0 / 5.0).ln(), (1.0_f64 / 15.0 + 0.2).sqrt()];
        check([10.0, 0.0], [50.0, 50.0], expected);
        check([4.0, 4.0], [50.0, 50.0], [0.0, (2.0_f64 / 8.0).sqrt()]);
        check([4.0, 8.0], [50.0, 100.0], [0.0, (1.0_f64 / 10.0 + 1.0 / 14.0).sqrt()]);
    }
}

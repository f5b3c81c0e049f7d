//! What journeys are like before any rule is asked: their lengths, channels and commonest paths.

use super::Journeys;
use brand_nn_report::{Bars, Finding, Format, Page};
use std::collections::BTreeMap;

impl Journeys {
    /// How many touches all journeys have together.
    #[must_use]
    pub fn num_touches(&self) -> u64 {
        let touches = self.walked().map(|(path, won, lost)| path.len() as u64 * (won + lost));
        touches.fold(0, u64::saturating_add)
    }

    /// A page with how long journeys are, how often each length converts, and the commonest paths.
    #[must_use]
    pub fn report(&self) -> Page {
        let lengths = self.by_length();
        let names: Vec<String> = (1..=LONG)
            .map(
                |length| if length < LONG { length.to_string() } else { format!("{LONG} or more") },
            )
            .collect();
        let rate = |[won, lost]: &[f64; 2]| won / (won + lost).max(1.0);
        Page::new("Journeys")
            .findings(self.finding())
            .figure(
                Bars::new("Journeys by their number of touches", names.iter().map(String::as_str))
                    .format(Format::Number)
                    .series("converted", lengths.iter().map(|[won, _]| *won))
                    .series("lost", lengths.iter().map(|[_, lost]| *lost)),
            )
            .figure(
                Bars::new("Conversion by the number of touches", names.iter().map(String::as_str))
                    .format(Format::Percent)
                    .series("converted", lengths.iter().map(rate)),
            )
            .heading("The commonest paths")
            .table(["path", "journeys", "converted"], self.commonest(15))
    }

    /// Each path, as channels, with how many journeys converted and how many did not.
    fn walked(&self) -> impl Iterator<Item = (&[usize], u64, u64)> {
        let pairs = self.paths.iter().zip(&self.counts);
        // Counts of 2^32 are none that a sum could overflow.
        pairs.map(|(path, counts)| {
            let most = u64::from(u32::MAX);
            (&*path.touches, counts.conversions.min(most), counts.nulls.min(most))
        })
    }

    /// Journeys with and without a conversion, by their number of touches from 1 on.
    fn by_length(&self) -> [[f64; 2]; LONG] {
        let mut lengths = [[0.0; 2]; LONG];
        for (path, won, lost) in self.walked() {
            let place = &mut lengths[path.len().min(LONG) - 1];
            place[0] += won as f64;
            place[1] += lost as f64;
        }
        lengths
    }

    fn commonest(&self, count: usize) -> Vec<[String; 3]> {
        let mut paths = BTreeMap::<&[usize], [u64; 2]>::new();
        for (path, won, lost) in self.walked() {
            let place = paths.entry(path).or_default();
            place[0] += won;
            place[1] += lost;
        }
        let mut paths: Vec<_> = paths.into_iter().collect();
        paths.sort_by_key(|(_, [won, lost])| std::cmp::Reverse(won + lost));
        let row = |(path, [won, lost]): &(&[usize], [u64; 2])| {
            let names: Vec<&str> = path.iter().map(|at| self.channels()[*at].as_str()).collect();
            let all = won + lost;
            let rate = Format::Percent.text(*won as f64 / all.max(1) as f64, 1);
            [names.join(" > "), Format::Number.short(all as f64), rate]
        };
        paths.iter().take(count).map(row).collect()
    }

    /// Whether rules can differ at all.
    fn finding(&self) -> Option<Finding> {
        let lengths = self.by_length();
        let won: f64 = lengths.iter().map(|[won, _]| won).sum();
        let single = lengths[0][0] / won;
        let evidence = format!("{} of them have one touch", Format::Percent.text(single, 0));
        (won > 0.0).then(|| {
            if single > 0.8 {
                Finding::watch("Most conversions have one touch", evidence)
                    .next("first see whether visits are told apart: rules hardly differ here")
            } else {
                Finding::note("Conversions have several touches", evidence)
                    .next("compare rules before you believe one")
            }
        })
    }
}

/// Longer journeys are counted together.
const LONG: usize = 10;

//! Intervals by drawing the observations again: how often, at which level, by which seed.

use crate::{Result, door};
use brand_nn_kernels::{fill_uniform, threads};
use brand_nn_stats::bootstrap::percentile_interval;
use serde::{Deserialize, Serialize};

/// How intervals are made where no formula has them: by a bootstrap of the observations.
///
/// # Examples
/// ```
/// use brand_nn_marketing::Resampling;
/// let quick = Resampling { resamples: 200, ..Resampling::new(42) };
/// assert_eq!(quick.level, 0.95);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resampling {
    /// Where random numbers begin.
    pub seed: u64,
    /// How often observations are drawn again.
    pub resamples: usize,
    /// How often the interval should hold the true number.
    pub level: f64,
}

impl Resampling {
    /// 1000 resamples and a level of 0.95.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, resamples: 1000, level: 0.95 }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let resamples = ("resamples", self.resamples as f64);
        let range: (_, fn(f64) -> bool) = ("10 to 1,000,000", |x| (10.0..=1e6).contains(&x));
        door::setting("resampling", resamples, range, "1000 are enough for 95 %")?;
        door::setting("resampling", ("level", self.level), door::SHARE, "such as 0.95")
    }

    /// The intervals of several numbers that are computed of one draw.
    ///
    /// Draw `r` gets uniform numbers by `seed` and `r` alone, so that threads don't matter.
    pub(crate) fn intervals(
        &self,
        draw: &(dyn Fn(&mut Uniforms) -> Result<Vec<f64>> + Sync),
    ) -> Result<Vec<[f64; 2]>> {
        self.check()?;
        let draws = threads::map(self.resamples, |resample| {
            draw(&mut Uniforms::new(self.seed, resample as u64))
        });
        let draws = draws.into_iter().collect::<Result<Vec<_>>>()?;
        let column = |i: usize| draws.iter().map(|draw| draw[i]).collect::<Vec<_>>();
        let interval = |i| Ok(percentile_interval(&column(i), self.level)?);
        (0..draws[0].len()).map(interval).collect()
    }
}

/// A stream of uniform numbers in [0, 1), named by a seed and a number.
pub(crate) struct Uniforms {
    seed: u64,
    counter: u128,
    buffer: [f64; 64],
    used: usize,
}

impl Uniforms {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self { seed, counter: u128::from(stream) << 64, buffer: [0.0; 64], used: 64 }
    }

    pub(crate) fn next(&mut self) -> f64 {
        if self.used == self.buffer.len() {
            fill_uniform(self.seed, self.counter, &mut self.buffer);
            self.counter += 32; // two numbers a block
            self.used = 0;
        }
        self.used += 1;
        self.buffer[self.used - 1]
    }

    /// A whole number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((self.next() * end as f64) as u64).min(end - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_cover_the_range() {
        let (mut a, mut b) = (Uniforms::new(1, 0), Uniforms::new(1, 1));
        let draws: Vec<_> = (0..1000).map(|_| a.next()).collect();
        assert!(draws.iter().all(|x| (0.0..1.0).contains(x)));
        assert!((draws.iter().sum::<f64>() / 1000.0 - 0.5).abs() < 0.05);
        assert!(draws[0] != b.next() && draws[..64] != draws[64..128]);
        assert!((0..100).all(|_| b.below(3) < 3));
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_theory() {
        let draw = |uniforms: &mut Uniforms| {
            Ok(vec![(0..100).map(|_| uniforms.next()).sum::<f64>() / 100.0])
        };
        let interval = Resampling::new(5).intervals(&draw).unwrap()[0];
        let half = 1.96 * (1.0_f64 / 1200.0).sqrt();
        assert!((interval[0] - 0.5 + half).abs() < 0.006, "{interval:?}");
        assert!((interval[1] - 0.5 - half).abs() < 0.006, "{interval:?}");
    }
}

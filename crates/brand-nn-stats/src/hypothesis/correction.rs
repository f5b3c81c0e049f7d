//! What p-values mean when there are many of them.

use crate::{Result, door};

/// How p-values are raised so that many tests together keep their promise.
///
/// An adjusted value at most α means: reject, and the promise holds at α.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::Correction;
/// let p = [0.01, 0.04, 0.03];
/// let adjusted = Correction::Holm.adjust(&p)?;
/// assert!((adjusted[0] - 0.03).abs() < 1e-15 && (adjusted[1] - 0.06).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Correction {
    /// Times the number of tests: the risk of any false rejection, whatever their dependence.
    Bonferroni,
    /// As Bonferroni and never worse, from the smallest up. S. Holm 1979.
    Holm,
    /// The share of false ones among the rejected, for independent tests. 1995.
    BenjaminiHochberg,
    /// The same for tests of any dependence. 2001.
    BenjaminiYekutieli,
}

impl Correction {
    /// The adjusted values, in the order of the given ones.
    ///
    /// # Errors
    /// If there are none, or one is no probability.
    pub fn adjust(self, p_values: &[f64]) -> Result<Vec<f64>> {
        door::some("Correction::adjust", "p-values", p_values.len())?;
        door::every("Correction::adjust", "p-value", p_values, door::PROBABILITY)?;
        let count = p_values.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
        let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
        let scaled =
            |place: usize| (p_values[order[place]] * self.factor(place, count, harmonic)).min(1.0);
        let mut sorted: Vec<f64> = (0..count).map(scaled).collect();
        match self {
            Self::Bonferroni => {}
            Self::Holm => (1..count).for_each(|i| sorted[i] = sorted[i].max(sorted[i - 1])),
            Self::BenjaminiHochberg | Self::BenjaminiYekutieli => {
                (1..count).rev().for_each(|i| sorted[i - 1] = sorted[i - 1].min(sorted[i]));
            }
        }
        let mut adjusted = vec![0.0; count];
        order.iter().zip(sorted).for_each(|(&i, value)| adjusted[i] = value);
        Ok(adjusted)
    }

    /// What the p-value at a place from the smallest is multiplied by; `harmonic` is Σ 1 / i.
    fn factor(self, place: usize, count: usize, harmonic: f64) -> f64 {
        let all = count as f64;
        match self {
            Self::Bonferroni => all,
            Self::Holm => all - place as f64,
            Self::BenjaminiHochberg => all / (place + 1) as f64,
            Self::BenjaminiYekutieli => harmonic * all / (place + 1) as f64,
        }
    }
}

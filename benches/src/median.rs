//! The median of some numbers, with its interval.

use brand_nn_kernels::fill_uniform;

/// The middle of some numbers, which it sorts; NaN of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle 95 % of the medians of 2,000 resamples.
///
/// # Panics
/// If there are no values.
#[must_use]
pub fn interval_of_median(values: &[f64]) -> (f64, f64) {
    let resample = |number: u128| {
        let mut places = vec![0.0_f64; values.len()];
        fill_uniform(1, number << 64, &mut places);
        let drawn = places.iter().map(|place| values[(place * values.len() as f64) as usize]);
        median(&mut drawn.collect::<Vec<_>>())
    };
    let mut medians: Vec<f64> = (0..2000).map(resample).collect();
    medians.sort_by(f64::total_cmp);
    (medians[50], medians[1949])
}

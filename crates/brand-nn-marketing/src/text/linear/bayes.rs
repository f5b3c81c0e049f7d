//! Multinomial naive Bayes of two classes as weights of a linear model.

use super::rows::SparseRows;

/// wⱼ = ln θⱼ(praise) − ln θⱼ(complaint) with θⱼ = (Nⱼ + α) / Σ (Nⱼ + α), and the prior's log-odds.
pub(super) fn fit(rows: &SparseRows, praise: &[bool], smoothing: f64) -> (Vec<f64>, f64) {
    let logs = |class: bool| -> (Vec<f64>, f64) {
        let is_in: Vec<f64> = praise.iter().map(|&good| f64::from(good == class)).collect();
        let mut sums = rows.transposed_times(&is_in);
        let texts = sums.pop().unwrap_or(0.0);
        let all: f64 = sums.iter().map(|sum| sum + smoothing).sum();
        (sums.iter().map(|sum| ((sum + smoothing) / all).ln()).collect(), texts.ln())
    };
    let ((good, good_prior), (bad, bad_prior)) = (logs(true), logs(false));
    (good.iter().zip(&bad).map(|(good, bad)| good - bad).collect(), good_prior - bad_prior)
}

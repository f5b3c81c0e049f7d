//! What warming up learns: the length of a step, and the scale of each parameter.

/// Dual averaging of the logarithm of the step (Hoffman and Gelman 2014, 3.2).
pub(super) struct StepSize {
    target: f64,
    centre: f64,
    error: f64,
    log_mean: f64,
    count: f64,
    /// The step to try next.
    pub(super) current: f64,
}

impl StepSize {
    pub(super) fn new(first: f64, target: f64) -> Self {
        let centre = (10.0 * first).ln();
        Self { target, centre, error: 0.0, log_mean: 0.0, count: 0.0, current: first }
    }

    pub(super) fn learn(&mut self, acceptance: f64) {
        self.count += 1.0;
        let weight = 1.0 / (self.count + 10.0);
        self.error += weight * (self.target - acceptance - self.error);
        let log = self.centre - self.count.sqrt() / 0.05 * self.error;
        let share = self.count.powf(-0.75);
        self.log_mean += share * (log - self.log_mean);
        self.current = log.exp();
    }

    /// The mean step, to be kept.
    pub(super) fn settled(&self) -> f64 {
        if self.count > 0.0 { self.log_mean.exp() } else { self.current }
    }
}

/// Running means and squares of positions (Welford 1962).
pub(super) struct Scale {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Scale {
    pub(super) fn new(size: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; size], squares: vec![0.0; size] }
    }

    pub(super) fn see(&mut self, position: &[f64]) {
        self.count += 1.0;
        for ((x, mean), square) in position.iter().zip(&mut self.mean).zip(&mut self.squares) {
            let gap = x - *mean;
            *mean += gap / self.count;
            *square += gap * (x - *mean);
        }
    }

    /// The variances, drawn towards 1e-3 as Stan does while little was seen.
    pub(super) fn variances(&self) -> Vec<f64> {
        let n = self.count;
        let of =
            |square: &f64| (n / (n + 5.0)) * square / (n - 1.0).max(1.0) + 1e-3 * 5.0 / (n + 5.0);
        self.squares.iter().map(of).collect()
    }
}

/// Where, in a warm-up of so many draws, the scale is learned anew: ever longer windows between a
/// first stretch and a last one that only learn the step.
pub(super) fn windows(warmup: usize) -> Vec<usize> {
    let (first, last) = (warmup * 15 / 100, warmup / 10);
    let end = warmup - last;
    let mut ends = Vec::new();
    let (mut at, mut size) = (first, 25);
    while at < end {
        // A window that would leave a stump takes it along.
        at = if at + 3 * size > end { end } else { at + size };
        ends.push(at);
        size *= 2;
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_grow_until_the_last_stretch() {
        assert_eq!(windows(1000), [175, 225, 325, 900]);
        assert_eq!(windows(20), [18]);
        assert_eq!(windows(0), Vec::<usize>::new());
    }
}

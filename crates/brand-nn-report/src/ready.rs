//! Plots that every analysis needs: histograms, ROC curves, calibration.

use crate::format::Format;
use crate::plot::Plot;
use crate::ticks::{Ticks, is_drawable};

impl Plot {
    /// How often values fall into ranges of one round width, about `bins` of them.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_report::Plot;
    /// let plot = Plot::histogram("Spend", &[1.0, 1.5, 2.2, 7.9], 4).x("€");
    /// assert!(plot.to_svg().contains("<rect"));
    /// ```
    #[must_use]
    pub fn histogram(title: impl Into<String>, values: &[f64], bins: usize) -> Self {
        let plot = Self::new(title).y("count");
        let drawable = || values.iter().copied().filter(|value| is_drawable(*value));
        let low = drawable().fold(f64::INFINITY, f64::min);
        let high = drawable().fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return plot.bins("", values.iter().map(|&value| (value, 0.0)));
        }
        let edges = Ticks::covering(low, high, bins.clamp(1, 100)).values;
        let mut counts = vec![0.0; edges.len()];
        for value in drawable() {
            let bin = edges.partition_point(|edge| *edge <= value).clamp(1, edges.len() - 1);
            counts[bin - 1] += 1.0;
        }
        // What is no number stays in the data, so that the figure says how many there were.
        let lost = values.iter().filter(|value| !is_drawable(**value)).map(|&value| (value, 0.0));
        plot.bins("", edges.into_iter().zip(counts).chain(lost))
    }

    /// The share of positives found against the share of negatives taken for them.
    ///
    /// `points` are (false positive rate, true positive rate), as `roc_curve` gives them; the
    /// dashed diagonal is guessing.
    #[must_use]
    pub fn roc(
        title: impl Into<String>,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        Self::shares(title)
            .x("negatives taken for positives")
            .y("positives found")
            .line(name, points)
            .dashed("guessing", DIAGONAL)
    }

    /// What happened against what was foretold: points (mean prediction, share that came true).
    ///
    /// On the dashed diagonal, of those with a probability of 30 % it happens to 30 %.
    #[must_use]
    pub fn calibration(
        title: impl Into<String>,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let points: Vec<_> = points.into_iter().collect();
        let name = name.into();
        Self::shares(title)
            .x("foretold")
            .y("came true")
            .line(name.clone(), points.iter().copied())
            .points(name, points)
            .dashed("calibrated", DIAGONAL)
    }

    /// Both axes from 0 to 100 %.
    fn shares(title: impl Into<String>) -> Self {
        let plot = Self::new(title).x_range(0.0, 1.0).y_range(0.0, 1.0);
        plot.x_format(Format::Percent).y_format(Format::Percent)
    }
}

const DIAGONAL: [(f64, f64); 2] = [(0.0, 0.0), (1.0, 1.0)];

//! How tight clusters of points are, how far from each other.

use crate::{Error, Result, door};

/// The mean silhouette of points, from −1 to 1: how much nearer their own cluster is than the next.
///
/// (b − a) / max(a, b) with a the mean distance to the others of the same cluster, b the smallest
/// mean distance to another cluster; 0 for a point alone in its cluster. Rousseeuw 1987. The time
/// grows with the square of the points.
///
/// # Shapes
/// `points`: `[rows, num_features]`, row-major; `clusters`: `[rows]`.
///
/// # Errors
/// If lengths do not fit, a number is not finite, or there are fewer than 2 clusters or no more
/// points than clusters.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::silhouette;
/// let score = silhouette(&[0.0, 1.0, 10.0, 11.0], 1, &[0, 0, 1, 1])?;
/// assert!((score - 0.899_749_373_433_584).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn silhouette(points: &[f64], num_features: usize, clusters: &[usize]) -> Result<f64> {
    let groups = Groups::of("silhouette", points, num_features, clusters)?;
    let own = (0..clusters.len()).map(|row| groups.silhouette_of(row));
    finite("silhouette", door::mean(own))
}

/// The mean over clusters of how near the most similar other cluster is; smaller is better.
///
/// max (sᵢ + sⱼ) / d(cᵢ, cⱼ) with s the mean distance to the centre c. Davies and Bouldin 1979.
///
/// # Shapes
/// As [`silhouette`].
///
/// # Errors
/// As [`silhouette`], and if two clusters have the same centre.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::davies_bouldin;
/// assert_eq!(davies_bouldin(&[0.0, 1.0, 10.0, 11.0], 1, &[0, 0, 1, 1])?, 0.1);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn davies_bouldin(points: &[f64], num_features: usize, clusters: &[usize]) -> Result<f64> {
    let op = "davies_bouldin";
    let groups = Groups::of(op, points, num_features, clusters)?;
    let centres = groups.centres();
    let spreads: Vec<f64> =
        centres.iter().enumerate().map(|(c, at)| groups.spread(c, at)).collect();
    let mut sum = 0.0;
    for (i, a) in centres.iter().enumerate() {
        let mut worst = 0.0_f64;
        for (j, b) in centres.iter().enumerate().filter(|(j, _)| *j != i) {
            let apart = distance(a, b);
            if apart == 0.0 {
                let (case, help) = ("two clusters have the same centre", "merge them");
                return Err(Error::Undefined { op, case, help });
            }
            worst = worst.max((spreads[i] + spreads[j]) / apart);
        }
        sum += worst;
    }
    finite(op, sum / centres.len() as f64)
}

/// The variance between clusters over that within them; larger is better.
///
/// (B / (k − 1)) / (W / (n − k)) with sums of squares around centres. Caliński and Harabasz 1974.
///
/// # Shapes
/// As [`silhouette`].
///
/// # Errors
/// As [`silhouette`], and if every point is its cluster's centre.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::calinski_harabasz;
/// assert_eq!(calinski_harabasz(&[0.0, 1.0, 10.0, 11.0], 1, &[0, 0, 1, 1])?, 200.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn calinski_harabasz(points: &[f64], num_features: usize, clusters: &[usize]) -> Result<f64> {
    let op = "calinski_harabasz";
    let groups = Groups::of(op, points, num_features, clusters)?;
    let all: Vec<usize> = (0..clusters.len()).collect();
    let middle = groups.centre(&all);
    let (mut between, mut within) = (0.0, 0.0);
    for (members, centre) in groups.members.iter().zip(groups.centres()) {
        between += members.len() as f64 * distance(&centre, &middle).powi(2);
        within +=
            members.iter().map(|&row| distance(groups.point(row), &centre).powi(2)).sum::<f64>();
    }
    if within == 0.0 {
        let (case, help) = ("all points are at their clusters' centres", "nothing is left to tell");
        return Err(Error::Undefined { op, case, help });
    }
    let (n, k) = (all.len() as f64, groups.members.len() as f64);
    finite(op, between * (n - k) / (within * (k - 1.0)))
}

/// Points with the rows of each cluster.
struct Groups<'a> {
    points: &'a [f64],
    num_features: usize,
    own: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl<'a> Groups<'a> {
    fn of(
        op: &'static str,
        points: &'a [f64],
        num_features: usize,
        clusters: &[usize],
    ) -> Result<Self> {
        door::some(op, "points", clusters.len())?;
        door::at_least(op, "num_features", num_features, 1)?;
        door::len(op, "numbers", points.len(), clusters.len().saturating_mul(num_features))?;
        door::every(op, "number", points, door::FINITE)?;
        let own = compact(clusters);
        let count = own.iter().max().map_or(0, |last| last + 1);
        if count < 2 || count >= clusters.len() {
            let case = "there are fewer than 2 clusters, or as many as points";
            return Err(Error::Undefined { op, case, help: "choose another number of clusters" });
        }
        let mut members = vec![Vec::new(); count];
        own.iter().enumerate().for_each(|(row, &cluster)| members[cluster].push(row));
        Ok(Self { points, num_features, own, members })
    }

    fn point(&self, row: usize) -> &[f64] {
        &self.points[row * self.num_features..][..self.num_features]
    }

    fn centre(&self, rows: &[usize]) -> Vec<f64> {
        let feature = |f| door::mean(rows.iter().map(|&row| self.point(row)[f]));
        (0..self.num_features).map(feature).collect()
    }

    fn centres(&self) -> Vec<Vec<f64>> {
        self.members.iter().map(|rows| self.centre(rows)).collect()
    }

    /// The mean distance of a cluster's points to its centre.
    fn spread(&self, cluster: usize, centre: &[f64]) -> f64 {
        door::mean(self.members[cluster].iter().map(|&row| distance(self.point(row), centre)))
    }

    fn silhouette_of(&self, row: usize) -> f64 {
        let own = self.own[row];
        if self.members[own].len() == 1 {
            return 0.0;
        }
        let total = |rows: &[usize]| {
            rows.iter().map(|&other| distance(self.point(row), self.point(other))).sum::<f64>()
        };
        let inside = total(&self.members[own]) / (self.members[own].len() - 1) as f64;
        let others = self.members.iter().enumerate().filter(|(cluster, _)| *cluster != own);
        let nearest =
            others.map(|(_, rows)| total(rows) / rows.len() as f64).fold(f64::MAX, f64::min);
        let larger = inside.max(nearest);
        if larger == 0.0 { 0.0 } else { (nearest - inside) / larger }
    }
}

/// The same clusters, numbered from 0 without gaps.
pub(super) fn compact(clusters: &[usize]) -> Vec<usize> {
    let mut known = clusters.to_vec();
    known.sort_unstable();
    known.dedup();
    clusters.iter().map(|cluster| known.partition_point(|other| other < cluster)).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn finite(op: &'static str, value: f64) -> Result<f64> {
    let (case, help) = ("distances overflow", "scale the points down");
    if value.is_finite() { Ok(value) } else { Err(Error::Undefined { op, case, help }) }
}

//! Segments of any table of numbers, by k-means, each with its profile.

use crate::{Error, Result, door};
use brand_nn_report::{Bars, Finding, Format, HeatMap, Page};
use brand_nn_stats::cluster::{FittedKMeans, KMeans};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::silhouette;
use brand_nn_train::{ColumnType, Table};
use serde::{Deserialize, Serialize};

/// How many segments, by draws of which seed.
///
/// Every column of numbers is brought to mean 0 and deviation 1, then k-means groups the rows.
/// Leave out what only names a customer, and take the logarithm of amounts first if a few are huge.
///
/// # Examples
/// ```
/// use brand_nn_marketing::segment::TableSegments;
/// use brand_nn_train::TableReader;
///
/// let csv = b"visits,spend\n1,10\n2,12\n1,11\n30,300\n31,310\n29,290\n";
/// let table = TableReader::new().read_bytes(csv)?;
/// let segments = TableSegments::new(2, 42).fit(&table)?;
/// assert_eq!(segments.assign(&table)?, segments.assigned());
/// assert_eq!(segments.profiles()[0].customers, 3);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSegments {
    segments: usize,
    seed: u64,
}

/// Segments that new customers can be assigned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedTableSegments {
    columns: Vec<String>,
    means: Vec<f64>,
    deviations: Vec<f64>,
    clusters: FittedKMeans,
    silhouette: Option<f64>,
    profiles: Vec<SegmentProfile>,
}

/// What the customers of a segment are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentProfile {
    /// How many they are.
    pub customers: usize,
    /// The mean of each column.
    pub means: Vec<f64>,
    /// By how many deviations each mean differs from that of all.
    pub distances: Vec<f64>,
}

const METHOD: &str = "table segments";
/// The silhouette compares all pairs; of more rows, evenly spread ones are taken.
const COMPARED: usize = 2000;

impl TableSegments {
    /// So many segments.
    #[must_use]
    pub fn new(segments: usize, seed: u64) -> Self {
        Self { segments, seed }
    }

    /// Tries several numbers of segments and keeps the one with the best silhouette.
    ///
    /// # Errors
    /// If the range is empty, or as [`fit`](Self::fit).
    pub fn choose(
        table: &Table,
        segments: std::ops::RangeInclusive<usize>,
        seed: u64,
    ) -> Result<FittedTableSegments> {
        let fitted = segments.map(|count| Self::new(count, seed).fit(table));
        let fitted = fitted.collect::<Result<Vec<_>>>()?;
        let score = |fitted: &FittedTableSegments| fitted.silhouette.unwrap_or(-1.0);
        let best = fitted.into_iter().reduce(|a, b| if score(&b) > score(&a) { b } else { a });
        best.ok_or(Error::Empty { what: "numbers of segments", help: "such as 2..=8" })
    }

    /// Groups the rows of a table by its columns of numbers.
    ///
    /// # Errors
    /// If there are fewer rows than segments, no column of numbers that varies, or a number is
    /// missing.
    pub fn fit(&self, table: &Table) -> Result<FittedTableSegments> {
        let names = table.names_of(&[ColumnType::F64, ColumnType::I64, ColumnType::Bool]);
        let (mut columns, mut means, mut deviations) = (Vec::new(), Vec::new(), Vec::new());
        for name in names {
            let values = numbers(table, &name)?;
            let [mean, deviation] = spread(&values);
            // A column that is the same for all says nothing.
            if deviation > 0.0 {
                columns.push(name);
                means.push(mean);
                deviations.push(deviation);
            }
        }
        if columns.is_empty() {
            let (case, help) = ("no column of numbers varies", "bring columns of behaviour");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let scaled = scaled(table, &columns, &means, &deviations)?;
        let clusters = KMeans::new(self.segments, self.seed).fit(&scaled)?;
        let profiles = profiles(&scaled, &clusters, &means, &deviations);
        let silhouette = sampled_silhouette(&scaled, &clusters.clusters);
        Ok(FittedTableSegments { columns, means, deviations, clusters, silhouette, profiles })
    }
}

fn numbers(table: &Table, name: &str) -> Result<Vec<f64>> {
    let number = |(row, value): (usize, Option<f64>)| {
        let value = value.unwrap_or(f64::NAN);
        door::value(("table", row, "a column of numbers"), value, door::FINITE)?;
        Ok(value)
    };
    table.numbers(name)?.into_iter().enumerate().map(number).collect()
}

/// The mean and the deviation of values.
fn spread(values: &[f64]) -> [f64; 2] {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    [mean, square.sqrt()]
}

fn scaled(table: &Table, columns: &[String], means: &[f64], deviations: &[f64]) -> Result<Matrix> {
    let values = columns.iter().map(|name| numbers(table, name)).collect::<Result<Vec<_>>>()?;
    let cell = |row: usize, column: usize| {
        // NaN, which k-means refuses, where a file has fewer of them than columns.
        let of = |numbers: &[f64]| numbers.get(column).copied().unwrap_or(f64::NAN);
        (values[column][row] - of(means)) / of(deviations)
    };
    Ok(Matrix::of(table.len(), columns.len(), cell))
}

fn profiles(
    scaled: &Matrix,
    clusters: &FittedKMeans,
    means: &[f64],
    deviations: &[f64],
) -> Vec<SegmentProfile> {
    let profile = |segment: usize| {
        let rows: Vec<_> =
            (0..scaled.rows()).filter(|row| clusters.clusters[*row] == segment).collect();
        let mean = |column: usize| {
            rows.iter().map(|row| scaled.row(*row)[column]).sum::<f64>() / rows.len().max(1) as f64
        };
        let distances: Vec<f64> = (0..scaled.cols()).map(mean).collect();
        let back = |(i, distance): (usize, &f64)| means[i] + distance * deviations[i];
        SegmentProfile {
            customers: rows.len(),
            means: distances.iter().enumerate().map(back).collect(),
            distances,
        }
    };
    (0..clusters.centres.rows()).map(profile).collect()
}

/// The silhouette of at most [`COMPARED`] rows; none where it is undefined.
pub(crate) fn sampled_silhouette(points: &Matrix, clusters: &[usize]) -> Option<f64> {
    let every = points.rows().div_ceil(COMPARED).max(1);
    let rows: Vec<_> = (0..points.rows()).step_by(every).collect();
    let taken: Vec<f64> = rows.iter().flat_map(|row| points.row(*row).to_vec()).collect();
    let labels: Vec<usize> = rows.iter().map(|row| clusters[*row]).collect();
    silhouette(&taken, points.cols(), &labels).ok()
}

impl FittedTableSegments {
    /// The segment of each row that was fitted.
    #[must_use]
    pub fn assigned(&self) -> &[usize] {
        &self.clusters.clusters
    }

    /// The segment of each row of another table.
    ///
    /// # Errors
    /// If a column is missing, or a number.
    pub fn assign(&self, table: &Table) -> Result<Vec<usize>> {
        let scaled = scaled(table, &self.columns, &self.means, &self.deviations)?;
        Ok(self.clusters.predict(&scaled)?)
    }

    /// What each segment is like.
    #[must_use]
    pub fn profiles(&self) -> &[SegmentProfile] {
        &self.profiles
    }

    /// The columns that were used.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How well segments are apart, from −1 to 1; none where all customers are in one.
    #[must_use]
    pub fn silhouette(&self) -> Option<f64> {
        self.silhouette
    }

    /// What sets a segment apart: its two columns that are farthest from the mean of all.
    #[must_use]
    pub fn describe(&self, segment: usize) -> String {
        let Some(profile) = self.profiles.get(segment) else { return String::new() };
        let mut order: Vec<_> = profile.distances.iter().zip(&self.columns).collect();
        order.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let word = |(distance, name): &(&f64, &String)| {
            format!("{} {name}", if **distance > 0.0 { "high" } else { "low" })
        };
        order.iter().take(2).map(word).collect::<Vec<_>>().join(", ")
    }

    /// A page with sizes and profiles, and whether the segments are really apart.
    #[must_use]
    pub fn report(&self) -> Page {
        let name = |i: usize| format!("{}: {}", i + 1, self.describe(i));
        let names: Vec<_> = (0..self.profiles.len()).map(name).collect();
        let sizes = self.profiles.iter().map(|profile| profile.customers as f64);
        let means = self.profiles.iter().zip(&names).map(|(profile, name)| {
            let cells = profile.means.iter().map(|mean| Format::Number.short(*mean));
            std::iter::once(name.clone()).chain(cells).collect::<Vec<_>>()
        });
        let header = std::iter::once("segment".to_owned()).chain(self.columns.iter().cloned());
        Page::new("Segments of customers")
            .finding(self.finding())
            .figure(Bars::new("Customers of each segment", names.clone()).series("", sizes))
            .figure(
                HeatMap::new(
                    "Deviations from the mean of all",
                    names.clone(),
                    self.columns.clone(),
                )
                .values(self.profiles.iter().map(|profile| profile.distances.clone())),
            )
            .table(header, means)
    }

    fn finding(&self) -> Finding {
        let score = self.silhouette.unwrap_or(0.0);
        let evidence = format!("silhouette {}", Format::Number.text(score, 2));
        if score < 0.25 {
            Finding::watch("The segments pass into each other", evidence)
                .next("use them to describe customers, not to decide about single ones")
        } else {
            Finding::good("The segments are apart", evidence)
                .next("give each its own message, and test it")
        }
    }
}

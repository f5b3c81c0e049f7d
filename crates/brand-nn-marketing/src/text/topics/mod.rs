//! What people write about: topics that nobody named before, how large they are and become.

mod labels;
mod planted;
mod reduce;
mod refine;
mod report;
mod trend;

pub use planted::{PlantedText, PlantedTopics};
pub use trend::TopicShare;

use crate::segment::sampled_silhouette;
use crate::text::linear::{Features, Grams, SparseRows, Vocabulary};
use crate::{Error, Result, door};
use brand_nn_stats::cluster::{Dbscan, KMeans};
use brand_nn_stats::linear::Matrix;
use reduce::{Reduction, unit_rows};
use refine::most_alike;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How texts become topics: TF-IDF or vectors, fewer dimensions, groups, names.
///
/// Texts become TF-IDF of words, or of two and three characters where they are Chinese; a truncated
/// singular value decomposition leaves a few dimensions (latent semantic analysis, Deerwester 1990),
/// in which rows have length 1 and k-means or DBSCAN finds groups; after k-means, texts go to the
/// topic whose mean they are most alike on all terms. Vectors of a model (embeddings) take the place
/// of TF-IDF by [`fit_vectors`](Self::fit_vectors). Class-TF-IDF names each topic.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::topics::Topics;
///
/// let texts = ["battery empty", "battery charge", "charge empty", "late parcel", "parcel courier",
///     "courier late"];
/// let topics = Topics::new(2, 42).fit(&texts)?;
/// assert_eq!(topics.assign(&["the battery"])?[0], topics.assigned()[0]);
/// assert_ne!(topics.assigned()[0], topics.assigned()[3]);
/// assert_eq!(topics.assign(&["unknown words"])?, [None]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topics {
    grouping: Grouping,
    dimensions: Option<usize>,
    features: Option<Features>,
    num_terms: usize,
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grouping {
    Between { fewest: usize, most: usize },
    Dense(Dbscan),
}

/// Topics of some texts, which new texts can be assigned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedTopics {
    reduction: Reduction,
    places: Places,
    assigned: Assigned,
    silhouette: Option<f64>,
    topics: Vec<Topic>,
}

/// One topic: its names, how many texts, which are the most typical.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Its terms, those that say most first; none where no term is its own.
    pub terms: Vec<String>,
    /// How many texts are of it.
    pub texts: usize,
    /// The rows of the texts nearest to its middle, the nearest first; 5 at most.
    pub typical: Vec<usize>,
}

/// Whose topic something at a place is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Places {
    /// Directions are the means of topics: the one that it is most alike.
    Along,
    /// That of the nearest of these points within reach.
    Near { points: Matrix, topics: Vec<usize>, reach: Option<f64> },
}

type Assigned = Vec<Option<usize>>;

const METHOD: &str = "topics";
/// How many starts of k-means there are.
const RESTARTS: usize = 20;
const TYPICAL: usize = 5;

impl Topics {
    /// So many topics, by draws of a seed.
    #[must_use]
    pub fn new(count: usize, seed: u64) -> Self {
        Self::choose(count..=count, seed)
    }

    /// As many topics as have the best silhouette, of a range.
    #[must_use]
    pub fn choose(counts: RangeInclusive<usize>, seed: u64) -> Self {
        let grouping = Grouping::Between { fewest: *counts.start(), most: *counts.end() };
        Self { grouping, dimensions: None, features: None, num_terms: 6, seed }
    }

    /// Topics wherever texts are dense, as many as there are; the rest has none.
    ///
    /// Rows have length 1, so that a radius is 0 for the same and √2 for what shares nothing.
    #[must_use]
    pub fn dense(dbscan: Dbscan, seed: u64) -> Self {
        Self { grouping: Grouping::Dense(dbscan), ..Self::new(2, seed) }
    }

    /// What is counted in texts, in place of words or of runs of Chinese characters.
    #[must_use]
    pub fn features(self, features: Features) -> Self {
        Self { features: Some(features), ..self }
    }

    /// In how many dimensions groups are looked for; twice the topics by default, 5 to 100.
    #[doc(alias = "n_components")]
    #[must_use]
    pub fn dimensions(self, dimensions: usize) -> Self {
        Self { dimensions: Some(dimensions), ..self }
    }

    /// How many terms name a topic; 6 by default.
    #[must_use]
    pub fn terms(self, num_terms: usize) -> Self {
        Self { num_terms, ..self }
    }

    /// Finds the topics of texts.
    ///
    /// # Errors
    /// If there are fewer texts with known terms than topics, none in a dense place, or a setting is
    /// out of range.
    pub fn fit<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<FittedTopics> {
        let features = self.features_for(texts);
        let vocabulary = features.fit(texts)?;
        let rows = vocabulary.rows(&features, texts);
        let directions = reduce::directions(&rows, self.checked_dimensions()?, self.seed)?;
        let places = unit_rows(rows.product(&directions));
        let mut groups = self.groups(&places)?;
        let mut directions = directions;
        if matches!(self.grouping, Grouping::Between { .. }) {
            let refined = refine::refined(&rows, &groups.assigned, groups.count);
            (directions, groups.assigned) = refined;
            groups.places = Places::Along;
        }
        let topics = self.described((&vocabulary, &rows), &places, &groups);
        let reduction = Reduction::Terms { features, vocabulary, directions };
        Ok(FittedTopics::new(reduction, groups, topics))
    }

    /// Finds topics by vectors that a model gave to the texts; terms only name them.
    ///
    /// # Shapes
    /// `vectors`: `[texts, features]`.
    ///
    /// # Errors
    /// If there are not as many rows as texts, or as [`fit`](Self::fit) and
    /// [`Pca::fit`](brand_nn_stats::decompose::Pca::fit).
    pub fn fit_vectors<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        vectors: &Matrix,
    ) -> Result<FittedTopics> {
        if texts.len() != vectors.rows() {
            let case = "texts and vectors differ in number";
            return Err(Error::Undefined { method: METHOD, case, help: "give one row a text" });
        }
        let components = reduce::components(vectors, self.checked_dimensions()?)?;
        let reduction = Reduction::Vectors(components);
        let places = reduction.vectors(vectors)?;
        let groups = self.groups(&places)?;
        let features = self.features_for(texts).min_texts(1);
        let vocabulary = features.fit(texts)?;
        let rows = vocabulary.rows(&features, texts);
        let topics = self.described((&vocabulary, &rows), &places, &groups);
        Ok(FittedTopics::new(reduction, groups, topics))
    }

    fn features_for<T: AsRef<str>>(&self, texts: &[T]) -> Features {
        self.features.unwrap_or_else(|| match Features::for_texts(texts).grams() {
            Grams::Words => Features::words(1, 1),
            Grams::Characters => Features::characters(2, 3),
        })
    }

    fn checked_dimensions(&self) -> Result<usize> {
        let most = match self.grouping {
            Grouping::Between { most, .. } => most,
            Grouping::Dense(_) => 0,
        };
        let dimensions = self.dimensions.unwrap_or(most.saturating_mul(2).clamp(5, 100));
        let range: (_, fn(f64) -> bool) = ("1 to 1000", |x| (1.0..=1000.0).contains(&x));
        door::setting(
            METHOD,
            ("dimensions", dimensions as f64),
            range,
            "twice the topics is usual",
        )?;
        Ok(dimensions)
    }

    /// Groups of all that is known; what lies at 0 has none.
    fn groups(&self, places: &Matrix) -> Result<Groups> {
        let known: Vec<usize> = (0..places.rows()).filter(|&i| is_known(places.row(i))).collect();
        let known_places = Matrix::of(known.len(), places.cols(), |i, j| places[(known[i], j)]);
        let mut groups = match self.grouping {
            Grouping::Between { fewest, most } => self.best(&known_places, fewest..=most)?,
            Grouping::Dense(dbscan) => dense(&known_places, dbscan)?,
        };
        let mut assigned = vec![None; places.rows()];
        known.iter().zip(&groups.assigned).for_each(|(&row, topic)| assigned[row] = *topic);
        groups.assigned = assigned;
        Ok(groups)
    }

    /// Of each number of topics the tightest of several starts; of numbers the best silhouette.
    fn best(&self, points: &Matrix, counts: RangeInclusive<usize>) -> Result<Groups> {
        let mut best: Option<Groups> = None;
        for count in counts {
            let mut means = KMeans::new(count, self.seed);
            means.restarts = RESTARTS;
            let fitted = means.fit(points)?;
            let silhouette = sampled_silhouette(points, &fitted.clusters);
            let score = |silhouette: Option<f64>| silhouette.unwrap_or(-1.0);
            if best.as_ref().is_none_or(|best| score(silhouette) > score(best.silhouette)) {
                let topics = (0..count).collect();
                let places = Places::Near { points: fitted.centres, topics, reach: None };
                let assigned = fitted.clusters.into_iter().map(Some).collect();
                best = Some(Groups { assigned, count, places, silhouette });
            }
        }
        best.ok_or(Error::Empty { what: "numbers of topics", help: "such as 2..=12" })
    }

    fn described(
        &self,
        terms: (&Vocabulary, &SparseRows),
        places: &Matrix,
        groups: &Groups,
    ) -> Vec<Topic> {
        let assigned = &groups.assigned;
        let named = labels::labels(terms, assigned, groups.count, self.num_terms);
        let topic = |(topic, terms)| {
            let own: Vec<usize> =
                (0..assigned.len()).filter(|&row| assigned[row] == Some(topic)).collect();
            Topic { terms, texts: own.len(), typical: typical(places, own) }
        };
        named.into_iter().enumerate().map(topic).collect()
    }
}

/// The topic of each row, how many topics there are, where they lie, and how far apart.
struct Groups {
    assigned: Assigned,
    count: usize,
    places: Places,
    silhouette: Option<f64>,
}

fn dense(points: &Matrix, dbscan: Dbscan) -> Result<Groups> {
    let fitted = dbscan.fit(points)?;
    if fitted.num_clusters == 0 {
        let (case, help) = ("no place is dense", "widen the radius or ask for fewer neighbours");
        return Err(Error::Undefined { method: METHOD, case, help });
    }
    let cores: Vec<usize> = (0..points.rows()).filter(|&row| fitted.is_core[row]).collect();
    let places = Places::Near {
        points: Matrix::of(cores.len(), points.cols(), |i, j| points[(cores[i], j)]),
        topics: cores.iter().filter_map(|&row| fitted.clusters[row]).collect(),
        reach: Some(dbscan.radius),
    };
    let inside: Vec<usize> =
        (0..points.rows()).filter(|&row| fitted.clusters[row].is_some()).collect();
    let grouped = Matrix::of(inside.len(), points.cols(), |i, j| points[(inside[i], j)]);
    let topics: Vec<usize> = inside.iter().filter_map(|&row| fitted.clusters[row]).collect();
    let silhouette = sampled_silhouette(&grouped, &topics);
    Ok(Groups { assigned: fitted.clusters, count: fitted.num_clusters, places, silhouette })
}

fn is_known(place: &[f64]) -> bool {
    place.iter().any(|x| *x != 0.0)
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The rows nearest to the mean of all, the earlier of two alike.
fn typical(places: &Matrix, rows: Vec<usize>) -> Vec<usize> {
    let count = rows.len().max(1) as f64;
    let mean: Vec<f64> = (0..places.cols())
        .map(|j| rows.iter().map(|&row| places[(row, j)]).sum::<f64>() / count)
        .collect();
    let far = |row: usize| squared_distance(places.row(row), &mean);
    let mut order: Vec<(f64, usize)> = rows.into_iter().map(|row| (far(row), row)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().take(TYPICAL).map(|(_, row)| row).collect()
}

impl Places {
    fn topics(&self, places: &Matrix) -> Result<Assigned> {
        match self {
            Self::Along => Ok(most_alike(places)),
            Self::Near { points, .. } if points.cols() != places.cols() => {
                let (case, help) = ("places and topics differ in dimensions", "fit it again");
                Err(Error::Undefined { method: METHOD, case, help })
            }
            Self::Near { points, topics, reach } => {
                let of = |row: usize| {
                    let (distance, nearest) = nearest(points, places.row(row))?;
                    let is_near = reach.is_none_or(|reach| distance <= reach * reach);
                    topics.get(nearest).copied().filter(|_| is_near)
                };
                Ok((0..places.rows()).map(of).collect())
            }
        }
    }
}

/// The squared distance and the number of the nearest point; none from 0, where nothing is known.
fn nearest(points: &Matrix, place: &[f64]) -> Option<(f64, usize)> {
    let far = (0..points.rows()).map(|i| (squared_distance(points.row(i), place), i));
    far.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|_| is_known(place))
}

impl FittedTopics {
    fn new(reduction: Reduction, groups: Groups, topics: Vec<Topic>) -> Self {
        let Groups { assigned, places, silhouette, .. } = groups;
        Self { reduction, places, assigned, silhouette, topics }
    }

    /// The topics, by their numbers.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The topic of each text that was fitted; none for noise and for texts without a known term.
    #[must_use]
    pub fn assigned(&self) -> &[Option<usize>] {
        &self.assigned
    }

    /// The topic of new texts; none where no term is known or no topic is near.
    ///
    /// # Errors
    /// If topics were learnt from vectors.
    pub fn assign<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Assigned> {
        self.places.topics(&self.reduction.texts(texts)?)
    }

    /// The topic of new vectors; none where no topic is near.
    ///
    /// # Errors
    /// If topics were learnt from texts, or vectors have another length or a number is not finite.
    pub fn assign_vectors(&self, vectors: &Matrix) -> Result<Assigned> {
        self.places.topics(&self.reduction.vectors(vectors)?)
    }

    /// How well topics are apart, from −1 to 1; none where there is one.
    #[must_use]
    pub fn silhouette(&self) -> Option<f64> {
        self.silhouette
    }
}

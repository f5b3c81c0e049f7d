//! Which rows to train with and which to test with: folds, groups and times, as numbers of rows.

use std::collections::BTreeMap;
use std::fmt;

use crate::data::{shuffled, test_count};
use crate::{Error, Result};

/// The numbers of rows to train with and of rows to test with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// The rows to train with.
    pub train: Vec<usize>,
    /// The rows to test with.
    pub test: Vec<usize>,
}

impl Fold {
    /// The fold whose test rows are those that a rule names; both sides are in order.
    fn by(len: usize, is_test: impl Fn(usize) -> bool) -> Self {
        let (test, train) = (0..len).partition(|&row| is_test(row));
        Self { train, test }
    }
}

/// Cuts rows into folds of about one size, each of which is the test once.
///
/// Without a seed the folds are runs of rows in their order, as scikit-learn's; with one they are
/// drawn at random.
///
/// # Examples
///
/// ```
/// use brand_nn_train::KFold;
///
/// let folds = KFold::new(2).split(5)?;
/// assert_eq!((&*folds[0].train, &*folds[0].test), (&[3, 4][..], &[0, 1, 2][..]));
///
/// // Each test has as many of each class as the other.
/// let folds = KFold::new(2).shuffle(42).stratified(&["no", "no", "no", "no", "yes", "yes"])?;
/// assert_eq!(folds[0].test.iter().filter(|&&row| row >= 4).count(), 1);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KFold {
    folds: usize,
    seed: Option<u64>,
}

impl KFold {
    /// Cuts into so many folds, at least 2.
    #[must_use]
    pub fn new(folds: usize) -> Self {
        Self { folds, seed: None }
    }

    /// Draws the folds at random.
    #[must_use]
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The folds of `len` rows; the first ones have one row more where it does not come out even.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if there are fewer rows than folds; [`Error::Setting`] if there are fewer
    /// than two folds.
    pub fn split(&self, len: usize) -> Result<Vec<Fold>> {
        self.check("the rows", len)?;
        let order = self.seed.map_or_else(|| (0..len).collect(), |seed| shuffled(len, seed));
        let mut fold_of = vec![0; len];
        for (place, row) in order.into_iter().enumerate() {
            fold_of[row] = self.fold_at(place, len);
        }
        Ok(self.numbered(&fold_of))
    }

    /// Folds that have the same share of each class, as near as it gets.
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split), of the rows of each class.
    #[doc(alias = "StratifiedKFold")]
    pub fn stratified<T: Ord>(&self, labels: &[T]) -> Result<Vec<Fold>> {
        let classes = by_first_row(labels);
        if classes.is_empty() {
            self.check("the rows", 0)?;
        }
        let mut fold_of = vec![0; labels.len()];
        let mut before = 0; // rows of earlier classes, so that the odd ones go round
        for (number, rows) in classes.iter().enumerate() {
            self.check("the rows of a class", rows.len())?;
            for (&row, fold) in rows.iter().zip(self.shares(before, rows.len(), number)) {
                fold_of[row] = fold;
            }
            before += rows.len();
        }
        Ok(self.numbered(&fold_of))
    }

    /// Folds that have each group on one side: all visits of a customer, say.
    ///
    /// The largest group goes first, each into the fold that has the fewest rows; with a seed
    /// groups are drawn whatever their size.
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split), of the groups.
    #[doc(alias = "GroupKFold")]
    pub fn grouped<T: Ord>(&self, groups: &[T]) -> Result<Vec<Fold>> {
        let groups = by_value(groups);
        self.check("the groups", groups.len())?;
        let mut fold_of = vec![0; groups.iter().map(Vec::len).sum()];
        for (group, fold) in self.group_folds(&groups) {
            groups[group].iter().for_each(|&row| fold_of[row] = fold);
        }
        Ok(self.numbered(&fold_of))
    }

    /// The fold of each group.
    fn group_folds(&self, groups: &[Vec<usize>]) -> Vec<(usize, usize)> {
        if let Some(seed) = self.seed {
            let order = shuffled(groups.len(), seed).into_iter().enumerate();
            return order.map(|(i, group)| (group, self.fold_at(i, groups.len()))).collect();
        }
        let mut order: Vec<_> = (0..groups.len()).collect();
        order.sort_by_key(|&group| groups[group].len());
        let mut rows = vec![0; self.folds];
        let lightest = |group: usize| {
            let fold = (0..rows.len()).min_by_key(|&fold| rows[fold]).unwrap_or(0);
            rows[fold] += groups[group].len();
            (group, fold)
        };
        order.into_iter().rev().map(lightest).collect()
    }

    /// The fold of a place in a row of `len`, cut into runs.
    fn fold_at(&self, place: usize, len: usize) -> usize {
        let (size, larger) = (len / self.folds, len % self.folds);
        if place < larger * (size + 1) {
            place / (size + 1)
        } else {
            larger + (place - larger * (size + 1)) / size
        }
    }

    /// The folds of the rows of a class: dealt round from where the last class ended, then sorted.
    fn shares(&self, before: usize, len: usize, class: usize) -> Vec<usize> {
        let mut folds: Vec<_> = (before..before + len).map(|place| place % self.folds).collect();
        folds.sort_unstable();
        match self.seed {
            Some(seed) => {
                let order = shuffled(len, seed.wrapping_add(class as u64));
                order.into_iter().map(|place| folds[place]).collect()
            }
            None => folds,
        }
    }

    fn numbered(&self, fold_of: &[usize]) -> Vec<Fold> {
        (0..self.folds).map(|fold| Fold::by(fold_of.len(), |row| fold_of[row] == fold)).collect()
    }

    fn check(&self, what: &'static str, count: usize) -> Result<()> {
        at_least_two(self.folds)?;
        enough(what, count, self.folds)
    }
}

fn at_least_two(folds: usize) -> Result<()> {
    if folds >= 2 {
        return Ok(());
    }
    Err(Error::Setting {
        setting: "folds",
        got: folds.to_string(),
        expected: "at least 2",
        help: "5 and 10 are usual",
    })
}

fn enough(what: &'static str, count: usize, folds: usize) -> Result<()> {
    if count >= folds {
        return Ok(());
    }
    Err(Error::Data {
        what,
        got: format!("{count} for {folds} folds"),
        expected: "at least one for each fold",
        help: "ask for fewer folds, or give more examples",
    })
}

/// Folds that train on the past and test on what comes after it.
///
/// Fold k trains on all rows before its test; the tests are the last rows, one after the other. As
/// scikit-learn's.
///
/// # Examples
///
/// ```
/// use brand_nn_train::TimeSeriesSplit;
///
/// let folds = TimeSeriesSplit::new(2).split(6)?;
/// assert_eq!((&*folds[0].train, &*folds[0].test), (&[0, 1][..], &[2, 3][..]));
/// assert_eq!((&*folds[1].train, &*folds[1].test), (&[0, 1, 2, 3][..], &[4, 5][..]));
///
/// // Rows in any order; those of one day are never parted.
/// let folds = TimeSeriesSplit::new(2).by(&["d3", "d1", "d2", "d3"])?;
/// assert_eq!((&*folds[1].train, &*folds[1].test), (&[1, 2][..], &[0, 3][..]));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSeriesSplit {
    folds: usize,
    gap: usize,
    test_size: Option<usize>,
    max_train_size: usize,
}

impl TimeSeriesSplit {
    /// Makes so many folds, at least 2.
    #[must_use]
    pub fn new(folds: usize) -> Self {
        Self { folds, gap: 0, test_size: None, max_train_size: usize::MAX }
    }

    /// How many times between training and test are left out; 0 by default.
    #[must_use]
    pub fn gap(mut self, times: usize) -> Self {
        self.gap = times;
        self
    }

    /// How many times a test has; by default all, divided by one more than the folds.
    #[must_use]
    pub fn test_size(mut self, times: usize) -> Self {
        self.test_size = Some(times);
        self
    }

    /// How many times are trained on at most, the latest; all by default.
    #[must_use]
    pub fn max_train_size(mut self, times: usize) -> Self {
        self.max_train_size = times;
        self
    }

    /// The folds of `len` rows that are in the order of time.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if the rows are too few for the settings; [`Error::Setting`] if one is out
    /// of range.
    pub fn split(&self, len: usize) -> Result<Vec<Fold>> {
        let size = self.sizes(len)?;
        let fold = |number: usize| {
            let start = len - (self.folds - number) * size;
            let end = start - self.gap;
            let train = (end.saturating_sub(self.max_train_size)..end).collect();
            Fold { train, test: (start..start + size).collect() }
        };
        Ok((0..self.folds).map(fold).collect())
    }

    /// The folds of rows in any order, each with its time; sizes count times that differ.
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split).
    pub fn by<T: Ord>(&self, times: &[T]) -> Result<Vec<Fold>> {
        let rows = by_value(times);
        let of = |times: Vec<usize>| times.into_iter().flat_map(|time| rows[time].clone());
        let fold =
            |Fold { train, test }| Fold { train: of(train).collect(), test: of(test).collect() };
        Ok(self.split(rows.len())?.into_iter().map(fold).collect())
    }

    /// The size of each test.
    fn sizes(&self, len: usize) -> Result<usize> {
        at_least_two(self.folds)?;
        enough("the times", len, self.folds.saturating_add(1))?;
        let size = self.test_size.unwrap_or(len / (self.folds + 1));
        if size == 0 || self.max_train_size == 0 {
            let setting = if size == 0 { "test_size" } else { "max_train_size" };
            let (got, help) = ("0".to_owned(), "leave it out for the usual size");
            return Err(Error::Setting { setting, got, expected: "at least 1", help });
        }
        let needed = size.checked_mul(self.folds).and_then(|tests| tests.checked_add(self.gap));
        if needed.is_none_or(|needed| needed >= len) {
            return Err(Error::Data {
                what: "the times",
                got: format!("{len} for {} tests of {size} and a gap of {}", self.folds, self.gap),
                expected: "at least one left to train with",
                help: "ask for fewer folds, smaller tests or a smaller gap",
            });
        }
        Ok(size)
    }
}

/// Splits rows so that each group is on one side: a share of the groups is the test.
///
/// # Errors
///
/// [`Error::Data`] if the share isn't between 0 and 1, or leaves a side without a group.
///
/// # Examples
///
/// ```
/// use brand_nn_train::group_split;
///
/// let customers = ["ann", "bob", "ann", "cid"];
/// let fold = group_split(&customers, 0.34, 7)?;
/// assert!(fold.test.iter().all(|&a| fold.train.iter().all(|&b| customers[a] != customers[b])));
/// assert_eq!(fold.train.len() + fold.test.len(), 4);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn group_split<T: Ord>(groups: &[T], test_share: f64, seed: u64) -> Result<Fold> {
    let rows = by_value(groups);
    let count = test_count(rows.len(), test_share)?;
    let mut is_test = vec![false; groups.len()];
    for group in shuffled(rows.len(), seed).into_iter().take(count) {
        rows[group].iter().for_each(|&row| is_test[row] = true);
    }
    Ok(Fold::by(groups.len(), |row| is_test[row]))
}

/// Splits rows at a time: the test is the last share of the times that differ.
///
/// # Errors
///
/// [`Error::Data`] if the share isn't between 0 and 1, or leaves a side without a time.
///
/// # Examples
///
/// ```
/// use brand_nn_train::time_split;
///
/// let fold = time_split(&[2024, 2021, 2022, 2024, 2023], 0.25)?;
/// assert_eq!((&*fold.train, &*fold.test), (&[1, 2, 4][..], &[0, 3][..]));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn time_split<T: Ord>(times: &[T], test_share: f64) -> Result<Fold> {
    let rows = by_value(times);
    let count = test_count(rows.len(), test_share)?;
    let mut is_test = vec![false; times.len()];
    rows[rows.len() - count..].iter().flatten().for_each(|&row| is_test[row] = true);
    Ok(Fold::by(times.len(), |row| is_test[row]))
}

/// Leaves the last row of each group out for the test, as recommenders are tested.
///
/// Of rows with the same last time, the one that stands last; a group of one row is trained on.
///
/// # Errors
///
/// [`Error::Data`] if there is not one time a row, or no group has two rows.
///
/// # Examples
///
/// ```
/// use brand_nn_train::leave_last_out;
///
/// let fold = leave_last_out(&["ann", "bob", "ann", "cid", "bob"], &[2, 5, 1, 3, 6])?;
/// assert_eq!((&*fold.train, &*fold.test), (&[1, 2, 3][..], &[0, 4][..]));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn leave_last_out<T: Ord, U: Ord>(groups: &[T], times: &[U]) -> Result<Fold> {
    crate::same_len(&[groups.len(), times.len()])?;
    let mut is_test = vec![false; groups.len()];
    for rows in by_value(groups).iter().filter(|rows| rows.len() > 1) {
        let last = rows.iter().max_by_key(|&&row| &times[row]);
        last.into_iter().for_each(|&row| is_test[row] = true);
    }
    if !is_test.contains(&true) {
        return Err(Error::Data {
            what: "the groups",
            got: format!("{} rows, each of a group of its own", groups.len()),
            expected: "a group of two rows or more",
            help: "a group needs rows to train with before the one that is left out",
        });
    }
    Ok(Fold::by(groups.len(), |row| is_test[row]))
}

/// Trains and scores anew for each fold.
///
/// `score` gets the numbers of the rows to train with and of those to test with, and returns what
/// it measured on the latter. All that learns, scalers and vocabularies too, belongs inside it.
///
/// # Errors
///
/// [`Error::Data`] if there is no fold; the first error of `score`.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{KFold, cross_validate};
///
/// // A forecast that is the mean of what it has seen.
/// let y = [1.0, 2.0, 3.0, 4.0];
/// let scores = cross_validate(&KFold::new(2).split(4)?, |train, test| {
///     let mean = train.iter().map(|&row| y[row]).sum::<f64>() / train.len() as f64;
///     let errors = test.iter().map(|&row| (y[row] - mean).abs());
///     Ok::<_, brand_nn_train::Error>(errors.sum::<f64>() / test.len() as f64)
/// })?;
/// assert_eq!((scores.mean(), scores.std()), (2.0, 0.0));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn cross_validate<E: From<Error>>(
    folds: &[Fold],
    mut score: impl FnMut(&[usize], &[usize]) -> Result<f64, E>,
) -> Result<FoldScores, E> {
    if folds.is_empty() {
        return Err(E::from(Error::Data {
            what: "cross-validation",
            got: "no fold".into(),
            expected: "at least one fold",
            help: "make some with KFold or TimeSeriesSplit",
        }));
    }
    let scores = folds.iter().map(|fold| score(&fold.train, &fold.test));
    Ok(FoldScores { values: scores.collect::<Result<_, E>>()? })
}

/// The score of each fold; printed as `0.8375 ± 0.0110 (5 folds)`, mean and deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldScores {
    /// The scores in the order of the folds.
    pub values: Vec<f64>,
}

impl FoldScores {
    /// The mean of the scores.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// The standard deviation between folds, divided by n − 1; 0 for one fold.
    #[must_use]
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|value| (value - mean).powi(2)).sum();
        (squares / self.values.len().saturating_sub(1).max(1) as f64).sqrt()
    }
}

impl fmt::Display for FoldScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} ± {:.4} ({} folds)", self.mean(), self.std(), self.values.len())
    }
}

/// The rows of each value, in the values' order.
fn by_value<T: Ord>(values: &[T]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
    for (row, value) in values.iter().enumerate() {
        rows.entry(value).or_default().push(row);
    }
    rows.into_values().collect()
}

/// The rows of each value, in the order in which values come first.
fn by_first_row<T: Ord>(values: &[T]) -> Vec<Vec<usize>> {
    let mut rows = by_value(values);
    rows.sort_by_key(|rows| rows[0]);
    rows
}

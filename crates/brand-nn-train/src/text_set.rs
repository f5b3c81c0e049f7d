//! Texts with their labels, read from a table and split to train and test on.

mod read;

use std::path::Path;

use brand_nn_tensor::{DType, Tensor};

use crate::data::shuffled;
use crate::{Batch, Error, Result, stratified_split, train_test_split};

pub use read::TextColumns;

/// Texts and a label for each: reviews that were liked or not, mails sorted by subject.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::TextSet;
///
/// let texts = ["good", "bad", "fine", "awful"].map(String::from).to_vec();
/// let set = TextSet::new(texts, Tensor::from([1.0_f32, 0.0, 1.0, 0.0]))?;
/// let (train, test) = set.split(0.25, 42)?;
/// assert_eq!((train.len(), test.len()), (3, 1));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextSet {
    /// The texts, one a row.
    pub texts: Vec<String>,
    /// `[n]`, the number of each row's class: f32 0 and 1 of two classes, i64 of more.
    pub labels: Tensor,
    /// What the file calls each class, by number.
    pub classes: Vec<String>,
}

impl TextSet {
    /// Puts texts and labels together.
    ///
    /// The classes are called by their numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if the labels aren't `[n]` for `n` texts, if f32 ones are other than 0 and 1,
    /// if i64 ones are negative, or if they are of another dtype.
    pub fn new(texts: Vec<String>, labels: Tensor) -> Result<Self> {
        if labels.ndim() != 1 || labels.size() != texts.len() {
            return Err(Error::Data {
                what: "labels",
                got: format!("shape {} for {} texts", labels.shape(), texts.len()),
                expected: "one label a text",
                help: "flatten the labels, and leave out texts without one",
            });
        }
        let classes = (0..count_classes(&labels)?).map(|class| class.to_string()).collect();
        Ok(Self { texts, labels, classes })
    }

    /// Reads a table with a column of texts and one of labels: CSV, TSV, or parted by semicolons.
    ///
    /// The separator is the one that the file's ending names, unless the header speaks for another.
    /// The columns are found by usual names: text, review, review text, comment, content, 评论, 内容
    /// …; label, sentiment, recommended ind, rating, 标签 …. Labels are whole numbers, or words such
    /// as `positive`, `neutral`, `negative`, `true`, `好评`, `差评`; classes are numbered in that
    /// order, the worst first. A text may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Column`] and [`Error::Cell`] name the place of what can't be read;
    /// [`Error::Data`] says that all labels are of one class.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        read::read(path.as_ref(), None, &TextColumns::default())
    }

    /// Reads a table whose columns have names that [`read`](Self::read) doesn't know.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); an unknown name is answered by the nearest one.
    pub fn read_columns(path: impl AsRef<Path>, columns: &TextColumns) -> Result<Self> {
        read::read(path.as_ref(), None, columns)
    }

    /// Reads comma-separated values, whatever the file's ending.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        read::read(path.as_ref(), Some(b','), &TextColumns::default())
    }

    /// Reads tab-separated values, whatever the file's ending.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_tsv(path: impl AsRef<Path>) -> Result<Self> {
        read::read(path.as_ref(), Some(b'\t'), &TextColumns::default())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The rows of these numbers, in this order.
    ///
    /// # Errors
    ///
    /// [`Error::Layers`] if a row lies beyond the end.
    pub fn rows(&self, rows: &[usize]) -> Result<Self> {
        let labels = self.labels.rows(rows)?;
        let texts = rows.iter().map(|&row| self.texts[row].clone()).collect();
        Ok(Self { texts, labels, classes: self.classes.clone() })
    }

    /// The same rows in an order that `seed` alone decides.
    ///
    /// # Errors
    ///
    /// None is known; [`Error::Layers`] stands for those of [`rows`](Self::rows).
    pub fn shuffled(&self, seed: u64) -> Result<Self> {
        self.rows(&shuffled(self.len(), seed))
    }

    /// Several sets one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if there is no set, or if their classes differ.
    pub fn concat(sets: &[Self]) -> Result<Self> {
        let differing = |set: &&Self| set.classes != sets[0].classes;
        let got = match sets.iter().find(differing) {
            None if sets.is_empty() => "none".to_owned(),
            None => return Ok(joined(sets)),
            Some(set) => format!("classes {:?} and {:?}", sets[0].classes, set.classes),
        };
        Err(Error::Data {
            what: "sets to join",
            got,
            expected: "one or more of the same classes",
            help: "give the classes the same names in each file",
        })
    }

    /// Two sets, (train, test), in shuffled order: [`train_test_split`] of the rows.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if the share isn't between 0 and 1, or leaves either set without a row.
    pub fn split(&self, test_share: f64, seed: u64) -> Result<(Self, Self)> {
        train_test_split(self, test_share, seed)
    }

    /// The same, with the share taken of each class, so that both sets have the same mixture.
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split).
    ///
    /// # Examples
    ///
    /// ```
    /// # use brand_nn_train::corpus::{self, Part};
    /// let comments = corpus::comments(1, Part::Train, 100);
    /// let (train, test) = comments.split_stratified(0.2, 42)?;
    /// assert_eq!((train.labels.mean().item(), test.labels.mean().item()), (0.5, 0.5));
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn split_stratified(&self, test_share: f64, seed: u64) -> Result<(Self, Self)> {
        let (train, test) = stratified_split(self, &self.labels, test_share, seed)?;
        Ok((train.shuffled(seed)?, test.shuffled(seed)?)) // a validation split takes the last rows
    }

    /// Two sets, (train, test): the test has the rows, numbered from 0, that `is_test` names.
    ///
    /// Both keep the file's order: [`shuffled`](Self::shuffled) comes before a validation split.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if either set has no row.
    pub fn split_by(&self, is_test: impl Fn(usize) -> bool) -> Result<(Self, Self)> {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..self.len()).partition(|&row| is_test(row));
        if train.is_empty() || test.is_empty() {
            return Err(Error::Data {
                what: "the split",
                got: format!("{} examples to train and {} to test", train.len(), test.len()),
                expected: "at least one example in either part",
                help: "give more examples or another rule",
            });
        }
        Ok((self.rows(&train)?, self.rows(&test)?))
    }

    /// The split that published figures of this library use: rows 4, 9, 14 … are the test.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if there are fewer than five rows.
    pub fn every_fifth(&self) -> Result<(Self, Self)> {
        self.split_by(|row| row % 5 == 4)
    }
}

impl Batch for TextSet {
    fn len(&self) -> usize {
        self.len()
    }

    fn rows(&self, rows: &[usize]) -> Result<Self> {
        self.rows(rows)
    }
}

fn joined(sets: &[TextSet]) -> TextSet {
    let texts = sets.iter().flat_map(|set| set.texts.iter().cloned()).collect();
    let labels: Vec<Tensor> = sets.iter().map(|set| set.labels.clone()).collect();
    TextSet { texts, labels: Tensor::concat(&labels, 0), classes: sets[0].classes.clone() }
}

fn count_classes(labels: &Tensor) -> Result<usize> {
    let refused = |got: String| Error::Data {
        what: "labels",
        got,
        expected: "f32 labels 0 and 1, or i64 labels from 0 up",
        help: "number the classes from 0",
    };
    match labels.dtype() {
        DType::F32 => match labels.to_vec::<f32>().iter().find(|&&x| x != 0.0 && x != 1.0) {
            Some(label) => Err(refused(format!("an f32 label {label}"))),
            None => Ok(2),
        },
        DType::I64 => match labels.to_vec::<i64>().iter().find(|&&x| !(0..1 << 31).contains(&x)) {
            Some(label) => Err(refused(format!("an i64 label {label}"))),
            None => Ok(labels.to_vec::<i64>().iter().max().map_or(0, |&last| last as usize + 1)),
        },
        other => Err(refused(format!("labels of dtype {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` rows: row `i` is the text of its number, of class `i % classes`.
    fn set(n: usize, classes: usize) -> TextSet {
        let texts = (0..n).map(|i| i.to_string()).collect();
        let labels = (0..n).map(|i| i % classes);
        let labels = match classes {
            2 => Tensor::from(labels.map(|class| class as f32).collect::<Vec<_>>()),
            _ => Tensor::from(labels.map(|class| class as i64).collect::<Vec<_>>()),
        };
        TextSet::new(texts, labels).unwrap()
    }

    /// Both sides together are the whole, no row on both, each with its own label.
    #[track_caller]
    fn check(whole: &TextSet, (train, test): (TextSet, TextSet), test_rows: usize) {
        assert_eq!((train.len(), test.len()), (whole.len() - test_rows, test_rows));
        let both = TextSet::concat(&[train, test]).unwrap();
        let mut rows: Vec<usize> = both.texts.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(whole.rows(&rows).unwrap(), both);
        rows.sort_unstable();
        assert_eq!(rows, (0..whole.len()).collect::<Vec<_>>());
    }

    #[test]
    fn splits_part_the_rows() {
        for classes in [2, 3] {
            let whole = set(90, classes);
            check(&whole, whole.split(0.2, 1).unwrap(), 18);
            check(&whole, whole.split_stratified(0.2, 1).unwrap(), 18);
            check(&whole, whole.split_by(|row| row < 3).unwrap(), 3);
            check(&whole, whole.every_fifth().unwrap(), 18);
        }
    }

    #[test]
    fn every_fifth_takes_rows_four_modulo_five() {
        let (train, test) = set(12, 2).every_fifth().unwrap();
        assert_eq!(test.texts, ["4", "9"]);
        assert_eq!(train.texts[..5], ["0", "1", "2", "3", "5"]);
    }

    #[test]
    fn stratified_keeps_the_mixture() {
        let whole = set(300, 3);
        let (train, test) = whole.split_stratified(0.1, 9).unwrap();
        for (part, of_each) in [(train, 90), (test, 10)] {
            let classes = part.labels.to_vec::<i64>();
            assert!((0..3).all(|c| classes.iter().filter(|&&class| class == c).count() == of_each));
            assert!(!classes.is_sorted(), "grouped by class");
        }
    }

    #[test]
    fn the_seed_decides_the_order() {
        let texts = |seed| set(50, 2).shuffled(seed).unwrap().texts;
        assert_eq!(texts(1), texts(1));
        assert_ne!(texts(1), texts(2));
        assert_ne!(texts(1), set(50, 2).texts);
    }

    #[track_caller]
    fn refused<T>(result: Result<T>, expected: &str) {
        assert_eq!(result.map(|_| ()).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        let two = "expected at least one example in either part; help: give more examples";
        let shares = "another share between 0 and 1";
        for (n, share) in [(1, "0.2"), (9, "0"), (9, "1"), (9, "-0.1"), (9, "NaN"), (9, "inf")] {
            let expected =
                format!("the split: got a share of {share} of {n} examples, {two} or {shares}");
            refused(set(n, 2).split(share.parse().unwrap(), 1), &expected);
            refused(set(n, 2).split_stratified(share.parse().unwrap(), 1), &expected);
        }
        refused(
            set(4, 2).every_fifth(),
            &format!("the split: got 4 examples to train and 0 to test, {two} or another rule"),
        );
    }

    #[test]
    fn labels_that_fit_no_text_are_refused() {
        let new = |labels: Tensor| TextSet::new(vec!["a".into(), "b".into()], labels);
        let numbers = "expected f32 labels 0 and 1, or i64 labels from 0 up; \
                       help: number the classes from 0";
        refused(
            new(Tensor::from([1.0_f32])),
            "labels: got shape [1] for 2 texts, expected one label a text; \
             help: flatten the labels, and leave out texts without one",
        );
        refused(
            new(Tensor::from([1.0_f32, 2.0])),
            &format!("labels: got an f32 label 2, {numbers}"),
        );
        refused(new(Tensor::from([1_i64, -1])), &format!("labels: got an i64 label -1, {numbers}"));
        refused(
            new(Tensor::from([1_u8, 0])),
            &format!("labels: got labels of dtype u8, {numbers}"),
        );
    }

    #[test]
    fn only_sets_of_the_same_classes_are_joined() {
        refused(
            TextSet::concat(&[set(4, 2), set(6, 3)]),
            "sets to join: got classes [\"0\", \"1\"] and [\"0\", \"1\", \"2\"], expected one or \
             more of the same classes; help: give the classes the same names in each file",
        );
        refused(
            TextSet::concat(&[]),
            "sets to join: got none, expected one or more of the same classes; \
             help: give the classes the same names in each file",
        );
    }
}

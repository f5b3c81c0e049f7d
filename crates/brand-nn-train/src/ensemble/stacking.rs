//! The answers of models for rows that they have not seen, for another model to learn from.

use crate::{Error, Fold, Result};
use brand_nn_tensor::Tensor;

/// The outputs for every row, each by a model that was not trained on it (Wolpert 1992).
///
/// `answer` gets the rows to train with and those to answer, and returns an output for each of the
/// latter. Put the outputs of several models side by side, and train the last model on them: what
/// scikit-learn calls stacking, and `cross_val_predict`.
///
/// # Errors
/// [`Error::Data`] if the folds do not test each row once, or there is not one answer a row; the
/// first error of `answer`.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Error, KFold, out_of_fold};
///
/// // Two weak models: the mean of the other rows, and the row's neighbour.
/// let y = [1.0, 2.0, 3.0, 4.0];
/// let folds = KFold::new(2).split(4)?;
/// let means = out_of_fold(&folds, |train, test| {
///     let mean = train.iter().map(|&row| y[row]).sum::<f64>() / train.len() as f64;
///     Ok::<_, Error>(Tensor::full([test.len()], mean))
/// })?;
/// assert_eq!(means, Tensor::from([3.5_f32, 3.5, 1.5, 1.5]));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "cross_val_predict")]
#[doc(alias = "StackingClassifier")]
pub fn out_of_fold<E: From<Error>>(
    folds: &[Fold],
    mut answer: impl FnMut(&[usize], &[usize]) -> Result<Tensor, E>,
) -> Result<Tensor, E> {
    let mut place: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
    let mut sorted = place.clone();
    sorted.sort_unstable();
    if place.is_empty() || !sorted.into_iter().eq(0..place.len()) {
        return Err(E::from(Error::Data {
            what: "the folds",
            got: format!("{} rows to test in {} folds", place.len(), folds.len()),
            expected: "each row in one test, from row 0 on",
            help: "take the folds of KFold, which test each row once",
        }));
    }
    let mut parts = Vec::new();
    for fold in folds {
        let part = answer(&fold.train, &fold.test)?;
        crate::same_len(&[fold.test.len(), part.len()])?;
        parts.push(part);
    }
    let all = Tensor::concat(&parts, 0);
    let mut back = vec![0_i64; place.len()];
    place.drain(..).enumerate().for_each(|(at, row)| back[row] = at as i64);
    all.index_select(0, &Tensor::from(back)).map_err(|error| E::from(error.into()))
}

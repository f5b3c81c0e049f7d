//! Several models that answer as one, and how sure they are.
//!
//! | to … | use |
//! |---|---|
//! | average models | [`Ensemble`] |
//! | train each on a sample of its own | [`bagging`] |
//! | average a training's weights at several times | [`Snapshots`]; of all steps: [`Ema::equal`](crate::Ema::equal) |
//! | train one model on the answers of others | [`out_of_fold`] |
//! | ask one model with dropout many times | [`mc_dropout`] |

mod mc_dropout;
mod snapshots;
mod stacking;

pub use mc_dropout::mc_dropout;
pub use snapshots::Snapshots;
pub use stacking::out_of_fold;

use crate::{Batch, Error, Model, Result, predict};
use brand_nn_tensor::{DType, Rng, Tensor};

/// A mean of several answers, and how far they are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: Tensor,
    /// The standard deviation, divided by the number of answers.
    pub std: Tensor,
}

impl Spread {
    /// Of answers of one shape, at least one; computed in f64 and given in their type.
    pub(crate) fn of(answers: &[Tensor]) -> Self {
        let dtype = answers[0].dtype();
        let count = answers.len() as f64;
        let wide: Vec<_> = answers.iter().map(|answer| answer.to(DType::F64)).collect();
        let sum = |terms: &mut dyn Iterator<Item = Tensor>| {
            terms.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros([0]))
        };
        let mean = sum(&mut wide.iter().cloned()) / count;
        let square = sum(&mut wide.iter().map(|answer| (answer - &mean).square())) / count;
        Self { mean: mean.to(dtype), std: square.sqrt().to(dtype) }
    }
}

/// Models of one kind that answer together: the mean of their outputs.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::Linear;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::Ensemble;
///
/// let model = |slope: f32| -> Result<Linear, brand_nn_train::Error> {
///     let linear = Linear::new(1, 1).without_bias().init(0)?;
///     linear.weight.set(Tensor::from([[slope]]))?;
///     Ok(linear)
/// };
/// let ensemble = Ensemble::new(vec![model(1.0)?, model(3.0)?])?;
/// let spread = ensemble.spread(&Tensor::from([[2.0_f32]]))?;
/// assert_eq!((spread.mean.item(), spread.std.item()), (4.0, 2.0));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Debug)]
pub struct Ensemble<M> {
    models: Vec<M>,
}

impl<M: Model> Ensemble<M> {
    /// Puts models together.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(models: Vec<M>) -> Result<Self> {
        if models.is_empty() {
            return Err(few("models of an ensemble"));
        }
        Ok(Self { models })
    }

    /// The models.
    #[must_use]
    pub fn models(&self) -> &[M] {
        &self.models
    }

    /// The mean of the models' outputs.
    ///
    /// # Errors
    /// As [`predict`].
    pub fn predict(&self, input: &M::Input) -> Result<Tensor> {
        Ok(self.spread(input)?.mean)
    }

    /// The mean of the models' outputs and how far they are apart.
    ///
    /// # Errors
    /// As [`predict`].
    pub fn spread(&self, input: &M::Input) -> Result<Spread> {
        let answers = self.models.iter().map(|model| predict(model, input));
        Ok(Spread::of(&answers.collect::<Result<Vec<_>>>()?))
    }
}

/// Trains models, each on rows that are drawn with replacement (Breiman 1996).
///
/// `train` gets the number of the model, from 0, and its sample, as large as the data.
///
/// # Errors
/// If `count` is 0 or there is no row; the first error of `train`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Fit, Model, bagging};
///
/// let x = Tensor::randn([60, 2], &mut Rng::new(1));
/// let data = (x.clone(), x.sum_axis(1));
/// let ensemble = bagging(&data, 3, 42, |number, sample| {
///     let mut trainer = Sequential::new().add(dense(1)).build([2])?.compile(Adam::new(0.1), mse);
///     trainer.fit(sample, Fit::epochs(40).seed(number as u64).quiet())?;
///     Ok(trainer.model)
/// })?;
/// let error = ensemble.predict(&x)?.flatten() - x.sum_axis(1);
/// assert!(error.abs().max().item() < 0.2);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn bagging<M: Model, X: Batch>(
    data: &(X, Tensor),
    count: usize,
    seed: u64,
    mut train: impl FnMut(usize, &(X, Tensor)) -> Result<M>,
) -> Result<Ensemble<M>> {
    data.check()?;
    let rows = data.len();
    if rows == 0 {
        return Err(few("rows to draw from"));
    }
    let one = |number: usize| {
        let mut rng = Rng::keyed(seed, &format!("sample {number}"));
        let drawn = Tensor::randint([rows], 0, rows as i64, &mut rng).to_vec::<i64>();
        let drawn: Vec<usize> = drawn.into_iter().map(|row| row as usize).collect();
        train(number, &data.rows(&drawn)?)
    };
    Ensemble::new((0..count).map(one).collect::<Result<_>>()?)
}

fn few(what: &'static str) -> Error {
    let (got, expected) = ("none".to_owned(), "at least one");
    Error::Data { what, got, expected, help: "five are usual for an ensemble" }
}

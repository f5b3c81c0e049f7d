//! Examples changed at random while training, so that a model learns what does not matter.
//!
//! | of … | use |
//! |---|---|
//! | texts | [`TextAugmenter`]: synonyms, deletion, swaps, before they are encoded |
//! | numbers | [`noise`] |
//! | numbers with probabilities as targets | [`mixup`] |
//! | anything | a closure given to [`augment`] |

mod arrays;
mod text;

pub use arrays::{mixup, noise};
pub use text::TextAugmenter;

use crate::{Batches, EpochOrder, Examples, Result, batches::Visit};
use brand_nn_tensor::Rng;

/// Changes every batch of a training at random; evaluations see the data as they are.
///
/// The chance of a batch depends on seed, epoch and number alone, so that a resumed training sees
/// the same changes.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Fit, Model, augment, noise};
///
/// let x = Tensor::randn([64, 3], &mut Rng::new(1));
/// let data = augment((x.clone(), x.sum_axis(1)), noise(0.1));
/// let mut trainer = Sequential::new().add(dense(1)).build([3])?.compile(Adam::new(0.1), mse);
/// trainer.fit(&data, Fit::epochs(60).seed(1).quiet())?;
/// assert!(trainer.evaluate(&data)?["loss"] < 0.05); // of the data without noise
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn augment<B, F>(data: B, change: F) -> Augmented<B, F>
where
    B: Batches,
    F: Fn(Examples<B::Input>, &mut Rng) -> Result<Examples<B::Input>>,
{
    Augmented { data, change }
}

/// Batches that are changed at random; made by [`augment`].
#[derive(Clone, Debug)]
pub struct Augmented<B, F> {
    data: B,
    change: F,
}

impl<B, F> Batches for Augmented<B, F>
where
    B: Batches,
    F: Fn(Examples<B::Input>, &mut Rng) -> Result<Examples<B::Input>>,
{
    type Input = B::Input;

    fn num_examples(&self) -> Option<usize> {
        self.data.num_examples()
    }

    fn num_batches(&self, order: &EpochOrder) -> Option<usize> {
        self.data.num_batches(order)
    }

    fn check_parts(&self) -> Result<()> {
        self.data.check_parts()
    }

    fn each(&self, order: &EpochOrder, visit: Visit<'_, B::Input>) -> Result<()> {
        let mut number = order.skip;
        self.data.each(order, &mut |examples| {
            if !order.training {
                return visit(examples);
            }
            let name = format!("change of batch {number} of epoch {}", order.epoch);
            number += 1;
            visit((self.change)(examples, &mut Rng::keyed(order.seed, &name))?)
        })
    }
}
